/* Runs of a setting that the caller chose. */
#include "stats/simulate_custom.h"

#include "gosset/stats_sequential.h"

#include <math.h>

enum { LOOKS_MAX = 1000 };

static bool setting_check(const struct simulation_setting *s, gos_error *err)
{
    if (!(s->units >= 4 && s->units <= 1e9))
        return gos_fail(err, GOS_BAD_INPUT, "/units", "%g units: 4 to 1e9 are allowed", s->units);
    if (!(s->share_t > 0 && s->share_t < 1))
        return gos_fail(err, GOS_BAD_INPUT, "/share", "share %g is not between 0 and 1",
                        s->share_t);
    if (s->looks < 1 || s->looks > LOOKS_MAX)
        return gos_fail(err, GOS_BAD_INPUT, "/looks", "%d looks: 1 to %d are allowed", s->looks,
                        LOOKS_MAX);
    double rate = s->a + s->effect;
    if (s->law == LAW_BERNOULLI && !(s->a >= 0 && s->a <= 1 && rate >= 0 && rate <= 1))
        return gos_fail(err, GOS_BAD_INPUT, "/effect", "rates %g and %g must be within [0, 1]",
                        s->a, rate);
    return gos_stats_options_check(&s->options, err);
}

/* Adds `n` units of one arm. */
static void arm_grow(const struct simulation_setting *s, struct random *random, bool is_treated,
                     uint64_t n, gos_moments *arm)
{
    double effect = is_treated ? s->effect : 0;
    if (s->law == LAW_BERNOULLI) {
        uint64_t x = (uint64_t)random_binomial(random, n, s->a + effect);
        gos_moments more = gos_moments_from_counts(x, n);
        gos_moments_merge(arm, &more);
        return;
    }
    for (uint64_t i = 0; i < n; i++)
        gos_moments_push(arm, &(double){law_draw(random, s->law, s->a, s->b) + effect});
}

/* One run through all looks; `bounds` are those of planned looks. */
static void setting_run(const struct simulation_setting *s, struct random *random,
                        const double *bounds, struct simulation_answer *sum, double *out_p)
{
    gos_moments c = gos_moments_empty(1), t = gos_moments_empty(1);
    gos_stats_options options = s->options;
    gos_estimate e;
    bool rejected = false;
    for (int look = 1; look <= s->looks; look++) {
        double units = rint(s->units * look / s->looks), treated = rint(units * s->share_t);
        arm_grow(s, random, false, (uint64_t)(units - treated) - c.n, &c);
        arm_grow(s, random, true, (uint64_t)treated - t.n, &t);
        options.group_bound = bounds ? bounds[look - 1] : 0;
        gos_stats_compare(&c, &t, &options, &e, NULL);
        if (e.significant && !rejected) {
            rejected = true;
            sum->rejected++;
            sum->rejected_wrong += s->effect != 0 && (e.shown.diff > 0) != (s->effect > 0);
        }
    }
    sum->covered += e.shown.diff_low <= s->effect && s->effect <= e.shown.diff_high;
    sum->halfwidth += (e.shown.diff_high - e.shown.diff_low) / 2;
    *out_p = e.fixed.p_value;
}

static bool looks_bounds(const struct simulation_setting *s, double *out_z, gos_error *err)
{
    double info[LOOKS_MAX], spent[LOOKS_MAX];
    for (int i = 0; i < s->looks; i++)
        info[i] = (double)(i + 1) / s->looks;
    gos_group_design design = {.kind = GOS_GROUP_OBF,
                               .alpha = s->options.alpha,
                               .sides = 2,
                               .looks = (uint32_t)s->looks,
                               .info = info};
    return gos_group_bounds(&design, out_z, spent, err);
}

bool simulate_setting(const struct simulation_setting *setting, uint64_t seed, uint64_t runs,
                      gos_arena *arena, struct simulation_answer *out, gos_error *err)
{
    double bounds[LOOKS_MAX];
    bool is_group = setting->options.mode == GOS_MODE_GROUP;
    struct simulation_setting s = *setting;
    struct random random;
    if (is_group)
        s.options.group_bound = 1;
    if (!setting_check(&s, err) || (is_group && !looks_bounds(&s, bounds, err)))
        return false;
    double *p = gos_arena_array(arena, runs + 1, sizeof *p, err), count = (double)runs;
    if (!p)
        return false;
    *out = (struct simulation_answer){.uniform_p = NAN};
    random_start(&random, seed);
    for (uint64_t run = 0; run < runs; run++)
        setting_run(&s, &random, is_group ? bounds : NULL, out, &p[run]);
    out->rejected /= count;
    out->rejected_wrong /= count;
    out->covered /= count;
    out->halfwidth /= count;
    if (s.options.mode == GOS_MODE_FIXED && s.effect == 0)
        out->uniform_p = simulate_uniform_p(p, runs);
    return true;
}
