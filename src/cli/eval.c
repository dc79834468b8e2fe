/* gosset eval: what a flag or an experiment gives to one context, from a file. */
#include "base/json.h"
#include "base/time.h"
#include "cli/command.h"
#include "cli/definitions.h"
#include "cli/explain.h"

#include <stdio.h>
#include <string.h>

static const char help[] =
    "FILE is a definitions document, - is standard input. KEY is a flag's key, else the name or "
    "id\n"
    "of an experiment.\n\n"
    "  --context JSON  who asks: {\"targetingKey\": \"u1\", \"country\": \"DE\"}; {} if not given\n"
    "  --now TIME      decide as at this time, such as 2026-01-31T09:00:00Z\n"
    "  --explain       say how it came about, step by step\n"
    "  --json          as one JSON object\n\n"
    "example: gosset eval flags.json new-checkout --context '{\"targetingKey\":\"u1\"}' "
    "--explain\n";

struct options {
    const char *file;
    const char *key;
    gos_str context;
    int64_t now_ms;
    bool explain;
    bool as_json;
};

/* EXIT_DONE to go on. */
static int options_read(const struct command *command, int argc, char **argv, struct options *out)
{
    static const struct option known[] = {
        {"context", required_argument, NULL, 'c'}, {"explain", no_argument, NULL, 'e'},
        {"help", no_argument, NULL, 'h'},          {"json", no_argument, NULL, 'j'},
        {"now", required_argument, NULL, 'n'},     {NULL, 0, NULL, 0}};
    *out = (struct options){.context = GOS_LIT("{}"), .now_ms = definitions_now()};
    for (int letter; (letter = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (letter == 'c')
            out->context = gos_str_from(optarg);
        else if (letter == 'e')
            out->explain = true;
        else if (letter == 'j')
            out->as_json = true;
        else if (letter != 'n')
            return command_usage(command, "the option is not known, or lacks its value");
        else if (!time_read(gos_str_from(optarg), &out->now_ms))
            return command_usage(command, "--now %s is no time such as 2026-01-31T09:00:00Z",
                                 optarg);
    }
    if (argc - optind != 2)
        return command_usage(command, "FILE and KEY are needed");
    out->file = argv[optind];
    out->key = argv[optind + 1];
    return EXIT_DONE;
}

struct answer {
    gos_decision decision;
    gos_str steps;
    bool is_experiment;
};

static bool answer_find(struct definitions *definitions, const struct options *options,
                        struct answer *out, gos_error *err)
{
    gos_str key = gos_str_from(options->key);
    const gos_ruleset *rules = definitions->rules;
    out->is_experiment =
        gos_ruleset_find_flag(rules, key) < 0 && gos_ruleset_find_experiment(rules, key) >= 0;
    if (!out->is_experiment && gos_ruleset_find_flag(rules, key) < 0)
        return gos_fail(err, GOS_FLAG_NOT_FOUND, "",
                        "the document has neither a flag nor an experiment \"%s\"", options->key);
    return out->is_experiment
               ? gos_explain_experiment(rules, key, definitions->context, definitions->arena,
                                        &out->decision, &out->steps, err)
               : gos_explain_flag(rules, key, definitions->context, definitions->arena,
                                  &out->decision, &out->steps, err);
}

static void member(struct json_writer *json, const char *name, gos_str text)
{
    json_name(json, name);
    if (text.len)
        json_text(json, text);
    else
        json_null(json);
}

static bool print_json(const struct options *options, const struct answer *answer, gos_arena *arena,
                       gos_error *err)
{
    const gos_decision *decision = &answer->decision;
    struct text text;
    struct json_writer json;
    text_init(&text, arena);
    json_writer_init(&json, &text);
    json_open_object(&json);
    member(&json, "key", gos_str_from(options->key));
    json_name(&json, "value");
    json_raw(&json, decision->value.len ? decision->value : GOS_LIT("null"));
    member(&json, "variant", decision->variant);
    member(&json, "reason", gos_str_from(gos_reason_name(decision->reason)));
    member(&json, "errorCode",
           decision->code ? gos_str_from(gos_code_name(decision->code)) : GOS_LIT(""));
    if (decision->experiment >= 0)
        member(&json, "assignment_reason", gos_str_from(gos_assignment_name(decision->assignment)));
    if (decision->rule >= 0) {
        json_name(&json, "rule");
        json_int(&json, decision->rule);
    }
    member(&json, "ruleset", decision->ruleset);
    if (options->explain) {
        json_name(&json, "explanation");
        json_raw(&json, answer->steps);
    }
    json_close_object(&json);
    if (!text_ok(&text, err))
        return false;
    printf("%.*s\n", GOS_ARG(text_str(&text)));
    return true;
}

static void print_lines(const struct answer *answer)
{
    const gos_decision *decision = &answer->decision;
    if (decision->code != GOS_OK)
        printf("error    %s\n", gos_code_name(decision->code));
    if (decision->value.len)
        printf("value    %.*s\n", GOS_ARG(decision->value));
    printf("variant  %.*s\n", GOS_ARG(decision->variant.len ? decision->variant : GOS_LIT("none")));
    printf("reason   %s\n", gos_reason_name(decision->reason));
    if (decision->rule >= 0)
        printf("rule     %d\n", decision->rule);
    if (decision->experiment >= 0)
        printf("assigned %s\n", gos_assignment_name(decision->assignment));
}

static bool run(const struct options *options, int *out_exit, gos_error *err)
{
    struct definitions definitions;
    struct answer answer;
    bool done = definitions_open(options->file, &definitions, err) &&
                definitions_bind(&definitions, options->context, options->now_ms, err) &&
                answer_find(&definitions, options, &answer, err);
    if (done && options->as_json)
        done = print_json(options, &answer, definitions.arena, err);
    else if (done) {
        print_lines(&answer);
        if (options->explain)
            done = explain_print(answer.steps, definitions.arena, stdout, err);
    }
    if (done)
        *out_exit = answer.decision.code == GOS_OK ? EXIT_DONE : EXIT_FAILED;
    definitions_close(&definitions);
    return done;
}

int command_eval(const struct command *command, int argc, char **argv)
{
    struct command helped = *command;
    struct options options;
    gos_error err = {0};
    int code = EXIT_DONE;
    helped.help = help;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0)
            return command_help(&helped);
    }
    code = options_read(command, argc, argv, &options);
    if (code != EXIT_DONE)
        return code;
    return run(&options, &code, &err) ? code : command_fail(&err, options.as_json);
}
