/*
 * Commits: each item reads what stands, with what the items before it put, and puts what becomes of
 * it. One batch is written at the end, or nothing.
 */
#include "base/time.h"
#include "roster/codec.h"
#include "roster/store.h"
#include "roster/store_backend.h"

bool commit_begin(struct commit *commit, struct store *store, int64_t now_ms, gos_arena *arena,
                  gos_error *err)
{
    *commit = (struct commit){.store = store, .arena = arena, .now_ms = now_ms, .err = err};
    pthread_mutex_lock(&store->write_lock);
    if (!kv_heal(store->kv, err)) {
        pthread_mutex_unlock(&store->write_lock);
        return false;
    }
    kv_batch_init(&commit->batch, store->kv);
    text_init(&commit->facts, arena);
    pthread_mutex_lock(&store->spool_lock);
    commit->spool = store->spool;
    pthread_mutex_unlock(&store->spool_lock);
    return true;
}

bool commit_write(struct commit *commit)
{
    struct store *store = commit->store;
    if (!counts_write(commit) || !commit_spooled(commit) || !kv_write(&commit->batch, commit->err))
        return false;
    pthread_mutex_lock(&store->spool_lock);
    store->spool = commit->spool;
    pthread_mutex_unlock(&store->spool_lock);
    return true;
}

void commit_end(struct commit *commit)
{
    kv_batch_deinit(&commit->batch);
    pthread_mutex_unlock(&commit->store->write_lock);
}

bool commit_put_assignment(struct commit *commit, const struct assignment *it)
{
    uint64_t hash = store_unit_hash(commit->store, it->user_id);
    struct key key = key_assignment(it->environment, &it->experiment_id, it->user_id);
    struct key index = key_unit(it->environment, hash, &it->experiment_id);
    struct text value;
    text_init(&value, commit->arena);
    codec_put_assignment(&value, it);
    if (!text_ok(&value, commit->err))
        return false;
    kv_put(&commit->batch, KV_ASSIGNMENTS, key_str(&key), text_str(&value));
    kv_put(&commit->batch, KV_UNITS, key_str(&index), (gos_str){"", 0});
    return counts_add(commit, it->environment, &it->experiment_id, it->variant, 1);
}

bool commit_delete_assignment(struct commit *commit, gos_str environment,
                              const struct uuid *experiment_id, gos_str unit, gos_str variant)
{
    uint64_t hash = store_unit_hash(commit->store, unit);
    struct key key = key_assignment(environment, experiment_id, unit);
    struct key index = key_unit(environment, hash, experiment_id);
    kv_delete(&commit->batch, KV_ASSIGNMENTS, key_str(&key));
    kv_delete(&commit->batch, KV_UNITS, key_str(&index));
    return counts_add(commit, environment, experiment_id, variant, -1);
}

static bool spool_exposure(struct commit *commit, const struct assignment *it,
                           const struct roster_item *item)
{
    struct fact fact = {.kind = FACT_EXPOSURE};
    fact.exposure = (struct exposure){.environment = it->environment,
                                      .experiment_id = it->experiment_id,
                                      .unit = it->user_id,
                                      .variant = it->variant,
                                      .reason = it->assignment_reason,
                                      .at = it->assigned_at,
                                      .attributes = item->attributes,
                                      .ruleset = item->ruleset};
    return commit_spool(commit, &fact);
}

/* A request that carries a user and a device says that they belong together. */
static bool link_device(struct commit *commit, const struct assignment *it)
{
    if (it->device_id.len == 0 || gos_str_equal(it->device_id, it->user_id))
        return true;
    struct identity_link link = {it->environment, it->device_id, it->user_id, it->assigned_at};
    gos_str user;
    bool is_new = false;
    return identity_link(commit, &link, &user, &is_new);
}

/* A unit without an assignment takes the first of its identity, else the one proposed. */
static bool create_assignment(struct commit *commit, struct roster_item *item)
{
    struct assignment it = item->assignment;
    struct identity identity;
    const struct assignment *first = NULL;
    if (!identity_of(commit->store, &commit->batch, it.environment, it.user_id, commit->arena,
                     &identity, commit->err) ||
        !identity_earliest(commit->store, &commit->batch, &identity, it.environment,
                           &it.experiment_id, it.user_id, commit->arena, &first, commit->err))
        return false;
    if (first) {
        it.variant = first->variant;
        it.assignment_reason = GOS_LIT("identity");
    }
    item->outcome = ROSTER_CREATED;
    item->stored = it;
    return commit_put_assignment(commit, &it) && spool_exposure(commit, &it, item);
}

bool commit_assignment(struct commit *commit, struct roster_item *item)
{
    const struct assignment *it = &item->assignment;
    const struct assignment *found = NULL;
    if (!link_device(commit, it) ||
        !store_get_assignment(commit->store, &commit->batch, it->environment, &it->experiment_id,
                              it->user_id, commit->arena, &found, commit->err))
        return false;
    if (!found)
        return create_assignment(commit, item);
    item->outcome = ROSTER_EXISTING;
    item->stored = *found;
    return true;
}

static bool commit_event(struct commit *commit, struct roster_item *item)
{
    struct key key = key_event(item->event.environment, item->event.event_id);
    int64_t day = time_day(item->event.received_at);
    bool is_known = false;
    day = day < 0 ? 0 : day > UINT16_MAX ? UINT16_MAX : day;
    if (!ids_batch_take(commit->ids, key_str(&key), (uint16_t)day, &is_known, commit->err))
        return false;
    item->outcome = is_known ? ROSTER_DUPLICATE : ROSTER_CREATED;
    if (is_known)
        return true;
    struct fact fact = {.kind = FACT_EVENT, .event = item->event};
    return commit_spool(commit, &fact);
}

static bool commit_link(struct commit *commit, struct roster_item *item)
{
    bool is_new = false;
    if (!identity_link(commit, &item->link, &item->user_id, &is_new))
        return false;
    item->outcome = is_new ? ROSTER_CREATED : ROSTER_EXISTING;
    return true;
}

static bool commit_exposure(struct commit *commit, struct roster_item *item)
{
    struct fact fact = {.kind = FACT_EXPOSURE, .exposure = item->exposure};
    item->outcome = ROSTER_CREATED;
    return commit_spool(commit, &fact);
}

static bool commit_item(struct commit *commit, struct roster_item *item)
{
    switch (item->kind) {
    case ROSTER_ASSIGNMENT:
        return commit_assignment(commit, item);
    case ROSTER_EXPOSURE:
        return commit_exposure(commit, item);
    case ROSTER_EVENT:
        return commit_event(commit, item);
    case ROSTER_LINK:
        return commit_link(commit, item);
    case ROSTER_PROFILE:
        return commit_profile(commit, item);
    }
    return false;
}

bool store_commit(struct roster *roster, struct roster_item *items, size_t count, int64_t now_ms,
                  gos_arena *arena, gos_error *err)
{
    struct commit commit;
    if (!commit_begin(&commit, store_of(roster), now_ms, arena, err))
        return false;
    bool done = ids_batch_begin(commit.store->ids, count, arena, &commit.ids, err);
    for (size_t i = 0; done && i < count; i++)
        done = commit_item(&commit, &items[i]);
    done = done && ids_batch_put(commit.ids, &commit.batch, err) && commit_write(&commit);
    if (done)
        ids_batch_done(commit.ids);
    commit_end(&commit);
    return done;
}
