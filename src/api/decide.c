/* The bridge from a request to the evaluation library and the roster behind it. */
#include "api/decide.h"

#include "api/sample.h"
#include "base/secret.h"
#include "roster/roster.h"

#include <pthread.h>
#include <stdlib.h>

enum { CONTEXT_BYTES_MAX = 4 << 20, POOLED_MAX = 64 };

struct context_pool {
    pthread_mutex_t lock;
    gos_context *waiting[POOLED_MAX];
    size_t count;
};

bool context_pool_open(struct context_pool **out, gos_error *err)
{
    struct context_pool *pool = calloc(1, sizeof *pool);
    if (!pool)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for contexts");
    pthread_mutex_init(&pool->lock, NULL);
    *out = pool;
    return true;
}

void context_pool_close(struct context_pool *pool)
{
    if (!pool)
        return;
    for (size_t i = 0; i < pool->count; i++)
        gos_context_close(pool->waiting[i]);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

static gos_context *context_take(struct context_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    gos_context *context = pool->count > 0 ? pool->waiting[--pool->count] : NULL;
    pthread_mutex_unlock(&pool->lock);
    return context ? context : gos_context_open(CONTEXT_BYTES_MAX);
}

static void context_give(struct context_pool *pool, gos_context *context)
{
    pthread_mutex_lock(&pool->lock);
    bool kept = pool->count < POOLED_MAX;
    if (kept)
        pool->waiting[pool->count++] = context;
    pthread_mutex_unlock(&pool->lock);
    if (!kept)
        gos_context_close(context);
}

bool decider_open(struct http_request *request, struct decider *out, gos_error *err)
{
    struct api *api = api_of(request);
    *out = (struct decider){
        .api = api, .arena = request->arena, .environment = api_environment(request)};
    if (!publisher_pin(api->publisher, out->environment, &out->pin, err))
        return false;
    out->context = context_take(api->contexts);
    if (out->context)
        return true;
    decider_close(out);
    return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a context");
}

bool decider_go_back(struct decider *decider, int64_t sequence, gos_error *err)
{
    struct publisher_pin past;
    if (!publisher_past_open(decider->api->publisher, decider->environment, sequence,
                             &decider->past, &past, err))
        return false;
    publisher_unpin(decider->api->publisher, &decider->pin);
    decider->pin = past;
    return true;
}

void decider_close(struct decider *decider)
{
    if (decider->context)
        context_give(decider->api->contexts, decider->context);
    if (decider->past)
        publisher_past_close(decider->api->publisher, decider->past);
    else if (decider->pin.rules)
        publisher_unpin(decider->api->publisher, &decider->pin);
    decider->past = NULL;
    decider->context = NULL;
    decider->pin.rules = NULL;
}

static gos_earlier find_earlier(void *user, gos_str experiment_id, gos_str unit,
                                gos_str *out_variant)
{
    struct decider *decider = user;
    struct uuid id;
    if (!uuid_read(experiment_id, &id))
        return GOS_EARLIER_NONE;
    const struct assignment *found;
    if (!roster_find_earlier(decider->api->roster, decider->environment, &id, unit,
                             gos_context_device(decider->context), decider->arena, &found,
                             &decider->earlier_error))
        return GOS_EARLIER_FAILED;
    if (!found)
        return GOS_EARLIER_NONE;
    decider->earlier = found;
    decider->earlier_is_own = gos_str_equal(found->user_id, unit);
    *out_variant = found->variant;
    return decider->earlier_is_own ? GOS_EARLIER_UNIT : GOS_EARLIER_IDENTITY;
}

/* What the request does not say of its user is taken from what identify has told. */
static bool profile_add(struct decider *decider, gos_error *err)
{
    gos_str user = gos_context_user(decider->context), profile;
    if (user.len == 0 || !gos_context_lacks(decider->context))
        return true;
    return roster_find_profile(decider->api->roster, decider->environment, user, PROFILE_TOLD,
                               decider->arena, &profile, err) &&
           (profile.len == 0 || gos_context_complete(decider->context, profile, err));
}

bool decider_bind(struct decider *decider, gos_str user_id, gos_str device_id, gos_str attributes,
                  int64_t now_ms, gos_error *err)
{
    decider->subject = (gos_subject){
        .user_id = user_id,
        .device_id = device_id,
        .now_ms = now_ms,
        .find_earlier = find_earlier,
        .find_earlier_user = decider,
        .match_pattern = decider->pin.match_pattern,
        .match_pattern_user = decider->pin.match_pattern_user,
    };
    return gos_context_bind(decider->context, decider->pin.rules, &decider->subject, attributes,
                            err) &&
           profile_add(decider, err);
}

void decider_remember(const struct decider *decider, gos_str attributes)
{
    struct sampled context = {gos_context_user(decider->context),
                              gos_context_device(decider->context), attributes};
    sample_put(decider->api->sample, decider->environment, &context, decider->subject.now_ms);
}

gos_decision decider_flag_at(struct decider *decider, uint32_t flag)
{
    decider->earlier = NULL;
    return gos_eval_flag_at(decider->pin.rules, flag, decider->context);
}

gos_decision decider_experiment_at(struct decider *decider, uint32_t experiment)
{
    decider->earlier = NULL;
    return gos_eval_experiment_at(decider->pin.rules, experiment, decider->context);
}

bool decider_assignment(const struct decider *decider, const gos_decision *decision, int64_t now_ms,
                        struct assignment *out)
{
    bool writes = decision->assignment == GOS_ASSIGNMENT_SPLIT ||
                  decision->assignment == GOS_ASSIGNMENT_IDENTITY;
    if (decision->experiment < 0 || decision->experiment_variant < 0 || !writes)
        return false;
    uint32_t experiment = (uint32_t)decision->experiment;
    gos_experiment_info info = gos_ruleset_experiment(decider->pin.rules, experiment);
    *out = (struct assignment){
        .id = secret_uuid(now_ms),
        .environment = decider->environment,
        .user_id = gos_eval_unit(decider->pin.rules, experiment, decider->context),
        .variant = gos_ruleset_variant(decider->pin.rules, experiment,
                                       (uint32_t)decision->experiment_variant),
        .assignment_reason = gos_str_from(gos_assignment_name(decision->assignment)),
        .assigned_at = now_ms,
        .sticky = info.sticky,
        .device_id = gos_context_device(decider->context),
    };
    return uuid_read(info.id, &out->experiment_id);
}
