/* Exposures one by one. */
#ifndef LEDGER_EXPOSED_H
#define LEDGER_EXPOSED_H

#include "gosset/base.h"

/* Which exposures are listed. */
enum ledger_pick {
    LEDGER_SAMPLE, /* of the units with the smallest hashes: the same units whenever it is asked */
    LEDGER_NEWEST, /* those that arrived last, among the newest facts */
};

/* An exposure as it came. */
struct ledger_exposure {
    gos_str unit; /* of a sample only */
    gos_str variant;
    gos_str ruleset;    /* hash of the one that decided; empty: not known */
    gos_str attributes; /* JSON object, or empty */
    int64_t at;
    uint64_t sequence;
    bool is_crossover;
    bool is_by_choice; /* not by chance */
};

#endif
