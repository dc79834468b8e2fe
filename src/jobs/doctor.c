/* Each check reads one thing and adds at most one finding per metric or variant. */
#include "jobs/doctor_work.h"

#include "base/limits.h"
#include "base/time.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { FINDINGS_MAX = 256, OUTLIER_UNITS_MIN = 100, BEHIND_MS_MAX = 60000, DOUBT_UNITS = 200 };
enum { DOUBLED_MIN = 20, BOT_EVENTS = 200 };

#define CROSSOVER_WARN      0.01
#define CROSSOVER_ALARM     0.10
#define OUTLIER_SHARE       0.20
#define UNIT_MISMATCH_RATIO 50.0
#define POWER_WANTED        0.80
#define DOUBLED_SHARE       0.01
#define BOT_TIMES           100.0

static const struct {
    const char *name;
    const char *step;
} diagnoses[] = {
#define DIAGNOSIS(constant, name, step) {name, step},
#include "jobs/diagnoses.def"
#undef DIAGNOSIS
};

static const char *const severities[] = {"note", "warning", "alarm"};

void doctor_find(struct doctor *doctor, enum diagnosis what, enum severity severity, gos_str metric,
                 gos_str variant, double value, const char *format, ...)
{
    char sentence[400];
    va_list arguments;
    if (doctor->count == FINDINGS_MAX)
        return;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    doctor->findings[doctor->count++] = (struct finding){
        what,
        severity,
        metric,
        variant,
        gos_arena_text(doctor->arena, gos_str_from(sentence), NULL),
        value,
    };
    if (severity > doctor->worst)
        doctor->worst = severity;
}

uint64_t doctor_units(const struct doctor *doctor)
{
    uint64_t total = 0;
    for (uint32_t v = 0; v < doctor->visit->scorecard->question->variant_count; v++)
        total += doctor->visit->answer->units[v];
    return total;
}

static void check_exposures(struct doctor *doctor)
{
    const struct ledger_answer *answer = doctor->visit->answer;
    uint64_t units = doctor_units(doctor);
    double all = (double)(units + answer->crossovers);
    double crossed = all > 0 ? (double)answer->crossovers / all : 0;
    if (units == 0)
        doctor_find(doctor, DIAGNOSIS_NO_EXPOSURES, SEVERITY_ALARM, doctor_none, doctor_none, 0,
                    "no unit has been exposed yet");
    if (crossed >= CROSSOVER_WARN)
        doctor_find(doctor, DIAGNOSIS_CROSSOVER,
                    crossed >= CROSSOVER_ALARM ? SEVERITY_ALARM : SEVERITY_WARNING, doctor_none,
                    doctor_none, crossed,
                    "%" PRIu64 " people (%.1f %%) were seen in two variants and are left out",
                    answer->crossovers, crossed * 100);
    if (answer->excluded > 0)
        doctor_find(doctor, DIAGNOSIS_BY_CHOICE, SEVERITY_NOTE, doctor_none, doctor_none,
                    (double)answer->excluded,
                    "%" PRIu64 " units have a variant that was not left to chance and are left out",
                    answer->excluded);
    if (answer->strangers > 0)
        doctor_find(doctor, DIAGNOSIS_UNKNOWN_VARIANT, SEVERITY_WARNING, doctor_none, doctor_none,
                    (double)answer->strangers, "%" PRIu64 " units were exposed to unknown variants",
                    answer->strangers);
}

