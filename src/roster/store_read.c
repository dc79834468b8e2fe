/* Reading assignments, one by one and in lists. */
#include "roster/bytes.h"
#include "roster/codec.h"
#include "roster/store.h"
#include "roster/store_backend.h"

enum { ROWS_PER_PAGE_MAX = 100000 }; /* looked at for one page, however few the filter lets pass */

static bool fail_damaged(gos_error *err)
{
    return gos_fail(err, GOS_STORE_FAILED, "", "the roster holds an assignment that is damaged");
}

bool store_get_assignment(struct store *store, const struct kv_batch *batch, gos_str environment,
                          const struct uuid *experiment_id, gos_str unit, gos_arena *arena,
                          const struct assignment **out, gos_error *err)
{
    *out = NULL;
    struct key key = key_assignment(environment, experiment_id, unit);
    gos_str value;
    if (!kv_get(store->kv, batch, KV_ASSIGNMENTS, key_str(&key), arena, &value, err))
        return false;
    if (!value.data)
        return true;
    struct assignment *found = gos_arena_take(arena, sizeof *found, err);
    if (!found)
        return false;
    found->environment = gos_arena_text(arena, environment, err);
    found->user_id = gos_arena_text(arena, unit, err);
    found->experiment_id = *experiment_id;
    if (!found->environment.data || !found->user_id.data)
        return false;
    if (!codec_read_assignment(value, found))
        return fail_damaged(err);
    *out = found;
    return true;
}

bool store_find_assignment(struct roster *roster, gos_str environment,
                           const struct uuid *experiment_id, gos_str unit, gos_arena *arena,
                           const struct assignment **out, gos_error *err)
{
    return store_get_assignment(store_of(roster), NULL, environment, experiment_id, unit, arena,
                                out, err);
}

/* Whether `device_id` may speak for `unit`: it is known, and is nobody's or the unit's own. */
static bool device_speaks(struct store *store, gos_str environment, gos_str unit, gos_str device_id,
                          gos_arena *arena, bool *out, gos_error *err)
{
    gos_str user;
    *out = false;
    if (device_id.len == 0 || gos_str_equal(device_id, unit))
        return true;
    if (!store_find_user(&store->base, environment, device_id, arena, &user, err))
        return false;
    *out = user.len == 0 || gos_str_equal(user, unit);
    return true;
}

bool store_find_earlier(struct roster *roster, gos_str environment,
                        const struct uuid *experiment_id, gos_str unit, gos_str device_id,
                        gos_arena *arena, const struct assignment **out, gos_error *err)
{
    struct store *store = store_of(roster);
    if (!store_get_assignment(store, NULL, environment, experiment_id, unit, arena, out, err))
        return false;
    if (*out)
        return true;
    struct identity identity;
    bool speaks = false;
    const struct assignment *of_device = NULL;
    if (!identity_of(store, NULL, environment, unit, arena, &identity, err) ||
        !identity_earliest(store, NULL, &identity, environment, experiment_id, unit, arena, out,
                           err) ||
        !device_speaks(store, environment, unit, device_id, arena, &speaks, err))
        return false;
    if (speaks && !store_get_assignment(store, NULL, environment, experiment_id, device_id, arena,
                                        &of_device, err))
        return false;
    if (of_device && (!*out || of_device->assigned_at < (*out)->assigned_at))
        *out = of_device;
    return true;
}

bool store_unit_experiments(struct store *store, const struct kv_batch *batch, gos_str environment,
                            gos_str unit, uint32_t limit, gos_arena *arena, struct uuid **out,
                            uint32_t *out_count, gos_error *err)
{
    struct key prefix = key_unit(environment, store_unit_hash(store, unit), NULL);
    struct text ids;
    text_init(&ids, arena);
    struct kv_cursor cursor;
    kv_cursor_init(&cursor, store->kv, batch, KV_UNITS, key_str(&prefix), key_str(&prefix));
    uint32_t count = 0;
    gos_str key, value;
    for (; count < limit && kv_cursor_at(&cursor, &key, &value); kv_cursor_next(&cursor)) {
        struct uuid id = key_unit_experiment(key);
        bytes_put_raw(&ids, id.bytes, UUID_BYTES);
        count++;
    }
    if (!kv_cursor_deinit(&cursor, err) || !text_ok(&ids, err))
        return false;
    *out = (struct uuid *)(void *)ids.data;
    *out_count = count;
    return true;
}

