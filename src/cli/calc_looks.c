/* gosset calc: tests that may be looked at, and sample ratios. */
#include "cli/calc.h"

#include "base/text.h"
#include "gosset/stats_checks.h"
#include "gosset/stats_plan.h"
#include "gosset/stats_sequential.h"
#include "stats/distribution.h"

#include <math.h>
#include <stdio.h>

void calc_seq_asympcs(struct calc *calc)
{
    double diff = calc_number(calc, "diff"), se = calc_positive(calc, "se");
    double n = calc_positive(calc, "n_total"), n_star = calc_positive(calc, "n_star");
    double alpha = calc_between(calc, "alpha", 0, 1);
    if (calc->is_invalid || calc->has_failed)
        return;
    gos_sequence two = gos_asympcs(diff, se, n, n_star, alpha);
    calc_put(calc, "rho", two.rho);
    calc_put(calc, "halfwidth", two.halfwidth);
    calc_put(calc, "cs_low", diff - two.halfwidth);
    calc_put(calc, "cs_high", diff + two.halfwidth);
    calc_put(calc, "log_e", two.log_e);
    calc_put(calc, "p_always_valid", two.p_value);
    if (alpha >= 0.5)
        return;
    gos_sequence one = gos_asympcs_greater(diff, se, n, n_star, alpha);
    calc_put(calc, "rho_1sided", one.rho);
    calc_put(calc, "halfwidth_1sided", one.halfwidth);
    calc_put(calc, "bound_low_1sided", diff - one.halfwidth);
    calc_put(calc, "p_1sided_greater", one.p_value);
}

void calc_seq_msprt(struct calc *calc)
{
    double diff = calc_number(calc, "diff"), v = calc_positive(calc, "var_diff");
    double tau = calc_positive(calc, "tau"), alpha = calc_between(calc, "alpha", 0, 1);
    if (calc->is_invalid || calc->has_failed)
        return;
    gos_sequence look = gos_msprt(diff, v, tau, alpha);
    calc_put(calc, "log_lambda", look.log_e);
    calc_put(calc, "p_always_valid", look.p_value);
    calc_put(calc, "halfwidth", look.halfwidth);
    calc_put(calc, "cs_low", diff - look.halfwidth);
    calc_put(calc, "cs_high", diff + look.halfwidth);
}

void calc_seq_power(struct calc *calc)
{
    double delta = calc_number(calc, "mde_abs"), var_c = calc_number(calc, "var_c");
    double var_t = calc_number(calc, "var_t"), share = calc_between(calc, "alloc_t", 0, 1);
    double n = calc_positive(calc, "n_total"), n_star = calc_positive(calc, "n_star");
    double alpha = calc_between(calc, "alpha", 0, 1), n_80;
    gos_error err;
    if (calc->is_invalid || calc->has_failed)
        return;
    calc_put(calc, "power_at_n", gos_power_asympcs(delta, var_c, var_t, share, n, n_star, alpha));
    if (gos_size_asympcs(delta, var_c, var_t, share, n_star, alpha, 0.8, &n_80, &err))
        calc_put(calc, "n_total_for_80", n_80);
    else
        calc_put_status(calc, GOS_STATUS_UNREACHABLE);
}

void calc_seq_peeking(struct calc *calc)
{
    double alpha = calc_between(calc, "alpha", 0, 1), looks = calc_count(calc, "looks"), inflation;
    gos_error err;
    if (calc->is_invalid || calc->has_failed)
        return;
    if (!gos_peeking_inflation(alpha, looks > GOS_LOOKS_MAX ? GOS_LOOKS_MAX + 1 : (uint32_t)looks,
                               &inflation, &err))
        calc_fail_with(calc, &err);
    else
        calc_put(calc, "type1_with_peeking", inflation);
}

static const char *const kinds[] = {"obf",   "pocock",   "power", "hsd",
                                    "c_obf", "c_pocock", "c_wt",  NULL};

static gos_group_design read_design(struct calc *calc)
{
    gos_group_design design = {
        .kind = (gos_group_kind)calc_choice(calc, "kind", kinds),
        .param = calc_number_or(calc, "param", NAN),
        .alpha = calc_between(calc, "alpha", 0, 1),
        .sides = (int)calc_count(calc, "sided"),
    };
    return design;
}

/* Drift for a power, and the sample it needs relative to a single look. */
static void put_drift(struct calc *calc, const gos_group_design *design, const double *z,
                      double power, const char *drift_name, const char *inflation_name)
{
    double drift, fixed = dist_qnorm(design->alpha / design->sides, TAIL_UPPER) +
                          dist_qnorm(power, TAIL_LOWER);
    if (!gos_group_drift(design, z, power, &drift, NULL))
        return;
    for (calc->row = 0; calc->row < calc->row_count; calc->row++) {
        calc_put(calc, drift_name, drift);
        calc_put(calc, inflation_name, drift / fixed * (drift / fixed));
    }
    calc->row = 0;
}

