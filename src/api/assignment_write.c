/* Shapes of assignments on the wire. */
#include "api/assignment_write.h"

#include "base/hash.h"
#include "base/time.h"

#include <stdio.h>

static void write_uuid(struct json_writer *json, const char *name, const struct uuid *id)
{
    static const struct uuid none;
    char text[UUID_TEXT_BYTES];
    uuid_write(id, text);
    bool known = !uuid_equal(id, &none);
    api_write_text(json, name, known ? gos_str_from(text) : GOS_LIT(""));
}

void assignment_write_json(const struct assignment *assignment, struct json_writer *json)
{
    char at[TIME_TEXT_BYTES];
    size_t at_len = time_write(assignment->assigned_at, at);
    static const struct uuid no_session;
    json_open_object(json);
    write_uuid(json, "id", &assignment->id);
    write_uuid(json, "experiment_id", &assignment->experiment_id);
    json_name(json, "user_id");
    json_text(json, assignment->user_id);
    api_write_text(json, "variant", assignment->variant);
    json_name(json, "assignment_reason");
    json_text(json, assignment->assignment_reason);
    json_name(json, "assigned_at");
    json_text(json, (gos_str){at, at_len});
    json_name(json, "sticky");
    json_bool(json, assignment->sticky);
    api_write_text(json, "device_id", assignment->device_id);
    write_uuid(json, "session_id", assignment->has_session ? &assignment->session_id : &no_session);
    json_close_object(json);
}

/* The unit and experiment of an item, as far as the item names them. */
static uint64_t item_hash(const struct json *item)
{
    const struct json *experiment = json_find(item, GOS_LIT("experiment_id"));
    const struct json *user = json_find(item, GOS_LIT("user_id"));
    const struct json *device = json_find(item, GOS_LIT("device_id"));
    const struct json *unit = user ? user : device;
    return hash_xxh3(unit ? unit->text : GOS_LIT(""),
                     hash_xxh3(experiment ? experiment->text : GOS_LIT(""), 0));
}

static bool items_are_same(const struct json *a, const struct json *b)
{
    static const char *const names[] = {"experiment_id", "user_id", "device_id"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct json *x = json_find(a, gos_str_from(names[i]));
        const struct json *y = json_find(b, gos_str_from(names[i]));
        if ((x == NULL) != (y == NULL) || (x && !gos_str_equal(x->text, y->text)))
            return false;
    }
    return true;
}

bool assignments_are_distinct(struct http_request *request, const struct json *body, gos_error *err)
{
    const struct json *list = json_find(body, GOS_LIT("assignments"));
    if (!list || list->count < 2)
        return true;
    size_t slots = 4;
    while (slots < (size_t)list->count * 2)
        slots *= 2;
    uint32_t *table = gos_arena_array(request->arena, slots, sizeof *table, err);
    if (!table)
        return false;
    for (uint32_t i = 0; i < list->count; i++) {
        size_t s = (size_t)item_hash(&list->items[i]) & (slots - 1);
        for (; table[s] != 0; s = (s + 1) & (slots - 1)) {
            uint32_t before = table[s] - 1;
            char pointer[40];
            snprintf(pointer, sizeof pointer, "/assignments/%u", (unsigned)i);
            if (items_are_same(&list->items[before], &list->items[i]))
                return gos_fail(err, GOS_BAD_INPUT, pointer,
                                "asks for the same unit and experiment as /assignments/%u",
                                (unsigned)before);
        }
        table[s] = i + 1;
    }
    return true;
}
