/* Metrics before they are stored: how a calculation is read, and what it gives. */
#include "api/api.h"
#include "jobs/analyst.h"
#include "jobs/computations.h"
#include "jobs/preview.h"
#include "metric/plan.h"

/* Reads a metric's calculation without storing anything: how it is understood, or what is wrong. */
void api_calculations_check(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct metric_plan plan;
    struct metric_expression expression;
    struct api_answer answer;
    const struct json *body, *text;
    if (!api_read_body(request, response, false, &body))
        return;
    text = json_find(body, GOS_LIT("calculation"));
    gos_str calculation = text && text->type == JSON_STRING ? text->text : GOS_LIT("");
    if (!plan_read(body, request->arena, &plan, NULL, &err) ||
        !metric_parse(calculation, METRIC_OVER_EVENTS, request->arena, &expression, NULL, &err)) {
        http_fail(request, response, &err);
        return;
    }
    api_write_begin(request, &answer);
    json_open_object(&answer.json);
    json_name(&answer.json, "calculation");
    json_text(&answer.json, metric_print(&expression, request->arena));
    json_name(&answer.json, "kind");
    json_text(&answer.json, gos_str_from(plan_kind_name(plan.kind)));
    json_close_object(&answer.json);
    api_write_end(request, response, &answer, 200);
}

#define PREVIEW_BYTES_MAX ((size_t)1 << 30)

/* In its turn, so that it is seen and can be cancelled. */
static bool preview(struct http_request *request, const struct metric_plan *plan, int64_t events,
                    gos_arena *arena, struct text *out, gos_error *err)
{
    struct api *api = api_of(request);
    struct definition subject = {.name = plan->name, .environment = api_environment(request)};
    struct computation *computation;
    struct json_writer json;
    text_init(out, arena);
    json_writer_init(&json, out);
    if (!analyst_begin(api->analyst, &subject, &computation, err))
        return false;
    bool done = preview_write(api->ledger, subject.environment, plan, (uint32_t)events,
                              request->now_ms + 1, &computation->cancel, arena, &json, err) &&
                text_ok(out, err);
    analyst_end(api->analyst, computation, &subject, done ? NULL : err);
    return done;
}

/* The metric over the newest events, without storing anything. */
void api_metrics_preview(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct metric_plan plan;
    struct text text;
    const struct json *body;
    int64_t events;
    gos_str copy = {0};
    if (!api_read_body(request, response, false, &body))
        return;
    gos_arena *arena = gos_arena_open(PREVIEW_BYTES_MAX);
    bool done = arena || gos_fail(&err, GOS_OUT_OF_MEMORY, "", "no memory for a computation");
    done =
        done &&
        http_query_int(request, "events", 1, PREVIEW_EVENTS_MAX, PREVIEW_EVENTS, &events, &err) &&
        api_check_events(request, &err) && plan_read(body, arena, &plan, NULL, &err);
    if (done && preview(request, &plan, events, arena, &text, &err))
        copy = gos_arena_text(request->arena, text_str(&text), &err);
    gos_arena_close(arena);
    if (copy.data)
        api_reply_json(request, response, 200, copy);
    else
        http_fail(request, response, &err);
}
