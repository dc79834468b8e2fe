/* One environment after the other, one experiment a transaction. */
#include "jobs/bandit.h"

#include "base/limits.h"
#include "base/time.h"

struct running {
    const struct bandit_request *request;
    bandit_failed *failed;
    void *user;
    gos_arena *arena;
    uint32_t count; /* decisions made in this environment */
};

static void run_one(struct running *running, const struct definition *experiment)
{
    gos_error one = {0};
    gos_str decision;
    bool applied = false;
    if (bandit_decide(running->request, experiment, running->arena, &decision, &applied, &one))
        running->count += applied;
    else if (one.code != GOS_CONFLICT)
        running->failed(running->user, experiment->name, &one);
}

static bool run_environment(struct running *running, gos_error *err)
{
    struct catalog_page page;
    struct catalog_query query = {.environment = running->request->environment,
                                  .kind = KIND_EXPERIMENT,
                                  .status = GOS_LIT("Running"),
                                  .limit = PAGE_ITEMS_MAX};
    do {
        if (!catalog_list(running->request->catalog, &query, running->arena, &page, err))
            return false;
        for (uint32_t i = 0; i < page.count; i++) {
            struct definition *experiment = &page.items[i];
            if (!json_read(experiment->body, running->arena, &experiment->tree, err))
                return false;
            int64_t due = bandit_due(experiment->tree);
            if (due != TIME_NONE && due <= running->request->now_ms)
                run_one(running, experiment);
        }
        query.cursor = page.next;
    } while (page.next.len > 0);
    return true;
}

bool bandit_run_all(const struct bandit_request *request, bandit_done *done, bandit_failed *failed,
                    void *user, gos_arena *arena, uint32_t *out_count, gos_error *err)
{
    struct environment *environments;
    uint32_t environment_count;
    *out_count = 0;
    if (!catalog_list_environments(request->catalog, arena, &environments, &environment_count, err))
        return false;
    for (uint32_t i = 0; i < environment_count; i++) {
        struct bandit_request here = *request;
        here.environment = environments[i].name;
        struct running running = {&here, failed, user, arena, 0};
        if (!run_environment(&running, err) ||
            (running.count > 0 && !done(user, here.environment, err)))
            return false;
        *out_count += running.count;
    }
    return true;
}
