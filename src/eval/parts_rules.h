/* The parts of a ruleset that flags consist of. */
#ifndef EVAL_PARTS_RULES_H
#define EVAL_PARTS_RULES_H

#include "eval/parts.h"

/* FLAG_SCHEDULED: the first switch says how it is before all others. */
enum flag_enabled { FLAG_OFF, FLAG_ON, FLAG_SCHEDULED };

/* What deciding reads of a flag. */
struct flag {
    struct text_ref key;
    uint32_t constant; /* what everybody gets that no override fixes, or NONE */
    uint8_t type;
    uint8_t enabled; /* of enum flag_enabled */
    uint8_t has_overrides;
    uint8_t default_reason;
    uint32_t default_served;
    struct span rules;
    struct span closure; /* flags it depends on, each after its own dependencies */
    struct span requires;
    struct span switches; /* FLAG_SCHEDULED */
};

/* What only others read. */
struct flag_about {
    struct text_ref id;
    struct text_ref metadata;
    int64_t version;
    uint32_t client_visible;
    uint32_t pad;
};

/* One value with the name of its variant. */
struct served {
    struct text_ref variant;
    struct text_ref value;
};

enum rule_kind { RULE_FIXED, RULE_SPLIT, RULE_EXPERIMENT };
enum { RULE_HAS_PERCENTAGE = 1, RULE_IS_LINEAR = 2, RULE_HAS_TIMES = 4 };

/* Ordered by how often deciding reads it. */
struct rule {
    uint32_t program; /* NONE: everybody */
    uint8_t kind;
    uint8_t flags;
    uint8_t reason;
    uint8_t hash; /* of hashes.def */
    uint32_t unit;
    uint32_t served;     /* RULE_SPLIT, RULE_EXPERIMENT: the first of one for each variant */
    uint64_t seed;       /* percentage */
    uint64_t threshold;  /* points below it are in */
    struct span steps;   /* a percentage that moves with time */
    struct span ranges;  /* RULE_SPLIT */
    uint64_t split_seed; /* RULE_SPLIT */
    uint32_t experiment;
    uint32_t pad_end;
    int64_t starts_ms;
    int64_t ends_ms;
    struct text_ref name;
    struct text_ref pointer;
};

/* From this time on a flag is on or off. */
struct flag_switch {
    int64_t at_ms;
    uint32_t enabled;
    uint32_t pad;
};

struct progress_step {
    int64_t at_ms;
    uint64_t threshold;
};

/* A flag of a closure, and what it asks of those before it. */
struct dependency {
    uint32_t flag;
    struct span requires;
};

/* The flag at `position` of the closure must serve one of the variants, or be on. */
struct requirement {
    uint32_t position;
    struct span variants; /* in strings; none: it must be on */
};

#endif
