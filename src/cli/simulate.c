/* gosset simulate: how well the methods are calibrated, for the known targets or a setting. */
#include "stats/simulate.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/terminal.h"
#include "stats/simulate_custom.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ARENA_BYTES = 512 << 20, SEED_DEFAULT = 20240614, RUNS_CUSTOM = 10000, BAR_COLUMNS = 36 };

struct simulate_call {
    bool as_json, is_short, is_list;
    double runs, seed;
    struct simulation_setting setting;
};

static bool is_chosen(const struct scenario *scenario, int argc, char **argv)
{
    char number[16];
    snprintf(number, sizeof number, "%d", scenario->number);
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], scenario->name) == 0 || strcmp(argv[i], number) == 0)
            return true;
    }
    return argc == 0;
}

/* The first word that is no scenario, or NULL. */
static const char *unknown_find(int argc, char **argv)
{
    size_t count;
    const struct scenario *scenarios = simulate_scenarios(&count);
    for (int i = 0; i < argc; i++) {
        bool is_known = false;
        for (size_t k = 0; k < count; k++)
            is_known = is_known || is_chosen(&scenarios[k], 1, argv + i);
        if (!is_known)
            return argv[i];
    }
    return NULL;
}

static void result_json(struct json_writer *writer, const struct scenario *scenario,
                        const struct simulation *simulation, const struct simulation_result *r)
{
    json_open_object(writer);
    json_name(writer, "number");
    json_int(writer, scenario->number);
    json_name(writer, "scenario");
    json_text(writer, gos_str_from(scenario->name));
    json_name(writer, "quantity");
    json_text(writer, gos_str_from(r->name));
    json_name(writer, "value");
    json_double(writer, r->value);
    json_name(writer, "rule");
    json_text(writer, gos_str_from((const char *[]){"near", "at_most", "at_least"}[r->rule]));
    json_name(writer, "target");
    json_double(writer, r->target);
    json_name(writer, "room");
    json_double(writer, r->room);
    json_name(writer, "runs");
    json_int(writer, (int64_t)simulation->runs);
    json_name(writer, "passes");
    json_bool(writer, r->passes);
    json_close_object(writer);
}

/* One JSON object a line. */
static void print_json(const struct scenario *scenario, const struct simulation *simulation,
                       gos_arena *arena)
{
    for (size_t i = 0; i < simulation->result_count; i++) {
        gos_arena_mark mark = gos_arena_mark_take(arena);
        struct text text;
        struct json_writer writer;
        text_init(&text, arena);
        json_writer_init(&writer, &text);
        result_json(&writer, scenario, simulation, &simulation->results[i]);
        printf("%.*s\n", GOS_ARG(text_str(&text)));
        gos_arena_mark_return(arena, mark);
    }
    fflush(stdout);
}

/* The target's band and the value in it, drawn three bands wide. */
static void print_band(const struct simulation_result *r)
{
    char line[BAR_COLUMNS + 1];
    double room = r->room > 0 ? r->room : fmax(1e-9, fabs(r->target) / 10);
    double low = r->target - 2 * room, width = 4 * room;
    for (int c = 0; c < BAR_COLUMNS; c++) {
        double x = low + width * (c + 0.5) / BAR_COLUMNS;
        bool inside =
            (r->rule != RULE_AT_MOST && r->rule != RULE_AT_LEAST && fabs(x - r->target) <= room) ||
            (r->rule == RULE_AT_MOST && x <= r->target + room) ||
            (r->rule == RULE_AT_LEAST && x >= r->target - room);
        line[c] = inside ? '-' : ' ';
    }
    int at = (int)floor((r->value - low) / width * BAR_COLUMNS);
    line[at < 0 ? 0 : at >= BAR_COLUMNS ? BAR_COLUMNS - 1 : at] = 'o';
    line[BAR_COLUMNS] = 0;
    printf(" [%s]", line);
}

static void print_human(const struct scenario *scenario, const struct simulation *simulation)
{
    static const char *const rules[] = {"about", "at most", "at least"};
    printf("%d %s: %s (%llu runs)\n", scenario->number, scenario->name, scenario->job,
           (unsigned long long)simulation->runs);
    for (size_t i = 0; i < simulation->result_count; i++) {
        const struct simulation_result *r = &simulation->results[i];
        printf("  %-4s %-46s %-9.5g", r->passes ? "ok" : "OFF", r->name, r->value);
        print_band(r);
        printf(" %s %.5g\n", rules[r->rule], r->target);
    }
    fflush(stdout);
}

