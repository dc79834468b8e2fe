/* The tables of usage.h: open addressing, a row is claimed under a lock and never leaves. */
#include "api/usage.h"

#include "api/usage_unknown.h"
#include "base/hash.h"
#include "base/limits.h"
#include "catalog/catalog.h"

#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum {
    SHARDS = 4,
    SLOTS = 1 << 14,
    SLOTS_USED_MAX = SLOTS / 4 * 3, /* so that a look-up is short */
    TEXT_BYTES_MAX = 16 << 20,
    FLUSH_ROWS_MAX = SHARDS * SLOTS_USED_MAX + USAGE_UNKNOWN_MAX,
    FLUSH_BYTES_MAX = 32 << 20,
};

/* What a slot counts; never changes. */
struct served {
    gos_str environment, key, variant;
    gos_reason reason;
    int64_t first_at;
};

struct slot {
    _Atomic uint64_t hash; /* 0: free; set last */
    _Atomic uint64_t count;
    _Atomic int64_t last_at;
    uint64_t flushed; /* under the lock */
    const struct served *served;
};

struct shard {
    struct slot slots[SLOTS];
    _Atomic uint32_t used;
};

struct usage {
    pthread_mutex_t lock; /* claims and flushes */
    gos_arena *texts;
    struct unknown_keys *unknown;
    bool by_flag;
    int64_t flushed_ms; /* monotonic */
    _Atomic uint64_t dropped;
    struct shard shards[SHARDS];
};

static _Atomic uint32_t thread_count;
static _Thread_local uint32_t thread_number;

static struct shard *shard_of(struct usage *usage)
{
    if (thread_number == 0)
        thread_number = 1 + atomic_fetch_add(&thread_count, 1);
    return &usage->shards[thread_number % SHARDS];
}

bool usage_open(bool by_flag, struct usage **out, gos_error *err)
{
    struct usage *usage = calloc(1, sizeof *usage);
    if (!usage)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory to count decisions");
    pthread_mutex_init(&usage->lock, NULL);
    usage->by_flag = by_flag;
    usage->texts = gos_arena_open(TEXT_BYTES_MAX);
    if (!usage->texts || !unknown_keys_open(&usage->unknown)) {
        usage_close(usage);
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory to count decisions");
    }
    *out = usage;
    return true;
}

void usage_close(struct usage *usage)
{
    if (!usage)
        return;
    unknown_keys_close(usage->unknown);
    gos_arena_close(usage->texts);
    pthread_mutex_destroy(&usage->lock);
    free(usage);
}

/* The slot of the hash, or the free one where it belongs. */
static struct slot *slot_find(struct shard *shard, uint64_t hash, uint64_t *out_there)
{
    for (uint64_t i = hash;; i++) {
        struct slot *slot = &shard->slots[i % SLOTS];
        *out_there = atomic_load_explicit(&slot->hash, memory_order_acquire);
        if (*out_there == hash || *out_there == 0)
            return slot;
    }
}

static const struct served *served_keep(struct usage *usage, const struct served *wanted)
{
    struct served *out = gos_arena_take(usage->texts, sizeof *out, NULL);
    if (!out)
        return NULL;
    *out = *wanted;
    out->environment = gos_arena_text(usage->texts, wanted->environment, NULL);
    out->key = gos_arena_text(usage->texts, wanted->key, NULL);
    out->variant = gos_arena_text(usage->texts, wanted->variant, NULL);
    return out->environment.data && out->key.data && out->variant.data ? out : NULL;
}

static struct slot *slot_claim(struct usage *usage, struct shard *shard, uint64_t hash,
                               const struct served *wanted)
{
    uint64_t there;
    pthread_mutex_lock(&usage->lock);
    struct slot *slot = slot_find(shard, hash, &there);
    if (there == 0) {
        if (shard->used < SLOTS_USED_MAX && (slot->served = served_keep(usage, wanted))) {
            shard->used++;
            atomic_store_explicit(&slot->hash, hash, memory_order_release);
        } else {
            slot = NULL;
        }
    }
    pthread_mutex_unlock(&usage->lock);
    return slot;
}

void usage_count(struct usage *usage, gos_str environment, gos_str key,
                 const gos_decision *decision, int64_t now_ms)
{
    uint64_t there;
    if (!usage || decision->code != GOS_OK)
        return;
    struct shard *shard = shard_of(usage);
    uint64_t hash = hash_xxh3(decision->variant,
                              hash_xxh3(key, hash_xxh3(environment, (uint64_t)decision->reason)));
    hash += hash == 0;
    struct slot *slot = slot_find(shard, hash, &there);
    if (there == 0) {
        struct served wanted = {.environment = environment,
                                .key = key,
                                .variant = decision->variant,
                                .reason = decision->reason,
                                .first_at = now_ms};
        slot = slot_claim(usage, shard, hash, &wanted);
    }
    if (!slot) {
        atomic_fetch_add_explicit(&usage->dropped, 1, memory_order_relaxed);
        return;
    }
    atomic_fetch_add_explicit(&slot->count, 1, memory_order_relaxed);
    atomic_store_explicit(&slot->last_at, now_ms, memory_order_relaxed);
}

