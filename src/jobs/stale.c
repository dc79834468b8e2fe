/* Of the newest exposures only: what was behind and has caught up since needs nobody. */
#include "jobs/stale.h"

#include "base/json.h"
#include "base/time.h"

enum { TRAITS_MAX = 200 };
/* Programs ask every five minutes at least; twice that is too long. */
#define STALE_AFTER_MS INT64_C(600000)

/* What programs and machines differ by; attributes of people are none of this. */
static const char *const names[] = {"app_version", "browser", "device_type", "node",   "os",
                                    "platform",    "sdk",     "source",      "version"};

struct trait {
    const char *name;
    gos_str value;
    uint32_t count, stale;
};

struct search {
    const struct history *history;
    gos_arena *arena;
    const struct ledger_exposure *items;
    uint32_t count;
    int32_t *note_of; /* by item; HISTORY_NONE: not known, or in time */
    uint32_t *counts; /* by note: stale exposures */
    struct trait *traits;
    uint32_t trait_count;
    struct stale *out;
};

/* The note that an exposure is behind by, if it is; the newest one cannot be. */
static int32_t stale_note(const struct search *search, const struct ledger_exposure *item)
{
    const struct history *history = search->history;
    if (item->ruleset.len == 0)
        return HISTORY_NONE;
    int32_t note = history_named(history, item->ruleset, item->at);
    search->out->known += note != HISTORY_NONE;
    while (note > 0 && gos_str_equal(history->notes[note - 1].hash, item->ruleset))
        note--;
    return note > 0 && item->at > history->notes[note - 1].at + STALE_AFTER_MS ? note
                                                                               : HISTORY_NONE;
}

static void count_stale(struct search *search)
{
    struct stale *out = search->out;
    for (uint32_t i = 0; i < search->count; i++) {
        int32_t note = stale_note(search, &search->items[i]);
        search->note_of[i] = note;
        if (note == HISTORY_NONE)
            continue;
        out->stale++;
        if (++search->counts[note] > out->count) {
            out->count = search->counts[note];
            out->hash = search->history->notes[note].hash;
            out->sequence = search->history->notes[note].sequence;
            out->replaced_ms = search->history->notes[note - 1].at;
        }
    }
}

static struct trait *trait_find(struct search *search, const char *name, gos_str value)
{
    for (uint32_t i = 0; i < search->trait_count; i++) {
        if (search->traits[i].name == name && gos_str_equal(search->traits[i].value, value))
            return &search->traits[i];
    }
    if (search->trait_count == TRAITS_MAX)
        return NULL;
    struct trait *trait = &search->traits[search->trait_count++];
    *trait = (struct trait){.name = name, .value = value};
    return trait;
}

static void count_traits(struct search *search)
{
    for (uint32_t i = 0; i < search->count; i++) {
        const struct ledger_exposure *item = &search->items[i];
        const struct json *attributes = NULL;
        bool is_stale =
            search->note_of[i] != HISTORY_NONE && gos_str_equal(item->ruleset, search->out->hash);
        if (is_stale && item->at > search->out->last_ms)
            search->out->last_ms = item->at;
        if (item->attributes.len > 0)
            json_read(item->attributes, search->arena, &attributes, NULL);
        for (size_t k = 0; attributes && k < sizeof names / sizeof *names; k++) {
            gos_str value = json_find_text(attributes, names[k]);
            struct trait *trait = value.len > 0 ? trait_find(search, names[k], value) : NULL;
            if (trait) {
                trait->count++;
                trait->stale += is_stale;
            }
        }
    }
}

/* The trait that tells them best from the others, when it tells them at all. */
static void choose_trait(struct search *search)
{
    struct stale *out = search->out;
    double best = 0.5;
    for (uint32_t i = 0; i < search->trait_count; i++) {
        const struct trait *trait = &search->traits[i];
        double fit = (double)trait->stale / out->count * trait->stale / trait->count;
        if (fit > best && trait->count < search->count) {
            best = fit;
            out->name = gos_str_from(trait->name);
            out->value = trait->value;
            out->value_count = trait->stale;
        }
    }
}

bool stale_find(const struct analysis_sources *sources, const struct ledger_question *ask,
                const struct history *history, gos_arena *arena, struct stale *out, gos_error *err)
{
    struct search search = {.history = history, .arena = arena, .out = out};
    struct ledger_exposure *items;
    *out = (struct stale){.last_ms = TIME_NONE};
    if (!ledger_list_exposures(sources->ledger, ask, LEDGER_NEWEST, STALE_EXPOSURES, arena, &items,
                               &search.count, err))
        return false;
    search.items = items;
    search.note_of = gos_arena_array(arena, search.count + 1, sizeof *search.note_of, err);
    search.counts = gos_arena_array(arena, history->count + 1, sizeof *search.counts, err);
    search.traits = gos_arena_array(arena, TRAITS_MAX, sizeof *search.traits, err);
    if (!search.note_of || !search.counts || !search.traits)
        return false;
    count_stale(&search);
    if (out->stale > 0) {
        count_traits(&search);
        choose_trait(&search);
    }
    return true;
}
