/*
 * Persons about whom a computation that is held knows something that has changed since: they got
 * another device, an earlier exposure or another variant, or were known before they were exposed;
 * or what they did lay in the future. All of theirs is taken back and read again, and nothing of
 * others.
 */
#ifndef LEDGER_AMEND_H
#define LEDGER_AMEND_H

#include "ledger/tally.h"

enum { UNIT_AMENDED = 1, UNIT_WAS_DEVICE = 2 };

struct amend {
    struct tally *tally;     /* what is held */
    const struct tally *now; /* who is whom now, and up to when */
    gos_arena *arena;
    uint8_t *units;      /* by unit: UNIT_* */
    uint8_t *persons;    /* by unit: whether it is a person of theirs, now or before */
    uint8_t *slots;      /* by slot of `tally`, once they have them: whether it is one of theirs */
    uint32_t seed_count; /* units by which they were found */
    uint32_t unit_count; /* all of theirs */
    int64_t first;       /* of all exposures that are in */
    bool fits;           /* false: everything has to be read */
};

bool amend_open(struct amend *amend, struct tally *tally, const struct tally *now, int64_t first,
                gos_error *err);
void amend_close(struct amend *amend);
/* Finds them, by what came since and what has come of age; changes nothing. */
bool amend_find(struct amend *amend, gos_error *err);
/* Finds all of their units, and takes back what their events have counted. */
bool amend_take_back(struct amend *amend, gos_error *err);
/* The first slot that any of their units had is theirs; `users` and unit_count are those of now. */
bool amend_take_slots(struct amend *amend, gos_error *err);
/* Reads their exposures and events. */
bool amend_read(struct amend *amend, gos_error *err);

static inline bool amend_holds(const struct amend *amend, uint32_t unit)
{
    return amend->units[unit] & UNIT_AMENDED;
}

#endif
