/* What-if: who would get something else when one ruleset takes the place of another. */
#ifndef GOSSET_COMPARE_H
#define GOSSET_COMPARE_H

#include "gosset/decision.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Everybody who goes from one answer of a flag, or an experiment, to another. */
typedef struct gos_transition {
    bool is_experiment;
    gos_str key;  /* a flag's key, an experiment's name */
    gos_str from; /* variant; empty: none, or the flag was not there */
    gos_str to;
    gos_str from_value; /* JSON; empty: none */
    gos_str to_value;
    uint64_t count;
    gos_str example;                /* the unit of the first of them */
    const uint64_t *segment_counts; /* of them in each segment of the new ruleset */
} gos_transition;

typedef struct gos_comparison {
    uint64_t context_count;
    uint64_t changed_count; /* contexts for which anything changes */
    const gos_transition *transitions;
    uint32_t transition_count;
    bool is_cut; /* there are more kinds of transition than fit */
    const gos_str *segment_names;
    const uint64_t *segment_totals; /* contexts in each segment; 0 when nothing can change */
    uint32_t segment_count;
} gos_comparison;

typedef struct gos_compare gos_compare;

/* In the arena, as all that comes of it; both rulesets must outlive it. */
bool gos_compare_open(const gos_ruleset *before, const gos_ruleset *after, gos_arena *arena,
                      gos_compare **out, gos_error *err);
/* Decides everything for one context, bound to each of the rulesets. TOO_LARGE: the arena. */
bool gos_compare_add(gos_compare *compare, const gos_context *before, const gos_context *after,
                     gos_error *err);
/* What was found so far; valid until the next gos_compare_add. */
gos_comparison gos_compare_result(const gos_compare *compare);

#ifdef __cplusplus
}
#endif

#endif
