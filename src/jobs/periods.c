/* From the phases of a definition to cohorts of people. */
#include "jobs/periods.h"

#include "base/time.h"

double period_share(const struct period *period, gos_str variant)
{
    const struct json *share = json_find(period->allocation, variant);
    return share && share->type == JSON_NUMBER ? share->number : 0;
}

static bool same_split(const struct period *a, const struct period *b,
                       const struct analysis_design *design)
{
    for (uint32_t v = 0; v < design->variant_count; v++) {
        if (period_share(a, design->variants[v]) != period_share(b, design->variants[v]))
            return false;
    }
    return true;
}

static struct period period_of(const struct json *phase, int64_t end_ms)
{
    int64_t start = TIME_NONE;
    time_read(json_find_text(phase, "start"), &start);
    return (struct period){start, end_ms, json_find(phase, GOS_LIT("traffic_allocation"))};
}

static bool cut(const struct json *tree, const struct ledger_question *ask,
                const struct analysis_design *design, bool joins_same, gos_arena *arena,
                struct periods *out, gos_error *err)
{
    const struct json *phases = json_find(tree, GOS_LIT("phases"));
    uint32_t count = phases && phases->type == JSON_ARRAY ? phases->count : 0;
    *out = (struct periods){.items = gos_arena_array(arena, count + 1, sizeof *out->items, err)};
    if (!out->items)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        struct period next = period_of(&phases->items[i], ask->as_of_ms);
        struct period *last = out->count > 0 ? &out->items[out->count - 1] : NULL;
        if (next.start_ms == TIME_NONE || next.start_ms >= ask->as_of_ms ||
            (joins_same && last && same_split(last, &next, design)))
            continue;
        if (last)
            last->end_ms = next.start_ms;
        else
            next.start_ms = ask->from_ms;
        out->items[out->count++] = next;
    }
    return true;
}

bool periods_read(const struct json *tree, const struct ledger_question *ask,
                  const struct analysis_design *design, gos_arena *arena, struct periods *out,
                  gos_error *err)
{
    return cut(tree, ask, design, true, arena, out, err);
}

bool periods_read_phases(const struct json *tree, const struct ledger_question *ask,
                         const struct analysis_design *design, gos_arena *arena,
                         struct periods *out, gos_error *err)
{
    return cut(tree, ask, design, false, arena, out, err);
}

bool periods_compute(struct ledger *ledger, const struct ledger_question *ask,
                     struct periods *periods, gos_arena *arena, gos_error *err)
{
    periods->answers = gos_arena_array(arena, periods->count + 1, sizeof *periods->answers, err);
    if (!periods->answers)
        return false;
    for (uint32_t i = 0; i < periods->count; i++) {
        struct ledger_question part = *ask;
        part.cohort_from_ms = periods->items[i].start_ms;
        part.cohort_before_ms = periods->items[i].end_ms;
        if (!ledger_compute(ledger, &part, arena, &periods->answers[i], err))
            return false;
    }
    return true;
}

bool periods_take(struct ledger *ledger, const struct ledger_question *ask, struct periods *periods,
                  struct analysis_design *design, gos_arena *arena, gos_error *err)
{
    if (!periods_compute(ledger, ask, periods, arena, err))
        return false;
    for (uint32_t m = 0; m < design->metric_count; m++) {
        const struct ledger_cell **cells =
            gos_arena_array(arena, periods->count, sizeof(struct ledger_cell *), err);
        if (!cells)
            return false;
        for (uint32_t k = 0; k < periods->count; k++)
            cells[k] = &periods->answers[k].cells[(size_t)m * design->variant_count];
        design->metrics[m].periods = cells;
        design->metrics[m].period_count = periods->count;
        design->metrics[m].is_over = design->end_ms != TIME_NONE && design->end_ms <= ask->as_of_ms;
    }
    return true;
}
