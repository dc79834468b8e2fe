/* Answers: who is in, what each person's events come to, and the moments of that. */
#include "plain.h"

#include "base/hash.h"
#include "base/limits.h"
#include "base/time.h"

#include <math.h>
#include <stdlib.h>

struct person {
    gos_str environment_unit; /* who */
    gos_str variant_name;
    int64_t first;
    int32_t variant; /* -1: out */
    bool is_crossover, is_by_choice;
};

struct work {
    const struct plain *plain;
    const struct ledger_question *question;
    gos_arena *arena;
    struct person *persons;
    uint32_t count;
    uint32_t *slots; /* open addressing: person + 1 */
    uint32_t slot_mask;
    int32_t *person_of;    /* by fact, of events of the environment; -1: nobody who was exposed */
    uint32_t *event_count; /* by person */
    int64_t first;         /* of all */
    int64_t before_ms;
};

static uint32_t *probe(const struct work *work, gos_str person)
{
    uint32_t i = (uint32_t)hash_xxh3(person, 0) & work->slot_mask;
    while (work->slots[i] &&
           !gos_str_equal(work->persons[work->slots[i] - 1].environment_unit, person))
        i = (i + 1) & work->slot_mask;
    return &work->slots[i];
}

static int32_t variant_of(const struct work *work, const struct plain_fact *fact)
{
    const struct ledger_question *question = work->question;
    uint32_t each = question->variant_count / (question->slice_count ? question->slice_count : 1);
    for (uint32_t v = 0; v < question->variant_count; v++) {
        if (!gos_str_equal(question->variants[v], fact->fact.exposure.variant))
            continue;
        if (question->slice_count == 0)
            return (int32_t)v;
        gos_str value = plain_attribute(fact, question->slice_by, work->arena);
        for (uint32_t s = 0; s < question->slice_count; s++) {
            if (gos_str_equal(question->slice_values[s], value))
                return (int32_t)(v + s * each);
        }
        return -1;
    }
    return -1;
}

static bool is_by_choice(gos_str reason)
{
    return reason.len > 0 && !gos_str_equal(reason, GOS_LIT("split")) &&
           !gos_str_equal(reason, GOS_LIT("sticky")) && !gos_str_equal(reason, GOS_LIT("identity"));
}

static void meet(struct work *work, const struct plain_fact *fact, gos_str person)
{
    const struct exposure *exposure = &fact->fact.exposure;
    uint32_t *slot = probe(work, person);
    if (*slot == 0) {
        work->persons[work->count++] =
            (struct person){person, exposure->variant, exposure->at, variant_of(work, fact), 0, 0};
        *slot = work->count;
    }
    struct person *it = &work->persons[*slot - 1];
    it->is_by_choice = it->is_by_choice || is_by_choice(exposure->reason);
    it->is_crossover = it->is_crossover || exposure->is_crossover ||
                       !gos_str_equal(it->variant_name, exposure->variant);
    if (exposure->at < it->first) {
        it->first = exposure->at;
        it->variant_name = exposure->variant;
        it->variant = variant_of(work, fact);
    }
    work->first = it->first < work->first ? it->first : work->first;
}

/* Persons in the order in which they came, and whose each event is. */
static bool gather(struct work *work, uint64_t *out_merged, gos_error *err)
{
    const struct plain *plain = work->plain;
    const struct ledger_question *question = work->question;
    uint32_t slots = 16;
    while (slots < plain->count * 2 + 2)
        slots *= 2;
    work->slot_mask = slots - 1;
    work->first = INT64_MAX;
    work->persons = gos_arena_array(work->arena, plain->count + 1, sizeof *work->persons, err);
    work->slots = gos_arena_array(work->arena, slots, sizeof *work->slots, err);
    work->person_of = gos_arena_array(work->arena, plain->count + 1, sizeof *work->person_of, err);
    work->event_count =
        gos_arena_array(work->arena, plain->count + 1, sizeof *work->event_count, err);
    if (!work->persons || !work->slots || !work->person_of || !work->event_count)
        return false;
    for (size_t i = 0; i < plain->count; i++) {
        const struct plain_fact *it = &plain->facts[i];
        if (!plain_is_asked(question, it))
            continue;
        gos_str person = plain_person(plain, question->environment, it->unit);
        *out_merged += !gos_str_equal(person, it->unit);
        meet(work, it, person);
    }
    for (size_t i = 0; i < plain->count; i++) {
        const struct plain_fact *it = &plain->facts[i];
        work->person_of[i] = -1;
        if (it->fact.kind == FACT_EVENT &&
            gos_str_equal(it->fact.event.environment, question->environment) &&
            (question->watermark == 0 || it->fact.sequence <= question->watermark))
            work->person_of[i] =
                (int32_t)*probe(work, plain_person(plain, question->environment, it->unit)) - 1;
        if (work->person_of[i] >= 0)
            work->event_count[work->person_of[i]]++;
    }
    return true;
}

