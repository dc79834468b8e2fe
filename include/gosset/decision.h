/* Deciding: what a flag serves to a context, and which variant of an experiment it gets. */
#ifndef GOSSET_DECISION_H
#define GOSSET_DECISION_H

#include "gosset/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/* OpenFeature's reasons. */
typedef enum gos_reason {
    GOS_REASON_STATIC,          /* the same for everybody */
    GOS_REASON_DEFAULT,         /* no rule matched, or a dependency is not met */
    GOS_REASON_TARGETING_MATCH, /* a rule, or an override of this user */
    GOS_REASON_SPLIT,           /* a percentage, a split or an experiment decided */
    GOS_REASON_DISABLED,
    GOS_REASON_ERROR
} gos_reason;

/* Why an experiment gave this variant, or none: one row of reasons.def each. */
typedef enum gos_assignment {
#define ASSIGNMENT(name, word, serves, randomised) GOS_ASSIGNMENT_##name,
#include "gosset/reasons.def"
#undef ASSIGNMENT
} gos_assignment;

/* What decided the value of a flag. */
typedef enum gos_decided_by {
    GOS_BY_NOTHING,    /* disabled, or an error */
    GOS_BY_OVERRIDE,   /* a value fixed for this user */
    GOS_BY_DEPENDENCY, /* one is not met: the default */
    GOS_BY_RULE,       /* the rule at `rule` */
    GOS_BY_DEFAULT     /* no rule matched */
} gos_decided_by;

/*
 * The answer. Texts live in the ruleset (the variant of an earlier assignment, too).
 * When code is not GOS_OK the reason is ERROR; value and variant are then the flag's default, and
 * empty for an unknown flag. For an experiment, variant is empty when it gives none.
 */
typedef struct gos_decision {
    gos_str value;   /* JSON, rendered by the flag's type; an experiment: the configuration */
    gos_str variant; /* never empty for a flag that exists */
    gos_str ruleset; /* gos_ruleset_hash */
    gos_code code;   /* GOS_OK, FLAG_NOT_FOUND, NOT_FOUND, TARGETING_KEY_MISSING, UNAVAILABLE */
    gos_reason reason;
    gos_decided_by by;
    int32_t flag; /* indices into the ruleset, -1: none */
    int32_t rule; /* of the flag, counted from 0 */
    /* The experiment that was asked last, and whether it gave a variant. */
    int32_t experiment;
    int32_t experiment_variant;
    gos_assignment assignment;
} gos_decision;

/* By key. The context must be bound to the same ruleset (asserted). */
gos_decision gos_eval_flag(const gos_ruleset *rules, gos_str key, const gos_context *context);
/* By index, for all flags in turn or for callers that keep handles. */
gos_decision gos_eval_flag_at(const gos_ruleset *rules, uint32_t flag, const gos_context *context);

/* By id or name: NOT_FOUND in the code when there is none. */
gos_decision gos_eval_experiment(const gos_ruleset *rules, gos_str id_or_name,
                                 const gos_context *context);
gos_decision gos_eval_experiment_at(const gos_ruleset *rules, uint32_t experiment,
                                    const gos_context *context);

/* The unit by which the experiment splits this context; empty when the context lacks it. Valid
 * until the context is bound again. */
gos_str gos_eval_unit(const gos_ruleset *rules, uint32_t experiment, const gos_context *context);

/* "STATIC", "DEFAULT", ... */
const char *gos_reason_name(gos_reason reason);
/* "split", "sticky", ... as stored in assignment_reason. */
const char *gos_assignment_name(gos_assignment assignment);
/* Whether such an assignment gives a variant, and whether chance alone chose it. */
bool gos_assignment_serves(gos_assignment assignment);
bool gos_assignment_is_randomised(gos_assignment assignment);

#ifdef __cplusplus
}
#endif

#endif
