/* What the plain ledger lists: exposures, events, attributes, and what filters see of an event. */
#include "plain.h"

#include "base/hash.h"
#include "base/time.h"

#include <stdlib.h>

bool plain_is_asked(const struct ledger_question *question, const struct plain_fact *fact)
{
    const struct exposure *exposure = &fact->fact.exposure;
    return fact->fact.kind == FACT_EXPOSURE &&
           uuid_equal(&exposure->experiment_id, &question->experiment_id) &&
           gos_str_equal(exposure->environment, question->environment) &&
           exposure->at >= question->from_ms && exposure->at < question->as_of_ms &&
           (question->watermark == 0 || fact->fact.sequence <= question->watermark);
}

static gos_str text_of(const struct json *value)
{
    if (value && (value->type == JSON_STRING || value->type == JSON_NUMBER))
        return value->text;
    if (value && value->type == JSON_BOOL)
        return value->boolean ? GOS_LIT("true") : GOS_LIT("false");
    return GOS_LIT("");
}

gos_str plain_attribute(const struct plain_fact *fact, gos_str name, gos_arena *arena)
{
    const struct json *tree = NULL;
    if (fact->fact.exposure.attributes.len > 0)
        json_read(fact->fact.exposure.attributes, arena, &tree, NULL);
    return text_of(json_find(tree, name));
}

static bool is_by_chance(gos_str reason)
{
    return reason.len == 0 || gos_str_equal(reason, GOS_LIT("split")) ||
           gos_str_equal(reason, GOS_LIT("sticky")) || gos_str_equal(reason, GOS_LIT("identity"));
}

static void slice_add(struct ledger_slice *slices, uint32_t *count, gos_str value)
{
    uint32_t i = 0;
    while (i < *count && !gos_str_equal(slices[i].value, value))
        i++;
    if (i == LEDGER_SLICES_MAX)
        return;
    if (i == *count)
        slices[(*count)++] = (struct ledger_slice){value, 0};
    slices[i].units++;
}

static int more_units_first(const void *a, const void *b)
{
    const struct ledger_slice *x = a, *y = b;
    if (x->units != y->units)
        return x->units > y->units ? -1 : 1;
    return str_compare(x->value, y->value);
}

bool plain_list_slices(void *self, const struct ledger_question *question, gos_str by,
                       gos_arena *arena, struct ledger_slice **out, uint32_t *out_count,
                       gos_error *err)
{
    struct plain *plain = self;
    *out_count = 0;
    *out = gos_arena_array(arena, LEDGER_SLICES_MAX + 1, sizeof **out, err);
    pthread_mutex_lock(&plain->lock);
    for (size_t i = 0; *out && i < plain->count; i++) {
        const struct plain_fact *it = &plain->facts[i];
        const struct json *tree = NULL;
        if (!plain_is_asked(question, it) || it->fact.exposure.is_crossover ||
            !is_by_chance(it->fact.exposure.reason))
            continue;
        if (by.len > 0)
            slice_add(*out, out_count, plain_attribute(it, by, arena));
        else if (it->fact.exposure.attributes.len > 0)
            json_read(it->fact.exposure.attributes, arena, &tree, NULL);
        for (uint32_t k = 0; tree && tree->type == JSON_OBJECT && k < tree->count; k++) {
            if (text_of(&tree->items[k]).len > 0)
                slice_add(*out, out_count, tree->names[k]);
        }
    }
    pthread_mutex_unlock(&plain->lock);
    if (*out)
        qsort(*out, *out_count, sizeof **out, more_units_first);
    return *out != NULL;
}

static int by_hash(const void *a, const void *b)
{
    const struct plain_fact *x = *(const struct plain_fact *const *)a;
    const struct plain_fact *y = *(const struct plain_fact *const *)b;
    uint64_t p = hash_xxh3(x->unit, 0), q = hash_xxh3(y->unit, 0);
    if (p != q)
        return p < q ? -1 : 1;
    return x->fact.sequence < y->fact.sequence ? -1 : 1;
}

static int by_arrival(const void *a, const void *b)
{
    const struct plain_fact *x = *(const struct plain_fact *const *)a;
    const struct plain_fact *y = *(const struct plain_fact *const *)b;
    return x->fact.sequence < y->fact.sequence ? -1 : 1;
}

bool plain_list_exposures(void *self, const struct ledger_question *question, enum ledger_pick pick,
                          uint32_t limit, gos_arena *arena, struct ledger_exposure **out,
                          uint32_t *out_count, gos_error *err)
{
    struct plain *plain = self;
    pthread_mutex_lock(&plain->lock);
    const struct plain_fact **found = gos_arena_array(arena, plain->count + 1, sizeof *found, err);
    size_t count = 0;
    for (size_t i = 0; found && i < plain->count; i++) {
        if (plain_is_asked(question, &plain->facts[i]))
            found[count++] = &plain->facts[i];
    }
    *out_count = count < limit ? (uint32_t)count : limit;
    if (count > 0 && pick == LEDGER_SAMPLE)
        qsort(found, count, sizeof *found, by_hash);
    else if (found)
        found += count - *out_count;
    if (*out_count > 0)
        qsort(found, *out_count, sizeof *found, by_arrival);
    *out = gos_arena_array(arena, *out_count + 1, sizeof **out, err);
    for (uint32_t i = 0; *out && found && i < *out_count; i++) {
        const struct exposure *it = &found[i]->fact.exposure;
        (*out)[i] = (struct ledger_exposure){pick == LEDGER_SAMPLE ? it->unit : GOS_LIT(""),
                                             it->variant,
                                             it->ruleset,
                                             it->attributes,
                                             it->at,
                                             found[i]->fact.sequence,
                                             it->is_crossover,
                                             !is_by_chance(it->reason)};
    }
    pthread_mutex_unlock(&plain->lock);
    return found && *out;
}