static bool is_in(const struct work *work, const struct person *person)
{
    const struct ledger_question *question = work->question;
    bool in_cohort =
        question->cohort_before_ms == 0 ||
        (person->first >= question->cohort_from_ms && person->first < question->cohort_before_ms);
    return person->variant >= 0 && !person->is_crossover && !person->is_by_choice && in_cohort &&
           person->first < work->before_ms;
}

/* One aggregate of one person, after or before the exposure. */
struct sum {
    double number;
    int64_t age; /* of first and last */
    double *values;
    int64_t *ages;
    uint32_t *steps;
    uint64_t *keys;
    uint32_t count;
};

struct plan_work {
    const struct metric_plan *plan;
    uint32_t half; /* 2 for a ratio */
    bool has_before;
    int64_t lookback_max; /* of all plans */
    int64_t mature_ms;
    uint32_t active, early;
};

static bool reads_number(enum metric_fn fn)
{
    return fn == METRIC_SUM || fn == METRIC_MIN || fn == METRIC_MAX || fn == METRIC_FIRST ||
           fn == METRIC_LAST || fn == METRIC_QUANTILE || fn == METRIC_AVG;
}

/* The number that an event adds, or the key that it is told apart by; false: it does not count. */
static bool event_value(const struct plain_fact *fact, bool has_value_property,
                        const struct metric_aggregate *aggregate, double *out, uint64_t *out_key)
{
    const struct metric_source *source = &aggregate->source;
    bool needs = source->property.len > 0 || reads_number(aggregate->fn) ||
                 aggregate->fn == METRIC_COUNT_DISTINCT;
    const double *number = NULL;
    const gos_str *text = NULL;
    *out = 0;
    *out_key = 0;
    if (!plain_passes(fact, has_value_property, source->tests, source->test_count))
        return false;
    if (!needs)
        return true;
    plain_property(fact, has_value_property,
                   source->property.len > 0 ? source->property : GOS_LIT("value"), &number, &text);
    bool takes_any = aggregate->fn == METRIC_COUNT || aggregate->fn == METRIC_COUNT_DISTINCT ||
                     aggregate->fn == METRIC_EXISTS;
    if (!number && !(takes_any && text))
        return false;
    *out = number ? *number : 0;
    *out_key = text ? hash_xxh3(*text, 1) : hash_xxh3((gos_str){(const char *)out, sizeof *out}, 2);
    return true;
}

static void sum_add(struct sum *sum, enum metric_fn fn, uint32_t step, double value, uint64_t key,
                    int64_t age)
{
    bool is_first = isnan(sum->number);
    sum->values[sum->count] = value;
    sum->keys[sum->count] = key;
    sum->steps[sum->count] = step;
    sum->ages[sum->count++] = age;
    switch (fn) {
    case METRIC_COUNT:
        sum->number += 1;
        break;
    case METRIC_EXISTS:
        sum->number = 1;
        break;
    case METRIC_SUM:
        sum->number += value;
        break;
    case METRIC_MIN:
        sum->number = fmin(sum->number, value);
        break;
    case METRIC_MAX:
        sum->number = fmax(sum->number, value);
        break;
    case METRIC_TIME_TO:
        sum->number = fmin(sum->number, (double)age / 1000);
        break;
    case METRIC_FIRST:
    case METRIC_LAST:
        if (is_first || (fn == METRIC_FIRST ? age < sum->age : age >= sum->age)) {
            sum->number = value;
            sum->age = age;
        }
        break;
    default:
        break;
    }
}

static void count_distinct(struct sum *sum)
{
    sum->number = 0;
    for (uint32_t i = 0; i < sum->count; i++) {
        bool is_new = true;
        for (uint32_t k = 0; k < i; k++)
            is_new = is_new && sum->keys[k] != sum->keys[i];
        sum->number += is_new;
    }
}

