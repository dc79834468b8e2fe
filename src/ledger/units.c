/* Units by hash, with linear probing at a load of at most one half. */
#include "ledger/units.h"

#include "base/hash.h"

enum { SLOTS_FIRST = 4096 };

uint64_t unit_hash(uint32_t environment, gos_str text)
{
    uint64_t hash = hash_xxh3(text, environment);
    return hash ? hash : 1; /* 0 marks a forgotten unit */
}

static const uint64_t *hashes(const struct units *units)
{
    return units->hashes.data;
}

/* The slot that holds the hash, or the empty one where it belongs. */
static uint32_t *probe(const struct units *units, uint64_t hash)
{
    uint32_t *slots = units->slots.data;
    uint64_t mask = units->slots.bytes / sizeof *slots - 1;
    uint64_t i = hash & mask;
    while (slots[i] && hashes(units)[slots[i] - 1] != hash)
        i = (i + 1) & mask;
    return &slots[i];
}

uint32_t units_find(const struct units *units, uint64_t hash)
{
    if (units->count == 0)
        return UNIT_NONE;
    uint32_t slot = *probe(units, hash);
    return slot ? slot - 1 : UNIT_NONE;
}

void units_ask_ahead(const struct units *units, uint64_t far, uint64_t near)
{
    const uint32_t *slots = units->slots.data;
    uint64_t mask = units->slots.bytes / sizeof *slots - 1;
    if (units->count == 0)
        return;
    if (far)
        __builtin_prefetch(&slots[far & mask]);
    if (near && slots[near & mask])
        __builtin_prefetch(&hashes(units)[slots[near & mask] - 1]);
}

/* Slots for `count` units at the load that is allowed; the units there are move to them. */
static bool slots_reserve(struct units *units, uint32_t count, gos_error *err)
{
    size_t slot_count = units->slots.bytes / sizeof(uint32_t), wanted = slot_count;
    struct buffer grown = {0};
    if (wanted == 0)
        wanted = SLOTS_FIRST;
    while (wanted <= (size_t)count * 2)
        wanted *= 2;
    if (wanted == slot_count)
        return true;
    if (!buffer_reserve(&grown, wanted * sizeof(uint32_t), err))
        return false;
    grown.bytes = wanted * sizeof(uint32_t);
    buffer_close(&units->slots);
    units->slots = grown;
    for (uint32_t unit = 0; unit < units->count; unit++) {
        if (hashes(units)[unit])
            *probe(units, hashes(units)[unit]) = unit + 1;
    }
    return true;
}

bool units_reserve(struct units *units, uint32_t count, gos_error *err)
{
    return slots_reserve(units, count, err) &&
           buffer_reserve(&units->hashes, count * sizeof(uint64_t), err) &&
           buffer_reserve(&units->users, count * sizeof(uint32_t), err);
}

bool units_add(struct units *units, uint64_t hash, uint32_t *out, bool *out_new, gos_error *err)
{
    if (units->count == UNIT_NONE - 1)
        return gos_fail(err, GOS_TOO_LARGE, "", "the ledger holds at most %u units", UNIT_NONE - 1);
    if (!slots_reserve(units, units->count, err))
        return false;
    uint32_t *slot = hash ? probe(units, hash) : NULL;
    *out_new = !slot || *slot == 0;
    *out = *out_new ? units->count : *slot - 1;
    if (!*out_new)
        return true;
    size_t next = (size_t)units->count + 1;
    if (!buffer_reserve(&units->hashes, next * sizeof(uint64_t), err) ||
        !buffer_reserve(&units->users, next * sizeof(uint32_t), err))
        return false;
    ((uint64_t *)units->hashes.data)[units->count] = hash;
    units->hashes.bytes = next * sizeof(uint64_t);
    units->users.bytes = next * sizeof(uint32_t);
    units->count++;
    if (slot)
        *slot = units->count;
    return true;
}

bool units_link(struct units *units, uint32_t device, uint32_t user)
{
    uint32_t *users = units->users.data;
    if (!unit_may_link(users, device, user))
        return false;
    users[device] = user + 1;
    units->link_count++;
    return true;
}

/* The slot keeps the number, with a hash that nothing has, so that probing goes on past it. */
void units_forget(struct units *units, uint32_t unit)
{
    ((uint64_t *)units->hashes.data)[unit] = 0;
    ((uint32_t *)units->users.data)[unit] = 0;
}

void units_close(struct units *units)
{
    buffer_close(&units->hashes);
    buffer_close(&units->slots);
    buffer_close(&units->users);
    units->count = units->link_count = 0;
}