static int run_scenarios(const struct simulate_call *call, int argc, char **argv, gos_arena *arena)
{
    size_t count, off = 0, shown = 0;
    const struct scenario *scenarios = simulate_scenarios(&count);
    struct simulation *simulation = gos_arena_take(arena, sizeof *simulation, NULL);
    for (size_t i = 0; simulation && i < count; i++) {
        const struct scenario *s = &scenarios[i];
        uint64_t runs = call->is_short ? s->runs_short : s->runs_full;
        if (!is_chosen(s, argc, argv))
            continue;
        shown++;
        if (call->is_list) {
            printf("%2d %-16s %s\n", s->number, s->name, s->job);
            continue;
        }
        if (runs > 1 && !isnan(call->runs))
            runs = (uint64_t)call->runs;
        simulate_run(s, (uint64_t)call->seed, runs, arena, simulation);
        for (size_t k = 0; k < simulation->result_count; k++)
            off += !simulation->results[k].passes;
        if (call->as_json)
            print_json(s, simulation, arena);
        else
            print_human(s, simulation);
    }
    if (!call->as_json && !call->is_list)
        printf("%zu quantities are off their targets\n", off);
    return off == 0 && shown > 0 ? EXIT_DONE : EXIT_FAILED;
}

static void custom_json(const struct simulation_answer *a, uint64_t runs, gos_arena *arena)
{
    const struct {
        const char *name;
        double value;
    } fields[] = {{"runs", (double)runs},
                  {"rejected", a->rejected},
                  {"rejected_wrong_sign", a->rejected_wrong},
                  {"covered", a->covered},
                  {"mean_halfwidth", a->halfwidth},
                  {"uniform_p", a->uniform_p}};
    struct text text;
    struct json_writer writer;
    text_init(&text, arena);
    json_writer_init(&writer, &text);
    json_open_object(&writer);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        json_name(&writer, fields[i].name);
        json_double(&writer, fields[i].value);
    }
    json_close_object(&writer);
    printf("%.*s\n", GOS_ARG(text_str(&text)));
}

static int run_custom(const struct simulate_call *call, gos_arena *arena)
{
    struct simulation_answer answer;
    gos_error err;
    uint64_t runs = isnan(call->runs) ? RUNS_CUSTOM : (uint64_t)call->runs;
    if (!simulate_setting(&call->setting, (uint64_t)call->seed, runs, arena, &answer, &err))
        return command_fail(&err, call->as_json);
    if (call->as_json) {
        custom_json(&answer, runs, arena);
        return EXIT_DONE;
    }
    double error = sqrt(answer.rejected * (1 - answer.rejected) / (double)runs);
    bool is_null = call->setting.effect == 0;
    printf("%s at any look   %.4f (Monte Carlo error %.4f)",
           is_null ? "false alarms" : "detections", answer.rejected, error);
    if (is_null) {
        double alpha = call->setting.options.alpha;
        bool is_one_look = call->setting.options.mode == GOS_MODE_FIXED;
        const struct simulation_result band = {
            .value = answer.rejected,
            .target = alpha,
            .room = 3 * sqrt(alpha * (1 - alpha) / (double)runs),
            .rule = is_one_look ? RULE_NEAR : RULE_AT_MOST,
        };
        print_band(&band);
        printf(" %s %g", is_one_look ? "about" : "at most", alpha);
    }
    putchar('\n');
    if (call->setting.effect != 0)
        printf("of wrong sign              %.4f\n", answer.rejected_wrong);
    printf("coverage at the end        %.4f\n", answer.covered);
    printf("mean half width            %.6g\n", answer.halfwidth);
    if (!isnan(answer.uniform_p))
        printf("KS p of uniform p-values   %.4f\n", answer.uniform_p);
    return EXIT_DONE;
}

/* "normal:5:2", "lognormal:1", "poisson:4", "bernoulli:0.05", "zero-inflated:0.8:1". */
static bool read_law(char *text, struct simulation_setting *setting)
{
    static const char *const names[] = {"normal", "lognormal", "poisson", "bernoulli",
                                        "zero-inflated"};
    gos_str rest = gos_str_from(text), name = str_cut(&rest, ':'), first = str_cut(&rest, ':');
    double a = 0, b = 1;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!gos_str_equal(name, gos_str_from(names[i])))
            continue;
        setting->law = (enum law)i;
        if (first.len > 0 && !str_read_double(first, i == LAW_LOGNORMAL ? &b : &a))
            return false;
        if (rest.len > 0 && !str_read_double(rest, &b))
            return false;
        setting->a = a;
        setting->b = b;
        setting->options.kind = i == LAW_BERNOULLI ? GOS_METRIC_PROPORTION : GOS_METRIC_MEAN;
        return true;
    }
    return false;
}

static bool read_mode(const char *text, gos_mode *out)
{
    static const char *const names[] = {"planned", "fixed", "anytime", "group"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(text, names[i]) == 0) {
            *out = (gos_mode)i;
            return true;
        }
    }
    return false;
}

