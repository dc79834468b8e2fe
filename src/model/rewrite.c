/* Writes a body again, field by field of its table. */
#include "model/rewrite.h"

#include "model/records.h"

static const struct rewrite_member *member_find(const struct rewrite_member *members, size_t count,
                                                const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(members[i].name, name) == 0)
            return &members[i];
    }
    return NULL;
}

bool rewrite_members(enum kind kind, const struct rewrite_member *members, size_t member_count,
                     gos_arena *arena, gos_str *body, const struct json **tree, gos_error *err)
{
    const struct record *record = records_of_kind(kind);
    struct json_writer writer;
    struct text text;
    text_init(&text, arena);
    json_writer_init(&writer, &text);
    json_open_object(&writer);
    for (size_t i = 0; i < record->field_count; i++) {
        const char *name = record->fields[i].name;
        const struct rewrite_member *member = member_find(members, member_count, name);
        const struct json *value = json_find(*tree, gos_str_from(name));
        if (!member && !value)
            continue;
        json_name(&writer, name);
        if (member)
            json_raw(&writer, member->json);
        else
            json_value(&writer, value);
    }
    json_close_object(&writer);
    if (!text_ok(&text, err))
        return false;
    *body = text_str(&text);
    return json_read(*body, arena, tree, err);
}
