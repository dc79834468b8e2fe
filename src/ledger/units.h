/*
 * Units as dense numbers from 0: the only form in which rows and computations know them. A unit is
 * found by the 64-bit hash of its environment and text; two of a hundred million units share one
 * with a chance of 0.03 %.
 */
#ifndef LEDGER_UNITS_H
#define LEDGER_UNITS_H

#include "ledger/buffer.h"

#define UNIT_NONE UINT32_MAX

struct units {
    struct buffer hashes; /* uint64_t by unit */
    struct buffer slots;  /* uint32_t unit + 1, open addressing; a power of two */
    struct buffer users;  /* uint32_t user + 1 by unit: the user of a device; 0: none */
    uint32_t count;
    uint32_t link_count;
};

uint64_t unit_hash(uint32_t environment, gos_str text);
/* The unit with this hash, or UNIT_NONE. */
uint32_t units_find(const struct units *units, uint64_t hash);
/*
 * Units are scattered over memory: asks for what finding them will need, of one that is far ahead
 * and of one that is near. 0: none.
 */
void units_ask_ahead(const struct units *units, uint64_t far, uint64_t near);
/* Memory for so many units in all, so that adding them moves nothing. */
bool units_reserve(struct units *units, uint32_t count, gos_error *err);
/* Finds it or makes it the next; *out_new says which. */
bool units_add(struct units *units, uint64_t hash, uint32_t *out, bool *out_new, gos_error *err);
/* A device belongs to a user from now on, if unit_may_link. Returns whether that is new. */
bool units_link(struct units *units, uint32_t device, uint32_t user);
/* Forgets whom a unit belongs to and its hash, so that its text finds a new unit. */
void units_forget(struct units *units, uint32_t unit);
void units_close(struct units *units);

/*
 * Who a unit is: the user of a device, and whom that one belongs to in turn; else itself. `users`
 * as in struct units: links never close a circle.
 */
static inline uint32_t unit_person(const uint32_t *users, uint32_t unit)
{
    while (users[unit])
        unit = users[unit] - 1;
    return unit;
}

/* Whether the device has no user yet, and the user is not the device's own, through any others. */
static inline bool unit_may_link(const uint32_t *users, uint32_t device, uint32_t user)
{
    return !users[device] && unit_person(users, user) != device;
}

/* Whether the unit is the person, or belongs to it through any others. */
static inline bool unit_belongs(const uint32_t *users, uint32_t unit, uint32_t person)
{
    while (unit != person && users[unit])
        unit = users[unit] - 1;
    return unit == person;
}

#endif
