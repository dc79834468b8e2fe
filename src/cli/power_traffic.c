/* The results for mean and variance, the course over time for unique units by week. */
#include "cli/power_traffic.h"

#include "base/time.h"
#include "cli/remote.h"

#include <math.h>
#include <stdio.h>

static double number_of(const struct json *object, const char *name)
{
    const struct json *value = json_find(object, gos_str_from(name));
    return value && value->type == JSON_NUMBER ? value->number : (double)NAN;
}

static bool is_true(const struct json *object, const char *name)
{
    const struct json *value = json_find(object, gos_str_from(name));
    return value && value->type == JSON_BOOL && value->boolean;
}

static bool is_metric(const struct json *row, const char *metric)
{
    return metric ? gos_str_equal(json_find_text(row, "metric_name"), gos_str_from(metric))
                  : gos_str_equal(json_find_text(row, "role"), GOS_LIT("primary"));
}

/* The control's row of the metric, and the largest share of variance that a covariate took off. */
static const struct json *row_find(const struct json *rows, const char *metric, double *reduction)
{
    const struct json *control = NULL;
    *reduction = 0;
    for (uint32_t i = 0; rows && i < rows->count; i++) {
        const struct json *row = &rows->items[i];
        double taken = number_of(row, "variance_reduction");
        if (!is_metric(row, metric))
            continue;
        if (is_true(row, "is_control"))
            control = row;
        if (taken > *reduction && taken < 1)
            *reduction = taken;
    }
    return control;
}

static bool take_row(const struct json *answer, const struct power_source *source,
                     struct power_measured *out, gos_error *err)
{
    double reduction;
    const struct json *row =
        row_find(json_find(answer, GOS_LIT("results")), source->metric, &reduction);
    gos_str name = json_find_text(row, "metric_name"), kind = json_find_text(row, "kind");
    out->mean = number_of(row, "mean_value");
    out->sd = sqrt(number_of(row, "variance"));
    if (!row || !isfinite(out->mean) || !isfinite(out->sd))
        return gos_fail(err, GOS_NOT_FOUND, "/metric", "%s has measured nothing of %s yet",
                        source->experiment, source->metric ? source->metric : "its primary metric");
    if (gos_str_equal(kind, GOS_LIT("quantile")))
        return gos_fail(err, GOS_BAD_INPUT, "/metric", "a quantile cannot be planned by its mean");
    snprintf(out->metric, sizeof out->metric, "%.*s", GOS_ARG(name));
    out->is_rate = gos_str_equal(kind, GOS_LIT("proportion"));
    out->correlation = sqrt(reduction);
    return true;
}

static int64_t time_of(const struct json *object, const char *name)
{
    int64_t ms;
    return time_read(json_find_text(object, name), &ms) ? ms : TIME_NONE;
}

/* Units of all variants at each moment; the last moment of each whole week counts. */
static void take_traffic(const struct json *points, const struct json *answer,
                         struct power_measured *out)
{
    const struct json *rows = json_find(answer, GOS_LIT("results"));
    const struct json *window =
        rows && rows->count ? json_find(&rows->items[0], GOS_LIT("data_window")) : NULL;
    int64_t start = time_of(window, "start"), end = time_of(window, "end");
    double span = (double)(end - start) / (double)TIME_DAY_MS;
    out->units = number_of(json_find(answer, GOS_LIT("health")), "units");
    if (start != TIME_NONE && end > start)
        out->per_day = out->units / fmax(span, 1.0 / 24);
    for (int64_t week = 1; week <= POWER_WEEKS_MAX && start != TIME_NONE; week++) {
        int64_t until = start + 7 * week * TIME_DAY_MS, newest = TIME_NONE;
        double units = 0;
        for (uint32_t i = 0; until <= end && points && i < points->count; i++) {
            const struct json *point = &points->items[i];
            int64_t at = time_of(point, "at");
            if (at > until ||
                !gos_str_equal(json_find_text(point, "metric_name"), gos_str_from(out->metric)))
                continue;
            units = at > newest ? 0 : units;
            newest = at > newest ? at : newest;
            units += at == newest ? number_of(point, "sample_size") : 0;
        }
        if (!(units > 0))
            return;
        out->weekly[out->week_count++] = units;
    }
}

static bool ask(struct remote *remote, const struct power_source *source,
                struct power_measured *out, int *out_exit)
{
    const struct json *answer, *series;
    gos_str body, results = remote_path(remote->arena, "/api/v1/experiments/", source->experiment,
                                        "/results");
    gos_error err;
    if (!remote_call(remote, "GET", results.data, (gos_str){NULL, 0}, &body, &answer, out_exit))
        return false;
    if (!take_row(answer, source, out, &err)) {
        *out_exit = command_fail(&err, remote->as_json);
        return false;
    }
    gos_str course =
        remote_path(remote->arena, "/api/v1/experiments/", source->experiment, "/timeseries");
    if (!remote_call(remote, "GET", course.data, (gos_str){NULL, 0}, &body, &series, out_exit))
        return false;
    take_traffic(json_find(series, GOS_LIT("points")), answer, out);
    return true;
}

bool power_measure(const struct command *command, const struct power_source *source, bool as_json,
                   struct power_measured *out, int *out_exit)
{
    char name[] = "power", url[] = "--url", key[] = "--key", json[] = "--json";
    char *argv[8] = {name};
    int argc = 1, count;
    struct remote remote;
    const char *word;
    *out = (struct power_measured){.per_day = NAN};
    if (source->url) {
        argv[argc++] = url;
        argv[argc++] = (char *)(uintptr_t)source->url;
    }
    if (source->key) {
        argv[argc++] = key;
        argv[argc++] = (char *)(uintptr_t)source->key;
    }
    if (as_json)
        argv[argc++] = json;
    if (!remote_open(&remote, command, argc, argv, NULL, &word, 1, &count, out_exit))
        return false;
    bool done = ask(&remote, source, out, out_exit);
    remote_close(&remote);
    return done;
}
