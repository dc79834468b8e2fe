/* gosset analyze: a result table from plain data, without a server. */
#include "cli/analyze.h"

#include "cli/command.h"
#include "cli/result_draw.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

#define ANALYZE_BYTES_MAX ((size_t)4 << 30)

static int help(const struct command *command)
{
    command_help(command);
    puts(
        "\nFILE is .csv, .csv.gz, .tsv or .parquet; several files are read as one.\n"
        "  --variant COL         the column that says which variant a row belongs to\n"
        "  --metric 'NAME=EXPR'  a metric; may be repeated. EXPR over columns: mean(retention_7),\n"
        "                        sum(spend), sum(spend) / sum(visit), p90(ms), exists(coupon),\n"
        "                        proportion(visit), proportion(enrollments, clicks), each with\n"
        "                        where FILTER if wanted\n"
        "  --unit COL            rows of the same value belong to one unit; else a row is a unit\n"
        "  --control NAME        the variant to compare with; \"control\", else the first by name\n"
        "  --cluster COL         units were assigned by cluster\n"
        "  --covariate COL       known before the experiment; may be repeated\n"
        "  --count COL           how many units a row stands for, for the sample ratio\n"
        "  --where FILTER        rows that count, such as 'year = 2001 and not (a is missing)'\n"
        "  --weights A=50,B=50   the planned split; equal\n"
        "  --cap Q               values above this quantile of all units become it, such as 0.999\n"
        "  --alpha A             level of tests and intervals; 0.05\n"
        "  --json                the rows as JSON\n\n"
        "Empty cells, NA and NaN are missing: left out of means, nothing to sums. True and False\n"
        "are 1 and 0.");
    return EXIT_DONE;
}

/* An error of the language, with a caret below the character. */
static int fail_at(gos_str text, size_t offset, const gos_error *err, const char *what,
                   gos_arena *arena)
{
    gos_str caret = metric_caret(text, offset, arena);
    fprintf(stderr, "%s: %s\n%.*s\n", what, err->message, GOS_ARG(caret));
    return EXIT_USAGE;
}

static int read_metric(struct analyze_call *call, const char *argument, gos_arena *arena)
{
    gos_str expression = gos_str_from(argument), name = str_cut(&expression, '=');
    gos_error err = {0};
    size_t offset = 0;
    bool by_unit = call->question.unit.len > 0;
    if (str_trim(name).len == 0 || expression.len == 0) {
        fprintf(stderr, "--metric \"%s\" is not NAME=EXPR\n", argument);
        return EXIT_USAGE;
    }
    if (call->question.plan_count == METRICS_PER_EXPERIMENT_MAX) {
        fprintf(stderr, "more than %d metrics\n", METRICS_PER_EXPERIMENT_MAX);
        return EXIT_USAGE;
    }
    if (!plan_from_text(str_trim(name), expression,
                        by_unit ? METRIC_OVER_ROWS : METRIC_OVER_COLUMNS, arena,
                        &call->plans[call->question.plan_count], &offset, &err))
        return fail_at(expression, offset, &err, argument, arena);
    call->question.plan_count++;
    return EXIT_DONE;
}

static int read_where(struct analyze_call *call, const char *argument, gos_arena *arena)
{
    gos_error err = {0};
    size_t offset = 0;
    if (metric_parse_filter(gos_str_from(argument), arena, &call->question.where,
                            &call->question.where_count, &offset, &err))
        return EXIT_DONE;
    return fail_at(gos_str_from(argument), offset, &err, "--where", arena);
}

static bool read_share(const char *argument, double low, double high, double *out)
{
    return str_read_double(gos_str_from(argument), out) && *out > low && *out < high;
}

enum {
    OPTION_VARIANT = 1000,
    OPTION_UNIT,
    OPTION_CONTROL,
    OPTION_CLUSTER,
    OPTION_COVARIATE,
    OPTION_COUNT,
    OPTION_METRIC,
    OPTION_WHERE,
    OPTION_ALPHA,
    OPTION_CAP,
    OPTION_WEIGHTS,
    OPTION_JSON
};