/* The earliest event of each step that is not before the step before. */
static void walk_funnel(struct sum *sum, uint32_t step_count)
{
    int64_t at = INT64_MIN;
    uint32_t step = 0;
    for (bool goes_on = true; goes_on && step < step_count; step++) {
        int64_t next = INT64_MAX;
        for (uint32_t i = 0; i < sum->count; i++) {
            if (sum->steps[i] == step && sum->ages[i] >= at && sum->ages[i] < next)
                next = sum->ages[i];
        }
        goes_on = next != INT64_MAX;
        at = next;
        step -= !goes_on;
    }
    sum->number = step == step_count;
}

static bool sum_init(struct sum *sum, const struct metric_aggregate *aggregate, size_t events,
                     gos_arena *arena)
{
    enum metric_fn fn = aggregate->fn;
    size_t room = events * (aggregate->step_count ? aggregate->step_count : 1) + 1;
    *sum = (struct sum){.number = metric_fn_is_missing(fn) ? (double)NAN : 0};
    sum->values = gos_arena_array(arena, room, sizeof *sum->values, NULL);
    sum->keys = gos_arena_array(arena, room, sizeof *sum->keys, NULL);
    sum->ages = gos_arena_array(arena, room, sizeof *sum->ages, NULL);
    sum->steps = gos_arena_array(arena, room, sizeof *sum->steps, NULL);
    return sum->values && sum->keys && sum->ages && sum->steps;
}

/* Whether anybody ever sent a property of this name: then `value` is it, and not the event's. */
static bool has_value_property(const struct work *work, gos_str event)
{
    for (size_t i = 0; i < work->plain->count; i++) {
        const struct plain_fact *it = &work->plain->facts[i];
        if (it->fact.kind != FACT_EVENT || !gos_str_equal(it->fact.event.name, event) ||
            !gos_str_equal(it->fact.event.environment, work->question->environment))
            continue;
        for (uint32_t p = 0; p < it->property_count; p++) {
            if (gos_str_equal(it->properties[p].name, GOS_LIT("value")))
                return true;
        }
    }
    return false;
}

static bool counts_before(const struct metric_plan *plan, enum metric_fn fn)
{
    return plan->lookback_ms > 0 && plan->kind != PLAN_QUANTILE && fn != METRIC_FUNNEL &&
           fn != METRIC_TIME_TO;
}

/* All sums of one plan: by person, by aggregate. */
struct sums {
    struct sum *after, *before;
    uint8_t *seen;    /* by person: 1 after, 2 before */
    uint64_t *events; /* by variant */
};

static bool take_step(struct work *work, const struct metric_plan *plan, uint32_t aggregate_index,
                      uint32_t step, int64_t since, struct sums *sums)
{
    const struct metric_aggregate *aggregate = &plan->aggregates[aggregate_index];
    const struct metric_source *source = &aggregate->source;
    gos_str event = aggregate->step_count ? aggregate->steps[step] : source->event;
    bool value_property = has_value_property(work, event);
    int64_t from = source->from_ms > plan->delay_ms ? source->from_ms : plan->delay_ms;
    int64_t end =
        plan->window_ms == METRIC_NO_END ? METRIC_NO_END : plan->delay_ms + plan->window_ms;
    int64_t to = end < source->to_ms ? end : source->to_ms;
    for (size_t i = 0; i < work->plain->count; i++) {
        const struct plain_fact *it = &work->plain->facts[i];
        double value;
        uint64_t key;
        if (it->fact.kind != FACT_EVENT || work->person_of[i] < 0 ||
            it->fact.event.at >= work->before_ms || it->fact.event.at < since ||
            !gos_str_equal(it->fact.event.name, event) ||
            !event_value(it, value_property, aggregate, &value, &key))
            continue;
        uint32_t p = (uint32_t)work->person_of[i];
        int64_t age = it->fact.event.at - work->persons[p].first;
        sums->seen[p] |= age < 0 ? 2 : 0;
        if (age < 0 ? age < -plan->lookback_ms || !counts_before(plan, aggregate->fn)
                    : age < from || age >= to)
            continue;
        sums->seen[p] |= age < 0 ? 0 : 1;
        if (age >= 0 && is_in(work, &work->persons[p]))
            sums->events[work->persons[p].variant]++;
        struct sum *sum = (age < 0 ? sums->before : sums->after) +
                          (size_t)p * plan->aggregate_count + aggregate_index;
        if (!sum->values && !sum_init(sum, aggregate, work->event_count[p], work->arena))
            return false;
        sum_add(sum, aggregate->fn, step, value, key, age);
    }
    return true;
}

