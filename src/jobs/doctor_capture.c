/* The split as it was recorded against the split as it was meant: by units, and unit by unit. */
#include "jobs/doctor_work.h"

#include "base/time.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { RECOUNT_UNITS_MIN = 100, DIFFERING_MIN = 5, STALE_MIN = 5 };

#define DIFFERING_WARN  0.01
#define DIFFERING_ALARM 0.10
#define STALE_SHARE     0.01

static bool find_ratio(struct doctor *doctor)
{
    const gos_srm *ratio = &doctor->visit->scorecard->sample_ratio;
    double always_p = exp(-doctor->visit->ratio_log_e);
    if (!ratio->alarm && always_p < GOS_SRM_ALARM)
        doctor_find(doctor, DIAGNOSIS_SAMPLE_RATIO, SEVERITY_ALARM, doctor_none, doctor_none,
                    always_p, "units are not split as configured: p = %.2g, valid at every look",
                    always_p);
    else if (ratio->p_value >= GOS_SRM_WARN)
        return false;
    else
        doctor_find(doctor, DIAGNOSIS_SAMPLE_RATIO,
                    ratio->alarm ? SEVERITY_ALARM : SEVERITY_WARNING, doctor_none, doctor_none,
                    ratio->p_value, "units are not split as configured: chi-square %.1f, p = %.2g",
                    ratio->chisq, ratio->p_value);
    return true;
}

/* The variant whose share is furthest off, and by how much. */
static uint32_t worst_variant(const struct doctor *doctor, double *out_excess)
{
    const struct scorecard_question *question = doctor->visit->scorecard->question;
    double weights = 0, units = (double)doctor_units(doctor);
    uint32_t worst = 0;
    *out_excess = 0;
    for (uint32_t v = 0; v < question->variant_count; v++)
        weights += question->weights[v];
    for (uint32_t v = 0; v < question->variant_count && weights > 0 && units > 0; v++) {
        double excess = (double)question->units[v] / units - question->weights[v] / weights;
        if (fabs(excess) > fabs(*out_excess)) {
            *out_excess = excess;
            worst = v;
        }
    }
    return worst;
}

/*
 * If units got another variant than the ruleset gives them, the difference between what is recorded
 * and what is given makes up the excess. If they have the right one, and are too few, they are
 * lost.
 */
static void find_side(struct doctor *doctor)
{
    const struct recount *recount = doctor->visit->recount;
    const struct scorecard_question *question = doctor->visit->scorecard->question;
    double excess, all = 0;
    uint32_t v = worst_variant(doctor, &excess);
    for (uint32_t i = 0; i < question->variant_count; i++)
        all += recount->recorded[i];
    double recorded = recount->recorded[v] / all, given = recount->given[v] / all;
    if (excess != 0 && (recorded - given) / excess > 0.5)
        doctor_find(doctor, DIAGNOSIS_ASSIGNMENT, SEVERITY_ALARM, doctor_none,
                    question->variants[v], recorded - given,
                    "of %.0f exposures decided again, %.1f %% were recorded with \"%.*s\" and the "
                    "ruleset gives it to %.1f %%: units were assigned otherwise",
                    all, recorded * 100, GOS_ARG(question->variants[v]), given * 100);
    else
        doctor_find(
            doctor, DIAGNOSIS_CAPTURE, SEVERITY_ALARM, doctor_none, question->variants[v], excess,
            "of %.0f exposures decided again, %u have another variant than the ruleset "
            "gives, and \"%.*s\" is %.1f points of share off: exposures are lost or left out",
            all, recount->differing, GOS_ARG(question->variants[v]), excess * 100);
}

/* Without exposures that can be decided again: by the assignments that the server keeps. */
static void find_side_by_roster(struct doctor *doctor)
{
    const struct scorecard_question *question = doctor->visit->scorecard->question;
    gos_srm assigned;
    if (doctor->visit->assignments &&
        gos_srm_check(doctor->visit->assignments, question->weights, question->variant_count,
                      &assigned, NULL) &&
        assigned.p_value >= GOS_SRM_WARN)
        doctor_find(
            doctor, DIAGNOSIS_CAPTURE, SEVERITY_ALARM, doctor_none, doctor_none, assigned.p_value,
            "assignments are split as configured (p = %.2g), exposures are not", assigned.p_value);
}