static void check_days(struct doctor *doctor)
{
    const struct doctor_visit *visit = doctor->visit;
    uint32_t variants = visit->scorecard->question->variant_count;
    uint32_t gaps = 0, days = variants ? visit->day_count / variants : 0;
    for (uint32_t day = 0; day < days; day++) {
        uint64_t units = 0;
        for (uint32_t v = 0; v < variants; v++)
            units += visit->days[day * variants + v].units;
        gaps += units == 0;
    }
    if (gaps > 0)
        doctor_find(doctor, DIAGNOSIS_GAP, SEVERITY_WARNING, doctor_none, doctor_none, gaps,
                    "%u of %u days had no new unit", gaps, days);
    if (days > 0 && days < 7)
        doctor_find(doctor, DIAGNOSIS_PARTIAL_WEEK, SEVERITY_NOTE, doctor_none, doctor_none, days,
                    "the data cover %u day%s", days, days == 1 ? "" : "s");
    const struct json *status = json_find(visit->experiment, GOS_LIT("status"));
    bool running = status && gos_str_equal(status->text, GOS_LIT("Running"));
    int64_t last = visit->answer->last_exposure;
    if (running && last != TIME_NONE && visit->now_ms - last > TIME_DAY_MS)
        doctor_find(doctor, DIAGNOSIS_STALLED, SEVERITY_WARNING, doctor_none, doctor_none,
                    (double)(visit->now_ms - last) / TIME_DAY_MS,
                    "the newest unit came %.1f days ago although the experiment runs",
                    (double)(visit->now_ms - last) / TIME_DAY_MS);
}

uint32_t doctor_changes(const struct json *experiment)
{
    const struct json *phases = json_find(experiment, GOS_LIT("phases"));
    uint32_t changes = 0;
    for (uint32_t i = 1; phases && phases->type == JSON_ARRAY && i < phases->count; i++)
        changes += json_find(&phases->items[i], GOS_LIT("decision")) == NULL;
    return changes;
}

/* Whether variants are compared within phases, as they are once the split itself has changed. */
static const char *how_compared(const struct doctor_visit *visit)
{
    const struct scorecard_question *question = visit->scorecard->question;
    for (uint32_t m = 0; m < question->metric_count; m++) {
        if (question->metrics[m].period_count > 1)
            return "; means are compared within each split, quantiles over all";
    }
    return "";
}

static void check_design(struct doctor *doctor)
{
    const struct doctor_visit *visit = doctor->visit;
    uint32_t changes = doctor_changes(visit->experiment);
    if (changes > 0)
        doctor_find(doctor, DIAGNOSIS_CHANGED, SEVERITY_WARNING, doctor_none, doctor_none,
                    changes + 1,
                    "split, coverage or targeting changed after the start: %u phases%s",
                    changes + 1, how_compared(visit));
    if (visit->facts_behind > 0 && visit->behind_ms > BEHIND_MS_MAX)
        doctor_find(doctor, DIAGNOSIS_LATE, SEVERITY_WARNING, doctor_none, doctor_none,
                    (double)visit->facts_behind,
                    "%" PRIu64 " facts have not reached the ledger yet", visit->facts_behind);
    if (visit->overlapping_count > 0)
        doctor_find(doctor, DIAGNOSIS_OVERLAP, SEVERITY_NOTE, doctor_none, doctor_none,
                    visit->overlapping_count,
                    "%u other experiment%s at the same time on the same units, such as \"%.*s\"",
                    visit->overlapping_count, visit->overlapping_count == 1 ? " runs" : "s run",
                    GOS_ARG(visit->overlapping[0]));
}

/* Events of a metric: doctor_none, only too early ones, or none in one variant. */
static void check_events(struct doctor *doctor, uint32_t m)
{
    const struct scorecard_question *question = doctor->visit->scorecard->question;
    const struct scorecard_metric *metric = &question->metrics[m];
    uint64_t active = 0, early = 0;
    for (uint32_t v = 0; v < question->variant_count; v++) {
        active += metric->cells[v].active;
        early += metric->cells[v].early;
    }
    gos_str name = metric->plan->name;
    if (active == 0 && early == 0)
        doctor_find(doctor, DIAGNOSIS_NO_EVENTS, SEVERITY_WARNING, name, doctor_none, 0,
                    "no exposed unit has an event for \"%.*s\"", GOS_ARG(name));
    else if (active == 0)
        doctor_find(doctor, DIAGNOSIS_BEFORE_ONLY, SEVERITY_ALARM, name, doctor_none, (double)early,
                    "%" PRIu64 " units have events for \"%.*s\", all from before their exposure",
                    early, GOS_ARG(name));
    for (uint32_t v = 0; v < question->variant_count; v++) {
        double share = (double)doctor->visit->answer->units[v] / (double)doctor_units(doctor);
        if (metric->cells[v].active == 0 && (double)active * share > 10)
            doctor_find(doctor, DIAGNOSIS_ONE_SIDED, SEVERITY_ALARM, name, question->variants[v],
                        (double)active, "\"%.*s\" has no event for \"%.*s\", other variants have",
                        GOS_ARG(question->variants[v]), GOS_ARG(name));
    }
}

