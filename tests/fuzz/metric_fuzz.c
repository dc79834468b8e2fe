/* Calculations and filters from any bytes: what is read prints, and reads back to the same. */
#include "metric/plan.h"

#include <stdlib.h>

static void check(gos_str text, enum metric_names names, gos_arena *arena)
{
    struct metric_expression first, again;
    struct metric_plan plan;
    size_t offset = 0;
    gos_error err;
    if (!metric_parse(text, names, arena, &first, &offset, &err)) {
        if (offset > text.len || err.code == GOS_OK)
            abort();
        metric_caret(text, offset, arena);
        return;
    }
    gos_str printed = metric_print(&first, arena);
    if (printed.len <= 2000) {
        if (!metric_parse(printed, names, arena, &again, NULL, &err))
            abort();
        if (!gos_str_equal(metric_print(&again, arena), printed))
            abort();
    }
    plan_from_text(GOS_LIT("m"), text, names, arena, &plan, NULL, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gos_arena *arena = gos_arena_open((size_t)64 << 20);
    gos_str text = {(const char *)data, size};
    const struct metric_test *tests;
    uint32_t count;
    check(text, METRIC_OVER_EVENTS, arena);
    check(text, METRIC_OVER_COLUMNS, arena);
    metric_parse_filter(text, arena, &tests, &count, NULL, NULL);
    gos_arena_close(arena);
    return 0;
}
