/*
 * What a definition refers to. Plain lists of names stand in the rows below; inside rules and
 * conditions a reference is a member named "segment", "segments", "experiment" or "flag".
 */
#include "model/definition.h"

#include "base/limits.h"

#include <stdio.h>
#include <string.h>

enum shape { SHAPE_TEXT, SHAPE_LIST, SHAPE_TREE };

static const struct {
    enum kind from;
    const char *pointer;
    enum shape shape;
    enum kind to; /* of texts and lists */
} places[] = {
    {KIND_EXPERIMENT, "/success_metrics/primary_metric", SHAPE_TEXT, KIND_METRIC},
    {KIND_EXPERIMENT, "/success_metrics/secondary_metrics", SHAPE_LIST, KIND_METRIC},
    {KIND_EXPERIMENT, "/success_metrics/guardrail_metrics", SHAPE_LIST, KIND_METRIC},
    {KIND_EXPERIMENT, "/targeting_rules/include_segments", SHAPE_LIST, KIND_SEGMENT},
    {KIND_EXPERIMENT, "/targeting_rules/exclude_segments", SHAPE_LIST, KIND_SEGMENT},
    {KIND_EXPERIMENT, "/targeting_rules/user_attributes", SHAPE_TREE, KIND_SEGMENT},
    {KIND_FLAG, "/targeting_rules/segments", SHAPE_LIST, KIND_SEGMENT},
    {KIND_FLAG, "/targeting_rules/attributes", SHAPE_TREE, KIND_SEGMENT},
    {KIND_FLAG, "/rules", SHAPE_TREE, KIND_SEGMENT},
    {KIND_FLAG, "/dependencies", SHAPE_LIST, KIND_FLAG},
    {KIND_FLAG, "/experiment_id", SHAPE_TEXT, KIND_EXPERIMENT},
    {KIND_SEGMENT, "/conditions", SHAPE_TREE, KIND_SEGMENT},
};

/* Members of rules and conditions that name another definition, alone or in a list. */
static const struct {
    const char *member;
    enum kind to;
} members[] = {
    {"experiment", KIND_EXPERIMENT}, {"flag", KIND_FLAG},        {"key", KIND_FLAG},
    {"segment", KIND_SEGMENT},       {"segments", KIND_SEGMENT},
};

struct collector {
    gos_arena *arena;
    struct reference *references;
    uint32_t count;
    uint32_t capacity;
    gos_error *err;
};

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
    collector->references[collector->count++] = (struct reference){kind, target, kept, {{0}}};
    return true;
}

/* A text, or an object that names it in a member such as {"flag": "x", "variant": "on"}. */
static bool collect_entry(struct collector *collector, enum kind kind, const struct json *entry,
                          const char *pointer)
{
    char inner[GOS_POINTER_BYTES];
    if (entry->type == JSON_STRING)
        return collect(collector, kind, entry->text, pointer);
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const struct json *name = json_find(entry, gos_str_from(members[i].member));
        if (members[i].to != kind || !name || name->type != JSON_STRING)
            continue;
        snprintf(inner, sizeof inner, "%s/%s", pointer, members[i].member);
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

static bool collect_members(struct collector *collector, const struct json *object,
                            const char *pointer)
{
    char inner[GOS_POINTER_BYTES];
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const struct json *value = json_find(object, gos_str_from(members[i].member));
        if (!value)
            continue;
        snprintf(inner, sizeof inner, "%s/%s", pointer, members[i].member);
        if (!collect_value(collector, members[i].to, value, inner))
            return false;
    }
    return true;
}

/* One level of the walk through free JSON. */
struct visit {
    const struct json *value;
    uint32_t next;
    size_t pointer_len;
};

/* Depth first without recursion: the JSON reader bounds the depth. */
static bool collect_tree(struct collector *collector, const struct json *root, const char *start)
{
    struct visit stack[JSON_DEPTH_MAX + 1];
    char pointer[GOS_POINTER_BYTES];
    snprintf(pointer, sizeof pointer, "%s", start);
    stack[0] = (struct visit){root, 0, strlen(pointer)};
    if (root->type == JSON_OBJECT && !collect_members(collector, root, pointer))
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
        if (child->type == JSON_OBJECT && !collect_members(collector, child, pointer))
            return false;
        stack[depth++] = (struct visit){child, 0, strlen(pointer)};
    }
    return true;
}

static bool collect_place(struct collector *collector, size_t place, const struct json *value)
{
    if (value->type == JSON_NULL)
        return true;
    if (places[place].shape == SHAPE_TREE)
        return collect_tree(collector, value, places[place].pointer);
    return collect_value(collector, places[place].to, value, places[place].pointer);
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