static int help_print(const struct command *command)
{
    command_help(command);
    puts("\n  gosset simulate [NAME|NUMBER ...]   the scenarios with known targets; all without a "
         "name\n"
         "  --list       their names       --short    few runs, as in CI\n"
         "  --runs N     runs of each      --seed S   the same seed gives the same numbers\n"
         "  --json       one JSON object a quantity; exit status 1 when one is off\n\n"
         "  gosset simulate custom --law LAW --units N    any setting\n"
         "  --law        normal:MEAN:SD, lognormal:SD, poisson:MEAN, bernoulli:RATE,\n"
         "               zero-inflated:SHARE:SD\n"
         "  --effect E   added to treated values; 0 is an A/A test\n"
         "  --share 0.5  of units treated       --looks K    evenly spaced\n"
         "  --mode       planned, fixed, anytime, group      --alpha 0.05   --planned N");
    return EXIT_DONE;
}

static const struct option options[] = {
    {"alpha", required_argument, NULL, 'a'},
    {"effect", required_argument, NULL, 'e'},
    {"help", no_argument, NULL, 'h'},
    {"json", no_argument, NULL, 'j'},
    {"law", required_argument, NULL, 'w'},
    {"list", no_argument, NULL, 'l'},
    {"looks", required_argument, NULL, 'k'},
    {"mode", required_argument, NULL, 'm'},
    {"planned", required_argument, NULL, 'p'},
    {"runs", required_argument, NULL, 'r'},
    {"seed", required_argument, NULL, 's'},
    {"share", required_argument, NULL, 'd'},
    {"short", no_argument, NULL, 'q'},
    {"units", required_argument, NULL, 'u'},
    {NULL, 0, NULL, 0},
};

static bool option_put(struct simulate_call *call, int option, char *text)
{
    double value = 0;
    if (option == 'w')
        return read_law(text, &call->setting);
    if (option == 'm')
        return read_mode(text, &call->setting.options.mode);
    if (!str_read_double(gos_str_from(text), &value))
        return false;
    bool is_count = strchr("rspk", option) != NULL;
    if (is_count && !(value >= 0 && value <= 9e15 && value == floor(value)))
        return false;
    if (option == 'r')
        call->runs = fmax(1, value);
    if (option == 's')
        call->seed = value;
    if (option == 'p')
        call->setting.options.planned_n = (uint64_t)value;
    if (option == 'k')
        call->setting.looks = (int)fmin(value, 1e6);
    if (option == 'a')
        call->setting.options.alpha = value;
    if (option == 'e')
        call->setting.effect = value;
    if (option == 'd')
        call->setting.share_t = value;
    if (option == 'u')
        call->setting.units = value;
    return true;
}

static const char *allowed_of(int option)
{
    switch (option) {
    case 'w':
        return "normal:MEAN:SD, lognormal:SD, poisson:MEAN, bernoulli:RATE or "
               "zero-inflated:SHARE:SD";
    case 'm':
        return "planned, fixed, anytime or group";
    case 'r':
    case 's':
    case 'p':
    case 'k':
        return "a whole number from 0 to 9e15";
    default:
        return "a number";
    }
}

int command_simulate(const struct command *command, int argc, char **argv)
{
    struct simulate_call call = {.runs = NAN, .seed = SEED_DEFAULT};
    call.setting = (struct simulation_setting){.b = 1, .units = NAN, .share_t = 0.5, .looks = 1};
    call.setting.options = gos_stats_options_default(GOS_METRIC_MEAN);
    int index = 0;
    for (int option; (option = getopt_long(argc, argv, "h", options, &index)) != -1;) {
        if (option == 'h')
            return help_print(command);
        if (option == '?')
            return command_usage(command, "an option is not known");
        call.as_json = call.as_json || option == 'j';
        call.is_list = call.is_list || option == 'l';
        call.is_short = call.is_short || option == 'q';
        if (strchr("jlq", option) == NULL && !option_put(&call, option, optarg))
            return command_usage(command, "--%s \"%s\": %s is allowed", options[index].name, optarg,
                                 allowed_of(option));
    }
    bool is_custom = optind < argc && strcmp(argv[optind], "custom") == 0;
    if (is_custom && isnan(call.setting.units))
        return command_usage(command, "--units is needed");
    const char *unknown = is_custom ? NULL : unknown_find(argc - optind, argv + optind);
    if (unknown)
        return command_usage(command, "no scenario \"%s\"; gosset simulate --list names them",
                             unknown);
    gos_arena *arena = gos_arena_open(ARENA_BYTES);
    int status = !arena      ? EXIT_FAILED
                 : is_custom ? run_custom(&call, arena)
                             : run_scenarios(&call, argc - optind, argv + optind, arena);
    gos_arena_close(arena);
    return status;
}
