/* The memory of a computation, aggregate by aggregate; and what needs an order: marks. */
#include "ledger/compute.h"

#include <math.h>
#include <stdlib.h>

static bool is_marked(enum metric_fn fn)
{
    return fn == METRIC_COUNT_DISTINCT || fn == METRIC_QUANTILE || fn == METRIC_FUNNEL;
}

/* Whether the same aggregate from before the exposure is of use. */
static bool has_before(const struct metric_plan *plan, enum metric_fn fn)
{
    return plan->lookback_ms > 0 && plan->kind != PLAN_QUANTILE && fn != METRIC_FUNNEL &&
           fn != METRIC_TIME_TO;
}

bool cell_take_numbers(enum metric_fn fn, size_t count, gos_arena *arena, void **out,
                       gos_error *err)
{
    *out = gos_arena_array(arena, count + 1, cell_width(fn), err);
    double *numbers = metric_fn_is_missing(fn) ? *out : NULL;
    for (size_t i = 0; numbers && i < count; i++)
        numbers[i] = (double)NAN;
    return *out != NULL;
}

static bool take_times(struct tally *tally, int64_t **out, gos_error *err)
{
    *out = gos_arena_array(tally->arena, (size_t)tally->slot_room + 1, sizeof **out, err);
    return *out != NULL;
}

static bool take_period(struct tally *tally, enum metric_fn fn, void **numbers, int64_t **times,
                        struct buffer **marks, gos_error *err)
{
    if (fn != METRIC_QUANTILE &&
        !cell_take_numbers(fn, tally->slot_room, tally->arena, numbers, err))
        return false;
    if ((fn == METRIC_FIRST || fn == METRIC_LAST) && !take_times(tally, times, err))
        return false;
    if (is_marked(fn))
        *marks = &tally->buffers[tally->buffer_count++];
    return true;
}

