/* What experiments show: results, their course over time, health, and proof. */
#include "api/api.h"
#include "api/report.h"
#include "api/results_csv.h"
#include "base/time.h"
#include "jobs/analyst.h"

enum { RESULTS_ARENA_BYTES = 64 << 20, HISTORY_MAX = 5000, HOUR_MS = 3600000 };

static bool asks_refresh(const struct http_request *request)
{
    gos_str refresh = http_query(request, "refresh");
    return refresh.data && !gos_str_equal(refresh, GOS_LIT("false"));
}

enum results_format { RESULTS_JSON, RESULTS_CSV, RESULTS_HTML };

/* As `format` says, or else as what is accepted does. */
static bool format_read(const struct http_request *request, enum results_format *out,
                        gos_error *err)
{
    static const char *const names[] = {"json", "csv", "html"};
    gos_str format = http_query(request, "format"), accept = http_header(request, "Accept");
    *out = str_starts_with(accept, GOS_LIT("text/csv"))    ? RESULTS_CSV
           : str_starts_with(accept, GOS_LIT("text/html")) ? RESULTS_HTML
                                                           : RESULTS_JSON;
    if (!format.data)
        return true;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        *out = (enum results_format)i;
        if (gos_str_equal(format, gos_str_from(names[i])))
            return true;
    }
    return gos_fail(err, GOS_BAD_INPUT, "/format", "format \"%.*s\" is not json, csv or html",
                    GOS_ARG(format));
}

static void answer_csv(struct http_request *request, struct http_response *response,
                       const struct analyst_answer *found)
{
    gos_error err;
    gos_str text;
    const struct json *rows;
    gos_str experiment = http_param(request, "id");
    if (!json_read(found->results, request->arena, &rows, &err) ||
        !results_csv(rows, experiment, request->arena, &text, &err)) {
        http_fail(request, response, &err);
        return;
    }
    response->status = 200;
    response->content_type = GOS_LIT("text/csv; charset=utf-8");
    response->body = text;
}

static bool report_make(struct http_request *request, const struct analyst_answer *found,
                        gos_arena *arena, gos_str *out, gos_error *err)
{
    struct api *api = api_of(request);
    gos_str environment = api_environment(request), id = http_param(request, "id"), series;
    struct definition experiment;
    struct report report = {.as_of = GOS_LIT("")};
    char as_of[TIME_TEXT_BYTES];
    if (found->window_end != TIME_NONE) {
        time_write(found->window_end, as_of);
        report.as_of = gos_str_from(as_of);
    }
    if (!catalog_get(api->catalog, environment, KIND_EXPERIMENT, id, arena, &experiment, err) ||
        !json_read(found->results, arena, &report.results, err) ||
        !json_read(found->health, arena, &report.health, err) ||
        !json_read(found->verdict, arena, &report.verdict, err) ||
        !analyst_series(api->analyst, environment, id, GOS_LIT(""), arena, &series, err) ||
        !json_read(series, arena, &report.points, err))
        return false;
    report.experiment = experiment.tree;
    return report_write(&report, arena, out, err);
}

/* Opened by itself it may run nothing and load nothing; its style is its own. */
static void answer_html(struct http_request *request, struct http_response *response,
                        const struct analyst_answer *found)
{
    gos_error err = {.code = GOS_OUT_OF_MEMORY, .message = "no memory for the report"};
    gos_str page;
    gos_arena *arena = gos_arena_open(RESULTS_ARENA_BYTES);
    bool done = arena && report_make(request, found, arena, &page, &err);
    if (done)
        page = gos_arena_text(request->arena, page, &err);
    gos_arena_close(arena);
    if (!done || !page.data) {
        http_fail(request, response, &err);
        return;
    }
    http_add(request, response, "Content-Security-Policy",
             GOS_LIT("default-src 'none'; style-src 'unsafe-inline'; sandbox"));
    response->status = 200;
    response->content_type = GOS_LIT("text/html; charset=utf-8");
    response->body = page;
}

void api_results_get(struct http_request *request, struct http_response *response)
{
    struct api *api = api_of(request);
    gos_error err;
    struct analyst_answer found;
    enum results_format format;
    if (!format_read(request, &format, &err) ||
        !analyst_results(api->analyst, api_environment(request), http_param(request, "id"),
                         asks_refresh(request), request->arena, &found, &err)) {
        http_fail(request, response, &err);
        return;
    }
    telemetry_count(api->telemetry, COUNT_results_computed, asks_refresh(request));
    if (format == RESULTS_CSV) {
        answer_csv(request, response, &found);
        return;
    }
    if (format == RESULTS_HTML) {
        answer_html(request, response, &found);
        return;
    }
    struct api_answer answer;
    api_write_begin(request, &answer);
    json_open_object(&answer.json);
    json_name(&answer.json, "results");
    json_raw(&answer.json, found.results);
    json_name(&answer.json, "health");
    json_raw(&answer.json, found.health);
    json_name(&answer.json, "verdict");
    json_raw(&answer.json, found.verdict);
    api_write_time(&answer.json, "as_of", found.window_end);
    api_write_time(&answer.json, "computed_at", found.computed_at);
    json_name(&answer.json, "computation");
    json_open_object(&answer.json);
    json_put_text(&answer.json, "refresh",
                  found.is_refresh ? GOS_LIT("incremental") : GOS_LIT("full"));
    json_put_int(&answer.json, "rows_read", (int64_t)found.rows_read);
    json_put_int(&answer.json, "took_ms", found.took_ms);
    json_close_object(&answer.json);
    json_close_object(&answer.json);
    api_write_end(request, response, &answer, 200);
}