void calc_seq_group_bounds(struct calc *calc)
{
    gos_group_design design = read_design(calc);
    double info[GOS_LOOKS_MAX], z[GOS_LOOKS_MAX], spent[GOS_LOOKS_MAX];
    gos_error err;
    if (calc->row_count > GOS_LOOKS_MAX) {
        calc_fail(calc, "design", "more than %d looks", GOS_LOOKS_MAX);
        return;
    }
    for (calc->row = 0; calc->row < calc->row_count; calc->row++)
        info[calc->row] = calc_number(calc, "info_frac");
    calc->row = 0;
    if (calc->is_invalid || calc->has_failed)
        return;
    design.info = info;
    design.looks = (uint32_t)calc->row_count;
    if (!gos_group_bounds(&design, z, spent, &err)) {
        calc_fail_with(calc, &err);
        return;
    }
    for (calc->row = 0; calc->row < calc->row_count; calc->row++) {
        calc_put(calc, "z_bound", z[calc->row]);
        calc_put(calc, "cum_alpha_spent", spent[calc->row]);
        calc_put(calc, "nominal_alpha", design.sides * dist_pnorm(z[calc->row], TAIL_UPPER));
    }
    calc->row = 0;
    put_drift(calc, &design, z, 0.8, "drift_80", "inflation_80");
    put_drift(calc, &design, z, 0.9, "drift_90", "inflation_90");
}

void calc_seq_group_power(struct calc *calc)
{
    gos_group_design design = read_design(calc);
    size_t looks;
    double drift = calc_number(calc, "drift"), *info = calc_list(calc, "info_fracs", &looks);
    double z[GOS_LOOKS_MAX], upper[GOS_LOOKS_MAX], lower[GOS_LOOKS_MAX];
    double power = 0, expected = 0;
    gos_error err;
    if (calc->is_invalid || calc->has_failed)
        return;
    design.info = info;
    design.looks = looks > GOS_LOOKS_MAX ? GOS_LOOKS_MAX + 1 : (uint32_t)looks;
    if (!gos_group_bounds(&design, z, upper, &err) ||
        !gos_group_exit(&design, z, drift, upper, lower, &err)) {
        calc_fail_with(calc, &err);
        return;
    }
    for (size_t j = 0; j < looks; j++) {
        double stop = upper[j] + (design.sides == 2 ? lower[j] : 0);
        expected += (j + 1 < looks ? stop : 1 - power) * info[j];
        power += stop;
    }
    calc_put(calc, "power", power);
    calc_put(calc, "expected_info_frac", expected);
}

/* Counts and weights of one row; false when the run has failed or the row is invalid. */
static bool read_arms(struct calc *calc, const char *counts_name, uint64_t **out_counts,
                      double **out_weights, size_t *out_count)
{
    size_t weight_count;
    double *counts = calc_list(calc, counts_name, out_count);
    *out_weights = calc_list(calc, "weights", &weight_count);
    if (calc->is_invalid || calc->has_failed)
        return false;
    if (*out_count != weight_count) {
        calc_fail(calc, counts_name, "%zu counts but %zu weights", *out_count, weight_count);
        return false;
    }
    *out_counts = gos_arena_array(calc->arena, *out_count + 1, sizeof(uint64_t), calc->err);
    calc->has_failed = !*out_counts;
    for (size_t i = 0; !calc->has_failed && i < *out_count; i++) {
        if (counts[i] < 0 || counts[i] > 1e15 || counts[i] != floor(counts[i]))
            calc_fail(calc, counts_name, "%.17g is not a whole number from 0 to 1e15", counts[i]);
        else
            (*out_counts)[i] = (uint64_t)counts[i];
    }
    return !calc->has_failed;
}

void calc_srm(struct calc *calc)
{
    uint64_t *counts;
    double *weights;
    size_t count;
    gos_srm srm;
    gos_error err;
    if (!read_arms(calc, "counts", &counts, &weights, &count)) {
        calc_put_status(calc, GOS_STATUS_INVALID_INPUT);
        return;
    }
    if (!gos_srm_check(counts, weights, count, &srm, &err)) {
        calc_fail(calc, "weights", "%s", err.message);
        return;
    }
    calc_put_status(calc, srm.status);
    calc_put(calc, "n", (double)srm.units);
    calc_put(calc, "chisq", srm.chisq);
    calc_put(calc, "df", srm.df);
    calc_put(calc, "p_value", srm.p_value);
    calc_put(calc, "srm_at_0.001", srm.p_value < GOS_SRM_ALARM);
    calc_put(calc, "p_exact", srm.p_exact);
    calc_put(calc, "min_expected", srm.expected_min);
}

void calc_srm_sequential(struct calc *calc)
{
    double least = 1;
    for (calc->row = 0; calc->row < calc->row_count; calc->row++) {
        uint64_t *counts;
        double *weights, log_e, kappa = calc_positive(calc, "kappa");
        size_t count;
        gos_error err;
        calc->is_invalid = isnan(kappa);
        if (!read_arms(calc, "cum_counts", &counts, &weights, &count)) {
            if (calc->has_failed)
                return;
            continue;
        }
        if (!gos_srm_log_e(counts, weights, count, kappa, &log_e, &err)) {
            calc_fail(calc, "weights", "%s", err.message);
            return;
        }
        double p = fmin(1, exp(-log_e));
        least = fmin(least, p);
        calc_put(calc, "log_e", log_e);
        calc_put(calc, "p_at_look", p);
        calc_put(calc, "p_running_min", least);
    }
    calc->row = 0;
}
