/* gosset check: compiles a definitions document; and says who would get something else by it. */
#include "base/json.h"
#include "base/time.h"
#include "cli/check_import.h"
#include "cli/command.h"
#include "cli/definitions.h"
#include "cli/what_if.h"

#include <stdio.h>
#include <string.h>

static const char help[] =
    "Prints every error and warning with a JSON pointer into FILE; exits 1 when there is an "
    "error.\nWhat evaluation can do without but a server would refuse is a warning.\n\n"
    "  --against FILE   a document in force: what would FILE change for the contexts?\n"
    "  --contexts FILE  contexts, one JSON object a line, or a JSON list of them\n"
    "  --now TIME       decide as at this time, such as 2026-01-31T09:00:00Z\n"
    "  --json           as one JSON object\n\n"
    "example: gosset check new.json --against old.json --contexts sample.jsonl\n";

static bool options_complete(const struct what_if *what_if)
{
    return (what_if->against == NULL) == (what_if->contexts == NULL);
}

static int options_read(const struct command *command, int argc, char **argv, struct what_if *out)
{
    static const struct option known[] = {{"against", required_argument, NULL, 'a'},
                                          {"contexts", required_argument, NULL, 'c'},
                                          {"json", no_argument, NULL, 'j'},
                                          {"now", required_argument, NULL, 'n'},
                                          {NULL, 0, NULL, 0}};
    *out = (struct what_if){.now_ms = definitions_now()};
    for (int letter; (letter = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (letter == 'a')
            out->against = optarg;
        else if (letter == 'c')
            out->contexts = optarg;
        else if (letter == 'j')
            out->as_json = true;
        else if (letter != 'n')
            return command_usage(command, "the option is not known, or lacks its value");
        else if (!time_read(gos_str_from(optarg), &out->now_ms))
            return command_usage(command, "--now %s is no time such as 2026-01-31T09:00:00Z",
                                 optarg);
    }
    if (argc - optind != 1)
        return command_usage(command, "one FILE is needed");
    if (!options_complete(out))
        return command_usage(command, "--against and --contexts need each other");
    out->file = argv[optind];
    return EXIT_DONE;
}

static void finding_write(struct json_writer *json, const gos_finding *finding)
{
    json_open_object(json);
    json_name(json, "severity");
    json_text(json, finding->is_error ? GOS_LIT("error") : GOS_LIT("warning"));
    json_name(json, "code");
    json_text(json, gos_str_from(gos_code_name(finding->code)));
    json_name(json, "message");
    json_text(json, finding->message);
    json_name(json, "pointer");
    json_text(json, finding->pointer);
    json_close_object(json);
}

static bool report_json(const struct definitions *definitions, gos_arena *arena, gos_error *err)
{
    const gos_report *report = &definitions->report;
    struct text text;
    struct json_writer json;
    text_init(&text, arena);
    json_writer_init(&json, &text);
    json_open_object(&json);
    json_name(&json, "ok");
    json_bool(&json, definitions->rules != NULL);
    json_name(&json, "errors");
    json_int(&json, report->error_count);
    json_name(&json, "ruleset");
    if (definitions->rules)
        json_text(&json, gos_ruleset_hash(definitions->rules));
    else
        json_null(&json);
    json_name(&json, "findings");
    json_open_array(&json);
    for (uint32_t i = 0; i < report->count; i++)
        finding_write(&json, &report->findings[i]);
    json_close_array(&json);
    json_close_object(&json);
    if (!text_ok(&text, err))
        return false;
    printf("%.*s\n", GOS_ARG(text_str(&text)));
    return true;
}

static void report_lines(const struct definitions *definitions)
{
    const gos_report *report = &definitions->report;
    for (uint32_t i = 0; i < report->count; i++) {
        const gos_finding *finding = &report->findings[i];
        printf("%s %.*s: %.*s\n", finding->is_error ? "error  " : "warning",
               GOS_ARG(finding->pointer.len ? finding->pointer : GOS_LIT("/")),
               GOS_ARG(finding->message));
    }
    if (report->is_cut)
        printf("... and more\n");
    if (definitions->rules)
        printf("ok: %u flags, %u experiments, ruleset %.*s, %u warnings\n",
               gos_ruleset_flag_count(definitions->rules),
               gos_ruleset_experiment_count(definitions->rules),
               GOS_ARG(gos_ruleset_hash(definitions->rules)), report->count);
}

static int check(const struct what_if *what_if, gos_error *err)
{
    struct definitions definitions;
    bool is_fine = definitions_open(what_if->file, &definitions, err) &&
                   (what_if->against || check_import(&definitions, err));
    int code = is_fine ? EXIT_DONE : EXIT_FAILED;
    bool is_read = is_fine || definitions.report.count > 0;
    bool is_asked = is_fine && what_if->against;
    bool done = is_read;
    if (is_read && !is_asked && what_if->as_json)
        done = report_json(&definitions, definitions.arena, err);
    else if (is_read && !what_if->as_json)
        report_lines(&definitions);
    if (is_asked)
        done = what_if_run(what_if, &definitions, err);
    if (!done)
        code = command_fail(err, what_if->as_json);
    definitions_close(&definitions);
    return code;
}

int command_check(const struct command *command, int argc, char **argv)
{
    struct command helped = *command;
    struct what_if what_if;
    gos_error err = {0};
    helped.help = help;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0)
            return command_help(&helped);
    }
    int code = options_read(command, argc, argv, &what_if);
    return code == EXIT_DONE ? check(&what_if, &err) : code;
}
