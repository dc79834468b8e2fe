/* The parts of a ruleset that splits and experiments consist of. */
#ifndef EVAL_PARTS_EXPERIMENTS_H
#define EVAL_PARTS_EXPERIMENTS_H

#include "eval/parts.h"

/* Points up to and including `last` belong to `variant`. */
struct range {
    uint32_t last;
    uint32_t variant;
};

struct variant {
    struct text_ref name;
    struct text_ref configuration;
};

struct membership {
    uint32_t layer;
    struct span ranges; /* variant 1: inside */
};

struct layer {
    struct text_ref name;
    uint64_t seed;
    uint32_t unit;
    uint32_t pad;
};

struct holdout {
    struct text_ref name;
    uint64_t seed;
    uint64_t threshold;
    uint32_t unit;
    uint32_t layer; /* NONE: of all experiments */
};

struct experiment {
    struct text_ref id;
    struct text_ref name;
    uint8_t status;
    uint8_t sticky;
    uint8_t has_forced;
    uint8_t covers_all;
    uint32_t unit;
    uint32_t exclude; /* programs, NONE: nobody is left out */
    uint32_t include;
    uint32_t attributes;
    uint32_t shipped; /* variant, or NONE */
    uint32_t hash;    /* of hashes.def */
    uint32_t pad;
    struct span variants;
    struct span ranges;
    struct span memberships;
    struct span holdouts; /* in indices */
    int64_t starts_ms;
    int64_t ends_ms;
    uint64_t split_seed;
    uint64_t coverage_seed;
    uint64_t coverage;
};

enum override_kind { OVERRIDE_FLAG, OVERRIDE_EXPERIMENT };

/* `target` (served value, or variant) is fixed for the user. */
struct override_entry {
    struct text_ref user;
    uint32_t kind;
    uint32_t owner;
    uint32_t target;
    uint32_t pad;
};

#endif
