/*
 * The spool: facts under consecutive numbers, put by commits, read in order, trimmed from the
 * front. What one commit spools is one entry, or a few when it is long. The spool's ends
 * are kept in memory and found again at opening: the last entry says where the stream stands, and
 * the mark of the last trim where it begins.
 */
#include "base/time.h"
#include "roster/bytes.h"
#include "roster/codec.h"
#include "roster/store.h"
#include "roster/store_backend.h"

enum { ARENA_BYTES = 1 << 20, ENTRY_BYTES_MAX = 1 << 18 };

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

/* The entry that the cursor stands at, and the sequence of its first fact. */
static bool entry_at(const struct kv_cursor *cursor, uint64_t *out_sequence, gos_str *out_value,
                     struct codec_entry *out)
{
    gos_str key;
    if (!kv_cursor_at(cursor, &key, out_value) || !codec_read_entry(*out_value, out))
        return false;
    *out_sequence = key_number_read(key);
    return true;
}

/* From the entry that holds the first fact to the last entry. */
static bool ends_read(struct store *store, struct spool_ends *ends, gos_error *err)
{
    struct key from = key_number(ends->first), last = key_number(UINT64_MAX);
    struct kv_cursor cursor;
    struct codec_entry entry;
    gos_str key, value;
    bool sound = true;
    uint64_t sequence = 0;
    kv_cursor_init(&cursor, store->kv, NULL, KV_SPOOL, (gos_str){"", 0}, key_str(&from));
    kv_cursor_back(&cursor, key_str(&from));
    ends->entry = ends->first;
    if (kv_cursor_at(&cursor, &key, &value)) {
        sound = entry_at(&cursor, &ends->entry, &value, &entry) &&
                ends->first - ends->entry < entry.fact_count;
        ends->oldest_ms = entry.entered_ms;
        kv_cursor_back(&cursor, key_str(&last));
        sound = sound && entry_at(&cursor, &sequence, &value, &entry);
        ends->next = sequence + entry.fact_count;
        ends->bytes_next = entry.bytes_before + entry_bytes(value);
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

bool commit_spooled(struct commit *commit)
{
    struct spool_ends *ends = &commit->spool;
    struct codec_entry entry = {.bytes_before = ends->bytes_next,
                                .entered_ms = commit->now_ms,
                                .fact_count = commit->fact_count};
    struct text value;
    if (commit->fact_count == 0)
        return true;
    text_init(&value, commit->arena);
    codec_put_entry(&value, &entry);
    text_add(&value, text_str(&commit->facts));
    if (!text_ok(&value, commit->err))
        return false;
    struct key key = key_number(ends->next - commit->fact_count);
    kv_append(&commit->batch, KV_SPOOL, key_str(&key), text_str(&value));
    ends->bytes_next += entry_bytes(text_str(&value));
    commit->facts.len = 0;
    commit->fact_count = 0;
    return true;
}

bool commit_spool(struct commit *commit, const struct fact *fact)
{
    struct spool_ends *ends = &commit->spool;
    const struct store *store = commit->store;
    codec_put_fact(&commit->facts, fact);
    if (!text_ok(&commit->facts, commit->err))
        return false;
    if (ends->next - ends->first >= store->spool_count_max ||
        ends->bytes_next - ends->bytes_first + commit->facts.len > store->spool_bytes_max)
        return gos_fail(commit->err, GOS_OVERLOADED, "",
                        "the spool is full: %llu facts wait for the ledger",
                        (unsigned long long)(ends->next - ends->first));
    if (ends->next == ends->first) {
        ends->oldest_ms = commit->now_ms;
        ends->entry = ends->first;
    }
    ends->next++;
    commit->fact_count++;
    return commit->facts.len < ENTRY_BYTES_MAX || commit_spooled(commit);
}

static struct spool_ends ends_now(struct store *store)
{
    pthread_mutex_lock(&store->spool_lock);
    struct spool_ends ends = store->spool;
    pthread_mutex_unlock(&store->spool_lock);
    return ends;
}

struct spool_reader {
    uint64_t sequence; /* the next fact wanted */
    uint32_t count_max;
    size_t bytes_max;
    size_t bytes;
    struct roster_facts *out;
};

/* The facts of one entry from the wanted one on, as many as are wanted. */
static bool entry_read(struct spool_reader *reader, uint64_t first, struct codec_entry *entry)
{
    struct roster_facts *out = reader->out;
    uint64_t end = first + entry->fact_count;
    if (first > reader->sequence || end <= reader->sequence)
        return false;
    for (uint64_t at = first; at < end && out->count < reader->count_max; at++) {
        const uint8_t *from = entry->facts.at;
        struct fact *fact = &out->items[out->count];
        if (!codec_read_fact(entry, fact))
            return false;
        if (at < reader->sequence)
            continue;
        if (out->count > 0 && reader->bytes >= reader->bytes_max)
            return true;
        fact->sequence = reader->sequence++;
        reader->bytes += (size_t)(entry->facts.at - from);
        out->count++;
    }
    return true;
}

static bool entries_read(struct store *store, struct spool_reader *reader, gos_arena *arena,
                         gos_error *err)
{
    struct key from = key_number(reader->sequence);
    struct kv_cursor cursor;
    gos_str key, value;
    bool done = true;
    kv_cursor_init(&cursor, store->kv, NULL, KV_SPOOL, (gos_str){"", 0}, key_str(&from));
    kv_cursor_back(&cursor, key_str(&from));
    while (done && reader->out->count < reader->count_max && reader->bytes < reader->bytes_max &&
           kv_cursor_at(&cursor, &key, &value)) {
        struct codec_entry entry;
        gos_str kept = gos_arena_text(arena, value, err);
        done = kept.data != NULL;
        if (done &&
            !(codec_read_entry(kept, &entry) && entry_read(reader, key_number_read(key), &entry)))
            done = fail_damaged(reader->sequence, err);
        kv_cursor_next(&cursor);
    }
    return kv_cursor_deinit(&cursor, done ? err : NULL) && done;
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
    struct spool_reader reader = {
        .sequence = sequence, .count_max = limit, .bytes_max = bytes_max, .out = out};
    out->items = gos_arena_array(arena, limit, sizeof *out->items, err);
    return out->items && entries_read(store, &reader, arena, err);
}

/* The ends after all up to and with `sequence` has gone. */
static bool ends_behind(struct store *store, uint64_t sequence, struct spool_ends *ends,
                        gos_error *err)
{
    if (sequence + 1 >= ends->next) {
        ends->entry = ends->first = ends->next;
        ends->bytes_first = ends->bytes_next;
        ends->oldest_ms = TIME_NONE;
        return true;
    }
    struct key from = key_number(sequence + 1);
    struct kv_cursor cursor;
    struct codec_entry entry;
    gos_str value;
    kv_cursor_init(&cursor, store->kv, NULL, KV_SPOOL, (gos_str){"", 0}, key_str(&from));
    kv_cursor_back(&cursor, key_str(&from));
    bool sound = entry_at(&cursor, &ends->entry, &value, &entry) &&
                 sequence + 1 - ends->entry < entry.fact_count;
    if (!kv_cursor_deinit(&cursor, err))
        return false;
    ends->first = sequence + 1;
    ends->bytes_first = entry.bytes_before;
    ends->oldest_ms = entry.entered_ms;
    return sound || fail_damaged(sequence + 1, err);
}

/* Entries that are gone as a whole are deleted; the mark says where the rest begins. */
static bool front_delete(struct store *store, const struct spool_ends *before,
                         const struct spool_ends *ends, gos_arena *arena, gos_error *err)
{
    struct text mark;
    text_init(&mark, arena);
    bytes_put_number(&mark, ends->first);
    bytes_put_number(&mark, ends->bytes_first);
    if (!text_ok(&mark, err))
        return false;
    struct key from = key_number(before->entry), meta = key_single('s');
    if (ends->entry > before->entry) {
        struct key last = key_number(ends->entry - 1);
        return kv_delete_range(store->kv, KV_SPOOL, key_str(&from), key_str(&last), key_str(&meta),
                               text_str(&mark), err);
    }
    struct kv_batch batch;
    if (!kv_heal(store->kv, err))
        return false;
    kv_batch_init(&batch, store->kv);
    kv_append(&batch, KV_META, key_str(&meta), text_str(&mark));
    bool done = kv_write(&batch, err);
    kv_batch_deinit(&batch);
    return done;
}

static bool trim(struct store *store, uint64_t sequence, gos_arena *arena, gos_error *err)
{
    struct spool_ends before = ends_now(store);
    struct spool_ends ends = before;
    if (sequence < before.first)
        return true;
    if (!ends_behind(store, sequence, &ends, err) ||
        !front_delete(store, &before, &ends, arena, err))
        return false;
    pthread_mutex_lock(&store->spool_lock);
    store->spool.first = ends.first;
    store->spool.entry = ends.entry;
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
