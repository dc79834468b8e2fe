/* Margins: the contrast t - w c has the margin inside it, so that it shares the control's error. */
#include "gosset/stats_methods.h"

#include "stats/distribution.h"
#include "stats/effect.h"
#include "stats/linear.h"

#include <math.h>

/* w of the contrast t - w c, and what is added to it. */
static void contrast_shape(const gos_margin *m, double mean_c, double *out_weight, double *out_add)
{
    double toward = m->direction == GOS_INCREASE ? 1 : -1;
    double sign = (mean_c > 0) - (mean_c < 0);
    *out_weight = m->is_relative ? 1 - toward * m->margin * sign : 1;
    *out_add = m->is_relative ? 0 : toward * m->margin;
}

bool gos_noninferiority(const gos_moments *control, const gos_moments *treatment,
                        gos_metric_kind kind, const gos_margin *m, gos_margin_test *out,
                        gos_error *err)
{
    if (!(m->margin > 0) || isinf(m->margin))
        return gos_fail(err, GOS_BAD_INPUT, "/margin", "margin %g is not positive", m->margin);
    if (!(m->alpha > 0 && m->alpha < 0.5))
        return gos_fail(err, GOS_BAD_INPUT, "/alpha", "alpha %g is not between 0 and 0.5",
                        m->alpha);
    kind = kind == GOS_METRIC_RATIO ? kind : GOS_METRIC_MEAN;
    *out = (gos_margin_test){
        .contrast = NAN, .se = NAN, .statistic = NAN, .df = NAN, .p_value = 1, .bound = NAN};
    out->status = linear_status(control, kind) | linear_status(treatment, kind);
    if (out->status)
        return true;
    gos_moments c = linear_value(control, kind), t = linear_value(treatment, kind);
    double weight, add, mean_c = c.mean[0], mean_t = t.mean[0];
    contrast_shape(m, mean_c, &weight, &add);
    double v_c = weight * weight * linear_mean_variance(&c), v_t = linear_mean_variance(&t);
    bool up = m->direction == GOS_INCREASE;
    out->se = sqrt(v_c + v_t);
    out->contrast = mean_t - weight * mean_c + add;
    if (effect_is_constant(out->se, mean_c, mean_t)) {
        out->status = GOS_STATUS_ZERO_VARIANCE;
        return true;
    }
    out->df = effect_welch_df(v_c, (double)c.n, v_t, (double)t.n);
    out->statistic = out->contrast / out->se;
    out->p_value = dist_pt(out->statistic, out->df, up ? TAIL_UPPER : TAIL_LOWER);
    double half = dist_qt(m->alpha, out->df, TAIL_UPPER) * out->se;
    double center = m->is_relative ? out->contrast : mean_t - mean_c;
    out->bound = up ? center - half : center + half;
    out->passes = out->p_value < m->alpha;
    return true;
}

gos_guardrail gos_guardrail_verdict(const gos_margin_test *test, const gos_estimate *estimate,
                                    gos_direction direction)
{
    double gain = direction == GOS_INCREASE ? estimate->shown.diff : -estimate->shown.diff;
    bool passes = test && test->passes;
    if (estimate->significant && gain < 0 && !passes)
        return GOS_GUARDRAIL_BREACH;
    if (!test)
        return GOS_GUARDRAIL_PASS;
    return passes && !gos_status_blocks(test->status) ? GOS_GUARDRAIL_PASS
                                                      : GOS_GUARDRAIL_INCONCLUSIVE;
}
