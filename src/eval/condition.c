/*
 * The condition language: {"all": []}, {"any": []}, {"not": {}}, {"segment": NAME}, {"attribute":
 * PATH, "operator": NAME, "value": V} and the short form {"country": ["US"], "age": {"at_least":
 * 18}}. Read with a stack of its own, so that no input can exhaust the thread's.
 */
#include "eval/condition.h"

#include "base/text.h"
#include "eval/operand.h"

static const struct {
    const char *name;
    operand_reader *read;
    enum relation relation;
    bool negated;
} operators[] = {
#define OPERATOR(name, reader, relation, negated)                                                  \
    {name, operand_read_##reader, RELATION_##relation, negated},
#include "eval/operators.def"
#undef OPERATOR
};
enum { OPERATOR_COUNT = sizeof operators / sizeof operators[0] };

/* A group whose elements are being read. */
struct group {
    const struct json *items;
    uint32_t count;
    uint32_t next;
    bool is_list; /* elements add their index to the pointer */
    size_t mark;  /* where the pointer goes back to when it is done */
};

struct reader {
    struct compiler *compiler;
    struct group groups[CONDITION_DEPTH_MAX];
    uint32_t depth;
};

static bool group_open(struct reader *reader, enum plan_kind kind, const struct json *items,
                       uint32_t count, bool is_list, size_t mark)
{
    struct compiler *compiler = reader->compiler;
    if (reader->depth == CONDITION_DEPTH_MAX) {
        compiler_error(compiler, "conditions may stand at most %d deep in each other",
                       CONDITION_DEPTH_MAX);
        at_leave(compiler, mark);
        return false;
    }
    plan_open(compiler, kind);
    reader->groups[reader->depth++] = (struct group){items, count, 0, is_list, mark};
    return true;
}

static size_t operator_find(gos_str name)
{
    size_t i = 0;
    while (i < OPERATOR_COUNT && !gos_str_equal(name, gos_str_from(operators[i].name)))
        i++;
    return i;
}

gos_str count_text(struct compiler *compiler, uint32_t count, const char *what)
{
    gos_str text = gos_arena_print(compiler->build.scratch, "\"%u %s\"", count, what);
    if (!text.data)
        compiler->build.failed = true;
    return text.data ? text : (gos_str){"null", 4};
}

static gos_str operand_text(struct compiler *compiler, const struct json *value)
{
    enum { SHOWN_ELEMENTS_MAX = 20 };
    struct text text;
    struct json_writer writer;
    if (value->type == JSON_ARRAY && value->count > SHOWN_ELEMENTS_MAX)
        return count_text(compiler, value->count, "elements");
    text_init(&text, compiler->build.scratch);
    json_writer_init(&writer, &text);
    json_value(&writer, value);
    if (!text_ok(&text, NULL))
        compiler->build.failed = true;
    return compiler->build.failed ? (gos_str){"null", 4} : text_str(&text);
}

static void read_operator(struct compiler *compiler, gos_str path, gos_str name,
                          const struct json *value, bool nocase)
{
    size_t index = operator_find(name);
    if (index == OPERATOR_COUNT) {
        compiler_error(compiler, "there is no operator \"%.*s\"; see docs/targeting.md",
                       (int)(name.len < 60 ? name.len : 60), name.data);
        return;
    }
    struct operand operand = {.name = operators[index].name,
                              .path = path,
                              .relation = operators[index].relation,
                              .nocase = nocase,
                              .value = value};
    operand.test.flags =
        (uint8_t)((operators[index].negated ? TEST_NEGATED : 0) | (nocase ? TEST_NOCASE : 0));
    if (operators[index].read(compiler, &operand))
        plan_test(compiler, operand.test, operand.name, operand_text(compiler, value));
}

/* {"attribute": PATH, "operator": NAME, "value": V, "ignore_case"?: true} */
static void read_long(struct compiler *compiler, const struct json *object)
{
    static const char *const members[] = {"attribute", "operator", "value", "ignore_case", NULL};
    members_known(compiler, object, "a condition", members);
    gos_str path = member_text(compiler, object, "attribute");
    gos_str name = member_text(compiler, object, "operator");
    const struct json *value = json_find(object, GOS_LIT("value"));
    bool nocase = member_bool(compiler, object, "ignore_case", false);
    if (!path.len || !name.len || !value) {
        compiler_error(compiler, "a condition needs \"attribute\", \"operator\" and \"value\"");
        return;
    }
    bool is_known = operator_find(name) < OPERATOR_COUNT;
    size_t mark = at_enter(compiler, is_known ? GOS_LIT("value") : GOS_LIT("operator"));
    read_operator(compiler, path, name, value, nocase);
    at_leave(compiler, mark);
}

/* {"at_least": 18, "at_most": 65}: all must hold. */
static void read_operators(struct compiler *compiler, gos_str path, const struct json *object)
{
    bool nocase = member_bool(compiler, object, "ignore_case", false);
    if (object->count == (json_find(object, GOS_LIT("ignore_case")) ? 1u : 0u))
        compiler_error(compiler, "the condition on \"%.*s\" names no operator", GOS_ARG(path));
    for (uint32_t i = 0; i < object->count; i++) {
        if (gos_str_equal(object->names[i], GOS_LIT("ignore_case")))
            continue;
        size_t mark = at_enter(compiler, object->names[i]);
        read_operator(compiler, path, object->names[i], &object->items[i], nocase);
        at_leave(compiler, mark);
    }
}

static void read_short(struct compiler *compiler, gos_str path, const struct json *value)
{
    static const struct json absent = {.type = JSON_BOOL, .boolean = false};
    if (value->type == JSON_OBJECT)
        read_operators(compiler, path, value);
    else if (value->type == JSON_ARRAY)
        read_operator(compiler, path, GOS_LIT("in"), value, false);
    else if (value->type == JSON_NULL)
        read_operator(compiler, path, GOS_LIT("exists"), &absent, false);
    else
        read_operator(compiler, path, GOS_LIT("equals"), value, false);
}

static void read_attributes(struct compiler *compiler, const struct json *object)
{
    plan_open(compiler, PLAN_ALL);
    for (uint32_t i = 0; i < object->count; i++) {
        size_t mark = at_enter(compiler, object->names[i]);
        read_short(compiler, object->names[i], &object->items[i]);
        at_leave(compiler, mark);
    }
    plan_close(compiler);
}

void condition_read_segments(struct compiler *compiler, const struct json *object, const char *name)
{
    const struct json *list = json_find(object, gos_str_from(name));
    if (!list || list->type == JSON_NULL)
        return;
    size_t mark = at_enter(compiler, gos_str_from(name));
    if (list->type == JSON_STRING)
        plan_segment(compiler, list->text);
    else if (list->type != JSON_ARRAY)
        compiler_error(compiler, "\"%s\" is %s; it must be a list of segments", name,
                       json_type_name(list->type));
    else if (list->count > 0) {
        plan_open(compiler, PLAN_ANY);
        for (uint32_t i = 0; i < list->count; i++) {
            size_t inner = at_enter_index(compiler, i);
            if (list->items[i].type == JSON_STRING)
                plan_segment(compiler, list->items[i].text);
            else
                compiler_error(compiler, "a segment is named by a text, not by %s",
                               json_type_name(list->items[i].type));
            at_leave(compiler, inner);
        }
        plan_close(compiler);
    }
    at_leave(compiler, mark);
}

/* "all", "any" or "not": opens its group; anything else is wrong beside them. */
static bool read_group(struct reader *reader, const struct json *object)
{
    static const struct {
        const char *name;
        enum plan_kind kind;
    } groups[] = {{"all", PLAN_ALL}, {"any", PLAN_ANY}, {"not", PLAN_NOT}};
    struct compiler *compiler = reader->compiler;
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        const struct json *inner = json_find(object, gos_str_from(groups[i].name));
        if (!inner)
            continue;
        const char *const members[] = {groups[i].name, NULL};
        members_known(compiler, object, "a condition of a group", members);
        size_t mark = at_enter(compiler, gos_str_from(groups[i].name));
        if (groups[i].kind == PLAN_NOT) {
            group_open(reader, PLAN_NOT, inner, 1, false, mark);
        } else if (inner->type == JSON_ARRAY) {
            group_open(reader, groups[i].kind, inner->items, inner->count, true, mark);
        } else {
            compiler_error(compiler, "\"%s\" is %s; it must be a list of conditions",
                           groups[i].name, json_type_name(inner->type));
            at_leave(compiler, mark);
        }
        return true;
    }
    return false;
}

