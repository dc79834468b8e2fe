/*
 * Many effects side by side: slices of one comparison, and pairs of experiments that share units.
 * Which of them differ is answered under control of the false discovery rate.
 * Formulas with their reasons: docs/formulas/slices.md.
 */
#ifndef GOSSET_STATS_SLICES_H
#define GOSSET_STATS_SLICES_H

#include "gosset/stats_checks.h"
#include "gosset/stats_methods.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * One slice: the comparison of two arms among the units with one value of an attribute that was
 * known before assignment.
 *
 * diff, se, p_value  in: of its estimate; diff or se not finite or se not above 0: none, and it
 *                    takes no part (its answers are NaN)
 * adjusted_p         the p-value by Holm over all slices of the call
 * rest               mean effect of the group's other slices, weighted by precision
 * gap, gap_se        diff - rest and its standard error
 * gap_p, gap_q       whether the slice differs from the rest: two-sided p, and by Benjamini and
 *                    Hochberg over all slices of the call. NaN for a group's only slice
 * shrunk_diff, _se   drawn towards the group's mean as far as chance explains the spread
 */
typedef struct gos_slice {
    double diff, se, p_value;
    double adjusted_p;
    double rest;
    double gap, gap_se, gap_p, gap_q;
    double shrunk_diff, shrunk_se;
} gos_slice;

/*
 * The slices of one attribute, metric and treatment: `count` of the array from `first` on.
 *
 * used               those with an estimate
 * diff, se           their mean effect, weighted by precision
 * heterogeneity      Cochran's Q; value is I^2, the share of the spread not due to chance; p is 1
 *                    with fewer than 2 slices used
 * heterogeneity_q    its p by Benjamini and Hochberg over all groups of the call
 */
typedef struct gos_slice_group {
    size_t first, count;
    size_t used;
    double diff, se;
    gos_check heterogeneity;
    double heterogeneity_q;
} gos_slice_group;

/*
 * Examines slices in groups that do not overlap. One call is one family: put in every attribute,
 * metric and treatment that is shown together. The arena's content is left as it was.
 *
 * Errors  BAD_INPUT at "/groups/I" outside the slices, "/slices/I/p_value" outside [0, 1];
 *         TOO_LARGE when the arena is full
 * Source  Cochran (1954), Biometrics 10; Holm (1979); Benjamini, Hochberg (1995), JRSS B 57;
 *         DerSimonian, Laird (1986), Control. Clin. Trials 7
 */
bool gos_slices_examine(gos_slice *slices, size_t slice_count, gos_slice_group *groups,
                        size_t group_count, gos_arena *arena, gos_error *err);

/* p of an interaction, corrected over the pairs of arms, from which on it is an alarm. */
#define GOS_INTERACTION_ALARM 0.01

/*
 * How treatment `second` of the second experiment changes the effect of treatment `first` of the
 * first one. contrast: (both - only second) - (only first - neither), with its z test; p is 1 when
 * a cell has under 2 units. adjusted_p: by Holm over the pairs of treatments.
 */
typedef struct gos_interaction {
    uint32_t first, second;
    gos_check contrast;
    double adjusted_p;
} gos_interaction;

/* independence: of the two assignments; p under GOS_SRM_ALARM says that they are not. */
typedef struct gos_interactions {
    gos_check independence;
    size_t pair_count;
    double least_p; /* the smallest adjusted_p; 1 without pairs */
    bool alarm;     /* least_p under GOS_INTERACTION_ALARM */
} gos_interactions;

/*
 * Two experiments on the same units: `cells` has the metric's moments of every pair of variants,
 * row by row (rows: the first experiment's variants). `out_pairs` holds (rows - 1) (columns - 1).
 *
 * Errors  BAD_INPUT at "/rows", "/columns" (2 to GOS_ARMS_MAX), "/row_control", "/column_control",
 *         "/kind" for quantiles; TOO_LARGE when the arena is full
 */
bool gos_interactions_examine(const gos_moments *cells, uint32_t rows, uint32_t columns,
                              uint32_t row_control, uint32_t column_control, gos_metric_kind kind,
                              gos_arena *arena, gos_interaction *out_pairs, gos_interactions *out,
                              gos_error *err);

#ifdef __cplusplus
}
#endif

#endif
