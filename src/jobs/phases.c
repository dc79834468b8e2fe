/* What each period's people should have been split into, added up. */
#include "jobs/phases.h"

#include "gosset/stats_checks.h"

/* Prior strength of the sequential check, as in the paper's reference implementation. */
static const double KAPPA = 10000;

static void add_expected(const struct period *period, const struct ledger_answer *answer,
                         const struct analysis_design *design, double *expected)
{
    double units = 0, weights = 0;
    for (uint32_t v = 0; v < design->variant_count; v++) {
        units += (double)answer->units[v];
        weights += period_share(period, design->variants[v]);
    }
    for (uint32_t v = 0; weights > 0 && v < design->variant_count; v++)
        expected[v] += units * period_share(period, design->variants[v]) / weights;
}

/* Evidence multiplies over periods: in each, the split is a process of its own. */
static void add_evidence(const struct period *period, const struct ledger_answer *answer,
                         struct analysis_design *design, double *shares)
{
    double log_e;
    for (uint32_t v = 0; v < design->variant_count; v++)
        shares[v] = period_share(period, design->variants[v]);
    if (gos_srm_log_e(answer->units, shares, design->variant_count, KAPPA, &log_e, NULL))
        design->ratio_log_e += log_e;
}

bool phases_expect(struct ledger *ledger, const struct ledger_question *ask,
                   struct periods *periods, const struct ledger_answer *whole,
                   struct analysis_design *design, gos_arena *arena, gos_error *err)
{
    double *expected = gos_arena_array(arena, 2 * design->variant_count + 1u, sizeof(double), err);
    double total = 0;
    if (!expected)
        return false;
    design->ratio_log_e = 0;
    if (periods->count < 2) {
        gos_srm_log_e(whole->units, design->weights, design->variant_count, KAPPA,
                      &design->ratio_log_e, NULL);
        return true;
    }
    if (!periods->answers) {
        struct ledger_question count = *ask;
        count.plan_count = 0;
        if (!periods_compute(ledger, &count, periods, arena, err))
            return false;
    }
    for (uint32_t i = 0; i < periods->count; i++) {
        add_expected(&periods->items[i], &periods->answers[i], design, expected);
        add_evidence(&periods->items[i], &periods->answers[i], design,
                     expected + design->variant_count);
    }
    for (uint32_t v = 0; v < design->variant_count; v++)
        total += expected[v];
    for (uint32_t v = 0; total > 0 && v < design->variant_count; v++)
        design->weights[v] = expected[v];
    return true;
}