static void read_one(struct reader *reader, const struct json *value)
{
    static const char *const segment_members[] = {"segment", NULL};
    static const char *const segments_members[] = {"segments", NULL};
    struct compiler *compiler = reader->compiler;
    if (value->type == JSON_ARRAY) {
        group_open(reader, PLAN_ALL, value->items, value->count, true, strlen(compiler->pointer));
    } else if (value->type != JSON_OBJECT) {
        compiler_error(compiler, "a condition is an object, not %s", json_type_name(value->type));
    } else if (read_group(reader, value)) {
        return;
    } else if (json_find(value, GOS_LIT("segment"))) {
        members_known(compiler, value, "a condition on a segment", segment_members);
        condition_read_segments(compiler, value, "segment");
    } else if (json_find(value, GOS_LIT("segments"))) {
        members_known(compiler, value, "a condition on segments", segments_members);
        condition_read_segments(compiler, value, "segments");
    } else if (json_find(value, GOS_LIT("attribute"))) {
        read_long(compiler, value);
    } else {
        read_attributes(compiler, value);
    }
}

void condition_read(struct compiler *compiler, const struct json *value)
{
    struct reader reader = {.compiler = compiler};
    bool is_group = value && (value->type == JSON_OBJECT || value->type == JSON_ARRAY);
    if (!value || value->type == JSON_NULL || (is_group && value->count == 0))
        return;
    size_t start = strlen(compiler->pointer);
    read_one(&reader, value);
    while (reader.depth > 0) {
        struct group *group = &reader.groups[reader.depth - 1];
        if (group->next == group->count) {
            plan_close(compiler);
            at_leave(compiler, group->mark);
            reader.depth--;
            continue;
        }
        size_t mark = strlen(compiler->pointer);
        uint32_t index = group->next++;
        if (group->is_list)
            at_enter_index(compiler, index);
        uint32_t depth = reader.depth;
        read_one(&reader, &group->items[index]);
        if (reader.depth > depth)
            reader.groups[depth].mark = mark;
        else
            at_leave(compiler, mark);
    }
    at_leave(compiler, start);
}
