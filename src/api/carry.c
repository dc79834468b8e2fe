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

void carry_write(struct json_writer *json, const struct json *definition)
{
    json_open_object(json);
    for (uint32_t i = 0; i < definition->count; i++) {
        if (stays_behind(definition->names[i]))
            continue;
        json_name_str(json, definition->names[i]);
        json_value(json, &definition->items[i]);
    }
    json_close_object(json);
}
