/* Numbers per person to moments per variant, in the order of the slots: same facts, same bits. */
#include "ledger/blocks.h"

#include "base/limits.h"
#include "base/time.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { SLOTS_FOR_TWO = 100000 }; /* people for whom a second thread is worth its start */

/* One plan being finished. */
struct finish {
    struct tally *tally;
    const struct metric_plan *plan;
    uint32_t plan_index;
    const struct cell *cells[METRIC_AGGREGATES_MAX]; /* by aggregate; the first step of a funnel */
    int64_t mature_ms; /* age at which a person's window has passed; 0: does not matter */
    double cap;
    struct ledger_cell *out; /* by variant */
    uint32_t variable_count;
};

/* Covariates that came with the units; one that is missing counts as 0. */
static bool add_covariates(const struct finish *finish, uint32_t slot, double *values)
{
    for (uint32_t i = 1; i < finish->variable_count && finish->plan->kind != PLAN_RATIO; i++) {
        double value = finish->tally->covariates[i - 1][slot];
        values[i] = isnan(value) ? 0 : value;
    }
    return true;
}

/* Most calculations are one aggregate. */
static inline double evaluate(const struct metric_expression *expression, const double *aggregates)
{
    const struct metric_op *op = expression->ops;
    return expression->op_count == 1 && op->type == OP_AGGREGATE
               ? aggregates[op->aggregate]
               : metric_evaluate(expression, aggregates);
}

/* A person's values: the variables of gos_moments. False: the person has no value. */
static bool person_values(const struct finish *finish, uint32_t slot, double *values)
{
    const struct metric_plan *plan = finish->plan;
    double after[METRIC_AGGREGATES_MAX], before[METRIC_AGGREGATES_MAX];
    for (uint32_t i = 0; i < plan->aggregate_count; i++) {
        const struct cell *cell = finish->cells[i];
        after[i] = cell->after ? cell_number(cell, cell->after, slot) : 0;
        before[i] = cell->before ? cell_number(cell, cell->before, slot) : 0;
    }
    uint32_t half = plan->kind == PLAN_RATIO ? 2 : 1;
    values[0] = evaluate(&plan->value, after);
    if (half == 2)
        values[1] = evaluate(&plan->denominator, after);
    if (isnan(values[0]) || (half == 2 && isnan(values[1])))
        return false;
    if (plan->kind == PLAN_PROPORTION)
        values[0] = values[0] != 0;
    if (finish->tally->covariate_count > 0)
        return add_covariates(finish, slot, values);
    if (finish->variable_count == half)
        return true;
    values[half] = evaluate(&plan->value, before);
    if (plan->kind == PLAN_PROPORTION)
        values[half] = values[half] != 0;
    if (half == 2)
        values[3] = evaluate(&plan->denominator, before);
    for (uint32_t i = half; i < finish->variable_count; i++)
        values[i] = isnan(values[i]) ? 0 : values[i];
    return true;
}

