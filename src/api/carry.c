/* What a definition decides, apart from what happened to it. */
#include "api/carry.h"

static bool stays_behind(gos_str member)
{
    static const char *const members[] = {
        "conclusion",      "created_at", "created_by", "end_date",   "environment", "phases",
        "shipped_variant", "start_date", "status",     "updated_at", "version"};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (gos_str_equal(member, gos_str_from(members[i])))
            return true;
    }
    return false;
}

static bool is_own(gos_str member, const char *name_field)
{
    static const char *const members[] = {"forced_variants", "id", "salt"};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (gos_str_equal(member, gos_str_from(members[i])))
            return true;
    }
    return gos_str_equal(member, gos_str_from(name_field));
}

static void put(struct json_writer *json, const struct json *object, uint32_t i)
{
    json_name_str(json, object->names[i]);
    json_value(json, &object->items[i]);
}

void carry_write(struct json_writer *json, const struct json *definition)
{
    json_open_object(json);
    for (uint32_t i = 0; i < definition->count; i++) {
        if (!stays_behind(definition->names[i]))
            put(json, definition, i);
    }
    json_close_object(json);
}

void carry_copy(struct json_writer *json, const struct json *definition, const char *name_field,
                const struct json *changes)
{
    json_open_object(json);
    for (uint32_t i = 0; i < definition->count; i++) {
        gos_str name = definition->names[i];
        if (!stays_behind(name) && !is_own(name, name_field) && !json_find(changes, name))
            put(json, definition, i);
    }
    for (uint32_t i = 0; i < changes->count; i++)
        put(json, changes, i);
    json_close_object(json);
}
