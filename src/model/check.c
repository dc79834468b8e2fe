/* What holds in every flag, metric and segment by itself. Conditions and rules are the compiler's.
 */
#include "model/check.h"

#include "metric/plan.h"
#include "model/value_schema.h"

#include <assert.h>
#include <stdio.h>

enum { PLAN_ARENA_BYTES = 1024 * 1024 };

bool check_value_type(gos_str flag_type, const struct json *value, const char *pointer,
                      gos_error *err)
{
    static const struct {
        const char *flag;
        enum json_type json;
    } types[] = {{"Boolean", JSON_BOOL}, {"String", JSON_STRING}, {"Number", JSON_NUMBER}};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (gos_str_equal(flag_type, gos_str_from(types[i].flag)) && value->type != types[i].json)
            return gos_fail(err, GOS_BAD_INPUT, pointer, "the value is %s; a %s flag needs %s",
                            json_type_name(value->type), types[i].flag,
                            json_type_name(types[i].json));
    }
    return true;
}

static bool check_values(const struct json *body, gos_error *err)
{
    static const char *const pointers[] = {"/default_value", "/value"};
    gos_str type = json_find_text(body, "type");
    for (size_t i = 0; i < 2; i++) {
        const struct json *value = json_at(body, gos_str_from(pointers[i]));
        if (value && !check_value_type(type, value, pointers[i], err))
            return false;
    }
    return true;
}

/* The member of `item`, where there is one; `item` itself when `name` is NULL. */
static bool schema_fits(const struct json *schema, const struct json *item, const char *name,
                        const char *pointer, gos_error *err)
{
    char at[GOS_POINTER_BYTES];
    const struct json *value = name ? json_find(item, gos_str_from(name)) : item;
    snprintf(at, sizeof at, "%s", pointer);
    if (name)
        json_pointer_add(at, gos_str_from(name));
    return !value || value->type == JSON_NULL || value_schema_holds(schema, value, at, err);
}

/* A list of {"value": …}, or an object of values by name. */
static bool schema_fits_all(const struct json *schema, const struct json *owner, const char *name,
                            const char *pointer, gos_error *err)
{
    const struct json *list = json_find(owner, gos_str_from(name));
    for (uint32_t i = 0; list && i < list->count; i++) {
        char at[GOS_POINTER_BYTES];
        snprintf(at, sizeof at, "%s/%s", pointer, name);
        if (list->type == JSON_OBJECT)
            json_pointer_add(at, list->names[i]);
        else
            json_pointer_add_index(at, i);
        if (!schema_fits(schema, &list->items[i], list->type == JSON_OBJECT ? NULL : "value", at,
                         err))
            return false;
    }
    return true;
}

static bool check_schema(const struct json *body, gos_error *err)
{
    const struct json *schema = json_find(body, GOS_LIT("value_schema"));
    const struct json *rules = json_find(body, GOS_LIT("rules"));
    if (!schema || schema->type == JSON_NULL)
        return true;
    if (!gos_str_equal(json_find_text(body, "type"), GOS_LIT("JSON")))
        return gos_fail(err, GOS_BAD_INPUT, "/value_schema", "only a JSON flag has a schema");
    if (!value_schema_check(schema, "/value_schema", err) ||
        !schema_fits(schema, body, "default_value", "", err) ||
        !schema_fits(schema, body, "value", "", err) ||
        !schema_fits_all(schema, body, "variants", "", err))
        return false;
    for (uint32_t i = 0; rules && i < rules->count; i++) {
        const struct json *rule = &rules->items[i];
        const struct json *split = json_find(rule, GOS_LIT("split"));
        char at[GOS_POINTER_BYTES] = "/rules";
        json_pointer_add_index(at, i);
        if (!schema_fits(schema, rule, "value", at, err) ||
            !schema_fits_all(schema, rule, "values", at, err) ||
            (split && split->type == JSON_ARRAY &&
             !schema_fits_all(schema, rule, "split", at, err)))
            return false;
    }
    return true;
}

bool check_flag(const struct json *body, gos_error *err)
{
    if (!json_find(body, GOS_LIT("default_value")) && !json_find(body, GOS_LIT("default_variant")))
        return gos_fail(err, GOS_BAD_INPUT, "/default_value",
                        "\"default_value\" is missing: what is served when the flag is off");
    return check_values(body, err) && check_schema(body, err);
}

bool check_metric(const struct json *body, gos_error *err)
{
    struct metric_plan plan;
    gos_arena *arena = gos_arena_open(PLAN_ARENA_BYTES);
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory to read the calculation");
    bool done = plan_read(body, arena, &plan, NULL, err);
    gos_arena_close(arena);
    return done;
}

/* Their field tables say everything. */
bool check_holdout(const struct json *body, gos_error *err)
{
    (void)body;
    (void)err;
    return true;
}

bool check_layer(const struct json *body, gos_error *err)
{
    (void)body;
    (void)err;
    return true;
}

bool check_segment(const struct json *body, gos_error *err)
{
    const struct json *conditions = json_find(body, GOS_LIT("conditions"));
    if (conditions->type == JSON_OBJECT || conditions->type == JSON_ARRAY)
        return true;
    return gos_fail(err, GOS_BAD_INPUT, "/conditions",
                    "\"conditions\" is %s; it must be an object or a list",
                    json_type_name(conditions->type));
}

bool check_body(enum kind kind, const struct json *body, gos_error *err)
{
    static bool (*const checks[KIND_COUNT])(const struct json *, gos_error *) = {
#define KIND(constant, word, plural, name_field, entity) check_##entity,
#include "model/kinds.def"
#undef KIND
    };
    assert(kind < KIND_COUNT);
    return checks[kind](body, err);
}

bool definition_check_override(const struct json *flag, const struct json *value, gos_error *err)
{
    const struct json *schema = json_find(flag, GOS_LIT("value_schema"));
    return check_value_type(json_find_text(flag, "type"), value, "/value", err) &&
           (!schema || schema->type == JSON_NULL ||
            value_schema_holds(schema, value, "/value", err));
}
