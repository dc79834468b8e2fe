/*
 * Who is whom. A device has one user, the first it was linked to; a user has up to
 * ROSTER_DEVICES_MAX devices, kept as one list under the user. A unit may be either.
 */
#include "roster/bytes.h"
#include "roster/store.h"
#include "roster/store_backend.h"

static bool find_user(struct store *store, const struct kv_batch *batch, gos_str environment,
                      gos_str device_id, gos_arena *arena, gos_str *out_user, gos_error *err)
{
    struct key key = key_device(environment, device_id);
    gos_str value;
    if (!kv_get(store->kv, batch, KV_IDENTITIES, key_str(&key), arena, &value, err))
        return false;
    *out_user = value.data ? value : (gos_str){"", 0};
    return true;
}

static bool find_devices(struct store *store, const struct kv_batch *batch, gos_str environment,
                         gos_str user_id, gos_arena *arena, gos_str *out, gos_error *err)
{
    struct key key = key_user(environment, user_id);
    return kv_get(store->kv, batch, KV_IDENTITIES, key_str(&key), arena, out, err);
}

/* Cuts a list of devices into texts that point into it. */
static uint32_t read_devices(gos_str list, gos_str out[ROSTER_DEVICES_MAX])
{
    uint32_t count = 0;
    struct bytes bytes = bytes_of(list.data ? list : (gos_str){"", 0});
    while (!bytes_done(&bytes) && !bytes.failed && count < ROSTER_DEVICES_MAX)
        out[count++] = bytes_text(&bytes);
    return count;
}

bool store_find_user(struct roster *roster, gos_str environment, gos_str device_id,
                     gos_arena *arena, gos_str *out_user, gos_error *err)
{
    return find_user(store_of(roster), NULL, environment, device_id, arena, out_user, err);
}

bool store_list_devices(struct roster *roster, gos_str environment, gos_str user_id,
                        gos_arena *arena, gos_str **out, uint32_t *out_count, gos_error *err)
{
    gos_str list;
    gos_str *items = gos_arena_array(arena, ROSTER_DEVICES_MAX, sizeof *items, err);
    if (!items || !find_devices(store_of(roster), NULL, environment, user_id, arena, &list, err))
        return false;
    *out = items;
    *out_count = read_devices(list, items);
    return true;
}

bool identity_of(struct store *store, const struct kv_batch *batch, gos_str environment,
                 gos_str unit, gos_arena *arena, struct identity *out, gos_error *err)
{
    gos_str user, list;
    *out = (struct identity){0};
    if (!find_user(store, batch, environment, unit, arena, &user, err))
        return false;
    if (user.len == 0)
        user = unit;
    if (!find_devices(store, batch, environment, user, arena, &list, err))
        return false;
    if (!list.data)
        return true;
    out->units = gos_arena_array(arena, ROSTER_DEVICES_MAX + 1, sizeof *out->units, err);
    if (!out->units)
        return false;
    out->units[0] = user;
    out->count = 1 + read_devices(list, out->units + 1);
    return true;
}

bool identity_earliest(struct store *store, const struct kv_batch *batch,
                       const struct identity *identity, gos_str environment,
                       const struct uuid *experiment_id, gos_str unit, gos_arena *arena,
                       const struct assignment **out, gos_error *err)
{
    *out = NULL;
    for (uint32_t i = 0; i < identity->count; i++) {
        const struct assignment *found = NULL;
        if (gos_str_equal(identity->units[i], unit))
            continue;
        if (!store_get_assignment(store, batch, environment, experiment_id, identity->units[i],
                                  arena, &found, err))
            return false;
        if (found && (!*out || found->assigned_at < (*out)->assigned_at))
            *out = found;
    }
    return true;
}

static bool spool_crossover(struct commit *commit, const struct assignment *it)
{
    struct fact fact = {.kind = FACT_EXPOSURE};
    fact.exposure = (struct exposure){.environment = it->environment,
                                      .experiment_id = it->experiment_id,
                                      .unit = it->user_id,
                                      .variant = it->variant,
                                      .reason = it->assignment_reason,
                                      .at = it->assigned_at,
                                      .is_crossover = true};
    return commit_spool(commit, &fact);
}

/* Where the device and the rest of its identity have different variants, the later one crossed. */
static bool spool_crossovers(struct commit *commit, const struct identity_link *link)
{
    struct store *store = commit->store;
    struct uuid *ids = NULL;
    uint32_t count = 0;
    struct identity identity;
    if (!store_unit_experiments(store, &commit->batch, link->environment, link->device_id,
                                UINT32_MAX, commit->arena, &ids, &count, commit->err))
        return false;
    if (count == 0)
        return true;
    if (!identity_of(store, &commit->batch, link->environment, link->device_id, commit->arena,
                     &identity, commit->err))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        const struct assignment *device = NULL, *other = NULL;
        if (!store_get_assignment(store, &commit->batch, link->environment, &ids[i],
                                  link->device_id, commit->arena, &device, commit->err) ||
            !identity_earliest(store, &commit->batch, &identity, link->environment, &ids[i],
                               link->device_id, commit->arena, &other, commit->err))
            return false;
        bool conflict = device && other && !gos_str_equal(device->variant, other->variant);
        if (conflict &&
            !spool_crossover(commit, device->assigned_at < other->assigned_at ? other : device))
            return false;
    }
    return true;
}

static bool put_link(struct commit *commit, const struct identity_link *link)
{
    struct key device = key_device(link->environment, link->device_id);
    struct key user = key_user(link->environment, link->user_id);
    kv_put(&commit->batch, KV_IDENTITIES, key_str(&device), link->user_id);
    gos_str list;
    gos_str known[ROSTER_DEVICES_MAX];
    if (!find_devices(commit->store, &commit->batch, link->environment, link->user_id,
                      commit->arena, &list, commit->err))
        return false;
    if (read_devices(list, known) == ROSTER_DEVICES_MAX)
        return true;
    struct text longer;
    text_init(&longer, commit->arena);
    if (list.data)
        text_add(&longer, list);
    bytes_put_text(&longer, link->device_id);
    if (!text_ok(&longer, commit->err))
        return false;
    kv_put(&commit->batch, KV_IDENTITIES, key_str(&user), text_str(&longer));
    return true;
}

bool identity_link(struct commit *commit, const struct identity_link *link, gos_str *out_user,
                   bool *out_is_new)
{
    if (!find_user(commit->store, &commit->batch, link->environment, link->device_id, commit->arena,
                   out_user, commit->err))
        return false;
    *out_is_new = out_user->len == 0;
    if (!*out_is_new)
        return true;
    *out_user = link->user_id;
    struct fact fact = {.kind = FACT_LINK, .link = *link};
    return put_link(commit, link) && commit_spool(commit, &fact) && spool_crossovers(commit, link);
}
