/* Taking away: an experiment's assignments after its time, and all about one user. */
#include "roster/codec.h"
#include "roster/store.h"
#include "roster/store_backend.h"

enum { ARENA_BYTES = 256 << 20 };

/*
 * Deletes up to `limit` rows from where the last call stopped: what is deleted still has to be
 * stepped over until it is compacted, and a million rows must not be stepped over a thousand times.
 */
static bool delete_rows(struct commit *commit, gos_str environment,
                        const struct uuid *experiment_id, uint32_t limit, uint64_t *out_count,
                        bool *out_more)
{
    struct key place = key_deletion(environment, experiment_id);
    struct key prefix = key_assignment(environment, experiment_id, (gos_str){"", 0});
    gos_str stopped;
    if (!kv_get(commit->store->kv, NULL, KV_META, key_str(&place), commit->arena, &stopped,
                commit->err))
        return false;
    struct key from =
        key_assignment(environment, experiment_id, stopped.data ? stopped : (gos_str){"", 0});
    struct kv_cursor rows;
    gos_str key, value;
    bool done = true, has_row = false;
    uint64_t count = 0;
    kv_cursor_init(&rows, commit->store->kv, NULL, KV_ASSIGNMENTS, key_str(&prefix),
                   key_str(&from));
    for (; done && (has_row = kv_cursor_at(&rows, &key, &value)) && count < limit; count++) {
        struct assignment row;
        gos_str unit = key_assignment_unit(key, environment);
        /* A damaged row goes too; then only its count stays. */
        if (!codec_read_assignment(value, &row))
            row.variant = (gos_str){"", 0};
        done = commit_delete_assignment(commit, environment, experiment_id, unit, row.variant);
        from = key_assignment(environment, experiment_id, unit);
        kv_cursor_next(&rows);
    }
    if (has_row)
        kv_put(&commit->batch, KV_META, key_str(&place),
               key_assignment_unit(key_str(&from), environment));
    else
        kv_delete(&commit->batch, KV_META, key_str(&place));
    *out_count = count;
    *out_more = has_row;
    return kv_cursor_deinit(&rows, done ? commit->err : NULL) && done;
}

bool store_delete_assignments(struct roster *roster, gos_str environment,
                              const struct uuid *experiment_id, uint32_t limit, bool dry,
                              uint64_t *out_count, bool *out_more, gos_error *err)
{
    *out_more = false;
    if (dry)
        return store_count_assignments(roster, environment, experiment_id, (gos_str){"", 0},
                                       out_count, err);
    gos_arena *arena = gos_arena_open(ARENA_BYTES);
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory to delete assignments");
    struct commit commit;
    bool begun = commit_begin(&commit, store_of(roster), 0, arena, err);
    bool done = begun &&
                delete_rows(&commit, environment, experiment_id, limit, out_count, out_more) &&
                commit_write(&commit);
    if (begun)
        commit_end(&commit);
    gos_arena_close(arena);
    return done;
}

static bool forget_unit(struct commit *commit, gos_str environment, gos_str unit,
                        uint64_t *out_count)
{
    struct store *store = commit->store;
    struct uuid *ids = NULL;
    uint32_t count = 0;
    if (!store_unit_experiments(store, NULL, environment, unit, UINT32_MAX, commit->arena, &ids,
                                &count, commit->err))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        const struct assignment *found = NULL;
        if (!store_get_assignment(store, NULL, environment, &ids[i], unit, commit->arena, &found,
                                  commit->err))
            return false;
        if (!found)
            continue;
        if (!commit_delete_assignment(commit, environment, &ids[i], unit, found->variant))
            return false;
        ++*out_count;
    }
    struct key device = key_device(environment, unit), user = key_user(environment, unit);
    struct key told = key_profile(environment, unit, PROFILE_TOLD);
    struct key claimed = key_profile(environment, unit, PROFILE_CLAIMED);
    kv_delete(&commit->batch, KV_IDENTITIES, key_str(&device));
    kv_delete(&commit->batch, KV_IDENTITIES, key_str(&user));
    kv_delete(&commit->batch, KV_PROFILES, key_str(&told));
    kv_delete(&commit->batch, KV_PROFILES, key_str(&claimed));
    return true;
}

static bool forget(struct commit *commit, gos_str environment, gos_str user_id, uint64_t *out_count)
{
    struct identity identity;
    if (!identity_of(commit->store, NULL, environment, user_id, commit->arena, &identity,
                     commit->err))
        return false;
    /* Asked for a device, the user it belongs to and its other devices stay. */
    bool is_user = identity.count > 0 && gos_str_equal(identity.units[0], user_id);
    struct fact fact = {.kind = FACT_FORGOTTEN};
    fact.forgotten = (struct forgotten){environment, user_id, commit->now_ms};
    bool done = commit_spool(commit, &fact) && forget_unit(commit, environment, user_id, out_count);
    for (uint32_t i = 1; done && is_user && i < identity.count; i++)
        done = forget_unit(commit, environment, identity.units[i], out_count);
    return done;
}

bool store_forget(struct roster *roster, gos_str environment, gos_str user_id, int64_t now_ms,
                  uint64_t *out_count, gos_error *err)
{
    gos_arena *arena = gos_arena_open(ARENA_BYTES);
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory to forget a user");
    *out_count = 0;
    struct commit commit;
    bool begun = commit_begin(&commit, store_of(roster), now_ms, arena, err);
    bool done = begun && forget(&commit, environment, user_id, out_count) && commit_write(&commit);
    if (begun)
        commit_end(&commit);
    gos_arena_close(arena);
    return done;
}
