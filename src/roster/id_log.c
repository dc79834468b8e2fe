/* Entries under consecutive numbers; KV_META says which is the first. */
#include "roster/id_log.h"

#include "roster/bytes.h"
#include "roster/key.h"

enum { ARENA_BYTES = 65536 };

void id_log_put(struct text *out, gos_str key, uint16_t day)
{
    char head[2] = {(char)(day >> 8), (char)day};
    bytes_put_raw(out, head, sizeof head);
    bytes_put_text(out, key);
}

static bool entry_read(gos_str value, id_log_take *take, void *context, gos_error *err)
{
    struct bytes bytes = bytes_of(value);
    while (!bytes_done(&bytes)) {
        struct id_entry entry;
        bytes_raw(&bytes, entry.day, sizeof entry.day);
        entry.key = bytes_text(&bytes);
        if (bytes.failed)
            return gos_fail(err, GOS_STORE_FAILED, "", "the log of event ids is damaged");
        if (!take(context, &entry, err))
            return false;
    }
    return true;
}

bool id_log_read(struct kv *kv, uint64_t first, uint64_t end, id_log_take *take, void *context,
                 gos_error *err)
{
    struct key from = key_number(first);
    struct kv_cursor cursor;
    gos_str key, value;
    bool done = true;
    kv_cursor_init(&cursor, kv, NULL, KV_ID_LOG, (gos_str){"", 0}, key_str(&from));
    while (done && kv_cursor_at(&cursor, &key, &value) && key_number_read(key) < end) {
        done = entry_read(value, take, context, err);
        kv_cursor_next(&cursor);
    }
    return kv_cursor_deinit(&cursor, done ? err : NULL) && done;
}

static bool first_read(struct kv *kv, uint64_t *out, gos_error *err)
{
    gos_arena *arena = gos_arena_open(ARENA_BYTES);
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for the log of event ids");
    struct key key = key_single('i');
    gos_str value;
    bool done = kv_get(kv, NULL, KV_META, key_str(&key), arena, &value, err);
    if (done && value.data)
        *out = key_number_read(value);
    gos_arena_close(arena);
    return done;
}

bool id_log_open(struct kv *kv, struct id_log *out, gos_error *err)
{
    *out = (struct id_log){1, 1};
    if (!first_read(kv, &out->first, err))
        return false;
    out->next = out->first;
    struct key last = key_number(UINT64_MAX);
    struct kv_cursor cursor;
    gos_str key, value;
    kv_cursor_init(&cursor, kv, NULL, KV_ID_LOG, (gos_str){"", 0}, (gos_str){"", 0});
    kv_cursor_back(&cursor, key_str(&last));
    if (kv_cursor_at(&cursor, &key, &value) && key_number_read(key) >= out->first)
        out->next = key_number_read(key) + 1;
    return kv_cursor_deinit(&cursor, err);
}

bool id_log_trim(struct kv *kv, uint64_t first, uint64_t end, gos_error *err)
{
    if (first == end)
        return true;
    struct key from = key_number(first), last = key_number(end - 1), meta = key_single('i'),
               mark = key_number(end);
    return kv_delete_range(kv, KV_ID_LOG, key_str(&from), key_str(&last), key_str(&meta),
                           key_str(&mark), err);
}
