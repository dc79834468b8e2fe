/* Which of some names somebody may have meant. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include "gosset/base.h"

#include <stdbool.h>
#include <stdint.h>

enum { NEAREST_BYTES_MAX = 128 };

/*
 * A name that was asked for, and what is nearest to it so far. Letter case aside, "_" being "-",
 * one letter in four may be inserted, left out or replaced: "new_chekout" is near "new-checkout".
 */
struct nearest {
    gos_str best; /* points into what was offered; empty: nothing was near */
    uint8_t text[NEAREST_BYTES_MAX];
    uint32_t len;
    uint32_t most;    /* as many changes still count */
    uint64_t letters; /* a bit for each letter that occurs, to pass over most names at once */
    bool found_same;
};

/* Names longer than NEAREST_BYTES_MAX are near nothing. */
void nearest_init(struct nearest *nearest, gos_str text);
/* The first of those that are equally near stays. */
void nearest_offer(struct nearest *nearest, gos_str name);

#endif
