/*
 * The spool: facts under consecutive numbers, put by commits, read in order, trimmed from the
 * front. Its ends are kept in memory and found again at opening: the last entry says where the
 * stream stands, and the mark of the last trim says so when there is none.
 */
#include "base/time.h"
#include "roster/bytes.h"
#include "roster/codec.h"
#include "roster/store.h"
#include "roster/store_backend.h"

enum { ARENA_BYTES = 1 << 20 };

static bool fail_damaged(uint64_t sequence, gos_error *err)
{
    return gos_fail(err, GOS_STORE_FAILED, "", "fact %llu of the spool is damaged or missing",
                    (unsigned long long)sequence);
}

/* The bytes an entry counts for: its value and its key. */
static uint64_t entry_bytes(gos_str value)
{
    return value.len + sizeof(uint64_t);
}

/* The mark of the last trim: the first sequence kept, and the bytes before it. */
static bool mark_read(struct store *store, gos_arena *arena, struct spool_ends *out, gos_error *err)
{
    struct key key = key_single('s');
    gos_str value;
    if (!kv_get(store->kv, NULL, KV_META, key_str(&key), arena, &value, err))
        return false;
    *out = (struct spool_ends){.first = 1, .next = 1, .oldest_ms = TIME_NONE};
    if (!value.data)
        return true;
    struct bytes bytes = bytes_of(value);
    out->first = out->next = bytes_number(&bytes);
    out->bytes_first = out->bytes_next = bytes_number(&bytes);
    return bytes_done(&bytes) || fail_damaged(out->first, err);
}

static bool ends_read(struct store *store, struct spool_ends *ends, gos_error *err)
{
    struct key from = key_spool(ends->first);
    struct kv_cursor cursor;
    struct codec_entry entry;
    gos_str key, value;
    bool sound = true;
    kv_cursor_init(&cursor, store->kv, NULL, KV_SPOOL, (gos_str){"", 0}, key_str(&from));
    if (kv_cursor_at(&cursor, &key, &value)) {
        sound = codec_read_entry(value, &entry) && key_spool_sequence(key) == ends->first;
        ends->oldest_ms = entry.entered_ms;
        kv_cursor_last(&cursor);
        sound = sound && kv_cursor_at(&cursor, &key, &value) && codec_read_entry(value, &entry);
        if (sound) {
            ends->next = key_spool_sequence(key) + 1;
            ends->bytes_next = entry.bytes_before + entry_bytes(value);
        }
    }
    return kv_cursor_deinit(&cursor, err) && (sound || fail_damaged(ends->first, err));
}

bool spool_open(struct store *store, gos_error *err)
{
    gos_arena *arena = gos_arena_open(ARENA_BYTES);
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory to open the spool");
    bool done = mark_read(store, arena, &store->spool, err) && ends_read(store, &store->spool, err);
    gos_arena_close(arena);
    return done;
}

bool commit_spool(struct commit *commit, const struct fact *fact)
{
    struct spool_ends *ends = &commit->spool;
    const struct store *store = commit->store;
    struct codec_entry entry = {
        .bytes_before = ends->bytes_next, .entered_ms = commit->now_ms, .fact = *fact};
    struct text value;
    text_init(&value, commit->arena);
    codec_put_entry(&value, &entry);
    if (!text_ok(&value, commit->err))
        return false;
    uint64_t bytes = entry_bytes(text_str(&value));
    if (ends->next - ends->first >= store->spool_count_max ||
        ends->bytes_next - ends->bytes_first + bytes > store->spool_bytes_max)
        return gos_fail(commit->err, GOS_OVERLOADED, "",
                        "the spool is full: %llu facts wait for the ledger",
                        (unsigned long long)(ends->next - ends->first));
    struct key key = key_spool(ends->next);
    kv_put(&commit->batch, KV_SPOOL, key_str(&key), text_str(&value));
    if (ends->next == ends->first)
        ends->oldest_ms = commit->now_ms;
    ends->next++;
    ends->bytes_next += bytes;
    return true;
}

static struct spool_ends ends_now(struct store *store)
{
    pthread_mutex_lock(&store->spool_lock);
    struct spool_ends ends = store->spool;
    pthread_mutex_unlock(&store->spool_lock);
    return ends;
}

/* Reads one entry into the list; *out_bytes is what it counts for. */
static bool fact_read(gos_str key, gos_str value, uint64_t sequence, gos_arena *arena,
                      struct fact *out, gos_error *err)
{
    struct codec_entry entry;
    gos_str kept = gos_arena_text(arena, value, err);
    if (!kept.data)
        return false;
    if (key_spool_sequence(key) != sequence || !codec_read_entry(kept, &entry))
        return fail_damaged(sequence, err);
    *out = entry.fact;
    out->sequence = sequence;
    return true;
}