static void check_values(struct doctor *doctor, uint32_t m, uint32_t v)
{
    const struct scorecard_question *question = doctor->visit->scorecard->question;
    const struct scorecard_metric *metric = &question->metrics[m];
    const struct ledger_cell *cell = &metric->cells[v];
    const struct scorecard_entry *entry = scorecard_entry(doctor->visit->scorecard, m, v);
    gos_str name = metric->plan->name, variant = question->variants[v];
    if (metric->plan->kind == PLAN_MEAN && entry->arm.n >= OUTLIER_UNITS_MIN && cell->capped == 0 &&
        cell->top_share > OUTLIER_SHARE && cell->active >= 10)
        doctor_find(doctor, DIAGNOSIS_OUTLIER, SEVERITY_WARNING, name, variant, cell->top_share,
                    "one unit has %.0f %% of the total of \"%.*s\" in \"%.*s\"",
                    cell->top_share * 100, GOS_ARG(name), GOS_ARG(variant));
    if (cell->immature > 0)
        doctor_find(doctor, DIAGNOSIS_IMMATURE, SEVERITY_NOTE, name, variant,
                    (double)cell->immature,
                    "%" PRIu64 " units of \"%.*s\" have not had the whole window of \"%.*s\"",
                    cell->immature, GOS_ARG(variant), GOS_ARG(name));
    if (entry->is_control)
        return;
    const gos_estimate *estimate = &entry->estimate;
    double a = fabs(estimate->control.mean), b = fabs(estimate->treatment.mean);
    if (estimate->status & GOS_STATUS_PRE_BIAS)
        doctor_find(doctor, DIAGNOSIS_PRE_BIAS, SEVERITY_WARNING, name, variant, (double)NAN,
                    "\"%.*s\" differed in \"%.*s\" before the experiment", GOS_ARG(name),
                    GOS_ARG(variant));
    if ((estimate->status & GOS_STATUS_ZERO_VARIANCE) && cell->active > 0)
        doctor_find(doctor, DIAGNOSIS_NO_VARIATION, SEVERITY_WARNING, name, variant,
                    estimate->control.mean, "all units have the same \"%.*s\"", GOS_ARG(name));
    if (metric->plan->kind != PLAN_PROPORTION && estimate->significant && a > 0 && b > 0 &&
        fmax(a / b, b / a) > UNIT_MISMATCH_RATIO)
        doctor_find(doctor, DIAGNOSIS_UNIT_MISMATCH, SEVERITY_WARNING, name, variant, b / a,
                    "\"%.*s\" is %.3g times as large in \"%.*s\"", GOS_ARG(name), b / a,
                    GOS_ARG(variant));
    if (metric->role == ROLE_PRIMARY && estimate->reached_plan &&
        estimate->statistical_power < POWER_WANTED)
        doctor_find(
            doctor, DIAGNOSIS_TOO_SMALL, SEVERITY_WARNING, name, variant,
            estimate->statistical_power,
            "the planned sample is reached, and the power for an effect of %g %% is %.0f %%",
            metric->plan->minimum_effect, estimate->statistical_power * 100);
}

