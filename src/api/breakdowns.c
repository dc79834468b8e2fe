/* One metric looked into, on demand: days since exposure, slices, distribution, interactions. */
#include "api/api.h"
#include "base/time.h"
#include "jobs/analyst.h"
#include "jobs/breakdown.h"
#include "jobs/computations.h"
#include "jobs/novelty.h"

#define BREAKDOWN_ARENA_BYTES ((size_t)1 << 30)

typedef bool breakdown_write(const struct analysis_sources *sources,
                             const struct analysis_request *ask, struct http_request *request,
                             gos_arena *arena, struct json_writer *json, gos_error *err);

static bool write_novelty(const struct analysis_sources *sources,
                          const struct analysis_request *ask, struct http_request *request,
                          gos_arena *arena, struct json_writer *json, gos_error *err)
{
    return novelty_write(sources, ask, http_query_text(request, "metric"), arena, json, err);
}

static bool write_slices(const struct analysis_sources *sources, const struct analysis_request *ask,
                         struct http_request *request, gos_arena *arena, struct json_writer *json,
                         gos_error *err)
{
    return slices_write(sources, ask, http_query_text(request, "metric"),
                        http_query_text(request, "by"), arena, json, err);
}

static bool write_interactions(const struct analysis_sources *sources,
                               const struct analysis_request *ask, struct http_request *request,
                               gos_arena *arena, struct json_writer *json, gos_error *err)
{
    return interactions_write(sources, ask, http_query_text(request, "metric"),
                              http_query_text(request, "with"), arena, json, err);
}

static bool write_distribution(const struct analysis_sources *sources,
                               const struct analysis_request *ask, struct http_request *request,
                               gos_arena *arena, struct json_writer *json, gos_error *err)
{
    return distribution_write(sources, ask, http_query_text(request, "metric"), arena, json, err);
}

static bool compute(struct http_request *request, breakdown_write *write, gos_arena *arena,
                    struct text *out, gos_error *err)
{
    struct api *api = api_of(request);
    struct definition experiment = {0};
    struct json_writer json;
    if (!catalog_get(api->catalog, api_environment(request), KIND_EXPERIMENT,
                     http_param(request, "id"), arena, &experiment, err))
        return false;
    const struct analysis_sources sources = {api->catalog, api->ledger, NULL, NULL};
    struct computation *computation;
    struct analysis_request ask = {.environment = experiment.environment,
                                   .experiment = &experiment,
                                   .now_ms = request->now_ms,
                                   .as_of_ms = TIME_NONE};
    text_init(out, arena);
    json_writer_init(&json, out);
    if (!analyst_begin(api->analyst, &experiment, &computation, err))
        return false;
    ask.cancel = &computation->cancel;
    ask.progress = &computation->progress;
    bool done = write(&sources, &ask, request, arena, &json, err) && text_ok(out, err);
    analyst_end(api->analyst, computation, &experiment, done ? NULL : err);
    return done;
}

static void answer(struct http_request *request, struct http_response *response,
                   breakdown_write *write)
{
    gos_error err = {.code = GOS_OUT_OF_MEMORY, .message = "no memory for a computation"};
    struct text text;
    gos_str copy = {0};
    gos_arena *arena = gos_arena_open(BREAKDOWN_ARENA_BYTES);
    if (arena && compute(request, write, arena, &text, &err))
        copy = gos_arena_text(request->arena, text_str(&text), &err);
    gos_arena_close(arena);
    if (copy.data)
        api_reply_json(request, response, 200, copy);
    else
        http_fail(request, response, &err);
}

void api_novelty_get(struct http_request *request, struct http_response *response)
{
    answer(request, response, write_novelty);
}

void api_slices_get(struct http_request *request, struct http_response *response)
{
    answer(request, response, write_slices);
}

void api_distribution_get(struct http_request *request, struct http_response *response)
{
    answer(request, response, write_distribution);
}

void api_interactions_get(struct http_request *request, struct http_response *response)
{
    answer(request, response, write_interactions);
}
