/*
 * What a definition refers to. Plain lists of names stand in the rows below. Conditions name
 * segments by {"segment": NAME} or {"segments": [NAME]}, rules name an experiment; what a rule
 * serves is the user's own and not looked into.
 */
#include "model/definition.h"

#include "base/limits.h"

#include <stdio.h>
#include <string.h>

enum shape { SHAPE_NAMES, SHAPE_CONDITIONS, SHAPE_RULES };

static const struct {
    enum kind from;
    const char *pointer;
    enum shape shape;
    enum kind to;
} places[] = {
    {KIND_EXPERIMENT, "/success_metrics/primary_metric", SHAPE_NAMES, KIND_METRIC},
    {KIND_EXPERIMENT, "/success_metrics/secondary_metrics", SHAPE_NAMES, KIND_METRIC},
    {KIND_EXPERIMENT, "/success_metrics/guardrail_metrics", SHAPE_NAMES, KIND_METRIC},
    {KIND_EXPERIMENT, "/targeting_rules/include_segments", SHAPE_NAMES, KIND_SEGMENT},
    {KIND_EXPERIMENT, "/targeting_rules/exclude_segments", SHAPE_NAMES, KIND_SEGMENT},
    {KIND_EXPERIMENT, "/layer", SHAPE_NAMES, KIND_LAYER},
    {KIND_EXPERIMENT, "/targeting_rules/user_attributes", SHAPE_CONDITIONS, KIND_SEGMENT},
    {KIND_FLAG, "/targeting_rules/segments", SHAPE_NAMES, KIND_SEGMENT},
    {KIND_FLAG, "/targeting_rules/attributes", SHAPE_CONDITIONS, KIND_SEGMENT},
    {KIND_FLAG, "/rules", SHAPE_RULES, KIND_SEGMENT},
    {KIND_FLAG, "/dependencies", SHAPE_NAMES, KIND_FLAG},
    {KIND_FLAG, "/experiment_id", SHAPE_NAMES, KIND_EXPERIMENT},
    {KIND_HOLDOUT, "/layer", SHAPE_NAMES, KIND_LAYER},
    {KIND_SEGMENT, "/conditions", SHAPE_CONDITIONS, KIND_SEGMENT},
};

/* A named thing may stand in an object, as in {"flag": "x", "variant": "on"}. */
static const char *const name_members[] = {"flag", "key", "name", "id"};
/* Members of a rule that hold conditions; the others are the user's own values. */
static const char *const rule_conditions[] = {"attributes", "conditions"};

struct collector {
    gos_arena *arena;
    struct reference *references;
    uint32_t count;
    uint32_t capacity;
    gos_error *err;
};

static void pointer_below(char out[GOS_POINTER_BYTES], const char *parent, const char *member)
{
    snprintf(out, GOS_POINTER_BYTES, "%s", parent);
    json_pointer_add(out, gos_str_from(member));
}

static bool collector_has(const struct collector *collector, enum kind kind, gos_str target)
{
    for (uint32_t i = 0; i < collector->count; i++) {
        if (collector->references[i].kind == kind &&
            gos_str_equal(collector->references[i].target, target))
            return true;
    }
    return false;
}

static bool collect(struct collector *collector, enum kind kind, gos_str target,
                    const char *pointer)
{
    if (collector_has(collector, kind, target))
        return true;
    if (collector->count == collector->capacity)
        return gos_fail(collector->err, GOS_TOO_LARGE, pointer,
                        "more than %d other definitions are referred to", REFERENCES_MAX);
    gos_str kept = gos_arena_text(collector->arena, gos_str_from(pointer), collector->err);
    if (!kept.data)
        return false;
    collector->references[collector->count++] =
        (struct reference){kind, target, kept, kind == KIND_LAYER};
    return true;
}

/* A text, or an object that names it. */
static bool collect_entry(struct collector *collector, enum kind kind, const struct json *entry,
                          const char *pointer)
{
    char inner[GOS_POINTER_BYTES];
    if (entry->type == JSON_STRING)
        return collect(collector, kind, entry->text, pointer);
    for (size_t i = 0; i < sizeof name_members / sizeof name_members[0]; i++) {
        const struct json *name = json_find(entry, gos_str_from(name_members[i]));
        if (!name || name->type != JSON_STRING)
            continue;
        pointer_below(inner, pointer, name_members[i]);
        return collect(collector, kind, name->text, inner);
    }
    return true;
}

