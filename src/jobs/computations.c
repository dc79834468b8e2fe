/* `work` is held by the one that runs; places and their order stand under `lock`. */
#include "jobs/computations.h"

#include "base/time.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct computations {
    pthread_mutex_t work;
    pthread_mutex_t lock;
    bool is_closing;
    uint64_t last_id;
    struct computation places[COMPUTATIONS_MAX];
    struct computation_view ended[COMPUTATIONS_KEPT]; /* a ring */
    uint64_t ended_count;
};

bool computations_open(struct computations **out, gos_error *err)
{
    struct computations *computations = calloc(1, sizeof *computations);
    if (!computations)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for computations");
    pthread_mutex_init(&computations->work, NULL);
    pthread_mutex_init(&computations->lock, NULL);
    *out = computations;
    return true;
}

void computations_cancel_all(struct computations *computations)
{
    pthread_mutex_lock(&computations->lock);
    for (size_t i = 0; i < COMPUTATIONS_MAX; i++) {
        if (computations->places[i].id)
            atomic_store(&computations->places[i].cancel, true);
    }
    pthread_mutex_unlock(&computations->lock);
}

void computations_close(struct computations *computations)
{
    if (!computations)
        return;
    pthread_mutex_lock(&computations->lock);
    computations->is_closing = true;
    pthread_mutex_unlock(&computations->lock);
    computations_cancel_all(computations);
    pthread_mutex_lock(&computations->work);
    pthread_mutex_unlock(&computations->work);
    pthread_mutex_destroy(&computations->work);
    pthread_mutex_destroy(&computations->lock);
    free(computations);
}

/* Under `lock`; NULL: all are taken. */
static struct computation *place_take(struct computations *computations,
                                      const struct definition *experiment, int64_t now_ms)
{
    for (size_t i = 0; i < COMPUTATIONS_MAX; i++) {
        struct computation *place = &computations->places[i];
        if (place->id)
            continue;
        place->id = ++computations->last_id;
        place->experiment_id = experiment->id;
        snprintf(place->experiment, sizeof place->experiment, "%.*s", GOS_ARG(experiment->name));
        snprintf(place->environment, sizeof place->environment, "%.*s",
                 GOS_ARG(experiment->environment));
        place->asked_at = now_ms;
        place->started_at = TIME_NONE;
        atomic_store(&place->cancel, computations->is_closing);
        atomic_store(&place->progress.rows_read, 0);
        atomic_store(&place->progress.rows, 0);
        return place;
    }
    return NULL;
}

bool computations_begin(struct computations *computations, const struct definition *experiment,
                        int64_t (*now_ms)(void *context), void *context, struct computation **out,
                        gos_error *err)
{
    pthread_mutex_lock(&computations->lock);
    struct computation *place = place_take(computations, experiment, now_ms(context));
    pthread_mutex_unlock(&computations->lock);
    if (!place)
        return gos_fail(err, GOS_OVERLOADED, "", "%d computations wait already", COMPUTATIONS_MAX);
    pthread_mutex_lock(&computations->work);
    pthread_mutex_lock(&computations->lock);
    place->started_at = now_ms(context);
    pthread_mutex_unlock(&computations->lock);
    if (atomic_load(&place->cancel)) {
        const struct computation_outcome outcome = {.ended_at = place->started_at,
                                                    .code = GOS_CANCELLED};
        computations_end(computations, place, &outcome);
        return gos_fail(err, GOS_CANCELLED, "", "the computation was cancelled");
    }
    *out = place;
    return true;
}

static struct computation_view view_of(const struct computation *place)
{
    struct computation_view view = {.id = place->id,
                                    .experiment_id = place->experiment_id,
                                    .asked_at = place->asked_at,
                                    .started_at = place->started_at,
                                    .ended_at = TIME_NONE,
                                    .is_cancelled = atomic_load(&place->cancel),
                                    .rows_read = atomic_load(&place->progress.rows_read),
                                    .rows = atomic_load(&place->progress.rows)};
    memcpy(view.experiment, place->experiment, sizeof view.experiment);
    memcpy(view.environment, place->environment, sizeof view.environment);
    return view;
}

void computations_end(struct computations *computations, struct computation *computation,
                      const struct computation_outcome *outcome)
{
    struct computation_view view = view_of(computation);
    view.ended_at = outcome->ended_at;
    view.is_cancelled = outcome->code == GOS_CANCELLED;
    view.is_failed = outcome->code != GOS_OK && !view.is_cancelled;
    view.is_refresh = outcome->is_refresh;
    view.rows_read = outcome->code == GOS_OK ? outcome->rows_read : view.rows_read;
    pthread_mutex_lock(&computations->lock);
    computations->ended[computations->ended_count++ % COMPUTATIONS_KEPT] = view;
    computation->id = 0;
    pthread_mutex_unlock(&computations->lock);
    pthread_mutex_unlock(&computations->work);
}

bool computations_cancel(struct computations *computations, gos_str environment, uint64_t id)
{
    bool found = false;
    pthread_mutex_lock(&computations->lock);
    for (size_t i = 0; id > 0 && i < COMPUTATIONS_MAX; i++) {
        struct computation *place = &computations->places[i];
        if (place->id != id || !gos_str_equal(gos_str_from(place->environment), environment))
            continue;
        atomic_store(&place->cancel, true);
        found = true;
    }
    pthread_mutex_unlock(&computations->lock);
    return found;
}

static int by_id(const void *a, const void *b)
{
    const struct computation_view *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

uint32_t computations_list(struct computations *computations, gos_str environment,
                           struct computation_view out[COMPUTATIONS_MAX])
{
    uint32_t count = 0;
    pthread_mutex_lock(&computations->lock);
    for (size_t i = 0; i < COMPUTATIONS_MAX; i++) {
        struct computation *place = &computations->places[i];
        if (!place->id || !gos_str_equal(gos_str_from(place->environment), environment))
            continue;
        out[count++] = view_of(place);
    }
    pthread_mutex_unlock(&computations->lock);
    qsort(out, count, sizeof *out, by_id);
    return count;
}

uint32_t computations_recent(struct computations *computations, gos_str environment,
                             struct computation_view out[COMPUTATIONS_KEPT])
{
    uint32_t count = 0;
    pthread_mutex_lock(&computations->lock);
    for (uint64_t i = 0; i < COMPUTATIONS_KEPT && i < computations->ended_count; i++) {
        uint64_t newest = computations->ended_count - 1 - i;
        const struct computation_view *view = &computations->ended[newest % COMPUTATIONS_KEPT];
        if (gos_str_equal(gos_str_from(view->environment), environment))
            out[count++] = *view;
    }
    pthread_mutex_unlock(&computations->lock);
    return count;
}
