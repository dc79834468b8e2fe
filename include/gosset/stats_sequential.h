/*
 * Tests that may be looked at while the data come in: confidence sequences, mSPRT, and designs
 * with planned looks. Formulas with their reasons: docs/formulas/sequential.md.
 */
#ifndef GOSSET_STATS_SEQUENTIAL_H
#define GOSSET_STATS_SEQUENTIAL_H

#include "gosset/stats.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { GOS_LOOKS_MAX = 1000, GOS_BURN_IN_UNITS = 100, GOS_TUNED_UNITS = 10000 };

/*
 * One look of the asymptotic confidence sequence. n counts units of both arms; n_star > 0 is the
 * sample for which it is tightest, and must stay as it was at the start.
 * halfwidth = critical * se. log_e: log of the e-value; p = min(1, exp(-log_e)).
 * Source  Waudby-Smith et al. (2024), Ann. Stat. 52; Howard et al. (2021), Ann. Stat. 49, eq. 14
 */
typedef struct gos_sequence {
    double rho;
    double critical;
    double halfwidth;
    double log_e;
    double p_value;
} gos_sequence;

gos_sequence gos_asympcs(double diff, double se, double n, double n_star, double alpha);
/* The one-sided sequence for H1: diff > 0 at level alpha; its bound is diff - halfwidth. */
gos_sequence gos_asympcs_greater(double diff, double se, double n, double n_star, double alpha);

/*
 * Normal mixture SPRT with a fixed mixing variance tau > 0; v is the variance of diff.
 * Source  Johari, Koomen, Pekelis, Walsh (2022), Oper. Res. 70, eq. 9
 */
gos_sequence gos_msprt(double diff, double v, double tau, double alpha);

/* How a design of planned looks spends alpha, or the shape of a classical one (equal looks). */
typedef enum gos_group_kind {
    GOS_GROUP_OBF,      /* Lan-DeMets, like O'Brien-Fleming */
    GOS_GROUP_POCOCK,   /* Lan-DeMets, like Pocock */
    GOS_GROUP_POWER,    /* alpha t^param (Kim-DeMets) */
    GOS_GROUP_HSD,      /* Hwang-Shih-DeCani with gamma = param */
    GOS_GROUP_C_OBF,    /* O'Brien-Fleming's constants */
    GOS_GROUP_C_POCOCK, /* Pocock's */
    GOS_GROUP_C_WT,     /* Wang-Tsiatis with Delta = param */
} gos_group_kind;

typedef struct gos_group_design {
    gos_group_kind kind;
    double param;
    double alpha;       /* of both tails together when sides is 2 */
    int sides;          /* 1 or 2 */
    uint32_t looks;     /* 1 to GOS_LOOKS_MAX */
    const double *info; /* information fractions, rising, > 0; a last one over 1 is overrun */
} gos_group_design;

/*
 * Bounds of z for every look, and the alpha spent up to it; out arrays hold `looks` numbers.
 * Errors  BAD_INPUT at "/info", "/alpha", ...; INTERNAL when a bound could not be solved
 * Source  Armitage, McPherson, Rowe (1969), JRSS A 132; Jennison, Turnbull (2000), ch. 19
 */
bool gos_group_bounds(const gos_group_design *design, double *out_z, double *out_alpha_spent,
                      gos_error *err);
/*
 * Chances to stop at each look in favour of treatment or control, when the z at information t has
 * mean drift * sqrt(t). `out_lower` may be NULL.
 */
bool gos_group_exit(const gos_group_design *design, const double *z, double drift,
                    double *out_upper, double *out_lower, gos_error *err);
/* The drift at which the design has this power, in (alpha, 1). */
bool gos_group_drift(const gos_group_design *design, const double *z, double power, double *out,
                     gos_error *err);
/* Chance that one of `looks` equally spaced fixed-horizon tests at alpha rejects under the null. */
bool gos_peeking_inflation(double alpha, uint32_t looks, double *out, gos_error *err);

#ifdef __cplusplus
}
#endif

#endif
