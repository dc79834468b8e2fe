/* Asks for the verdict of each treatment and reports the one that matters most. */
#include "jobs/decision.h"

#include "base/time.h"
#include "gosset/stats_verdict.h"

#include <math.h>

enum { RECENT_DAYS = 7 };

/* The metrics of one treatment in the form that the verdict takes. */
struct sides {
    gos_verdict_metric *primary;
    size_t primary_count;
    gos_verdict_metric *guardrails;
    size_t guardrail_count;
};

static bool sides_read(const struct scorecard *scorecard, uint32_t variant, gos_arena *arena,
                       struct sides *out, gos_error *err)
{
    const struct scorecard_question *question = scorecard->question;
    size_t most = question->metric_count + 1u;
    *out = (struct sides){gos_arena_array(arena, most, sizeof *out->primary, err), 0,
                          gos_arena_array(arena, most, sizeof *out->guardrails, err), 0};
    if (!out->primary || !out->guardrails)
        return false;
    for (uint32_t m = 0; m < question->metric_count; m++) {
        const struct scorecard_entry *entry = scorecard_entry(scorecard, m, variant);
        const struct metric_plan *plan = question->metrics[m].plan;
        gos_str name = gos_arena_text(arena, plan->name, err);
        if (!name.data)
            return false;
        gos_verdict_metric metric = {name.data, plan->increase ? GOS_INCREASE : GOS_DECREASE,
                                     &entry->estimate, entry->has_margin ? &entry->margin : NULL};
        if (question->metrics[m].role == ROLE_PRIMARY)
            out->primary[out->primary_count++] = metric;
        else if (question->metrics[m].role == ROLE_GUARDRAIL)
            out->guardrails[out->guardrail_count++] = metric;
    }
    return true;
}

/* New units of two variants a day, over the last days with data. */
static double units_per_day(const struct doctor_visit *visit, uint32_t treatment, double days)
{
    const struct scorecard_question *question = visit->scorecard->question;
    int64_t since = time_day(visit->now_ms) - RECENT_DAYS;
    double units = 0;
    for (uint32_t i = 0; i < visit->day_count; i++) {
        const struct ledger_day *day = &visit->days[i];
        bool counts = day->variant == treatment || day->variant == question->control;
        if (counts && day->day > since)
            units += (double)day->units;
    }
    double span = days < RECENT_DAYS ? days : RECENT_DAYS;
    return span > 0 ? units / span : (double)NAN;
}

static bool design_changed(const struct json *experiment)
{
    return doctor_changes(experiment) > 0;
}

static bool verdict_of(const struct doctor_visit *visit, uint32_t treatment,
                       const struct analysis_design *design, gos_arena *arena, gos_verdict *out,
                       gos_error *err)
{
    const struct scorecard *scorecard = visit->scorecard;
    const struct scorecard_question *question = scorecard->question;
    const struct ledger_answer *answer = visit->answer;
    struct sides sides;
    if (!sides_read(scorecard, treatment, arena, &sides, err))
        return false;
    uint64_t all = 0;
    for (uint32_t v = 0; v < question->variant_count; v++)
        all += answer->units[v];
    bool begun = answer->first_exposure != TIME_NONE;
    double days =
        begun ? (double)(visit->now_ms - answer->first_exposure) / (double)TIME_DAY_MS : 0;
    gos_verdict_input input = {
        .primary = sides.primary,
        .primary_count = sides.primary_count,
        .guardrails = sides.guardrails,
        .guardrail_count = sides.guardrail_count,
        .units = answer->units[treatment] + answer->units[question->control],
        .planned_units = design->planned_units * 2 / question->variant_count,
        .units_per_day = units_per_day(visit, treatment, days),
        .days = days,
        .srm = &scorecard->sample_ratio,
        .srm_log_e = visit->ratio_log_e,
        .crossover_share =
            all > 0 ? (double)answer->crossovers / (double)(all + answer->crossovers) : 0,
        .design_changed = design_changed(visit->experiment),
    };
    gos_verdict_find(&input, out);
    return true;
}

/* Which of two verdicts an experiment is judged by: one arm to ship is enough, and data that cannot
 * be trusted come before all else. */
static int weight_of(gos_verdict_kind kind)
{
    static const int weights[] = {
        [GOS_VERDICT_BROKEN] = 5,       [GOS_VERDICT_SHIP] = 4,      [GOS_VERDICT_KEEP_RUNNING] = 3,
        [GOS_VERDICT_INCONCLUSIVE] = 2, [GOS_VERDICT_ROLL_BACK] = 1,
    };
    return weights[kind];
}

/* The smallest p-value of a primary metric of the variant. */
static double evidence_of(const struct scorecard *scorecard, uint32_t variant)
{
    double least = INFINITY;
    for (uint32_t m = 0; m < scorecard->question->metric_count; m++) {
        if (scorecard->question->metrics[m].role == ROLE_PRIMARY)
            least = fmin(least, scorecard_entry(scorecard, m, variant)->estimate.shown.p_value);
    }
    return least;
}

/* Of verdicts of the same weight, the one that the data say more about. */
static bool matters_more(const struct scorecard *scorecard, const gos_verdict *next,
                         uint32_t next_variant, const gos_verdict *best, uint32_t best_variant)
{
    int next_weight = weight_of(next->kind), best_weight = weight_of(best->kind);
    if (next_weight != best_weight)
        return next_weight > best_weight;
    return evidence_of(scorecard, next_variant) < evidence_of(scorecard, best_variant);
}

static void verdict_write(const gos_verdict *verdict, gos_str variant, struct json_writer *json)
{
    json_open_object(json);
    json_name(json, "verdict");
    json_text(json, gos_str_from(gos_verdict_name(verdict->kind)));
    json_name(json, "variant");
    json_text(json, variant);
    json_name(json, "sentence");
    json_text(json, gos_str_from(verdict->sentence));
    json_name(json, "reasons");
    json_open_array(json);
    for (size_t i = 0; i < verdict->reason_count; i++)
        json_text(json, gos_str_from(verdict->reasons[i]));
    json_close_array(json);
    json_name(json, "days_left");
    json_double(json, verdict->days_left);
    json_close_object(json);
}

bool decision_write(const struct doctor_visit *visit, const struct analysis_design *design,
                    gos_arena *arena, struct json_writer *json, gos_error *err)
{
    const struct scorecard_question *question = visit->scorecard->question;
    gos_verdict *best = gos_arena_take(arena, sizeof *best, err);
    gos_verdict *next = gos_arena_take(arena, sizeof *next, err);
    uint32_t best_variant = question->control;
    if (!best || !next)
        return false;
    for (uint32_t v = 0; v < question->variant_count; v++) {
        if (v == question->control)
            continue;
        if (!verdict_of(visit, v, design, arena, next, err))
            return false;
        if (best_variant == question->control ||
            matters_more(visit->scorecard, next, v, best, best_variant)) {
            *best = *next;
            best_variant = v;
        }
    }
    verdict_write(best, question->variants[best_variant], json);
    return true;
}