static double sum_result(struct sum *sum, const struct metric_aggregate *aggregate)
{
    if (!sum->values)
        return metric_fn_is_missing(aggregate->fn) ? (double)NAN : 0;
    if (aggregate->fn == METRIC_COUNT_DISTINCT)
        count_distinct(sum);
    if (aggregate->fn == METRIC_FUNNEL)
        walk_funnel(sum, aggregate->step_count);
    return sum->number;
}

/* The variables of one person's moments; false: the person has no value. */
static bool person_values(const struct plan_work *at, const struct sums *sums, uint32_t p,
                          double *values)
{
    const struct metric_plan *plan = at->plan;
    double after[METRIC_AGGREGATES_MAX], before[METRIC_AGGREGATES_MAX];
    for (uint32_t a = 0; a < plan->aggregate_count; a++) {
        size_t index = (size_t)p * plan->aggregate_count + a;
        after[a] = sum_result(&sums->after[index], &plan->aggregates[a]);
        before[a] = counts_before(plan, plan->aggregates[a].fn)
                        ? sum_result(&sums->before[index], &plan->aggregates[a])
                        : 0;
    }
    values[0] = metric_evaluate(&plan->value, after);
    values[at->half] = metric_evaluate(&plan->value, before);
    if (at->half == 2) {
        values[1] = metric_evaluate(&plan->denominator, after);
        values[3] = metric_evaluate(&plan->denominator, before);
    }
    if (isnan(values[0]) || (at->half == 2 && isnan(values[1])))
        return false;
    for (uint32_t i = at->half; i < 2 * at->half; i++)
        values[i] = isnan(values[i]) ? 0 : values[i];
    for (uint32_t i = 0; plan->kind == PLAN_PROPORTION && i < 2; i++)
        values[i] = values[i] != 0;
    return true;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static bool is_mature(const struct work *work, const struct plan_work *at,
                      const struct person *person)
{
    return at->mature_ms == 0 || person->first + at->mature_ms <= work->before_ms;
}

static double find_cap(struct work *work, const struct plan_work *at, const struct sums *sums)
{
    const struct metric_plan *plan = at->plan;
    double values[4], *all = gos_arena_array(work->arena, work->count + 1, sizeof *all, NULL);
    size_t count = 0;
    if (isnan(plan->cap_quantile) || plan->kind != PLAN_MEAN)
        return plan->cap;
    for (uint32_t p = 0; p < work->count; p++) {
        if (is_in(work, &work->persons[p]) && is_mature(work, at, &work->persons[p]) &&
            person_values(at, sums, p, values))
            all[count++] = values[0];
    }
    if (count == 0)
        return plan->cap;
    qsort(all, count, sizeof *all, compare_doubles);
    double rank = ceil((double)count * plan->cap_quantile);
    double cap = all[rank < 1 ? 0 : (size_t)rank - 1];
    return isnan(plan->cap) || cap < plan->cap ? cap : plan->cap;
}

static void push_events(struct sum *sum, double scale, struct ledger_values *out)
{
    if (sum->count == 0)
        return;
    qsort(sum->values, sum->count, sizeof *sum->values, compare_doubles);
    for (uint32_t i = 0; i < sum->count; i++) {
        out->units[out->count] = out->unit_count;
        out->values[out->count++] = sum->values[i] * scale;
    }
    out->unit_count++;
}

static void push_mean(double value, const double *values, double cap, struct ledger_cell *out)
{
    double variables[GOS_VARIABLES_MAX] = {0};
    memcpy(variables, values, 4 * sizeof *values);
    out->total += value;
    out->top_share = fmax(out->top_share, fabs(value));
    out->capped += value > cap;
    variables[0] = value > cap ? cap : value;
    gos_moments_push(&out->moments, variables);
}

static void push_person(struct work *work, const struct plan_work *at, const struct sums *sums,
                        uint32_t p, double cap, struct ledger_cell *out)
{
    double values[4] = {0};
    out->active += (sums->seen[p] & 1) != 0;
    out->early += sums->seen[p] == 2;
    if (at->plan->of_events) {
        push_events(&sums->after[(size_t)p * at->plan->aggregate_count], at->plan->scale,
                    &out->quantile);
    } else if (person_values(at, sums, p, values) && at->plan->kind == PLAN_QUANTILE) {
        out->quantile.values[out->quantile.count++] = values[0];
        out->quantile.unit_count++;
    } else if (at->plan->kind != PLAN_QUANTILE && person_values(at, sums, p, values)) {
        push_mean(values[0], values, cap, out);
    }
    (void)work;
}

static struct plan_work plan_begin(const struct ledger_question *question, uint32_t index)
{
    struct plan_work at = {.plan = &question->plans[index]};
    at.half = at.plan->kind == PLAN_RATIO ? 2 : 1;
    for (uint32_t i = 0; i < question->plan_count; i++) {
        if (question->plans[i].lookback_ms > at.lookback_max)
            at.lookback_max = question->plans[i].lookback_ms;
    }
    for (uint32_t a = 0; a < at.plan->aggregate_count; a++) {
        const struct metric_source *source = &at.plan->aggregates[a].source;
        at.has_before = at.has_before || counts_before(at.plan, at.plan->aggregates[a].fn);
        if (source->from_ms > 0 && source->to_ms != METRIC_NO_END && source->to_ms > at.mature_ms)
            at.mature_ms = source->to_ms;
    }
    return at;
}

static bool sum_plan(struct work *work, const struct plan_work *at, struct sums *out)
{
    size_t room = (size_t)work->count * at->plan->aggregate_count + 1;
    int64_t since = work->first == INT64_MAX ? INT64_MIN : work->first - at->lookback_max;
    *out = (struct sums){
        gos_arena_array(work->arena, room, sizeof *out->after, NULL),
        gos_arena_array(work->arena, room, sizeof *out->before, NULL),
        gos_arena_array(work->arena, work->count + 1, 1, NULL),
        gos_arena_array(work->arena, work->question->variant_count + 1, sizeof *out->events, NULL)};
    bool done = out->after && out->before && out->seen && out->events;
    for (uint32_t a = 0; done && a < at->plan->aggregate_count; a++) {
        uint32_t steps = at->plan->aggregates[a].step_count;
        for (uint32_t step = 0; done && step < (steps ? steps : 1); step++)
            done = take_step(work, at->plan, a, step, since, out);
    }
    return done;
}

static bool answer_plan(struct work *work, uint32_t index, gos_arena *arena,
                        struct ledger_answer *out, gos_error *err)
{
    const struct ledger_question *question = work->question;
    struct plan_work at = plan_begin(question, index);
    struct ledger_cell *cells = &out->cells[(size_t)index * question->variant_count];
    struct sums sums;
    gos_arena_mark mark = gos_arena_mark_take(work->arena);
    bool done = sum_plan(work, &at, &sums);
    bool is_quantile = at.plan->kind == PLAN_QUANTILE;
    double cap = done ? find_cap(work, &at, &sums) : 0;
    out->caps[index] = at.plan->kind == PLAN_MEAN ? cap : (double)NAN;
    for (uint32_t v = 0; done && v < question->variant_count; v++) {
        size_t room = is_quantile ? work->plain->count + 1 : 1;
        cells[v] = (struct ledger_cell){
            .moments = gos_moments_empty(at.half * (at.has_before ? 2 : 1)),
            .events = sums.events[v],
            .quantile.values = gos_arena_array(arena, room, sizeof(double), err),
            .quantile.units = gos_arena_array(arena, room, sizeof(uint64_t), err)};
        done = cells[v].quantile.values && cells[v].quantile.units;
    }
    for (uint32_t p = 0; done && p < work->count; p++) {
        const struct person *person = &work->persons[p];
        if (!is_in(work, person))
            continue;
        if (is_quantile || is_mature(work, &at, person))
            push_person(work, &at, &sums, p, cap, &cells[person->variant]);
        else
            cells[person->variant].immature++;
    }
    for (uint32_t v = 0; done && v < question->variant_count; v++)
        cells[v].top_share = cells[v].total > 0 ? cells[v].top_share / cells[v].total : (double)NAN;
    gos_arena_mark_return(work->arena, mark);
    return done || gos_fail(err, GOS_TOO_LARGE, "", "the plain ledger is full");
}

/* New people by day, without gaps. */
static bool count_days(const struct work *work, gos_arena *arena, struct ledger_answer *out,
                       gos_error *err)
{
    uint32_t variants = work->question->variant_count;
    int64_t low = INT64_MAX, high = INT64_MIN;
    for (uint32_t p = 0; p < work->count; p++) {
        int64_t day = time_day(work->persons[p].first);
        low = is_in(work, &work->persons[p]) && day < low ? day : low;
        high = is_in(work, &work->persons[p]) && day > high ? day : high;
    }
    out->day_count = low > high ? 0 : (uint32_t)(high - low + 1) * variants;
    out->days = gos_arena_array(arena, out->day_count + 1, sizeof *out->days, err);
    for (uint32_t i = 0; out->days && i < out->day_count; i++)
        out->days[i] = (struct ledger_day){low + i / variants, i % variants, 0};
    for (uint32_t p = 0; out->days && p < work->count; p++) {
        const struct person *person = &work->persons[p];
        if (is_in(work, person))
            out->days[(time_day(person->first) - low) * variants + person->variant].units++;
    }
    return out->days != NULL;
}

static bool answer(struct work *work, uint64_t merged, gos_arena *arena, struct ledger_answer *out,
                   gos_error *err)
{
    const struct ledger_question *question = work->question;
    size_t cells = (size_t)question->plan_count * question->variant_count;
    uint64_t watermark = work->plain->watermark;
    *out = (struct ledger_answer){
        .merged = merged, .first_exposure = TIME_NONE, .last_exposure = TIME_NONE};
    out->watermark =
        question->watermark && question->watermark < watermark ? question->watermark : watermark;
    out->units = gos_arena_array(arena, question->variant_count + 1, sizeof *out->units, err);
    out->cells = gos_arena_array(arena, cells + 1, sizeof *out->cells, err);
    out->caps = gos_arena_array(arena, question->plan_count + 1, sizeof *out->caps, err);
    if (!out->units || !out->cells || !out->caps)
        return false;
    for (uint32_t p = 0; p < work->count; p++) {
        const struct person *person = &work->persons[p];
        out->crossovers += person->is_crossover;
        out->excluded += person->is_by_choice && !person->is_crossover;
        out->strangers += !person->is_by_choice && !person->is_crossover && person->variant < 0;
        if (!is_in(work, person))
            continue;
        out->units[person->variant]++;
        if (out->first_exposure == TIME_NONE || person->first < out->first_exposure)
            out->first_exposure = person->first;
        if (out->last_exposure == TIME_NONE || person->first > out->last_exposure)
            out->last_exposure = person->first;
    }
    for (uint32_t i = 0; i < question->plan_count; i++) {
        if (!answer_plan(work, i, arena, out, err))
            return false;
    }
    return !question->counts_days || count_days(work, arena, out, err);
}

static bool check(const struct ledger_question *question, const int64_t *moments, uint32_t count,
                  gos_error *err)
{
    if (question->recent_events > 0 || question->crossed_count > 0)
        return gos_fail(err, GOS_NOT_ALLOWED_NOW, "", "the plain ledger does not answer this");
    if (question->cancel && atomic_load(question->cancel))
        return gos_fail(err, GOS_CANCELLED, "", "cancelled");
    for (uint32_t i = 1; i < count; i++) {
        if (moments[i] < moments[i - 1])
            count = 0;
    }
    return count > 0 || gos_fail(err, GOS_BAD_INPUT, "/moments", "the moments do not ascend");
}

bool plain_series(void *self, const struct ledger_question *question, const int64_t *moments,
                  uint32_t moment_count, gos_arena *arena, struct ledger_answer *out,
                  gos_error *err)
{
    struct plain *plain = self;
    struct ledger_question whole = *question;
    uint64_t merged = 0;
    if (!check(question, moments, moment_count, err))
        return false;
    whole.as_of_ms = moments[moment_count - 1];
    gos_arena *scratch = gos_arena_open((size_t)4 << 30);
    pthread_mutex_lock(&plain->lock);
    struct work work = {.plain = plain, .question = &whole, .arena = scratch};
    bool done = gather(&work, &merged, err);
    for (uint32_t i = 0; done && i < moment_count; i++) {
        work.before_ms = moments[i];
        done = answer(&work, merged, arena, &out[i], err);
    }
    pthread_mutex_unlock(&plain->lock);
    gos_arena_close(scratch);
    return done;
}

bool plain_compute(void *self, const struct ledger_question *question, gos_arena *arena,
                   struct ledger_answer *out, gos_error *err)
{
    return plain_series(self, question, &question->as_of_ms, 1, arena, out, err);
}