static bool is_mature(const struct finish *finish, const struct slot *slot)
{
    return finish->mature_ms == 0 || slot->first + finish->mature_ms <= finish->tally->before_ms;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

bool plan_is_capped(const struct metric_plan *plan)
{
    return !isnan(plan->cap_quantile) && plan->kind == PLAN_MEAN;
}

/* Values of those whose turn it is; returns how many have one. */
static size_t collect(const struct finish *finish, double *out)
{
    const struct tally *tally = finish->tally;
    double values[GOS_VARIABLES_MAX];
    size_t count = 0;
    for (uint32_t i = 0; i < tally->turn_count; i++) {
        const struct slot *slot = &tally_turn(tally)[i];
        if (slot_is_in(tally, slot) && is_mature(finish, slot) && person_values(finish, i, values))
            out[count++] = values[0];
    }
    return count;
}

/* The nearest rank (type 1) of all persons' values, or what is fixed if that is lower. */
static double cap_of(const struct metric_plan *plan, double *values, size_t count)
{
    if (count == 0)
        return plan->cap;
    qsort(values, count, sizeof *values, compare_doubles);
    double rank = ceil((double)count * plan->cap_quantile);
    double cap = values[rank < 1 ? 0 : (size_t)rank - 1];
    return isnan(plan->cap) || cap < plan->cap ? cap : plan->cap;
}

static bool find_cap(struct finish *finish, gos_error *err)
{
    struct tally *tally = finish->tally;
    finish->cap = tally->caps && plan_is_capped(finish->plan) ? tally->caps[finish->plan_index]
                                                              : finish->plan->cap;
    if (!plan_is_capped(finish->plan) || tally->caps)
        return true;
    double *all = gos_arena_array(tally->arena, tally->turn_count + 1u, sizeof *all, err);
    if (all)
        finish->cap = cap_of(finish->plan, all, collect(finish, all));
    return all != NULL;
}

static void count_seen(const struct finish *finish, uint32_t slot, struct ledger_cell *out)
{
    uint8_t seen = finish->cells[0] ? finish->cells[0]->seen[slot] : 0;
    out->active += (seen & SEEN_AFTER) != 0;
    out->early += seen == SEEN_BEFORE;
}

/* While turns are being had, top_share is the largest value so far. */
static void put_person(const struct finish *finish, uint32_t slot, uint8_t variant,
                       struct block *block)
{
    struct ledger_cell *out = &finish->out[variant];
    double values[GOS_VARIABLES_MAX] = {0};
    count_seen(finish, slot, out);
    if (!person_values(finish, slot, values))
        return;
    out->total += values[0];
    if (fabs(values[0]) > out->top_share)
        out->top_share = fabs(values[0]);
    if (values[0] > finish->cap) {
        values[0] = finish->cap;
        out->capped++;
    }
    block_put(block, variant, values);
    if (finish->tally->kept)
        finish->tally->kept[(size_t)finish->plan_index * finish->tally->slot_count +
                            finish->tally->slot_first + slot] = values[0];
}

static bool is_last_turn(const struct tally *tally)
{
    return tally->slot_first + tally->turn_count == tally->slot_count;
}

static void finish_block(const struct finish *finish, uint32_t first, uint32_t count)
{
    const struct tally *tally = finish->tally;
    const struct slot *slots = tally_turn(tally) + first;
    struct block block;
    block_begin(&block, tally, slots, count, finish->variable_count);
    for (uint32_t i = 0; i < count; i++) {
        if (!slot_is_in(tally, &slots[i]))
            continue;
        if (is_mature(finish, &slots[i]))
            put_person(finish, first + i, slots[i].variant, &block);
        else
            finish->out[slots[i].variant].immature++;
    }
    block_end(&block, tally->question->variant_count, finish->out);
}

static bool finish_moments(struct finish *finish, gos_error *err)
{
    struct tally *tally = finish->tally;
    if (!find_cap(finish, err))
        return false;
    for (uint32_t first = 0; first < tally->turn_count; first += BLOCK_SLOTS) {
        uint32_t left = tally->turn_count - first;
        finish_block(finish, first, left < BLOCK_SLOTS ? left : BLOCK_SLOTS);
    }
    for (uint32_t v = 0; v < tally->question->variant_count && is_last_turn(tally); v++) {
        struct ledger_cell *out = &finish->out[v];
        out->top_share = out->total > 0 ? out->top_share / out->total : (double)NAN;
    }
    return true;
}

static int compare_values(const void *a, const void *b)
{
    const struct mark *x = a, *y = b;
    if (x->slot != y->slot)
        return x->slot < y->slot ? -1 : 1;
    return x->value < y->value ? -1 : x->value > y->value;
}

/* Room for `count` values behind those of the turns before. */
static bool extend_values(struct ledger_values *values, uint64_t count, bool units,
                          gos_arena *arena, gos_error *err)
{
    struct ledger_values before = *values;
    values->values = gos_arena_array(arena, before.count + count + 1, sizeof(double), err);
    if (units)
        values->units = gos_arena_array(arena, before.count + count + 1, sizeof(uint64_t), err);
    if (!values->values || (units && !values->units))
        return false;
    if (before.count > 0)
        memcpy(values->values, before.values, before.count * sizeof(double));
    if (before.count > 0 && units)
        memcpy(values->units, before.units, before.count * sizeof(uint64_t));
    return true;
}

/* Every event is a value; events of one person stand together. */
static bool finish_events(struct finish *finish, gos_arena *arena, gos_error *err)
{
    struct tally *tally = finish->tally;
    struct buffer *marks = finish->cells[0]->marks;
    struct mark *list = marks->data;
    size_t count = marks->bytes / sizeof *list;
    uint64_t counts[VARIANTS_MAX] = {0};
    if (count > 0)
        qsort(list, count, sizeof *list, compare_values);
    for (size_t i = 0; i < count; i++) {
        uint8_t variant = tally_turn(tally)[list[i].slot].variant;
        if (variant != VARIANT_NONE)
            counts[variant]++;
    }
    for (uint32_t v = 0; v < tally->question->variant_count; v++) {
        if (!extend_values(&finish->out[v].quantile, counts[v], true, arena, err))
            return false;
    }
    for (size_t i = 0; i < count; i++) {
        uint8_t variant = tally_turn(tally)[list[i].slot].variant;
        if (variant == VARIANT_NONE)
            continue;
        struct ledger_values *out = &finish->out[variant].quantile;
        out->unit_count += i == 0 || list[i].slot != list[i - 1].slot;
        out->units[out->count] = out->unit_count - 1;
        out->values[out->count++] = list[i].value * finish->plan->scale;
    }
    return true;
}

/* Every person is a value. */
static bool finish_persons(struct finish *finish, gos_arena *arena, gos_error *err)
{
    struct tally *tally = finish->tally;
    double values[GOS_VARIABLES_MAX];
    uint64_t counts[VARIANTS_MAX] = {0};
    for (uint32_t i = 0; i < tally->slot_count; i++) {
        const struct slot *slot = &tally_slots(tally)[i];
        if (slot_is_in(tally, slot))
            counts[slot->variant]++;
    }
    for (uint32_t v = 0; tally->slot_first == 0 && v < tally->question->variant_count; v++) {
        if (!extend_values(&finish->out[v].quantile, counts[v], false, arena, err))
            return false;
    }
    for (uint32_t i = 0; i < tally->turn_count; i++) {
        const struct slot *slot = &tally_turn(tally)[i];
        if (!slot_is_in(tally, slot) || !is_mature(finish, slot) ||
            !person_values(finish, i, values))
            continue;
        struct ledger_values *out = &finish->out[slot->variant].quantile;
        out->values[out->count++] = values[0];
        out->unit_count++;
    }
    return true;
}

static bool finish_quantile(struct finish *finish, gos_arena *arena, gos_error *err)
{
    struct tally *tally = finish->tally;
    for (uint32_t i = 0; i < tally->turn_count; i++) {
        const struct slot *slot = &tally_turn(tally)[i];
        if (slot_is_in(tally, slot))
            count_seen(finish, i, &finish->out[slot->variant]);
    }
    return finish->plan->of_events ? finish_events(finish, arena, err)
                                   : finish_persons(finish, arena, err);
}

static struct finish begin_plan(struct tally *tally, uint32_t plan_index)
{
    const struct metric_plan *plan = &tally->question->plans[plan_index];
    struct finish finish = {.tally = tally, .plan = plan, .plan_index = plan_index};
    finish.variable_count = plan->kind == PLAN_RATIO ? 2 : 1;
    bool covariates = false;
    for (uint32_t i = 0; i < tally->cell_count; i++) {
        const struct cell *cell = &tally->cells[i];
        if (cell->plan != plan_index || cell->step > 0)
            continue;
        finish.cells[cell->aggregate - plan->aggregates] = cell;
        covariates = covariates || cell->before;
        const struct metric_source *source = &cell->aggregate->source;
        if (source->from_ms > 0 && source->to_ms != METRIC_NO_END &&
            source->to_ms > finish.mature_ms)
            finish.mature_ms = source->to_ms;
    }
    if (covariates)
        finish.variable_count *= 2;
    else if (plan->kind != PLAN_RATIO)
        finish.variable_count += tally->covariate_count;
    return finish;
}

static bool finish_plan(struct tally *tally, uint32_t plan_index, gos_arena *arena,
                        struct ledger_answer *out, gos_error *err)
{
    struct finish finish = begin_plan(tally, plan_index);
    uint32_t variants = tally->question->variant_count;
    bool is_quantile = finish.plan->kind == PLAN_QUANTILE;
    finish.out = &out->cells[(size_t)plan_index * variants];
    for (uint32_t v = 0; v < variants; v++) {
        if (tally->slot_first == 0)
            finish.out[v] =
                (struct ledger_cell){.moments = gos_moments_empty(finish.variable_count),
                                     .top_share = is_quantile ? (double)NAN : 0};
        finish.out[v].events += tally->events[(size_t)plan_index * variants + v];
    }
    bool done = is_quantile ? finish_quantile(&finish, arena, err) : finish_moments(&finish, err);
    out->caps[plan_index] = finish.plan->kind == PLAN_MEAN ? finish.cap : (double)NAN;
    return done;
}

void tally_gather(struct tally *tally)
{
    for (uint32_t i = 0; i < tally->question->plan_count; i++) {
        struct finish finish = begin_plan(tally, i);
        struct buffer *values = &tally->gathered[i];
        if (plan_is_capped(finish.plan))
            values->bytes +=
                collect(&finish, (double *)values->data + values->bytes / sizeof(double)) *
                sizeof(double);
    }
}

void tally_settle_caps(struct tally *tally)
{
    for (uint32_t i = 0; i < tally->question->plan_count; i++) {
        struct buffer *values = &tally->gathered[i];
        tally->caps[i] =
            cap_of(&tally->question->plans[i], values->data, values->bytes / sizeof(double));
        buffer_close(values);
    }
}

static bool is_in_cohort(const struct ledger_question *question, const struct slot *slot)
{
    return question->cohort_before_ms == 0 ||
           (slot->first >= question->cohort_from_ms && slot->first < question->cohort_before_ms);
}

/* Counts who is analysed, and takes the others out by VARIANT_NONE. */
static void count_slots(struct tally *tally, struct ledger_answer *out)
{
    struct slot *slots = tally->slots.data;
    out->first_exposure = out->last_exposure = TIME_NONE;
    for (uint32_t i = 0; i < tally->slot_count; i++) {
        struct slot *slot = &slots[i];
        out->crossovers += (slot->flags & EXPOSURE_CROSSOVER) != 0;
        out->excluded += slot->flags == EXPOSURE_BY_CHOICE;
        out->strangers += slot->flags == 0 && slot->variant == VARIANT_NONE;
        if (slot->flags || !is_in_cohort(tally->question, slot))
            slot->variant = VARIANT_NONE;
        if (!slot_is_in(tally, slot))
            continue;
        out->units[slot->variant]++;
        if (out->first_exposure == TIME_NONE || slot->first < out->first_exposure)
            out->first_exposure = slot->first;
        if (slot->first > out->last_exposure)
            out->last_exposure = slot->first;
    }
}

bool tally_count(struct tally *tally, gos_arena *arena, struct ledger_answer *out, gos_error *err)
{
    const struct ledger_question *question = tally->question;
    size_t cell_count = (size_t)question->plan_count * question->variant_count;
    *out = (struct ledger_answer){.watermark = tally->watermark, .merged = tally->merged};
    out->units = gos_arena_array(arena, question->variant_count + 1, sizeof *out->units, err);
    out->cells = gos_arena_array(arena, cell_count + 1, sizeof *out->cells, err);
    out->caps = gos_arena_array(arena, question->plan_count + 1, sizeof *out->caps, err);
    if (!out->units || !out->cells || !out->caps)
        return false;
    count_slots(tally, out);
    return !question->counts_days || tally_count_days(tally, arena, out, err);
}

/* Plans that are sums and take no memory: each has its own cells, so two may go at once. */
static bool is_plain(const struct metric_plan *plan)
{
    return plan->kind != PLAN_QUANTILE && isnan(plan->cap_quantile);
}

struct plain_plans {
    struct tally *tally;
    struct ledger_answer *out;
    atomic_uint next;
};

static void *finish_plain(void *context)
{
    struct plain_plans *plans = context;
    struct tally *tally = plans->tally;
    uint32_t i;
    while ((i = atomic_fetch_add(&plans->next, 1)) < tally->question->plan_count &&
           !tally_is_cancelled(tally)) {
        if (is_plain(&tally->question->plans[i]))
            finish_plan(tally, i, NULL, plans->out, NULL);
    }
    return NULL;
}

bool tally_finish(struct tally *tally, gos_arena *arena, struct ledger_answer *out, gos_error *err)
{
    struct plain_plans plans = {.tally = tally, .out = out};
    pthread_t other;
    atomic_init(&plans.next, 0);
    bool has_other = tally->turn_count > SLOTS_FOR_TWO &&
                     pthread_create(&other, NULL, finish_plain, &plans) == 0;
    finish_plain(&plans);
    if (has_other)
        pthread_join(other, NULL);
    for (uint32_t i = 0; i < tally->question->plan_count; i++) {
        if (!is_plain(&tally->question->plans[i]) && !finish_plan(tally, i, arena, out, err))
            return false;
        if (tally_is_cancelled(tally))
            return gos_fail(err, GOS_CANCELLED, "", "cancelled");
    }
    return true;
}