void api_health_get(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct analyst_answer found;
    if (analyst_results(api_of(request)->analyst, api_environment(request),
                        http_param(request, "id"), asks_refresh(request), request->arena, &found,
                        &err))
        api_reply_json(request, response, 200, found.health);
    else
        http_fail(request, response, &err);
}

void api_verify_post(struct http_request *request, struct http_response *response)
{
    gos_error err;
    gos_str report;
    if (analyst_verify(api_of(request)->analyst, api_environment(request),
                       http_param(request, "id"), request->arena, &report, &err))
        api_reply_json(request, response, 200, report);
    else
        http_fail(request, response, &err);
}

static bool history_find(struct http_request *request, gos_arena *arena, struct result **out,
                         uint32_t *out_count, gos_error *err)
{
    struct api *api = api_of(request);
    gos_str environment = api_environment(request), metric = http_query_text(request, "metric");
    gos_str since_text = http_query(request, "since");
    int64_t since = INT64_MIN + 1;
    struct definition experiment;
    if (since_text.data && !time_read(since_text, &since))
        return gos_fail(err, GOS_BAD_INPUT, "/since",
                        "since is a time such as 2026-01-02T03:04:05Z");
    return catalog_get(api->catalog, environment, KIND_EXPERIMENT, http_param(request, "id"), arena,
                       &experiment, err) &&
           catalog_result_history(api->catalog, environment, experiment.id, metric, since,
                                  HISTORY_MAX, arena, out, out_count, err);
}

/* "day" or "hour": of each, the last computation is shown; otherwise all are. */
static int64_t step_of(const struct http_request *request)
{
    gos_str step = http_query(request, "step");
    if (step.data && gos_str_equal(step, GOS_LIT("day")))
        return TIME_DAY_MS;
    return step.data && gos_str_equal(step, GOS_LIT("hour")) ? HOUR_MS : 1;
}

static bool is_last_of_step(const struct result *rows, uint32_t count, uint32_t i, int64_t step)
{
    for (uint32_t next = i + 1; next < count; next++) {
        if (rows[next].computed_at != rows[i].computed_at)
            return rows[next].computed_at / step != rows[i].computed_at / step;
    }
    return true;
}

static void answer_stored(struct http_request *request, struct http_response *response)
{
    gos_error err = {.code = GOS_OUT_OF_MEMORY, .message = "no memory for the history"};
    struct result *rows;
    uint32_t count, shown = 0;
    gos_arena *arena = gos_arena_open(RESULTS_ARENA_BYTES);
    if (!arena || !history_find(request, arena, &rows, &count, &err)) {
        http_fail(request, response, &err);
        gos_arena_close(arena);
        return;
    }
    int64_t step = step_of(request);
    struct api_answer answer;
    api_write_list_begin(request, &answer);
    for (uint32_t i = 0; i < count; i++) {
        if (!is_last_of_step(rows, count, i, step))
            continue;
        result_write(&rows[i], &answer.json);
        shown++;
    }
    api_write_list_end(&answer, GOS_LIT(""), shown);
    api_write_end(request, response, &answer, 200);
    gos_arena_close(arena);
}

/* Cumulative results by hour or day, computed from the facts; stored=true: those of the catalog. */
void api_timeseries_get(struct http_request *request, struct http_response *response)
{
    gos_error err;
    gos_str points, metric = http_query_text(request, "metric"),
                    stored = http_query(request, "stored");
    struct api_answer answer;
    if (stored.data && gos_str_equal(stored, GOS_LIT("true"))) {
        answer_stored(request, response);
        return;
    }
    if (!analyst_series(api_of(request)->analyst, api_environment(request),
                        http_param(request, "id"), metric, request->arena, &points, &err)) {
        http_fail(request, response, &err);
        return;
    }
    api_write_begin(request, &answer);
    json_open_object(&answer.json);
    json_name(&answer.json, "points");
    json_raw(&answer.json, points);
    json_close_object(&answer.json);
    api_write_end(request, response, &answer, 200);
}