static void property_add(struct ledger_event *event, const struct property *property)
{
    uint32_t i = 0;
    while (i < event->property_count && !gos_str_equal(event->properties[i].name, property->name))
        i++;
    struct ledger_property *it = &event->properties[i];
    if (i == event->property_count)
        event->properties[event->property_count++].name = property->name;
    it->is_number = it->is_number || property->kind == NAME_NUMBERS;
    it->is_text = it->is_text || property->kind == NAME_TEXTS;
    it->is_bool = it->is_bool || property->kind == NAME_BOOLS;
}

bool plain_list_events(void *self, gos_str environment, gos_arena *arena, struct ledger_event **out,
                       uint32_t *out_count, gos_error *err)
{
    enum { EVENTS_MAX = 100, PROPERTIES_MAX = 100 };
    struct plain *plain = self;
    *out_count = 0;
    *out = gos_arena_array(arena, EVENTS_MAX, sizeof **out, err);
    pthread_mutex_lock(&plain->lock);
    for (size_t i = 0; *out && i < plain->count; i++) {
        const struct plain_fact *it = &plain->facts[i];
        const struct event *event = &it->fact.event;
        uint32_t e = 0;
        if (it->fact.kind != FACT_EVENT || !gos_str_equal(event->environment, environment))
            continue;
        while (e < *out_count && !gos_str_equal((*out)[e].name, event->name))
            e++;
        struct ledger_event *known = &(*out)[e];
        if (e == *out_count) {
            *known = (struct ledger_event){
                .name = event->name, .first_ms = event->at, .last_ms = event->at};
            known->properties =
                gos_arena_array(arena, PROPERTIES_MAX, sizeof *known->properties, err);
            *out_count += 1;
        }
        known->count++;
        known->first_ms = event->at < known->first_ms ? event->at : known->first_ms;
        known->last_ms = event->at > known->last_ms ? event->at : known->last_ms;
        for (uint32_t p = 0; p < it->property_count; p++)
            property_add(known, &it->properties[p]);
    }
    pthread_mutex_unlock(&plain->lock);
    return *out != NULL;
}

bool plain_property(const struct plain_fact *fact, bool has_value_property, gos_str name,
                    const double **out_number, const gos_str **out_text)
{
    const double *truth = NULL;
    *out_number = NULL;
    *out_text = NULL;
    for (uint32_t i = 0; i < fact->property_count; i++) {
        const struct property *property = &fact->properties[i];
        if (!gos_str_equal(property->name, name))
            continue;
        if (property->kind == NAME_TEXTS)
            *out_text = &property->text;
        else if (property->kind == NAME_NUMBERS)
            *out_number = &property->number;
        else
            truth = &property->number;
    }
    if (!*out_number)
        *out_number = truth;
    if (!has_value_property && gos_str_equal(name, GOS_LIT("value")) && fact->fact.event.has_value)
        *out_number = &fact->fact.event.value;
    return *out_number || *out_text;
}

static bool compares(enum metric_test_op op, int order)
{
    switch (op) {
    case TEST_EQUAL:
    case TEST_IN:
        return order == 0;
    case TEST_NOT_EQUAL:
        return order != 0;
    case TEST_LESS:
        return order < 0;
    case TEST_AT_MOST:
        return order <= 0;
    case TEST_GREATER:
        return order > 0;
    default:
        return order >= 0;
    }
}

static bool passes_test(const struct plain_fact *fact, bool has_value_property,
                        const struct metric_test *test)
{
    const double *number;
    const gos_str *text;
    bool is_there = plain_property(fact, has_value_property, test->property, &number, &text);
    if (test->op == TEST_PRESENT || test->op == TEST_MISSING)
        return is_there == (test->op == TEST_PRESENT);
    bool is_text = test->literals[0].type == LITERAL_TEXT;
    if (is_text ? !text : !number)
        return false;
    if (test->op == TEST_CONTAINS)
        return str_contains(*text, test->literals[0].text);
    bool is_among = false;
    for (uint32_t i = 0; i < test->literal_count; i++) {
        const struct metric_literal *literal = &test->literals[i];
        int order = is_text ? str_compare(*text, literal->text)
                            : (*number > literal->number) - (*number < literal->number);
        if (test->op != TEST_IN && test->op != TEST_NOT_IN)
            return compares(test->op, order);
        is_among = is_among || order == 0;
    }
    return is_among == (test->op == TEST_IN);
}

bool plain_passes(const struct plain_fact *fact, bool has_value_property,
                  const struct metric_test *tests, uint32_t count)
{
    bool stack[METRIC_TESTS_MAX];
    uint32_t top = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (tests[i].op == TEST_NOT) {
            stack[top - 1] = !stack[top - 1];
        } else if (tests[i].op == TEST_AND || tests[i].op == TEST_OR) {
            top--;
            stack[top - 1] = tests[i].op == TEST_AND ? stack[top - 1] && stack[top]
                                                     : stack[top - 1] || stack[top];
        } else {
            stack[top++] = passes_test(fact, has_value_property, &tests[i]);
        }
    }
    return count == 0 || stack[0];
}
