/* Contexts of recent users: the one of lowest rank in each slot, and ranks change every hour. */
#include "api/sample.h"

#include "base/hash.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { ENVIRONMENTS_MAX = 64, HOUR_MS = 3600 * 1000, RANK_BITS = 32 };

/* The texts stand one behind the other in `bytes`. */
struct slot {
    _Atomic uint64_t rank; /* UINT64_MAX: free */
    char *bytes;
    uint32_t user_len, device_len, attributes_len;
};

struct place {
    gos_str environment;
    struct slot slots[];
};

struct sample {
    pthread_mutex_t lock; /* of places that are added, and of the texts in slots */
    uint32_t count;
    _Atomic uint32_t place_count;
    struct place *places[ENVIRONMENTS_MAX];
};

bool sample_open(uint32_t count, struct sample **out, gos_error *err)
{
    struct sample *sample = calloc(1, sizeof *sample);
    if (!sample)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for the contexts of recent users");
    pthread_mutex_init(&sample->lock, NULL);
    sample->count = count;
    *out = sample;
    return true;
}

void sample_close(struct sample *sample)
{
    if (!sample)
        return;
    for (uint32_t i = 0; i < sample->place_count; i++) {
        for (uint32_t j = 0; j < sample->count; j++)
            free(sample->places[i]->slots[j].bytes);
        free(sample->places[i]);
    }
    pthread_mutex_destroy(&sample->lock);
    free(sample);
}

static struct place *place_find(struct sample *sample, gos_str environment)
{
    uint32_t count = atomic_load_explicit(&sample->place_count, memory_order_acquire);
    for (uint32_t i = 0; i < count; i++) {
        if (gos_str_equal(sample->places[i]->environment, environment))
            return sample->places[i];
    }
    return NULL;
}

/* Behind the slots stands the environment's name. */
static struct place *place_add(struct sample *sample, gos_str environment)
{
    size_t slots_bytes = sample->count * sizeof(struct slot);
    struct place *place = NULL;
    pthread_mutex_lock(&sample->lock);
    struct place *found = place_find(sample, environment);
    uint32_t number = sample->place_count;
    if (!found && number < ENVIRONMENTS_MAX)
        place = calloc(1, sizeof *place + slots_bytes + environment.len);
    if (place) {
        char *name = (char *)place->slots + slots_bytes;
        memcpy(name, environment.data, environment.len);
        place->environment = (gos_str){name, environment.len};
        for (uint32_t i = 0; i < sample->count; i++)
            atomic_init(&place->slots[i].rank, UINT64_MAX);
        sample->places[number] = place;
        atomic_store_explicit(&sample->place_count, number + 1, memory_order_release);
    }
    pthread_mutex_unlock(&sample->lock);
    return found ? found : place;
}

/* Of two users the one met in the later hour ranks lower, then the one whose hash is lower. */
static uint64_t rank_of(gos_str unit, int64_t now_ms)
{
    uint64_t hour = (uint64_t)(now_ms / HOUR_MS) & UINT32_MAX;
    return (UINT32_MAX - hour) << RANK_BITS | (hash_xxh3(unit, hour) & UINT32_MAX);
}

static gos_str unit_of(const struct sampled *context)
{
    return context->user_id.len > 0 ? context->user_id : context->device_id;
}

static uint32_t slot_of(const struct sample *sample, gos_str unit)
{
    return (uint32_t)(hash_xxh3(unit, 0) % sample->count);
}

static void slot_fill(struct slot *slot, const struct sampled *context, uint64_t rank)
{
    size_t len = context->user_id.len + context->device_id.len + context->attributes.len;
    char *bytes = malloc(len);
    if (!bytes)
        return;
    char *end = bytes;
    memcpy(end, context->user_id.data, context->user_id.len);
    end += context->user_id.len;
    if (context->device_id.len > 0)
        memcpy(end, context->device_id.data, context->device_id.len);
    end += context->device_id.len;
    if (context->attributes.len > 0)
        memcpy(end, context->attributes.data, context->attributes.len);
    free(slot->bytes);
    slot->bytes = bytes;
    slot->user_len = (uint32_t)context->user_id.len;
    slot->device_len = (uint32_t)context->device_id.len;
    slot->attributes_len = (uint32_t)context->attributes.len;
    atomic_store_explicit(&slot->rank, rank, memory_order_relaxed);
}

void sample_put(struct sample *sample, gos_str environment, const struct sampled *context,
                int64_t now_ms)
{
    gos_str unit = unit_of(context);
    size_t bytes = context->user_id.len + context->device_id.len + context->attributes.len;
    if (!sample || sample->count == 0 || unit.len == 0 || bytes > SAMPLE_BYTES_MAX)
        return;
    struct place *place = place_find(sample, environment);
    if (!place)
        place = place_add(sample, environment);
    if (!place)
        return;
    struct slot *slot = &place->slots[slot_of(sample, unit)];
    uint64_t rank = rank_of(unit, now_ms);
    if (rank >= atomic_load_explicit(&slot->rank, memory_order_relaxed))
        return;
    pthread_mutex_lock(&sample->lock);
    if (rank < atomic_load_explicit(&slot->rank, memory_order_relaxed))
        slot_fill(slot, context, rank);
    pthread_mutex_unlock(&sample->lock);
}

static struct sampled slot_read(const struct slot *slot, const char *bytes)
{
    return (struct sampled){
        .user_id = {bytes, slot->user_len},
        .device_id = {bytes + slot->user_len, slot->device_len},
        .attributes = {bytes + slot->user_len + slot->device_len, slot->attributes_len},
    };
}

static bool place_list(const struct place *place, uint32_t count, gos_arena *arena,
                       struct sampled *out, uint32_t *out_count, gos_error *err)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct slot *slot = &place->slots[i];
        size_t len = slot->user_len + slot->device_len + slot->attributes_len;
        if (!slot->bytes)
            continue;
        char *bytes = gos_arena_take(arena, len, err);
        if (!bytes)
            return false;
        memcpy(bytes, slot->bytes, len);
        out[(*out_count)++] = slot_read(slot, bytes);
    }
    return true;
}

bool sample_list(struct sample *sample, gos_str environment, gos_arena *arena, struct sampled **out,
                 uint32_t *out_count, gos_error *err)
{
    *out_count = 0;
    *out = gos_arena_array(arena, sample->count + 1, sizeof **out, err);
    const struct place *place = place_find(sample, environment);
    if (!*out || !place)
        return *out != NULL;
    pthread_mutex_lock(&sample->lock);
    bool done = place_list(place, sample->count, arena, *out, out_count, err);
    pthread_mutex_unlock(&sample->lock);
    return done;
}

void sample_forget(struct sample *sample, gos_str environment, gos_str unit)
{
    struct place *place = place_find(sample, environment);
    if (!place)
        return;
    pthread_mutex_lock(&sample->lock);
    for (uint32_t i = 0; i < sample->count; i++) {
        struct slot *slot = &place->slots[i];
        struct sampled held = slot->bytes ? slot_read(slot, slot->bytes) : (struct sampled){0};
        if (!gos_str_equal(held.user_id, unit) && !gos_str_equal(held.device_id, unit))
            continue;
        free(slot->bytes);
        slot->bytes = NULL;
        atomic_store_explicit(&slot->rank, UINT64_MAX, memory_order_relaxed);
    }
    pthread_mutex_unlock(&sample->lock);
}
