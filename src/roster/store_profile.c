/* Attributes of users: each import joins what is known. */
#include "base/json.h"
#include "roster/store.h"
#include "roster/store_backend.h"

enum { MERGE_ARENA_BYTES = 16 << 20 };

bool store_find_profile(struct roster *roster, gos_str environment, gos_str user_id,
                        enum profile_source source, gos_arena *arena, gos_str *out_attributes,
                        gos_error *err)
{
    struct key key = key_profile(environment, user_id, source);
    if (!kv_get(store_of(roster)->kv, NULL, KV_PROFILES, key_str(&key), arena, out_attributes, err))
        return false;
    if (!out_attributes->data)
        *out_attributes = (gos_str){"", 0};
    return true;
}

/* What is known and not named anew, then what is new; null takes away. */
static bool merge(const struct json *known, const struct json *added, gos_arena *arena,
                  gos_str *out_text, uint32_t *out_count, gos_error *err)
{
    struct text out;
    struct json_writer writer;
    uint32_t count = 0;
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
        count++;
    }
    for (uint32_t i = 0; i < added->count; i++) {
        if (added->items[i].type == JSON_NULL || json_find(known, added->names[i]))
            continue;
        json_name_str(&writer, added->names[i]);
        json_value(&writer, &added->items[i]);
        count++;
    }
    json_close_object(&writer);
    *out_text = text_str(&out);
    *out_count = count;
    return text_ok(&out, NULL) ||
           gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory to join attributes");
}

/* *out is NULL when the text is no object within bounds; false only when memory ran out. */
static bool read_object(gos_str text, gos_arena *arena, const struct json **out, gos_error *err)
{
    gos_error why;
    *out = NULL;
    if (!json_read(text, arena, out, &why))
        return why.code != GOS_OUT_OF_MEMORY || gos_fail(err, why.code, "", "%s", why.message);
    if ((*out)->type != JSON_OBJECT || (*out)->count > ROSTER_PROFILE_MEMBERS_MAX)
        *out = NULL;
    return true;
}

static bool put_merged(struct commit *commit, const struct key *key, gos_str old,
                       struct roster_item *item, gos_arena *arena)
{
    const struct json *known = NULL, *added = NULL;
    item->outcome = ROSTER_REFUSED;
    if (!read_object(item->profile.attributes, arena, &added, commit->err) ||
        (old.data && !read_object(old, arena, &known, commit->err)))
        return false;
    if (!added)
        return true;
    gos_str merged = {"", 0};
    uint32_t count = 0;
    if (!merge(known, added, arena, &merged, &count, commit->err))
        return false;
    if (merged.len > ROSTER_PROFILE_BYTES_MAX || count > ROSTER_PROFILE_MEMBERS_MAX)
        return true;
    item->outcome = gos_str_equal(merged, old) ? ROSTER_EXISTING : ROSTER_CREATED;
    if (item->outcome == ROSTER_CREATED)
        kv_put(&commit->batch, KV_PROFILES, key_str(key), merged);
    return true;
}

bool commit_profile(struct commit *commit, struct roster_item *item)
{
    struct key key =
        key_profile(item->profile.environment, item->profile.user_id, item->profile.source);
    gos_arena *arena = gos_arena_open(MERGE_ARENA_BYTES);
    if (!arena)
        return gos_fail(commit->err, GOS_OUT_OF_MEMORY, "", "no memory to join attributes");
    gos_str old;
    bool done = kv_get(commit->store->kv, &commit->batch, KV_PROFILES, key_str(&key), arena, &old,
                       commit->err) &&
                put_merged(commit, &key, old, item, arena);
    gos_arena_close(arena);
    return done;
}