static const struct option options[] = {
    {"variant", required_argument, NULL, OPTION_VARIANT},
    {"unit", required_argument, NULL, OPTION_UNIT},
    {"control", required_argument, NULL, OPTION_CONTROL},
    {"cluster", required_argument, NULL, OPTION_CLUSTER},
    {"covariate", required_argument, NULL, OPTION_COVARIATE},
    {"count", required_argument, NULL, OPTION_COUNT},
    {"metric", required_argument, NULL, OPTION_METRIC},
    {"where", required_argument, NULL, OPTION_WHERE},
    {"alpha", required_argument, NULL, OPTION_ALPHA},
    {"cap", required_argument, NULL, OPTION_CAP},
    {"weights", required_argument, NULL, OPTION_WEIGHTS},
    {"json", no_argument, NULL, OPTION_JSON},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* Options whose value is text; metrics wait until all of them are known. */
static bool take_option(struct analyze_call *call, int option)
{
    gos_str value = gos_str_from(optarg);
    struct sheet_question *question = &call->question;
    switch (option) {
    case OPTION_VARIANT:
        question->variant = value;
        return true;
    case OPTION_UNIT:
        question->unit = value;
        return true;
    case OPTION_CONTROL:
        call->control = value;
        return true;
    case OPTION_CLUSTER:
        question->cluster = value;
        return true;
    case OPTION_COUNT:
        question->count = value;
        return true;
    case OPTION_WEIGHTS:
        call->weights = value;
        return true;
    case OPTION_JSON:
        call->is_json = true;
        return true;
    case OPTION_ALPHA:
        return read_share(optarg, 0, 0.5, &call->alpha);
    case OPTION_CAP:
        return read_share(optarg, 0.5, 1, &question->cap_quantile);
    case OPTION_COVARIATE:
        if (question->covariate_count == SHEET_COVARIATES_MAX)
            return false;
        call->covariates[question->covariate_count++] = value;
        return true;
    default:
        return true;
    }
}

static int show(const struct analyze_call *call, gos_arena *arena)
{
    struct timespec now;
    gos_str report;
    const struct json *json = NULL;
    gos_error err = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t now_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    if (!analyze_report(call, now_ms, arena, &report, &err) ||
        !json_read(report, arena, &json, &err))
        return command_fail(&err, call->is_json);
    if (call->is_json) {
        printf("%.*s\n", GOS_ARG(report));
        return EXIT_DONE;
    }
    health_draw(json_find(json, GOS_LIT("health")), arena, stdout);
    putchar('\n');
    result_draw(json_find(json, GOS_LIT("results")), json_find(json, GOS_LIT("health")), arena,
                stdout);
    return EXIT_DONE;
}

static int analyze(const struct command *command, int argc, char **argv, struct analyze_call *call,
                   gos_arena *arena)
{
    const char *metrics[METRICS_PER_EXPERIMENT_MAX + 1], *where = NULL;
    uint32_t metric_count = 0;
    for (int option; (option = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        if (option == 'h')
            return help(command);
        if (option == '?')
            return command_usage(command, "no such option");
        if (option == OPTION_METRIC && metric_count <= METRICS_PER_EXPERIMENT_MAX)
            metrics[metric_count++] = optarg;
        else if (option == OPTION_WHERE)
            where = optarg;
        else if (!take_option(call, option))
            return command_usage(command, "\"%s\" is out of range", optarg);
    }
    call->question.paths = (const char *const *)argv + optind;
    call->question.path_count = (uint32_t)(argc - optind);
    if (optind == argc || call->question.path_count > SHEET_FILES_MAX)
        return command_usage(command, "name 1 to %d files", SHEET_FILES_MAX);
    if (call->question.variant.len == 0 || metric_count == 0)
        return command_usage(command, "--variant and at least one --metric are needed");
    int status = where ? read_where(call, where, arena) : EXIT_DONE;
    for (uint32_t i = 0; i < metric_count && status == EXIT_DONE; i++)
        status = read_metric(call, metrics[i], arena);
    return status == EXIT_DONE ? show(call, arena) : status;
}

int command_analyze(const struct command *command, int argc, char **argv)
{
    gos_arena *arena = gos_arena_open(ANALYZE_BYTES_MAX);
    struct analyze_call *call = arena ? gos_arena_take(arena, sizeof *call, NULL) : NULL;
    int status = EXIT_FAILED;
    if (call) {
        call->alpha = 0.05;
        call->question.cap_quantile = (double)NAN;
        call->question.covariates = call->covariates;
        call->question.plans = call->plans;
        optind = 1;
        status = analyze(command, argc, argv, call, arena);
    }
    gos_arena_close(arena);
    return status;
}
