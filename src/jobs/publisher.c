/*
 * Each environment has a word that readers add to and publishers replace: the slot of the current
 * ruleset above, the pins it ever got below. A replaced slot is free again when as many pins were
 * given back. Readers do one atomic addition to pin and one to unpin.
 */
#include "jobs/publisher.h"

#include "base/limits.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { ENVIRONMENTS_MAX = 64, SLOTS = 64, SLOT_SHIFT = 48 };

#define COMPILE_BYTES_MAX ((size_t)4 << 30)
#define PIN_MASK          ((UINT64_C(1) << SLOT_SHIFT) - 1)

struct slot {
    _Atomic uint64_t released;
    uint64_t acquired; /* when replaced; UINT64_MAX while current */
    gos_arena *arena;  /* NULL: free */
    const gos_ruleset *rules;
    void *patterns;
    int64_t sequence;
    int64_t published_ms;
};

struct place {
    uint32_t number; /* its index among the places */
    char name[KEY_BYTES_MAX + 1];
    _Atomic uint64_t word;
    struct slot slots[SLOTS];
};

struct publisher {
    struct publisher_options options;
    pthread_mutex_t lock; /* publishers, one at a time */
    _Atomic uint32_t place_count;
    struct place *places[ENVIRONMENTS_MAX];
    _Atomic uint64_t count;
};

static void slot_free(const struct publisher *publisher, struct slot *slot)
{
    if (slot->patterns)
        publisher->options.patterns.release(slot->patterns);
    gos_arena_close(slot->arena);
    slot->arena = NULL;
    slot->patterns = NULL;
}

/* A slot that no reader holds, or NULL while all are held by readers that do not come back. */
static struct slot *slot_take(const struct publisher *publisher, struct place *place)
{
    struct slot *free_slot = NULL;
    for (size_t i = 0; i < SLOTS; i++) {
        struct slot *slot = &place->slots[i];
        if (slot->arena && atomic_load(&slot->released) == slot->acquired)
            slot_free(publisher, slot);
        if (!slot->arena)
            free_slot = slot;
    }
    return free_slot;
}

gos_compile_options publisher_compile_options(const struct publisher *publisher)
{
    return (gos_compile_options){.check_pattern = publisher->options.patterns.check};
}

struct publisher_patterns publisher_patterns(const struct publisher *publisher)
{
    return publisher->options.patterns;
}

static bool compile(const struct publisher *publisher, gos_str environment, int64_t at,
                    struct slot *slot, gos_error *err)
{
    gos_compile_options options = publisher_compile_options(publisher);
    gos_arena *work = gos_arena_open(COMPILE_BYTES_MAX);
    slot->arena = gos_arena_open(COMPILE_BYTES_MAX);
    gos_report report;
    gos_str document;
    bool done = work && slot->arena;
    if (!done)
        gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory to compile the definitions");
    done = done &&
           catalog_document(publisher->options.catalog, environment, at, work, &document,
                            &slot->sequence, err) &&
           gos_ruleset_compile(document, &options, slot->arena, &slot->rules, &report, err);
    if (done && publisher->options.patterns.prepare)
        done = publisher->options.patterns.prepare(slot->rules, &slot->patterns, err);
    gos_arena_close(work);
    if (!done)
        slot_free(publisher, slot);
    return done;
}

static void place_swap(struct place *place, struct slot *slot)
{
    uint64_t index = (uint64_t)(slot - place->slots);
    slot->acquired = UINT64_MAX;
    atomic_store(&slot->released, 0);
    uint64_t old = atomic_exchange(&place->word, index << SLOT_SHIFT);
    struct slot *before = &place->slots[old >> SLOT_SHIFT];
    if (before != slot && before->arena)
        before->acquired = old & PIN_MASK;
}

static struct place *place_find(struct publisher *publisher, gos_str environment)
{
    uint32_t count = atomic_load_explicit(&publisher->place_count, memory_order_acquire);
    for (uint32_t i = 0; i < count; i++) {
        if (gos_str_equal(gos_str_from(publisher->places[i]->name), environment))
            return publisher->places[i];
    }
    return NULL;
}

static bool note(const struct publisher *publisher, const struct place *place,
                 const struct slot *slot, gos_error *err)
{
    struct ruleset_note ruleset = {slot->sequence, gos_ruleset_hash(slot->rules),
                                   slot->published_ms};
    return catalog_note_ruleset(publisher->options.catalog, gos_str_from(place->name), &ruleset,
                                err);
}

/* What was compiled already. */
struct ready {
    struct document_checked *checked; /* NULL: nothing */
    int64_t sequence;
};

static bool take_over(const struct publisher *publisher, const struct ready *ready,
                      struct slot *slot, gos_error *err)
{
    slot->arena = ready->checked->arena;
    slot->rules = ready->checked->rules;
    slot->sequence = ready->sequence;
    ready->checked->arena = NULL;
    if (!publisher->options.patterns.prepare ||
        publisher->options.patterns.prepare(slot->rules, &slot->patterns, err))
        return true;
    slot_free(publisher, slot);
    return false;
}

/* Fills a free slot of a place, remembers it, and makes it current. */
static bool place_publish(struct publisher *publisher, struct place *place,
                          const struct ready *ready, gos_error *err)
{
    gos_str environment = gos_str_from(place->name);
    struct slot *slot = slot_take(publisher, place);
    if (!slot)
        return gos_fail(err, GOS_UNAVAILABLE, "", "%d older rulesets of %s are still being read",
                        SLOTS, place->name);
    if (!(ready->checked ? take_over(publisher, ready, slot, err)
                         : compile(publisher, environment, CATALOG_NOW, slot, err)))
        return false;
    slot->published_ms = publisher->options.now_ms(publisher->options.context);
    if (!note(publisher, place, slot, err)) {
        slot_free(publisher, slot);
        return false;
    }
    place_swap(place, slot);
    atomic_fetch_add(&publisher->count, 1);
    if (publisher->options.published)
        publisher->options.published(publisher->options.published_user, environment,
                                     gos_ruleset_hash(slot->rules), slot->sequence);
    return true;
}