static void check_recount(struct doctor *doctor)
{
    const struct recount *recount = doctor->visit->recount;
    const gos_str *variants = doctor->visit->scorecard->question->variants;
    uint32_t wrong = recount->differing + recount->outside;
    double share = recount->checked > 0 ? (double)wrong / recount->checked : 0;
    enum severity severity = share >= DIFFERING_ALARM ? SEVERITY_ALARM : SEVERITY_WARNING;
    if (wrong >= DIFFERING_MIN && share >= DIFFERING_WARN && recount->differing >= recount->outside)
        doctor_find(doctor, DIAGNOSIS_DIFFERING, severity, doctor_none,
                    variants[recount->pair_recorded], share,
                    "%u of %u exposures decided again have another variant than the ruleset gives, "
                    "most often \"%.*s\" for \"%.*s\" (%u); to %u it gives none",
                    recount->differing, recount->checked, GOS_ARG(variants[recount->pair_recorded]),
                    GOS_ARG(variants[recount->pair_given]), recount->pair_count, recount->outside);
    else if (wrong >= DIFFERING_MIN && share >= DIFFERING_WARN)
        doctor_find(
            doctor, DIAGNOSIS_DIFFERING, severity, doctor_none, doctor_none, share,
            "to %u of %u exposures decided again the ruleset gives no variant, by coverage, "
            "layer or holdout; %u have another one",
            recount->outside, recount->checked, recount->differing);
    if (recount->foreign >= DIFFERING_MIN && recount->foreign >= DIFFERING_WARN * recount->listed)
        doctor_find(doctor, DIAGNOSIS_FOREIGN, SEVERITY_WARNING, doctor_none, doctor_none,
                    recount->foreign,
                    "%u of %u exposures name a ruleset that this environment never had",
                    recount->foreign, recount->listed);
}

static void check_stale(struct doctor *doctor)
{
    const struct stale *stale = doctor->visit->stale;
    char since[TIME_TEXT_BYTES], where[200] = "";
    double share = stale->known > 0 ? (double)stale->stale / stale->known : 0;
    if (stale->stale < STALE_MIN || share < STALE_SHARE)
        return;
    time_write(stale->replaced_ms, since);
    if (stale->name.len > 0)
        snprintf(where, sizeof where, "; %u of these have %.*s \"%.*s\"", stale->value_count,
                 GOS_ARG(stale->name), (int)(stale->value.len < 60 ? stale->value.len : 60),
                 stale->value.data);
    doctor_find(doctor, DIAGNOSIS_STALE, SEVERITY_WARNING, doctor_none, doctor_none, share,
                "%u of the newest %u exposures (%.0f %%) were decided by replaced rulesets, %u by "
                "%.*s of change %" PRId64 ", replaced at %s%s",
                stale->stale, stale->known, share * 100, stale->count, GOS_ARG(stale->hash),
                stale->sequence, since, where);
}

void doctor_check_capture(struct doctor *doctor)
{
    const struct doctor_visit *visit = doctor->visit;
    bool is_off = find_ratio(doctor);
    bool is_recounted =
        visit->recount && visit->recount->checked - visit->recount->outside >= RECOUNT_UNITS_MIN;
    if (is_off && is_recounted)
        find_side(doctor);
    else if (is_off)
        find_side_by_roster(doctor);
    if (visit->recount)
        check_recount(doctor);
    if (visit->stale)
        check_stale(doctor);
}

void doctor_write_recount(const struct doctor *doctor, struct json_writer *json)
{
    const struct recount *recount = doctor->visit->recount;
    const struct scorecard_question *question = doctor->visit->scorecard->question;
    if (!recount) {
        json_null(json);
        return;
    }
    json_open_object(json);
    json_put_int(json, "exposures", recount->listed);
    json_put_int(json, "checked", recount->checked);
    json_put_int(json, "differing", recount->differing);
    json_put_int(json, "outside", recount->outside);
    json_put_int(json, "foreign", recount->foreign);
    json_name(json, "variants");
    json_open_array(json);
    for (uint32_t v = 0; v < question->variant_count; v++) {
        json_open_object(json);
        json_put_text(json, "variant", question->variants[v]);
        json_put_int(json, "recorded", recount->recorded[v]);
        json_put_int(json, "recomputed", recount->given[v]);
        json_close_object(json);
    }
    json_close_array(json);
    json_close_object(json);
}