/* The facts themselves; see ledger_oddities. */
static void check_facts(struct doctor *doctor)
{
    const struct ledger_oddities *odd = doctor->visit->oddities;
    if (!odd)
        return;
    double doubled = odd->events > 0 ? (double)odd->doubled / (double)odd->events : 0;
    if (odd->doubled >= DOUBLED_MIN && doubled >= DOUBLED_SHARE)
        doctor_find(doctor, DIAGNOSIS_DOUBLED, SEVERITY_WARNING, doctor_none, doctor_none, doubled,
                    "%" PRIu64 " of the newest %" PRIu64
                    " events equal another one in all but the id",
                    odd->doubled, odd->events);
    if (odd->busiest_events >= BOT_EVENTS &&
        (double)odd->busiest_events > BOT_TIMES * odd->busiest_others)
        doctor_find(doctor, DIAGNOSIS_BOTS, SEVERITY_WARNING, doctor_none, doctor_none,
                    (double)odd->busiest_events,
                    "\"%.*s\" has %" PRIu64 " of the newest events, others have %.1f",
                    (int)(odd->busiest_unit.len < 100 ? odd->busiest_unit.len : 100),
                    odd->busiest_unit.data, odd->busiest_events, odd->busiest_others);
    if (odd->ahead > 0)
        doctor_find(doctor, DIAGNOSIS_CLOCK_SKEW, SEVERITY_WARNING, doctor_none, doctor_none,
                    (double)odd->ahead,
                    "%" PRIu64
                    " of the newest facts are dated more than a minute ahead of the server",
                    odd->ahead);
    if (odd->silent_name.len > 0)
        doctor_find(doctor, DIAGNOSIS_SILENT, SEVERITY_ALARM, doctor_none,
                    doctor->visit->scorecard->question->variants[odd->silent_variant],
                    (double)odd->silent_units,
                    "%" PRIu64
                    " units with %.*s \"%.*s\" have no event in one variant, others have",
                    odd->silent_units, GOS_ARG(odd->silent_name), GOS_ARG(odd->silent_value));
}

/* Devices become users in every variant alike, unless a variant changes who logs in. */
static void check_merges(struct doctor *doctor)
{
    const struct doctor_visit *visit = doctor->visit;
    uint32_t variants = visit->scorecard->question->variant_count;
    double shares[VARIANTS_MAX] = {0};
    gos_srm merged;
    for (uint32_t v = 0; v < variants; v++)
        shares[v] = (double)visit->answer->units[v];
    if (visit->oddities &&
        gos_srm_check(visit->oddities->merged, shares, variants, &merged, NULL) && merged.alarm)
        doctor_find(
            doctor, DIAGNOSIS_MERGES, SEVERITY_WARNING, doctor_none, doctor_none, merged.p_value,
            "devices that became users are not spread as units are: p = %.2g", merged.p_value);
}

/* What a single look would have told, while the plan is not reached. */
static void check_peeking(struct doctor *doctor, uint32_t m, uint32_t v)
{
    const struct scorecard_question *question = doctor->visit->scorecard->question;
    const struct scorecard_entry *entry = scorecard_entry(doctor->visit->scorecard, m, v);
    const gos_estimate *estimate = &entry->estimate;
    const struct scorecard_metric *metric = &question->metrics[m];
    if (entry->is_control || metric->role != ROLE_PRIMARY || estimate->reached_plan ||
        estimate->significant || question->planned_units == 0 ||
        gos_status_blocks(estimate->status) || !(estimate->fixed.p_value < estimate->alpha))
        return;
    doctor_find(doctor, DIAGNOSIS_PEEKING, SEVERITY_NOTE, metric->plan->name, question->variants[v],
                estimate->fixed.p_value,
                "with %" PRIu64 " of %" PRIu64
                " planned units a test for one look would say p = %.2g",
                doctor_units(doctor), question->planned_units, estimate->fixed.p_value);
}

