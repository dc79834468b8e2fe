/* What is being computed now, and what waits for its turn. */
#include "jobs/computations.h"

#include "api/api.h"
#include "base/time.h"
#include "jobs/analyst.h"

#include <inttypes.h>

/* 1 only when it is done, and then it is gone from the list. */
static double progress_of(const struct computation_view *view)
{
    double share = view->rows ? (double)view->rows_read / (double)view->rows : 0;
    if (view->ended_at != TIME_NONE && !view->is_cancelled && !view->is_failed)
        return 1;
    return share < 0.99 ? share : 0.99;
}

static gos_str state_of(const struct computation_view *view)
{
    if (view->is_cancelled)
        return GOS_LIT("cancelled");
    if (view->is_failed)
        return GOS_LIT("failed");
    if (view->ended_at != TIME_NONE)
        return GOS_LIT("done");
    return view->started_at != TIME_NONE ? GOS_LIT("running") : GOS_LIT("waiting");
}

static bool asks_recent(const struct http_request *request)
{
    gos_str recent = http_query(request, "recent");
    return recent.data && !gos_str_equal(recent, GOS_LIT("false"));
}

static void view_write(const struct computation_view *view, struct json_writer *json)
{
    char id[UUID_TEXT_BYTES];
    uuid_write(&view->experiment_id, id);
    json_open_object(json);
    json_name(json, "id");
    json_int(json, (int64_t)view->id);
    api_write_text(json, "experiment_id", gos_str_from(id));
    api_write_text(json, "experiment", gos_str_from(view->experiment));
    api_write_text(json, "state", state_of(view));
    api_write_time(json, "asked_at", view->asked_at);
    api_write_time(json, "started_at", view->started_at);
    if (view->ended_at != TIME_NONE) {
        api_write_time(json, "ended_at", view->ended_at);
        json_put_int(json, "took_ms", view->ended_at - view->started_at);
        json_put_text(json, "refresh", view->is_refresh ? GOS_LIT("incremental") : GOS_LIT("full"));
    }
    json_name(json, "progress");
    json_double(json, progress_of(view));
    json_name(json, "rows_read");
    json_int(json, (int64_t)view->rows_read);
    json_name(json, "rows");
    json_int(json, (int64_t)view->rows);
    json_close_object(json);
}

void api_computations_list(struct http_request *request, struct http_response *response)
{
    _Static_assert((int)COMPUTATIONS_KEPT <= (int)COMPUTATIONS_MAX, "both lists fit into views");
    struct computation_view views[COMPUTATIONS_MAX];
    struct api_answer answer;
    struct computations *computations = analyst_computations(api_of(request)->analyst);
    uint32_t count = asks_recent(request)
                         ? computations_recent(computations, api_environment(request), views)
                         : computations_list(computations, api_environment(request), views);
    api_write_list_begin(request, &answer);
    for (uint32_t i = 0; i < count; i++)
        view_write(&views[i], &answer.json);
    api_write_list_end(&answer, GOS_LIT(""), count);
    api_write_end(request, response, &answer, 200);
}

void api_computations_delete(struct http_request *request, struct http_response *response)
{
    gos_error err;
    int64_t id;
    if (!str_read_int(http_param(request, "id"), &id) || id <= 0 ||
        !computations_cancel(analyst_computations(api_of(request)->analyst),
                             api_environment(request), (uint64_t)id)) {
        gos_fail(&err, GOS_NOT_FOUND, "", "there is no such computation; it may be done");
        http_fail(request, response, &err);
        return;
    }
    response->status = 204;
    response->content_type = GOS_LIT("");
}
