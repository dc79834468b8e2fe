/* gosset calc: every statistical method over a table of cases, answers in kind. */
#include "cli/calc.h"
#include "base/text.h"
#include "cli/calc_one.h"
#include "cli/command.h"

#include <stdio.h>
#include <string.h>

#define METHOD(name, function, group, data, columns, job) void calc_##function(struct calc *calc);
#include "cli/calc.def"
#undef METHOD

static const struct calc_method methods[] = {
#define METHOD(name, function, group, data, columns, job)                                          \
    {#name, job, calc_##function, group, columns, data},
#include "cli/calc.def"
#undef METHOD
};

const struct calc_method *calc_methods(size_t *out_count)
{
    *out_count = sizeof methods / sizeof methods[0];
    return methods;
}

const struct calc_method *calc_method_find(const char *name)
{
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (strcmp(methods[i].name, name) == 0)
            return &methods[i];
    }
    return NULL;
}

static int methods_print(void)
{
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        printf("  %-22s %s\n", methods[i].name, methods[i].job);
    return EXIT_DONE;
}

static int help_print(const struct command *command)
{
    command_help(command);
    puts(
        "\nOne question: gosset calc mde metric=binary mean=0.1 n_c=5000 n_t=5000 alpha=0.05,\n"
        "with the names, defaults and answers of POST /api/v1/calc/METHOD (mde, proportions,\n"
        "size_mean, size_prop, srm, welch; lists with commas). Many: a table of cases on stdin.\n\n"
        "  --format csv|jsonl  how cases come and answers go; csv\n"
        "  --data FILE         raw rows (case, arm, value ...) beside the cases of cluster,\n"
        "                      poststrat and quantile; without it raw rows are the input itself,\n"
        "                      and each case is answered with q 0.5 and alpha 0.05\n"
        "  --columns           the columns that METHOD reads, and those it answers\n\n"
        "A case is a row. Missing numbers are NA; infinite ones Inf. Lists are a;b;c.\n\n"
        "Methods:");
    return methods_print();
}

static int columns_print(const struct calc_method *method)
{
    gos_str rest = gos_str_from(method->columns), name;
    char mark;
    while (calc_column_take(&rest, &name, &mark))
        printf("%-9s %.*s\n",
               mark == '='   ? "answers"
               : mark == '?' ? "may read"
                             : "reads",
               GOS_ARG(name));
    return EXIT_DONE;
}

/* Cases without an answer are counted on stderr; only when there is no other has the run failed. */
static int answer(const struct calc_call *call)
{
    struct calc_report report;
    gos_error err = {0};
    if (!calc_answer(call, &report, &err))
        return command_fail(&err, call->is_json);
    if (report.failed == 0)
        return EXIT_DONE;
    if (report.cases > 1)
        fprintf(stderr, "gosset: %zu of %zu cases have a status and no answer; the first:\n",
                report.failed, report.cases);
    int status = command_fail(&report.first, call->is_json);
    return report.failed < report.cases ? EXIT_DONE : status;
}

static int ask(const char *method, char *const *words, int count, bool is_json)
{
    gos_error err;
    if (calc_one(method, words, count, is_json, &err))
        return EXIT_DONE;
    if (err.code == GOS_NOT_FOUND)
        gos_fail(&err, GOS_NOT_FOUND, "", "%s answers tables of cases; --columns says which",
                 method);
    return command_fail(&err, is_json);
}

int command_calc(const struct command *command, int argc, char **argv)
{
    static const struct option options[] = {{"format", required_argument, NULL, 'f'},
                                            {"data", required_argument, NULL, 'd'},
                                            {"columns", no_argument, NULL, 'c'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct calc_call call = {.in_path = "-", .to = stdout};
    bool asks_columns = false;
    for (int option; (option = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        if (option == 'h')
            return help_print(command);
        if (option == 'f' && strcmp(optarg, "csv") != 0 && strcmp(optarg, "jsonl") != 0)
            return command_usage(command, "format \"%s\" is neither csv nor jsonl", optarg);
        if (option == '?')
            return command_usage(command, "an option is not known");
        if (option == 'f')
            call.is_json = optarg[0] == 'j';
        if (option == 'd')
            call.data_path = optarg;
        asks_columns = asks_columns || option == 'c';
    }
    if (optind >= argc)
        return command_usage(command, "which METHOD?");
    call.method = calc_method_find(argv[optind]);
    if (!call.method)
        return command_usage(command, "no method \"%s\"; gosset calc --help lists them",
                             argv[optind]);
    if (optind + 1 < argc && strchr(argv[optind + 1], '='))
        return ask(argv[optind], argv + optind + 1, argc - optind - 1, call.is_json);
    if (optind + 1 < argc)
        call.data_path = argv[optind + 1];
    if (asks_columns)
        return columns_print(call.method);
    return answer(&call);
}