/* Noise is large too, and a few units vary as they like: neither is worth a question. */
static bool is_told(const gos_warning *warning, const struct scorecard_entry *entry)
{
    bool is_large = warning->kind == GOS_WARNING_LARGE_LIFT;
    bool is_varying = warning->kind == GOS_WARNING_VARIANCE_RATIO;
    return isfinite(warning->value) && (!is_large || entry->estimate.significant) &&
           (!is_varying || entry->estimate.control.n + entry->estimate.treatment.n >= DOUBT_UNITS);
}

/* Twyman's law: what looks too good or too odd is asked about, and never hidden. */
static void check_doubts(struct doctor *doctor, uint32_t m, uint32_t v)
{
    static const struct {
        gos_warning_kind kind;
        enum diagnosis diagnosis;
        const char *format; /* metric, variant, value */
    } doubts[] = {
        {GOS_WARNING_LARGE_LIFT, DIAGNOSIS_LARGE_LIFT,
         "\"%.*s\" in \"%.*s\" differs by %.2g times the control"},
        {GOS_WARNING_LARGE_STATISTIC, DIAGNOSIS_LARGE_STATISTIC,
         "\"%.*s\" in \"%.*s\" lies %.3g standard errors off"},
        {GOS_WARNING_VARIANCE_RATIO, DIAGNOSIS_VARIANCE_RATIO,
         "\"%.*s\" in \"%.*s\": one variant varies %.3g times as much"},
        {GOS_WARNING_LOW_POWER, DIAGNOSIS_EXAGGERATED,
         "\"%.*s\" in \"%.*s\" was found by a weak test: such effects are %.2g times too large"},
    };
    const struct scorecard_question *question = doctor->visit->scorecard->question;
    const struct scorecard_metric *metric = &question->metrics[m];
    const struct scorecard_entry *entry = scorecard_entry(doctor->visit->scorecard, m, v);
    gos_str name = metric->plan->name, variant = question->variants[v];
    gos_warning warnings[GOS_WARNINGS];
    if (entry->is_control || metric->plan->kind == PLAN_QUANTILE ||
        gos_status_blocks(entry->estimate.status))
        return;
    const gos_oddities oddities = {.estimate = &entry->estimate,
                                   .control = &metric->cells[question->control].moments,
                                   .treatment = &metric->cells[v].moments,
                                   .is_primary = metric->role == ROLE_PRIMARY,
                                   .srm_p = (double)NAN,
                                   .balance_p = (double)NAN,
                                   .crossover_share = (double)NAN,
                                   .baseline = (double)NAN,
                                   .exposure_lag_p = (double)NAN,
                                   .platform_p = (double)NAN};
    size_t count = gos_warnings_find(&oddities, warnings);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < sizeof doubts / sizeof doubts[0] && is_told(warnings + i, entry);
             k++) {
            if (doubts[k].kind == warnings[i].kind)
                doctor_find(doctor, doubts[k].diagnosis, SEVERITY_NOTE, name, variant,
                            warnings[i].value, doubts[k].format, GOS_ARG(name), GOS_ARG(variant),
                            warnings[i].value);
        }
    }
}

static void write_finding(const struct finding *finding, struct json_writer *json)
{
    json_open_object(json);
    json_name(json, "name");
    json_text(json, gos_str_from(diagnoses[finding->diagnosis].name));
    json_name(json, "severity");
    json_text(json, gos_str_from(severities[finding->severity]));
    json_name(json, "message");
    json_text(json, finding->message);
    json_name(json, "next_step");
    json_text(json, gos_str_from(diagnoses[finding->diagnosis].step));
    if (finding->metric.len > 0) {
        json_name(json, "metric");
        json_text(json, finding->metric);
    }
    if (finding->variant.len > 0) {
        json_name(json, "variant");
        json_text(json, finding->variant);
    }
    json_put_double(json, "value", finding->value);
    json_close_object(json);
}

