/* Reading calculations before they are stored. */
#include "api/api.h"
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
