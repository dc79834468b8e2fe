/* One count of exposures for each phase; the same weights again are no new phase. */
#include "jobs/phases.h"

#include "base/time.h"

static int64_t start_of(const struct json *phase)
{
    const struct json *start = json_find(phase, GOS_LIT("start"));
    int64_t ms = TIME_NONE;
    return start && start->type == JSON_STRING && time_read(start->text, &ms) ? ms : TIME_NONE;
}

static double weight_of(const struct json *phase, gos_str variant)
{
    const struct json *weight = json_find(json_find(phase, GOS_LIT("traffic_allocation")), variant);
    return weight && weight->type == JSON_NUMBER ? weight->number : 0;
}

/* Whether any two phases split differently. */
static bool split_changed(const struct json *phases, const struct analysis_design *design)
{
    for (uint32_t i = 1; i < phases->count; i++) {
        for (uint32_t v = 0; v < design->variant_count; v++) {
            if (weight_of(&phases->items[i], design->variants[v]) !=
                weight_of(&phases->items[0], design->variants[v]))
                return true;
        }
    }
    return false;
}

static void add_expected(const struct json *phase, const struct ledger_answer *answer,
                         const struct analysis_design *design, double *expected)
{
    double units = 0, weights = 0;
    for (uint32_t v = 0; v < design->variant_count; v++) {
        units += (double)answer->units[v];
        weights += weight_of(phase, design->variants[v]);
    }
    for (uint32_t v = 0; weights > 0 && v < design->variant_count; v++)
        expected[v] += units * weight_of(phase, design->variants[v]) / weights;
}

bool phases_expect(struct ledger *ledger, const struct ledger_question *ask,
                   const struct json *tree, struct analysis_design *design, gos_arena *arena,
                   gos_error *err)
{
    const struct json *phases = json_find(tree, GOS_LIT("phases"));
    if (!phases || phases->type != JSON_ARRAY || phases->count < 2 ||
        !split_changed(phases, design))
        return true;
    double *expected = gos_arena_array(arena, design->variant_count, sizeof *expected, err);
    double total = 0;
    if (!expected)
        return false;
    for (uint32_t i = 0; i < phases->count; i++) {
        struct ledger_question part = *ask;
        struct ledger_answer answer;
        part.plan_count = 0;
        part.from_ms = i == 0 ? ask->from_ms : start_of(&phases->items[i]);
        if (i + 1 < phases->count)
            part.as_of_ms = start_of(&phases->items[i + 1]);
        if (part.as_of_ms > ask->as_of_ms)
            part.as_of_ms = ask->as_of_ms;
        if (part.from_ms >= part.as_of_ms)
            continue;
        if (!ledger_compute(ledger, &part, arena, &answer, err))
            return false;
        add_expected(&phases->items[i], &answer, design, expected);
    }
    for (uint32_t v = 0; v < design->variant_count; v++)
        total += expected[v];
    for (uint32_t v = 0; total > 0 && v < design->variant_count; v++)
        design->weights[v] = expected[v];
    return true;
}