static void write_sample_ratio(const struct doctor_visit *visit, struct json_writer *json)
{
    const struct scorecard_question *question = visit->scorecard->question;
    const gos_srm *ratio = &visit->scorecard->sample_ratio;
    char status[GOS_STATUS_TEXT_BYTES];
    json_name(json, "sample_ratio");
    json_open_object(json);
    json_put_double(json, "p_value", ratio->p_value);
    json_put_double(json, "chi_square", ratio->chisq);
    json_put_double(json, "df", ratio->df);
    json_name(json, "alarm");
    json_bool(json, ratio->alarm);
    json_name(json, "status");
    json_text(json, gos_str_from(gos_status_text(ratio->status, status)));
    json_name(json, "variants");
    json_open_array(json);
    for (uint32_t v = 0; v < question->variant_count; v++) {
        json_open_object(json);
        json_name(json, "variant");
        json_text(json, question->variants[v]);
        json_name(json, "units");
        json_int(json, (int64_t)question->units[v]);
        json_put_double(json, "weight", question->weights[v]);
        json_close_object(json);
    }
    json_close_array(json);
    json_close_object(json);
}

/* New units a day, of all variants, over the last week in which some came. */
static double units_per_day(const struct doctor_visit *visit)
{
    enum { WEEK = 7 };
    const double hour = 1.0 / 24;
    const struct ledger_answer *answer = visit->answer;
    double units = 0, span;
    if (answer->first_exposure == TIME_NONE)
        return (double)NAN;
    for (uint32_t i = 0; i < visit->day_count; i++) {
        if (visit->days[i].day > time_day(answer->last_exposure) - WEEK)
            units += (double)visit->days[i].units;
    }
    int64_t week = (time_day(answer->last_exposure) - WEEK + 1) * TIME_DAY_MS;
    int64_t first = answer->first_exposure > week ? answer->first_exposure : week;
    span = (double)(answer->last_exposure - first) / (double)TIME_DAY_MS;
    return units / (span > hour ? span : hour);
}

static void write_all(const struct doctor *doctor, struct json_writer *json)
{
    const struct ledger_answer *answer = doctor->visit->answer;
    json_open_object(json);
    json_name(json, "status");
    json_text(json,
              gos_str_from(doctor->worst == SEVERITY_NOTE ? "ok" : severities[doctor->worst]));
    write_sample_ratio(doctor->visit, json);
    json_name(json, "units");
    json_int(json, (int64_t)doctor_units(doctor));
    json_put_double(json, "units_per_day", units_per_day(doctor->visit));
    json_name(json, "crossovers");
    json_int(json, (int64_t)answer->crossovers);
    json_name(json, "excluded");
    json_int(json, (int64_t)answer->excluded);
    json_name(json, "unknown_variants");
    json_int(json, (int64_t)answer->strangers);
    json_name(json, "merged");
    json_int(json, (int64_t)answer->merged);
    json_name(json, "facts_behind");
    json_int(json, (int64_t)doctor->visit->facts_behind);
    json_name(json, "recomputed");
    doctor_write_recount(doctor, json);
    json_name(json, "findings");
    json_open_array(json);
    for (uint32_t i = 0; i < doctor->count; i++)
        write_finding(&doctor->findings[i], json);
    json_close_array(json);
    json_close_object(json);
}

void doctor_write(const struct doctor_visit *visit, gos_arena *arena, struct json_writer *json)
{
    const struct scorecard_question *question = visit->scorecard->question;
    struct doctor doctor = {.visit = visit, .arena = arena};
    doctor.findings = gos_arena_array(arena, FINDINGS_MAX, sizeof *doctor.findings, NULL);
    if (!doctor.findings) {
        json_null(json);
        return;
    }
    check_exposures(&doctor);
    doctor_check_capture(&doctor);
    check_days(&doctor);
    check_design(&doctor);
    check_facts(&doctor);
    check_merges(&doctor);
    for (uint32_t m = 0; m < question->metric_count && doctor_units(&doctor) > 0; m++) {
        check_events(&doctor, m);
        for (uint32_t v = 0; v < question->variant_count; v++) {
            check_values(&doctor, m, v);
            check_doubts(&doctor, m, v);
            check_peeking(&doctor, m, v);
        }
    }
    write_all(&doctor, json);
}
