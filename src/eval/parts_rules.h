/* The parts of a ruleset that flags and experiments consist of. */
#ifndef EVAL_PARTS_RULES_H
#define EVAL_PARTS_RULES_H

#include "eval/parts.h"

/* What deciding reads of a flag. */
struct flag {
    struct text_ref key;
    uint32_t constant; /* what everybody gets that no override fixes, or NONE */
    uint8_t type;
    uint8_t enabled;
    uint8_t has_overrides;
    uint8_t default_reason;
    uint32_t default_served;
    struct span rules;
    struct span closure; /* flags it depends on, each after its own dependencies */
    struct span requires;
    uint32_t pad;
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