static bool collect_list(struct collector *collector, enum kind kind, const struct json *list,
                         const char *pointer)
{
    char inner[GOS_POINTER_BYTES];
    for (size_t i = 0; i < list->count; i++) {
        snprintf(inner, sizeof inner, "%s/%zu", pointer, i);
        if (!collect_entry(collector, kind, &list->items[i], inner))
            return false;
    }
    return true;
}

static bool collect_value(struct collector *collector, enum kind kind, const struct json *value,
                          const char *pointer)
{
    return value->type == JSON_ARRAY ? collect_list(collector, kind, value, pointer)
                                     : collect_entry(collector, kind, value, pointer);
}

static bool collect_member(struct collector *collector, enum kind kind, const struct json *object,
                           const char *name, const char *pointer)
{
    char inner[GOS_POINTER_BYTES];
    const struct json *value = json_find(object, gos_str_from(name));
    pointer_below(inner, pointer, name);
    return !value || collect_value(collector, kind, value, inner);
}

static bool collect_segments(struct collector *collector, const struct json *object,
                             const char *pointer)
{
    return collect_member(collector, KIND_SEGMENT, object, "segment", pointer) &&
           collect_member(collector, KIND_SEGMENT, object, "segments", pointer);
}

/* One level of the walk through free JSON. */
struct visit {
    const struct json *value;
    uint32_t next;
    size_t pointer_len;
};

/* Depth first without recursion: the JSON reader bounds the depth. */
static bool collect_conditions(struct collector *collector, const struct json *root,
                               const char *start)
{
    struct visit stack[JSON_DEPTH_MAX + 1];
    char pointer[GOS_POINTER_BYTES];
    snprintf(pointer, sizeof pointer, "%s", start);
    stack[0] = (struct visit){root, 0, strlen(pointer)};
    if (!collect_segments(collector, root, pointer))
        return false;
    for (size_t depth = 1; depth > 0;) {
        struct visit *visit = &stack[depth - 1];
        pointer[visit->pointer_len] = 0;
        if (visit->next >= visit->value->count || depth > JSON_DEPTH_MAX) {
            depth--;
            continue;
        }
        uint32_t i = visit->next++;
        const struct json *child = &visit->value->items[i];
        if (child->type != JSON_OBJECT && child->type != JSON_ARRAY)
            continue;
        if (visit->value->type == JSON_OBJECT)
            json_pointer_add(pointer, visit->value->names[i]);
        else
            json_pointer_add_index(pointer, i);
        if (!collect_segments(collector, child, pointer))
            return false;
        stack[depth++] = (struct visit){child, 0, strlen(pointer)};
    }
    return true;
}

static bool collect_rule(struct collector *collector, const struct json *rule, const char *pointer)
{
    char inner[GOS_POINTER_BYTES];
    if (!collect_member(collector, KIND_EXPERIMENT, rule, "experiment", pointer) ||
        !collect_member(collector, KIND_SEGMENT, rule, "exclude_segments", pointer) ||
        !collect_segments(collector, rule, pointer))
        return false;
    for (size_t i = 0; i < sizeof rule_conditions / sizeof rule_conditions[0]; i++) {
        const struct json *value = json_find(rule, gos_str_from(rule_conditions[i]));
        pointer_below(inner, pointer, rule_conditions[i]);
        if (value && !collect_conditions(collector, value, inner))
            return false;
    }
    return true;
}

static bool collect_rules(struct collector *collector, const struct json *rules,
                          const char *pointer)
{
    char inner[GOS_POINTER_BYTES];
    for (uint32_t i = 0; i < rules->count; i++) {
        snprintf(inner, sizeof inner, "%s/%u", pointer, i);
        if (!collect_rule(collector, &rules->items[i], inner))
            return false;
    }
    return true;
}

static bool collect_place(struct collector *collector, size_t place, const struct json *value)
{
    switch (places[place].shape) {
    case SHAPE_CONDITIONS:
        return collect_conditions(collector, value, places[place].pointer);
    case SHAPE_RULES:
        return collect_rules(collector, value, places[place].pointer);
    default:
        return collect_value(collector, places[place].to, value, places[place].pointer);
    }
}

bool definition_references(const struct definition *definition, gos_arena *arena,
                           const struct reference **out, uint32_t *out_count, gos_error *err)
{
    struct collector collector = {.arena = arena, .capacity = REFERENCES_MAX, .err = err};
    collector.references =
        gos_arena_array(arena, REFERENCES_MAX, sizeof *collector.references, err);
    if (!collector.references)
        return false;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const struct json *value = json_at(definition->tree, gos_str_from(places[i].pointer));
        if (places[i].from == definition->kind && value && !collect_place(&collector, i, value))
            return false;
    }
    *out = collector.references;
    *out_count = collector.count;
    return true;
}
