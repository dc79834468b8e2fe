/* The decision: each rule, and both sides of its limits. */
#include "gosset/stats_verdict.h"

#include "test.h"

/* An experiment of one primary metric and one guardrail, both sides under our hand. */
struct fixture {
    gos_estimate primary, guardrail;
    gos_margin_test margin;
    gos_verdict_metric metrics[2];
    gos_srm srm;
    gos_verdict_input input;
};

static void fixture_make(struct fixture *f)
{
    *f = (struct fixture){
        .primary = {.shown = {.diff = 1, .lift = 0.1, .lift_kind = GOS_LIFT_BOUNDED},
                    .significant = true},
        .margin = {.passes = true},
        .srm = {.p_value = 0.5},
    };
    f->metrics[0] = (gos_verdict_metric){"signups", GOS_INCREASE, &f->primary, NULL};
    f->metrics[1] = (gos_verdict_metric){"latency", GOS_DECREASE, &f->guardrail, &f->margin};
    f->input = (gos_verdict_input){
        .primary = &f->metrics[0],
        .primary_count = 1,
        .guardrails = &f->metrics[1],
        .guardrail_count = 1,
        .units = 10000,
        .planned_units = 10000,
        .units_per_day = 500,
        .days = 14,
        .srm = &f->srm,
        .srm_log_e = NAN,
    };
}

static gos_verdict verdict_of(struct fixture *f)
{
    gos_verdict verdict;
    gos_verdict_find(&f->input, &verdict);
    return verdict;
}

TEST(verdict, ships_what_is_better_when_every_guardrail_holds)
{
    struct fixture f;
    fixture_make(&f);
    CHECK_INT(verdict_of(&f).kind, GOS_VERDICT_SHIP);
    f.input.days = 6.9;
    CHECK_INT(verdict_of(&f).kind, GOS_VERDICT_KEEP_RUNNING);
    f.input.days = 7;
    CHECK_INT(verdict_of(&f).kind, GOS_VERDICT_SHIP);
    f.margin.passes = false;
    CHECK_INT(verdict_of(&f).kind, GOS_VERDICT_INCONCLUSIVE);
}

TEST(verdict, rounds_by_the_uncertainty_and_says_that_p_is_corrected)
{
    struct fixture f;
    fixture_make(&f);
    f.primary.shown.lift = 0.226512;
    f.primary.shown.lift_low = 0.1542;
    f.primary.shown.lift_high = 0.3039;
    f.primary.shown.p_value = f.primary.adjusted_p = 4e-11;
    CHECK_TEXT(gos_str_from(verdict_of(&f).reasons[0]),
               "signups is better: +23 % (+15 to +30 %), p < 0.0001");
    f.primary.shown.p_value = 0.0301;
    f.primary.adjusted_p = 0.0602;
    f.primary.significant = false;
    CHECK_TEXT(gos_str_from(verdict_of(&f).reasons[0]),
               "signups is not told from no effect: +23 % (+15 to +30 %), p = 0.06 after the "
               "correction for several comparisons");
    f.primary.shown.lift_kind = GOS_LIFT_WHOLE;
    f.primary.shown.diff = 0.0123;
    f.primary.shown.diff_low = -0.001;
    f.primary.shown.diff_high = 0.0256;
    f.primary.adjusted_p = 0.999;
    CHECK_TEXT(gos_str_from(verdict_of(&f).reasons[0]),
               "signups is not told from no effect: +0.012 (-0.001 to +0.026), p > 0.99 after the "
               "correction for several comparisons");
}

TEST(verdict, says_that_there_are_no_units)
{
    struct fixture f;
    fixture_make(&f);
    f.primary = (gos_estimate){.shown = {.diff = NAN, .lift = NAN}};
    f.input.guardrail_count = 0;
    f.input.units = 0;
    gos_verdict found = verdict_of(&f);
    CHECK_INT(found.kind, GOS_VERDICT_KEEP_RUNNING);
    CHECK(strstr(found.sentence, "no unit has been seen yet"));
    CHECK_INT(found.reason_count, 1);
    CHECK_TEXT(gos_str_from(found.reasons[0]), "signups has too few units to be compared");
}

