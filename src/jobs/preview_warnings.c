/* Names that a metric uses are compared with those that traffic has taught. */
#include "jobs/preview_warnings.h"

#include "jobs/preview.h"

enum { KNOWN_SHOWN_MAX = 12, FEW_VALUES = 100 };

/* Of the total, by one unit among FEW_VALUES or more. */
static const double DOMINATES = 0.1;

struct warnings {
    struct json_writer *json;
    gos_arena *arena;
    struct ledger_event *events;
    uint32_t event_count;
};

static void warn(struct warnings *warnings, const char *code, gos_str message)
{
    json_open_object(warnings->json);
    json_name(warnings->json, "code");
    json_text(warnings->json, gos_str_from(code));
    json_name(warnings->json, "pointer");
    json_text(warnings->json, GOS_LIT("/calculation"));
    json_name(warnings->json, "message");
    json_text(warnings->json, message);
    json_close_object(warnings->json);
}

static const struct ledger_event *event_find(const struct warnings *warnings, gos_str name)
{
    for (uint32_t i = 0; i < warnings->event_count; i++) {
        if (gos_str_equal(warnings->events[i].name, name))
            return &warnings->events[i];
    }
    return NULL;
}

static void check_event(struct warnings *warnings, gos_str name)
{
    struct text text;
    if (event_find(warnings, name))
        return;
    text_init(&text, warnings->arena);
    text_print(&text, "no event \"%.*s\" has come", GOS_ARG(name));
    for (uint32_t i = 0; i < warnings->event_count && i < KNOWN_SHOWN_MAX; i++)
        text_print(&text, "%s%.*s", i == 0 ? "; known are " : ", ",
                   GOS_ARG(warnings->events[i].name));
    if (warnings->event_count > KNOWN_SHOWN_MAX)
        text_print(&text, " and %u more", warnings->event_count - KNOWN_SHOWN_MAX);
    warn(warnings, "unknown_event", text_str(&text));
}

static void check_property(struct warnings *warnings, gos_str name, gos_str property,
                           bool is_number)
{
    const struct ledger_event *event = event_find(warnings, name);
    const struct ledger_property *found = NULL;
    struct text text;
    if (!event || property.len == 0 || gos_str_equal(property, GOS_LIT("value")))
        return;
    for (uint32_t i = 0; i < event->property_count; i++) {
        if (gos_str_equal(event->properties[i].name, property))
            found = &event->properties[i];
    }
    text_init(&text, warnings->arena);
    if (found && is_number && !found->is_number && !found->is_bool) {
        text_print(&text, "%.*s of the event \"%.*s\" has come only as text, never as a number",
                   GOS_ARG(property), GOS_ARG(name));
        warn(warnings, "property_is_text", text_str(&text));
    }
    if (found)
        return;
    text_print(&text, "no event \"%.*s\" has the property \"%.*s\"", GOS_ARG(name),
               GOS_ARG(property));
    for (uint32_t i = 0; i < event->property_count && i < KNOWN_SHOWN_MAX; i++)
        text_print(&text, "%s%.*s", i == 0 ? "; known are " : ", ",
                   GOS_ARG(event->properties[i].name));
    warn(warnings, "unknown_property", text_str(&text));
}

static bool reads_numbers(enum metric_fn fn)
{
    return fn != METRIC_COUNT && fn != METRIC_COUNT_DISTINCT && fn != METRIC_EXISTS;
}

static void check_aggregate(struct warnings *warnings, const struct metric_aggregate *aggregate)
{
    const struct metric_source *source = &aggregate->source;
    for (uint32_t i = 0; i < aggregate->step_count; i++)
        check_event(warnings, aggregate->steps[i]);
    if (aggregate->step_count > 0)
        return;
    check_event(warnings, source->event);
    check_property(warnings, source->event, source->property, reads_numbers(aggregate->fn));
    for (uint32_t i = 0; i < source->test_count; i++) {
        if (source->tests[i].op < TEST_AND)
            check_property(warnings, source->event, source->tests[i].property, false);
    }
}

static void check_sample(struct warnings *warnings, const struct metric_plan *plan,
                         const struct ledger_answer *answer, double span_days)
{
    const struct ledger_cell *cell = &answer->cells[PREVIEW_ITSELF];
    uint64_t valued = plan->kind == PLAN_QUANTILE ? cell->quantile.count : cell->moments.n;
    if (answer->units[0] == 0)
        return;
    if (cell->immature > 0 && valued == 0)
        warn(warnings, "window_not_passed",
             gos_arena_print(warnings->arena,
                             "the events read span %.1f days: nobody's window has passed",
                             span_days));
    else if (cell->events == 0)
        warn(warnings, "nothing_counts", GOS_LIT("no event that was read passes the filters"));
    else if (valued < FEW_VALUES)
        warn(warnings, "few_units",
             gos_arena_print(warnings->arena, "only %llu values: the numbers are rough",
                             (unsigned long long)valued));
    if (span_days < 1)
        warn(warnings, "short_span",
             gos_arena_print(warnings->arena,
                             "the events read span %.1f hours: units per day are extrapolated",
                             span_days * 24));
    if (cell->top_share > DOMINATES && valued >= FEW_VALUES)
        warn(warnings, "one_unit_dominates",
             gos_arena_print(warnings->arena,
                             "one unit has %.0f %% of the total: a cap_quantile such as 0.99 helps",
                             100 * cell->top_share));
}

bool preview_warn(struct ledger *ledger, gos_str environment, const struct metric_plan *plan,
                  const struct ledger_answer *answer, double span_days, gos_arena *arena,
                  struct json_writer *json, gos_error *err)
{
    struct warnings warnings = {.json = json, .arena = arena};
    if (!ledger_list_events(ledger, environment, arena, &warnings.events, &warnings.event_count,
                            err))
        return false;
    json_name(json, "warnings");
    json_open_array(json);
    for (uint32_t i = 0; i < plan->aggregate_count; i++)
        check_aggregate(&warnings, &plan->aggregates[i]);
    check_sample(&warnings, plan, answer, span_days);
    json_close_array(json);
    return true;
}
