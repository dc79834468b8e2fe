/* An explanation as a tree that people read. */
#include "cli/explain.h"

#include "base/json.h"

static gos_str member(const struct json *step, const char *name)
{
    const struct json *value = json_find(step, gos_str_from(name));
    return value && value->type == JSON_STRING ? value->text : GOS_LIT("");
}

static double number(const struct json *step, const char *name)
{
    const struct json *value = json_find(step, gos_str_from(name));
    return value && value->type == JSON_NUMBER ? value->number : 0;
}

/* Members of a step that are printed otherwise, or not at all. */
static bool is_plain(gos_str name)
{
    static const char *const special[] = {"depth", "step",  "result", "pointer", "hash",
                                          "seed",  "point", "slot",   "unit",    "operator"};
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
        if (gos_str_equal(name, gos_str_from(special[i])))
            return false;
    }
    return true;
}

static bool value_print(const struct json *value, gos_arena *arena, FILE *stream, gos_error *err)
{
    struct text text;
    struct json_writer writer;
    text_init(&text, arena);
    json_writer_init(&writer, &text);
    json_value(&writer, value);
    if (!text_ok(&text, err))
        return false;
    fprintf(stream, "%.*s", GOS_ARG(text_str(&text)));
    return true;
}

static bool condition_print(const struct json *step, gos_arena *arena, FILE *stream, gos_error *err)
{
    const struct json *expected = json_find(step, GOS_LIT("expected"));
    const struct json *seen = json_find(step, GOS_LIT("seen"));
    fprintf(stream, "%.*s %.*s ", GOS_ARG(member(step, "attribute")),
            GOS_ARG(member(step, "operator")));
    if (expected && !value_print(expected, arena, stream, err))
        return false;
    if (!seen)
        return true;
    fputs(seen->type == JSON_NULL ? ", is missing" : ", is ", stream);
    return seen->type == JSON_NULL || value_print(seen, arena, stream, err);
}

static bool members_print(const struct json *step, gos_arena *arena, FILE *stream, gos_error *err)
{
    fprintf(stream, "%.*s", GOS_ARG(member(step, "step")));
    for (uint32_t i = 0; i < step->count; i++) {
        const struct json *value = &step->items[i];
        bool is_empty = value->type == JSON_STRING && value->text.len == 0;
        if (!is_plain(step->names[i]) || is_empty)
            continue;
        bool same = gos_str_equal(step->names[i], member(step, "step"));
        fprintf(stream, same ? " " : " %.*s ", GOS_ARG(step->names[i]));
        if (!value_print(value, arena, stream, err))
            return false;
    }
    if (json_find(step, GOS_LIT("point")))
        fprintf(stream, "  (unit %.*s, seed %.*s, point %.*s, slot %.0f)",
                GOS_ARG(member(step, "unit")), GOS_ARG(member(step, "seed")),
                GOS_ARG(member(step, "point")), number(step, "slot"));
    return true;
}

static bool step_print(const struct json *step, gos_arena *arena, FILE *stream, gos_error *err)
{
    const struct json *result = json_find(step, GOS_LIT("result"));
    const char *mark = !result ? "·" : result->boolean ? "✓" : "✗";
    fprintf(stream, "  %*s%s ", 2 * (int)number(step, "depth"), "", mark);
    bool is_condition = json_find(step, GOS_LIT("attribute"));
    bool done = is_condition ? condition_print(step, arena, stream, err)
                             : members_print(step, arena, stream, err);
    fputc('\n', stream);
    return done;
}

bool explain_print(gos_str steps, gos_arena *arena, FILE *stream, gos_error *err)
{
    const struct json *json;
    if (!json_read(steps, arena, &json, err))
        return false;
    const struct json *list = json_find(json, GOS_LIT("steps"));
    bool done = true;
    for (uint32_t i = 0; done && list && i < list->count; i++)
        done = step_print(&list->items[i], arena, stream, err);
    return done;
}
