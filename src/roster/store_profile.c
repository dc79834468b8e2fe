/* Attributes of users: each import joins what is known. */
#include "base/json.h"
#include "roster/store.h"
#include "roster/store_backend.h"

enum { MERGE_ARENA_BYTES = 1 << 20 };

bool store_find_profile(struct roster *roster, gos_str environment, gos_str user_id,
                        gos_arena *arena, gos_str *out_attributes, gos_error *err)
{
    struct key key = key_profile(environment, user_id);
    if (!kv_get(store_of(roster)->kv, NULL, KV_PROFILES, key_str(&key), arena, out_attributes, err))
        return false;
    if (!out_attributes->data)
        *out_attributes = (gos_str){"", 0};
    return true;
}

/* What is known and not named anew, then what is new; null takes away. */
static gos_str merge(const struct json *known, const struct json *added, gos_arena *arena)
{
    struct text out;
    struct json_writer writer;
    text_init(&out, arena);
    json_writer_init(&writer, &out);
    json_open_object(&writer);
    for (uint32_t i = 0; known && i < known->count; i++) {
        const struct json *instead = json_find(added, known->names[i]);
        const struct json *value = instead ? instead : &known->items[i];
        if (value->type == JSON_NULL)
            continue;
        json_name_str(&writer, known->names[i]);
        json_value(&writer, value);
    }
    for (uint32_t i = 0; i < added->count; i++) {
        if (added->items[i].type == JSON_NULL || json_find(known, added->names[i]))
            continue;
        json_name_str(&writer, added->names[i]);
        json_value(&writer, &added->items[i]);
    }
    json_close_object(&writer);
    return text_ok(&out, NULL) ? text_str(&out) : (gos_str){"", 0};
}

static bool is_object_in_bounds(const struct json *value)
{
    return value->type == JSON_OBJECT && value->count <= ROSTER_PROFILE_MEMBERS_MAX;
}

static enum roster_outcome put_merged(struct commit *commit, const struct key *key, gos_str old,
                                      gos_str new, gos_arena *arena)
{
    const struct json *known = NULL, *added = NULL;
    if (!json_read(new, arena, &added, NULL) || !is_object_in_bounds(added) ||
        (old.data && !json_read(old, arena, &known, NULL)))
        return ROSTER_REFUSED;
    gos_str merged = merge(known, added, arena);
    if (merged.len == 0 || merged.len > ROSTER_PROFILE_BYTES_MAX ||
        (known ? known->count : 0) + added->count > 2 * ROSTER_PROFILE_MEMBERS_MAX)
        return ROSTER_REFUSED;
    if (gos_str_equal(merged, old))
        return ROSTER_EXISTING;
    kv_put(&commit->batch, KV_PROFILES, key_str(key), merged);
    return ROSTER_CREATED;
}

bool commit_profile(struct commit *commit, struct roster_item *item)
{
    struct key key = key_profile(item->profile.environment, item->profile.user_id);
    gos_arena *arena = gos_arena_open(MERGE_ARENA_BYTES);
    if (!arena)
        return gos_fail(commit->err, GOS_OUT_OF_MEMORY, "", "no memory to join attributes");
    gos_str old;
    bool done = kv_get(commit->store->kv, &commit->batch, KV_PROFILES, key_str(&key), arena, &old,
                       commit->err);
    if (done)
        item->outcome = put_merged(commit, &key, old, item->profile.attributes, arena);
    gos_arena_close(arena);
    return done;
}