bool store_list_unit(struct roster *roster, gos_str environment, gos_str unit, uint32_t limit,
                     gos_arena *arena, struct assignment **out, uint32_t *out_count, gos_error *err)
{
    struct store *store = store_of(roster);
    struct uuid *ids = NULL;
    uint32_t id_count = 0, count = 0;
    if (!store_unit_experiments(store, NULL, environment, unit, limit, arena, &ids, &id_count, err))
        return false;
    struct assignment *items = gos_arena_array(arena, id_count, sizeof *items, err);
    if (!items)
        return false;
    for (uint32_t i = 0; i < id_count; i++) {
        /* Absent when another unit has the same hash, or it has just been deleted. */
        const struct assignment *found = NULL;
        if (!store_get_assignment(store, NULL, environment, &ids[i], unit, arena, &found, err))
            return false;
        if (found)
            items[count++] = *found;
    }
    *out = items;
    *out_count = count;
    return true;
}

/* Reads one row into the page when its variant is wanted. */
static bool page_add(struct roster_page *page, gos_str environment,
                     const struct uuid *experiment_id, gos_str variant, gos_str key, gos_str value,
                     gos_arena *arena, gos_error *err)
{
    struct assignment row = {.environment = environment, .experiment_id = *experiment_id};
    if (!codec_read_assignment(value, &row))
        return fail_damaged(err);
    if (variant.len && !gos_str_equal(variant, row.variant))
        return true;
    gos_str kept = gos_arena_text(arena, value, err);
    row.user_id = gos_arena_text(arena, key_assignment_unit(key, environment), err);
    if (!kept.data || !row.user_id.data)
        return false;
    if (!codec_read_assignment(kept, &row))
        return fail_damaged(err);
    page->items[page->count++] = row;
    return true;
}

bool store_list_experiment(struct roster *roster, gos_str environment,
                           const struct uuid *experiment_id, gos_str variant, gos_str cursor,
                           uint32_t limit, gos_arena *arena, struct roster_page *out,
                           gos_error *err)
{
    struct key prefix = key_assignment(environment, experiment_id, (gos_str){"", 0});
    if (cursor.len > UNIT_BYTES_MAX)
        return gos_fail(err, GOS_BAD_INPUT, "/cursor", "this is no cursor of this list");
    struct key from = key_assignment(environment, experiment_id, cursor);
    *out = (struct roster_page){.next = {"", 0}};
    out->items = gos_arena_array(arena, limit, sizeof *out->items, err);
    environment = gos_arena_text(arena, environment, err);
    if (!out->items || !environment.data)
        return false;
    struct kv_cursor rows;
    kv_cursor_init(&rows, store_of(roster)->kv, NULL, KV_ASSIGNMENTS, key_str(&prefix),
                   key_str(&from));
    gos_str key = {"", 0}, value;
    gos_str last = {"", 0};
    bool done = true;
    bool has_row = kv_cursor_at(&rows, &key, &value);
    if (has_row && cursor.len && gos_str_equal(key, key_str(&from))) {
        kv_cursor_next(&rows);
        has_row = kv_cursor_at(&rows, &key, &value);
    }
    for (uint32_t seen = 0; done && has_row && out->count < limit && seen < ROWS_PER_PAGE_MAX;
         seen++) {
        done = page_add(out, environment, experiment_id, variant, key, value, arena, err);
        gos_str unit = key_assignment_unit(key, environment);
        from = key_assignment(environment, experiment_id, unit);
        kv_cursor_next(&rows);
        has_row = kv_cursor_at(&rows, &key, &value);
    }
    if (done && has_row)
        last = gos_arena_text(arena, key_assignment_unit(key_str(&from), environment), err);
    done = kv_cursor_deinit(&rows, done ? err : NULL) && done && last.data;
    out->next = last;
    return done;
}

bool store_count_assignments(struct roster *roster, gos_str environment,
                             const struct uuid *experiment_id, gos_str variant, uint64_t *out_count,
                             gos_error *err)
{
    struct key prefix = key_count(environment, experiment_id, variant);
    struct kv_cursor rows;
    kv_cursor_init(&rows, store_of(roster)->kv, NULL, KV_META, key_str(&prefix), key_str(&prefix));
    gos_str key, value;
    uint64_t count = 0;
    for (; kv_cursor_at(&rows, &key, &value); kv_cursor_next(&rows)) {
        struct bytes bytes = bytes_of(value);
        if (variant.len == 0 || key.len == prefix.len)
            count += bytes_number(&bytes);
    }
    *out_count = count;
    return kv_cursor_deinit(&rows, err);
}