static int64_t min_time(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t add_time(int64_t a, int64_t b)
{
    return b == METRIC_NO_END ? b : a + b;
}

static bool make_cell(struct tally *tally, uint32_t plan_index, uint32_t aggregate_index,
                      gos_error *err)
{
    const struct metric_plan *plan = &tally->question->plans[plan_index];
    const struct metric_aggregate *aggregate = &plan->aggregates[aggregate_index];
    const struct metric_source *source = &aggregate->source;
    struct cell cell = {
        .aggregate = aggregate,
        .plan = plan_index,
        .index = aggregate_index,
        .value_column = CELL_NO_COLUMN,
        .filter_column = CELL_NO_COLUMN,
        .width = cell_width(aggregate->fn),
        .reader = READER_NONE,
        .from = source->from_ms > plan->delay_ms ? source->from_ms : plan->delay_ms,
        .to = min_time(add_time(plan->delay_ms, plan->window_ms), source->to_ms),
        .events = &tally->events[(size_t)plan_index * tally->question->variant_count],
        .seen = &tally->seen[(size_t)plan_index * tally->slot_room],
    };
    if (!take_period(tally, aggregate->fn, &cell.after, &cell.after_at, &cell.marks, err))
        return false;
    if (has_before(plan, aggregate->fn)) {
        cell.lookback = plan->lookback_ms;
        if (!take_period(tally, aggregate->fn, &cell.before, &cell.before_at, &cell.marks_before,
                         err))
            return false;
    }
    uint32_t step_count = aggregate->step_count ? aggregate->step_count : 1;
    for (uint32_t step = 0; step < step_count; step++) {
        gos_str event = aggregate->step_count ? aggregate->steps[step] : source->event;
        uint32_t number = names_find(&tally->columns->names, NAME_EVENT, tally->environment, event);
        bool is_read = number <= tally->name_count && (!tally->gathered || plan_is_capped(plan));
        cell.event = is_read ? number : 0;
        cell.step = step;
        tally->cells[tally->cell_count++] = cell;
    }
    return true;
}

/* What a plan needs for each person. */
static size_t plan_bytes(const struct metric_plan *plan)
{
    size_t bytes = 1;
    for (uint32_t i = 0; i < plan->aggregate_count; i++) {
        enum metric_fn fn = plan->aggregates[i].fn;
        size_t period = cell_width(fn);
        if (fn == METRIC_FIRST || fn == METRIC_LAST)
            period += sizeof(int64_t);
        bytes += has_before(plan, fn) ? 2 * period : period;
    }
    return plan_is_capped(plan) ? bytes + sizeof(double) : bytes;
}

size_t tally_person_bytes(const struct tally *tally)
{
    size_t bytes = 1;
    for (uint32_t i = 0; i < tally->question->plan_count; i++)
        bytes += plan_bytes(&tally->question->plans[i]);
    return bytes;
}

/* Memory for every aggregate; a funnel has one cell for each of its steps. */
bool tally_make_cells(struct tally *tally, gos_error *err)
{
    const struct ledger_question *question = tally->question;
    size_t count = 0;
    tally->cell_count = tally->buffer_count = 0;
    tally->lookback_max = 0;
    for (uint32_t i = 0; i < question->plan_count; i++) {
        const struct metric_plan *plan = &question->plans[i];
        for (uint32_t j = 0; j < plan->aggregate_count; j++)
            count += plan->aggregates[j].step_count ? plan->aggregates[j].step_count : 1;
        if (plan->lookback_ms > tally->lookback_max)
            tally->lookback_max = plan->lookback_ms;
    }
    size_t plans = question->plan_count;
    tally->cells = gos_arena_array(tally->arena, count + 1, sizeof *tally->cells, err);
    tally->buffers = gos_arena_array(tally->arena, count * 2 + 1, sizeof *tally->buffers, err);
    tally->events = gos_arena_array(tally->arena, plans * question->variant_count + 1,
                                    sizeof *tally->events, err);
    tally->seen =
        gos_arena_array(tally->arena, plans * tally->slot_room + 1, sizeof *tally->seen, err);
    if (!tally->cells || !tally->buffers || !tally->events || !tally->seen)
        return false;
    for (uint32_t i = 0; i < question->plan_count; i++) {
        for (uint32_t j = 0; j < question->plans[i].aggregate_count; j++) {
            if (!make_cell(tally, i, j, err))
                return false;
        }
    }
    return true;
}

void tally_name_events(struct tally *tally)
{
    pthread_mutex_lock(&tally->columns->names_lock);
    for (uint32_t i = 0; i < tally->cell_count; i++) {
        struct cell *cell = &tally->cells[i];
        gos_str event = cell->aggregate->step_count ? cell->aggregate->steps[cell->step]
                                                    : cell->aggregate->source.event;
        uint32_t number = names_find(&tally->columns->names, NAME_EVENT, tally->environment, event);
        cell->event = number <= tally->name_count ? number : 0;
    }
    pthread_mutex_unlock(&tally->columns->names_lock);
}

static int compare_hashes(const void *a, const void *b)
{
    const struct mark *x = a, *y = b;
    if (x->slot != y->slot)
        return x->slot < y->slot ? -1 : 1;
    return x->hash < y->hash ? -1 : x->hash > y->hash;
}

/* By person and time; at the same time earlier steps come first. */
static int compare_times(const void *a, const void *b)
{
    const struct mark *x = a, *y = b;
    if (x->slot != y->slot)
        return x->slot < y->slot ? -1 : 1;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->step < y->step ? -1 : x->step > y->step;
}

static void count_distinct(struct buffer *marks, uint32_t *numbers)
{
    struct mark *list = marks->data;
    size_t count = marks->bytes / sizeof *list;
    if (count > 0)
        qsort(list, count, sizeof *list, compare_hashes);
    for (size_t i = 0; i < count; i++)
        numbers[list[i].slot] += i == 0 || compare_hashes(&list[i - 1], &list[i]) != 0;
}

/* 1 for who did all steps, each at or after the one before. */
static void walk_funnel(struct buffer *marks, uint32_t step_count, uint8_t *numbers)
{
    struct mark *list = marks->data;
    size_t count = marks->bytes / sizeof *list;
    uint32_t reached = 0;
    if (count > 0)
        qsort(list, count, sizeof *list, compare_times);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || list[i].slot != list[i - 1].slot)
            reached = 0;
        if (list[i].step == reached && ++reached == step_count)
            numbers[list[i].slot] = 1;
    }
}

bool tally_settle_marks(struct tally *tally, gos_error *err)
{
    for (uint32_t i = 0; i < tally->cell_count; i++) {
        const struct cell *cell = &tally->cells[i];
        if (tally_is_cancelled(tally))
            return gos_fail(err, GOS_CANCELLED, "", "cancelled");
        if (cell->step > 0)
            continue;
        if (cell->aggregate->fn == METRIC_COUNT_DISTINCT || cell->aggregate->fn == METRIC_FUNNEL)
            memset(cell->after, 0, (size_t)tally->turn_count * cell->width);
        if (cell->aggregate->fn == METRIC_COUNT_DISTINCT && cell->marks_before)
            memset(cell->before, 0, (size_t)tally->turn_count * cell->width);
        if (cell->aggregate->fn == METRIC_COUNT_DISTINCT)
            count_distinct(cell->marks, cell->after);
        if (cell->aggregate->fn == METRIC_COUNT_DISTINCT && cell->marks_before)
            count_distinct(cell->marks_before, cell->before);
        if (cell->aggregate->fn == METRIC_FUNNEL)
            walk_funnel(cell->marks, cell->aggregate->step_count, cell->after);
    }
    return true;
}
