/* Experiments whose weights follow their data: the log of their decisions, and a decision now. */
#include "jobs/bandit.h"

#include "api/api.h"
#include "base/time.h"
#include "jobs/publisher.h"

enum { BANDIT_ARENA_BYTES = 1 << 30 };

static bool get_bandit(struct http_request *request, gos_arena *arena, struct definition *out,
                       gos_error *err)
{
    if (!catalog_get(api_of(request)->catalog, api_environment(request), KIND_EXPERIMENT,
                     http_param(request, "id"), arena, out, err))
        return false;
    if (json_find(out->tree, GOS_LIT("bandit")))
        return true;
    return gos_fail(err, GOS_NOT_FOUND, "/bandit",
                    "\"%.*s\" is no bandit: its weights are set by people", GOS_ARG(out->name));
}

/* Oldest first, as the phases are. */
static void write_log(const struct json *phases, struct json_writer *json)
{
    json_name(json, "decisions");
    json_open_array(json);
    for (uint32_t i = 0; phases && i < phases->count; i++) {
        const struct json *decision = json_find(&phases->items[i], GOS_LIT("decision"));
        if (decision)
            json_value(json, decision);
    }
    json_close_array(json);
}

void api_bandit_get(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct definition experiment = {0};
    struct api_answer answer;
    if (!get_bandit(request, request->arena, &experiment, &err)) {
        http_fail(request, response, &err);
        return;
    }
    int64_t due = bandit_due(experiment.tree);
    bool is_running = gos_str_equal(experiment.status, GOS_LIT("Running"));
    api_write_begin(request, &answer);
    json_open_object(&answer.json);
    json_name(&answer.json, "experiment");
    json_text(&answer.json, experiment.name);
    json_name(&answer.json, "settings");
    json_value(&answer.json, json_find(experiment.tree, GOS_LIT("bandit")));
    json_name(&answer.json, "weights");
    json_value(&answer.json, json_find(experiment.tree, GOS_LIT("traffic_allocation")));
    if (is_running && due != TIME_NONE)
        api_write_time(&answer.json, "next_decision_at", due);
    write_log(json_find(experiment.tree, GOS_LIT("phases")), &answer.json);
    json_close_object(&answer.json);
    api_write_end(request, response, &answer, 200);
}

void api_bandit_post(struct http_request *request, struct http_response *response)
{
    struct api *api = api_of(request);
    gos_error err = {.code = GOS_OUT_OF_MEMORY, .message = "no memory for a decision"};
    struct definition experiment = {0};
    struct bandit_request ask = {.catalog = api->catalog,
                                 .ledger = api->ledger,
                                 .environment = api_environment(request),
                                 .actor = api_actor(request),
                                 .now_ms = request->now_ms};
    gos_str decision;
    bool applied = false;
    gos_arena *arena = gos_arena_open(BANDIT_ARENA_BYTES);
    bool done = arena && get_bandit(request, arena, &experiment, &err) &&
                bandit_decide(&ask, &experiment, arena, &decision, &applied, &err) &&
                (!applied || publisher_publish(api->publisher, ask.environment, &err));
    gos_str copy = done ? gos_arena_text(request->arena, decision, &err) : GOS_LIT("");
    gos_arena_close(arena);
    if (done && copy.data)
        api_reply_json(request, response, 200, copy);
    else
        http_fail(request, response, &err);
}