bool store_spool_read(struct roster *roster, uint64_t sequence, uint32_t count_max,
                      size_t bytes_max, gos_arena *arena, struct roster_facts *out, gos_error *err)
{
    struct store *store = store_of(roster);
    struct spool_ends ends = ends_now(store);
    *out = (struct roster_facts){0};
    if (sequence < ends.first)
        sequence = ends.first;
    uint64_t left = sequence < ends.next ? ends.next - sequence : 0;
    uint32_t limit = left < count_max ? (uint32_t)left : count_max;
    if (limit == 0)
        return true;
    out->items = gos_arena_array(arena, limit, sizeof *out->items, err);
    if (!out->items)
        return false;
    struct key from = key_spool(sequence);
    struct kv_cursor cursor;
    gos_str key, value;
    size_t bytes = 0;
    bool done = true;
    kv_cursor_init(&cursor, store->kv, NULL, KV_SPOOL, (gos_str){"", 0}, key_str(&from));
    while (done && out->count < limit && bytes < bytes_max && kv_cursor_at(&cursor, &key, &value)) {
        bytes += entry_bytes(value);
        done = fact_read(key, value, sequence + out->count, arena, &out->items[out->count], err);
        out->count++;
        kv_cursor_next(&cursor);
    }
    return kv_cursor_deinit(&cursor, done ? err : NULL) && done;
}

/* The ends after all up to and with `sequence` has gone. */
static bool ends_behind(struct store *store, uint64_t sequence, gos_arena *arena,
                        struct spool_ends *ends, gos_error *err)
{
    if (sequence + 1 >= ends->next) {
        ends->first = ends->next;
        ends->bytes_first = ends->bytes_next;
        ends->oldest_ms = TIME_NONE;
        return true;
    }
    struct key key = key_spool(sequence + 1);
    struct codec_entry entry;
    gos_str value;
    if (!kv_get(store->kv, NULL, KV_SPOOL, key_str(&key), arena, &value, err))
        return false;
    if (!value.data || !codec_read_entry(value, &entry))
        return fail_damaged(sequence + 1, err);
    ends->first = sequence + 1;
    ends->bytes_first = entry.bytes_before;
    ends->oldest_ms = entry.entered_ms;
    return true;
}

static bool trim(struct store *store, uint64_t sequence, gos_arena *arena, gos_error *err)
{
    struct spool_ends before = ends_now(store);
    struct spool_ends ends = before;
    if (sequence < before.first)
        return true;
    struct text mark;
    text_init(&mark, arena);
    if (!ends_behind(store, sequence, arena, &ends, err))
        return false;
    bytes_put_number(&mark, ends.first);
    bytes_put_number(&mark, ends.bytes_first);
    if (!text_ok(&mark, err))
        return false;
    struct key from = key_spool(before.first), last = key_spool(ends.first - 1),
               meta = key_single('s');
    if (!kv_delete_range(store->kv, KV_SPOOL, key_str(&from), key_str(&last), key_str(&meta),
                         text_str(&mark), err))
        return false;
    pthread_mutex_lock(&store->spool_lock);
    store->spool.first = ends.first;
    store->spool.bytes_first = ends.bytes_first;
    store->spool.oldest_ms = ends.oldest_ms;
    pthread_mutex_unlock(&store->spool_lock);
    return true;
}

/* Under the write lock: a commit on its way must not move the end while the front reaches it. */
bool store_spool_trim(struct roster *roster, uint64_t sequence, gos_error *err)
{
    struct store *store = store_of(roster);
    gos_arena *arena = gos_arena_open(ARENA_BYTES);
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory to trim the spool");
    pthread_mutex_lock(&store->write_lock);
    bool done = trim(store, sequence, arena, err);
    pthread_mutex_unlock(&store->write_lock);
    gos_arena_close(arena);
    return done;
}

void store_spool_depth(struct roster *roster, struct roster_spool_depth *out)
{
    struct spool_ends ends = ends_now(store_of(roster));
    *out = (struct roster_spool_depth){.first_sequence = ends.first,
                                       .next_sequence = ends.next,
                                       .count = ends.next - ends.first,
                                       .bytes = ends.bytes_next - ends.bytes_first,
                                       .oldest_ms = ends.oldest_ms};
}