static bool place_add(struct publisher *publisher, gos_str environment, gos_error *err)
{
    uint32_t count = atomic_load(&publisher->place_count);
    if (count == ENVIRONMENTS_MAX)
        return gos_fail(err, GOS_TOO_LARGE, "", "more than %d environments", ENVIRONMENTS_MAX);
    struct place *place = calloc(1, sizeof *place);
    if (!place)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for an environment");
    snprintf(place->name, sizeof place->name, "%.*s", GOS_ARG(environment));
    if (!place_publish(publisher, place, &(struct ready){0}, err)) {
        free(place);
        return false;
    }
    place->number = count;
    publisher->places[count] = place;
    atomic_store_explicit(&publisher->place_count, count + 1, memory_order_release);
    return true;
}

static bool publish_locked(struct publisher *publisher, gos_str environment, struct ready *ready,
                           gos_error *err)
{
    struct place *place = place_find(publisher, environment);
    int64_t sequence;
    if (!catalog_sequence(publisher->options.catalog, environment, &sequence, err))
        return false;
    if (!place)
        return place_add(publisher, environment, err);
    const struct slot *current = &place->slots[atomic_load(&place->word) >> SLOT_SHIFT];
    if (ready->sequence != sequence)
        ready->checked = NULL;
    return current->sequence >= sequence || place_publish(publisher, place, ready, err);
}

bool publisher_publish_checked(struct publisher *publisher, gos_str environment,
                               struct document_checked *checked, int64_t sequence, gos_error *err)
{
    struct ready ready = {checked && checked->arena ? checked : NULL, sequence};
    pthread_mutex_lock(&publisher->lock);
    bool done = publish_locked(publisher, environment, &ready, err);
    pthread_mutex_unlock(&publisher->lock);
    return done;
}

bool publisher_publish(struct publisher *publisher, gos_str environment, gos_error *err)
{
    return publisher_publish_checked(publisher, environment, NULL, 0, err);
}

bool publisher_open(const struct publisher_options *options, struct publisher **out, gos_error *err)
{
    struct publisher *publisher = calloc(1, sizeof *publisher);
    gos_arena *arena = gos_arena_open((size_t)1 << 20);
    struct environment *environments;
    uint32_t count;
    if (!publisher || !arena) {
        free(publisher);
        gos_arena_close(arena);
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for the rulesets");
    }
    publisher->options = *options;
    pthread_mutex_init(&publisher->lock, NULL);
    bool done = catalog_list_environments(options->catalog, arena, &environments, &count, err);
    for (uint32_t i = 0; done && i < count; i++)
        done = publisher_publish(publisher, environments[i].name, err);
    gos_arena_close(arena);
    if (done)
        *out = publisher;
    else
        publisher_close(publisher);
    return done;
}

void publisher_close(struct publisher *publisher)
{
    if (!publisher)
        return;
    for (uint32_t i = 0; i < atomic_load(&publisher->place_count); i++) {
        for (size_t s = 0; s < SLOTS; s++) {
            if (publisher->places[i]->slots[s].arena)
                slot_free(publisher, &publisher->places[i]->slots[s]);
        }
        free(publisher->places[i]);
    }
    pthread_mutex_destroy(&publisher->lock);
    free(publisher);
}

bool publisher_pin(struct publisher *publisher, gos_str environment, struct publisher_pin *out,
                   gos_error *err)
{
    struct place *place = place_find(publisher, environment);
    if (!place)
        return gos_fail(err, GOS_NOT_FOUND, "/environment", "there is no environment \"%.*s\"",
                        GOS_ARG(environment));
    uint64_t word = atomic_fetch_add(&place->word, 1);
    uint32_t index = (uint32_t)(word >> SLOT_SHIFT);
    const struct slot *slot = &place->slots[index];
    *out = (struct publisher_pin){
        slot->rules,
        slot->patterns ? publisher->options.patterns.match : NULL,
        slot->patterns,
        slot->sequence,
        slot->published_ms,
        place->number,
        index,
    };
    return true;
}

void publisher_unpin(struct publisher *publisher, const struct publisher_pin *pin)
{
    atomic_fetch_add(&publisher->places[pin->environment]->slots[pin->slot].released, 1);
}

struct publisher_past {
    struct slot slot;
};

bool publisher_past_open(struct publisher *publisher, gos_str environment, int64_t sequence,
                         struct publisher_past **out, struct publisher_pin *out_pin, gos_error *err)
{
    struct publisher_past *past = calloc(1, sizeof *past);
    if (!past)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a past ruleset");
    if (!compile(publisher, environment, sequence, &past->slot, err)) {
        free(past);
        return false;
    }
    *out = past;
    *out_pin = (struct publisher_pin){
        .rules = past->slot.rules,
        .match_pattern = past->slot.patterns ? publisher->options.patterns.match : NULL,
        .match_pattern_user = past->slot.patterns,
        .sequence = past->slot.sequence,
    };
    return true;
}

void publisher_past_close(struct publisher *publisher, struct publisher_past *past)
{
    if (!past)
        return;
    slot_free(publisher, &past->slot);
    free(past);
}

uint64_t publisher_count(struct publisher *publisher)
{
    return atomic_load(&publisher->count);
}