void usage_count_unknown(struct usage *usage, gos_str environment, gos_str key, int64_t now_ms)
{
    if (usage && !unknown_keys_count(usage->unknown, environment, key, now_ms))
        atomic_fetch_add_explicit(&usage->dropped, 1, memory_order_relaxed);
}

/* Rows of what has come since the last flush, and the slots that they are of. */
static size_t rows_collect(struct usage *usage, struct flag_usage *rows, struct slot **slots)
{
    size_t count = 0;
    for (size_t s = 0; s < SHARDS; s++) {
        for (size_t i = 0; usage->shards[s].used > 0 && i < SLOTS; i++) {
            struct slot *slot = &usage->shards[s].slots[i];
            uint64_t now = atomic_load_explicit(&slot->count, memory_order_relaxed);
            if (atomic_load_explicit(&slot->hash, memory_order_acquire) == 0 ||
                now == slot->flushed)
                continue;
            slots[count] = slot;
            rows[count++] = (struct flag_usage){
                .environment = slot->served->environment,
                .key = slot->served->key,
                .variant = slot->served->variant,
                .first_at = slot->served->first_at,
                .last_at = atomic_load_explicit(&slot->last_at, memory_order_relaxed),
                .count = (int64_t)(now - slot->flushed)};
        }
    }
    return count;
}

static bool rows_flush(struct usage *usage, struct catalog *catalog, gos_arena *arena,
                       gos_error *err)
{
    size_t used = USAGE_UNKNOWN_MAX;
    for (size_t s = 0; s < SHARDS; s++)
        used += usage->shards[s].used;
    assert(used <= FLUSH_ROWS_MAX);
    struct flag_usage *rows = gos_arena_take(arena, used * sizeof *rows, err);
    struct slot **slots = gos_arena_take(arena, used * sizeof *slots, err);
    if (!rows || !slots)
        return false;
    size_t count = rows_collect(usage, rows, slots);
    size_t unknown = unknown_keys_take(usage->unknown, arena, rows + count);
    if (!catalog_add_usage(catalog, rows, count + unknown, err))
        return false;
    for (size_t i = 0; i < count; i++)
        slots[i]->flushed += (uint64_t)rows[i].count;
    return true;
}

static int64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool usage_flush(struct usage *usage, struct catalog *catalog, int64_t age_ms, gos_error *err)
{
    if (!usage)
        return true;
    gos_arena *arena = gos_arena_open(FLUSH_BYTES_MAX);
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory to keep the counts of flags");
    bool done = true;
    pthread_mutex_lock(&usage->lock);
    int64_t now = monotonic_ms();
    if (age_ms == 0 || now - usage->flushed_ms >= age_ms) {
        done = rows_flush(usage, catalog, arena, err);
        usage->flushed_ms = now;
    }
    pthread_mutex_unlock(&usage->lock);
    gos_arena_close(arena);
    return done;
}

uint64_t usage_dropped(struct usage *usage)
{
    return usage ? atomic_load_explicit(&usage->dropped, memory_order_relaxed) : 0;
}

static void label_write(struct text *out, const char *name, gos_str value)
{
    text_print(out, "%s=\"", name);
    for (size_t i = 0; i < value.len; i++) {
        char c = value.data[i];
        if (c == '"' || c == '\\')
            text_print(out, "\\%c", c);
        else if (c == '\n')
            text_print(out, "\\n");
        else
            text_add(out, (gos_str){&c, 1});
    }
    text_print(out, "\"");
}

/* The sum over all shards, shown where the first of them holds the slot. */
static void series_write(struct usage *usage, size_t shard, const struct slot *slot,
                         struct text *out)
{
    uint64_t count = 0, there;
    uint64_t hash = atomic_load_explicit(&slot->hash, memory_order_acquire);
    for (size_t s = 0; s < SHARDS; s++) {
        const struct slot *same = slot_find(&usage->shards[s], hash, &there);
        if (there == hash && s < shard)
            return;
        if (there == hash)
            count += atomic_load_explicit(&same->count, memory_order_relaxed);
    }
    text_print(out, "gosset_decisions_total{");
    label_write(out, "environment", slot->served->environment);
    label_write(out, ",flag", slot->served->key);
    label_write(out, ",variant", slot->served->variant);
    label_write(out, ",reason", gos_str_from(gos_reason_name(slot->served->reason)));
    text_print(out, "} %" PRIu64 "\n", count);
}

bool usage_write(struct usage *usage, struct text *out)
{
    if (!usage || !usage->by_flag)
        return false;
    text_print(out, "# HELP gosset_decisions_total Flags decided, by what was served and why.\n"
                    "# TYPE gosset_decisions_total counter\n");
    for (size_t s = 0; s < SHARDS; s++) {
        for (size_t i = 0; usage->shards[s].used > 0 && i < SLOTS; i++) {
            const struct slot *slot = &usage->shards[s].slots[i];
            if (atomic_load_explicit(&slot->hash, memory_order_acquire) != 0)
                series_write(usage, s, slot, out);
        }
    }
    return true;
}
