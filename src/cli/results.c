/* gosset results: what a running server found about an experiment. */
#include "cli/remote.h"
#include "cli/result_breakdown.h"
#include "cli/result_course.h"
#include "cli/result_draw.h"

#include <stdio.h>

static const char results_help[] =
    "EXPERIMENT is a name or an id.\n\n"
    "  --refresh     computes the results now\n"
    "  --verify      computes the stored results again and compares every number\n"
    "  --by NAME     the effect by the values of an attribute of the exposures, or by '$phase'\n"
    "  --with NAME   whether another experiment changes the effect\n"
    "  --series      how the results came about, by hour or day\n"
    "  --novelty     the effect by days since exposure\n"
    "  --distribution   how the values are spread, and the steps of a funnel\n"
    "  --metric NAME of all these; default: the primary one, of --series all\n"
    "  --csv         one line for each metric and variant, for spreadsheets\n"
    "  --html FILE   writes a report that stands alone: tables, charts, printable\n\n" REMOTE_HELP;

static bool get(struct remote *remote, const char *experiment, const char *query, gos_str *out_body,
                const struct json **out, int *out_exit)
{
    gos_str path = remote_path(remote->arena, "/api/v1/experiments/", experiment, query);
    return remote_call(remote, "GET", path.data, (gos_str){NULL, 0}, out_body, out, out_exit);
}

static int verify(struct remote *remote, const char *experiment)
{
    int code = EXIT_DONE;
    gos_str body;
    const struct json *report;
    gos_str path = remote_path(remote->arena, "/api/v1/experiments/", experiment, "/verify");
    if (!remote_call(remote, "POST", path.data, (gos_str){NULL, 0}, &body, &report, &code))
        return code;
    const struct json *same = json_find(report, GOS_LIT("same"));
    const struct json *rows = json_find(report, GOS_LIT("rows"));
    bool is_same = same && same->boolean;
    if (remote->as_json)
        printf("%.*s\n", GOS_ARG(body));
    else
        printf("%.0f stored rows computed again: %s\n", rows ? rows->number : 0.0,
               is_same ? "every number is the same"
                       : "they differ; facts that came later belong to their window, see --json");
    return is_same ? EXIT_DONE : EXIT_FAILED;
}

static int write_page(struct remote *remote, const char *experiment, bool refresh, const char *file)
{
    int code = EXIT_DONE;
    gos_str page;
    gos_error err = {0};
    if (!get(remote, experiment,
             refresh ? "/results?format=html&refresh=true" : "/results?format=html", &page, NULL,
             &code))
        return code;
    FILE *stream = fopen(file, "wb");
    bool done = stream && fwrite(page.data, 1, page.len, stream) == page.len;
    if (stream && fclose(stream) != 0)
        done = false;
    if (!done) {
        gos_fail(&err, GOS_STORE_FAILED, "", "%s cannot be written", file);
        return command_fail(&err, remote->as_json);
    }
    if (!remote->as_json)
        printf("written to %s\n", file);
    return EXIT_DONE;
}

static int print_csv(struct remote *remote, const char *experiment, bool refresh)
{
    int code = EXIT_DONE;
    gos_str body;
    if (get(remote, experiment,
            refresh ? "/results?format=csv&refresh=true" : "/results?format=csv", &body, NULL,
            &code))
        printf("%.*s", GOS_ARG(body));
    return code;
}

static int show(struct remote *remote, const char *experiment, bool refresh)
{
    int code = EXIT_DONE;
    gos_str body;
    const struct json *answer;
    if (!get(remote, experiment, refresh ? "/results?refresh=true" : "/results", &body, &answer,
             &code))
        return code;
    if (remote->as_json) {
        printf("%.*s\n", GOS_ARG(body));
        return EXIT_DONE;
    }
    const struct json *as_of = json_find(answer, GOS_LIT("as_of"));
    if (as_of)
        printf("as of %.*s\n", GOS_ARG(as_of->text));
    const struct json *health = json_find(answer, GOS_LIT("health"));
    verdict_draw(json_find(answer, GOS_LIT("verdict")), stdout);
    health_draw(health, remote->arena, stdout);
    putchar('\n');
    result_draw(json_find(answer, GOS_LIT("results")), health, remote->arena, stdout);
    return EXIT_DONE;
}

int command_results(const struct command *command, int argc, char **argv)
{
    struct remote remote;
    struct command helped = *command;
    const char *words[1] = {""}, *html = NULL;
    const char *by = NULL, *with = NULL, *metric = "";
    bool refresh = false, verified = false, csv = false;
    bool series = false, novelty = false, distribution = false;
    int count, code = EXIT_DONE;
    const struct remote_option options[] = {
        {"refresh", NULL, &refresh}, {"verify", NULL, &verified},
        {"by", &by, NULL},           {"with", &with, NULL},
        {"metric", &metric, NULL},   {"csv", NULL, &csv},
        {"html", &html, NULL},       {"series", NULL, &series},
        {"novelty", NULL, &novelty}, {"distribution", NULL, &distribution},
        {NULL, NULL, NULL}};
    helped.help = results_help;
    if (!remote_open(&remote, &helped, argc, argv, options, words, 1, &count, &code))
        return code;
    if (count != 1 || words[0][0] == '\0')
        code = command_usage(&helped, "name one experiment");
    else if (verified)
        code = verify(&remote, words[0]);
    else if (by || with)
        code = result_breakdown(&remote, words[0], by, with, metric);
    else if (series || novelty || distribution)
        code = result_course(&remote, words[0],
                             series    ? "timeseries"
                             : novelty ? "novelty"
                                       : "distribution",
                             metric);
    else if (csv)
        code = print_csv(&remote, words[0], refresh);
    else if (html)
        code = write_page(&remote, words[0], refresh, html);
    else
        code = show(&remote, words[0], refresh);
    remote_close(&remote);
    return code;
}
