/* Flattens a JSON object with a stack of bounded depth. */
#include "ledger/properties.h"

struct level {
    const struct json *object;
    uint32_t next;
    gos_str prefix;
};

static gos_str json_of(const struct json *value, gos_arena *arena)
{
    struct text text;
    struct json_writer writer;
    text_init(&text, arena);
    json_writer_init(&writer, &text);
    json_value(&writer, value);
    return text_ok(&text, NULL) ? text_str(&text) : GOS_LIT("");
}

static struct property property_of(gos_str name, const struct json *value, gos_arena *arena)
{
    switch (value->type) {
    case JSON_BOOL:
        return (struct property){name, NAME_BOOLS, value->boolean ? 1 : 0, GOS_LIT("")};
    case JSON_NUMBER:
        return (struct property){name, NAME_NUMBERS, value->number, GOS_LIT("")};
    case JSON_STRING:
        return (struct property){name, NAME_TEXTS, 0, value->text};
    default:
        return (struct property){name, NAME_TEXTS, 0, json_of(value, arena)};
    }
}

bool properties_read(gos_str input, gos_arena *arena, struct property **out, uint32_t *out_count,
                     gos_error *err)
{
    const struct json *root = NULL;
    *out_count = 0;
    *out = NULL;
    if (input.len == 0)
        return true;
    if (!json_read(input, arena, &root, err))
        return false;
    struct property list[EVENT_PROPERTIES_MAX];
    struct level levels[PROPERTIES_DEPTH_MAX];
    uint32_t depth = root->type == JSON_OBJECT ? 1 : 0;
    levels[0] = (struct level){root, 0, GOS_LIT("")};
    while (depth > 0) {
        struct level *level = &levels[depth - 1];
        if (level->next == level->object->count) {
            depth--;
            continue;
        }
        const struct json *value = &level->object->items[level->next];
        gos_str name = level->object->names[level->next++];
        if (level->prefix.len > 0)
            name = gos_arena_print(arena, "%.*s.%.*s", GOS_ARG(level->prefix), GOS_ARG(name));
        if (!name.data || name.len == 0 || name.len > PROPERTY_NAME_BYTES_MAX ||
            value->type == JSON_NULL || *out_count == EVENT_PROPERTIES_MAX)
            continue;
        if (value->type == JSON_OBJECT && depth < PROPERTIES_DEPTH_MAX)
            levels[depth++] = (struct level){value, 0, name};
        else
            list[(*out_count)++] = property_of(name, value, arena);
    }
    *out = gos_arena_array(arena, *out_count + 1, sizeof *list, err);
    if (*out)
        memcpy(*out, list, *out_count * sizeof *list);
    return *out != NULL;
}