TEST(verdict, rolls_back_harm_at_once)
{
    struct fixture f;
    fixture_make(&f);
    f.input.days = 1;
    f.input.units = 10;
    f.primary.shown.diff = -1;
    CHECK_INT(verdict_of(&f).kind, GOS_VERDICT_ROLL_BACK);
    fixture_make(&f);
    f.margin.passes = false;
    f.guardrail = (gos_estimate){.shown = {.diff = 3}, .significant = true};
    CHECK_INT(verdict_of(&f).kind, GOS_VERDICT_ROLL_BACK);
    f.guardrail.shown.diff = -3;
    CHECK_INT(verdict_of(&f).kind, GOS_VERDICT_INCONCLUSIVE);
}

TEST(verdict, a_guardrail_without_a_margin_is_broken_only_by_a_plain_loss)
{
    gos_estimate unclear = {.shown = {.diff = 3}, .significant = false};
    gos_estimate loss = {.shown = {.diff = 3}, .significant = true};
    CHECK_INT(gos_guardrail_verdict(NULL, &unclear, GOS_DECREASE), GOS_GUARDRAIL_PASS);
    CHECK_INT(gos_guardrail_verdict(NULL, &loss, GOS_DECREASE), GOS_GUARDRAIL_BREACH);
    CHECK_INT(gos_guardrail_verdict(NULL, &loss, GOS_INCREASE), GOS_GUARDRAIL_PASS);
}

TEST(verdict, keeps_running_until_the_plan_and_says_how_long)
{
    struct fixture f;
    fixture_make(&f);
    f.primary.significant = false;
    f.input.units = 9999;
    gos_verdict verdict = verdict_of(&f);
    CHECK_INT(verdict.kind, GOS_VERDICT_KEEP_RUNNING);
    CHECK_NEAR(verdict.days_left, 1, 0);
    f.input.units = 5001;
    CHECK_NEAR(verdict_of(&f).days_left, 10, 0);
    CHECK_TEXT(gos_str_from(verdict_of(&f).sentence),
               "Keep running for about 10 days: the planned sample is not reached.");
    f.input.units = 10000;
    CHECK_INT(verdict_of(&f).kind, GOS_VERDICT_INCONCLUSIVE);
    f.input.planned_units = 0;
    verdict = verdict_of(&f);
    CHECK_INT(verdict.kind, GOS_VERDICT_KEEP_RUNNING);
    CHECK(isnan(verdict.days_left));
    CHECK_TEXT(gos_str_from(verdict.sentence),
               "Keep running: no size was planned, so nothing ends it but an effect.");
    f.primary.significant = true;
    f.input.days = 5.5;
    CHECK_NEAR(verdict_of(&f).days_left, 2, 0);
}

TEST(verdict, believes_nothing_when_the_split_is_broken)
{
    struct fixture f;
    fixture_make(&f);
    f.srm = (gos_srm){.p_value = 1e-5, .alarm = true};
    CHECK_INT(verdict_of(&f).kind, GOS_VERDICT_BROKEN);
    fixture_make(&f);
    f.input.srm_log_e = 6.91;
    CHECK_INT(verdict_of(&f).kind, GOS_VERDICT_BROKEN);
    f.input.srm_log_e = 6.90;
    CHECK_INT(verdict_of(&f).kind, GOS_VERDICT_SHIP);
    f.input.crossover_share = 0.1;
    CHECK_INT(verdict_of(&f).kind, GOS_VERDICT_SHIP);
    f.input.crossover_share = 0.11;
    CHECK_INT(verdict_of(&f).kind, GOS_VERDICT_BROKEN);
    fixture_make(&f);
    f.primary.status = GOS_STATUS_INVALID_INPUT;
    CHECK_INT(verdict_of(&f).kind, GOS_VERDICT_BROKEN);
}

TEST(verdict, says_that_the_design_was_changed)
{
    struct fixture f;
    fixture_make(&f);
    f.input.design_changed = true;
    gos_verdict verdict = verdict_of(&f);
    CHECK_TEXT(gos_str_from(verdict.reasons[verdict.reason_count - 1]),
               "the design was changed after the start");
}
