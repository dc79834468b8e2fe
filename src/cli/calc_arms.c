/* Two arms and margins, by the names of their columns. */
#include "cli/calc_arms.h"

gos_moments calc_read_moments(struct calc *calc, char arm)
{
    bool is_control = arm == 'c';
    bool was_invalid = calc->is_invalid;
    calc->is_invalid = false;
    double units = calc_count(calc, is_control ? "n_c" : "n_t");
    bool is_known = !calc->is_invalid;
    calc->is_invalid = calc->is_invalid || was_invalid;
    double m = calc_number(calc, is_control ? "mean_c" : "mean_t");
    double v = calc_number(calc, is_control ? "var_c" : "var_t");
    gos_moments moments = gos_moments_from_variance((uint64_t)units, m, v);
    moments.variable_count = is_known ? 1 : 0;
    return moments;
}

gos_margin calc_read_margin(struct calc *calc)
{
    static const char *const types[] = {"absolute", "relative", NULL};
    static const char *const directions[] = {"increase", "decrease", NULL};
    return (gos_margin){
        .margin = calc_number(calc, "margin"),
        .is_relative = calc_choice(calc, "margin_type", types) == 1,
        .direction = calc_choice(calc, "direction", directions) ? GOS_DECREASE : GOS_INCREASE,
        .alpha = calc_between(calc, "alpha", 0, 0.5),
    };
}

bool calc_test_margin(struct calc *calc, const gos_moments *c, const gos_moments *t,
                      const gos_margin *margin, gos_margin_test *out)
{
    gos_error err;
    if (!calc_is_ready(calc))
        return false;
    if (!gos_noninferiority(c, t, GOS_METRIC_MEAN, margin, out, &err)) {
        calc_fail_with(calc, &err);
        return false;
    }
    calc_put_status(calc, out->status);
    return true;
}
