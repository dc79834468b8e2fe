/* A value schema: read keyword by keyword, and asked keyword by keyword. */
#include "model/value_schema.h"

#include <math.h>
#include <stdio.h>

enum { STEPS_OF_ONE_VALUE_MAX = 1000000 };
/* How far a quotient may be from a whole number: doubles are not decimal. */
static const double STEP_TOLERANCE = 1e-9;

/* One value that is asked; `steps` are counted over all that one question takes. */
struct asked {
    const struct json *schema;
    const struct json *value;
    const char *pointer;
    uint32_t *steps;
    gos_error *err;
};

static bool schema_read(const struct json *schema, const char *pointer, gos_error *err);
static bool schema_holds(const struct asked *asked);

static bool fail(const char *pointer, const char *what, gos_error *err)
{
    return gos_fail(err, GOS_BAD_INPUT, pointer, "%s", what);
}

/* Readers: whether what stands behind a keyword makes sense. */

static bool read_note(const struct json *operand, const char *pointer, gos_error *err)
{
    (void)operand, (void)pointer, (void)err;
    return true;
}

static bool read_schema(const struct json *operand, const char *pointer, gos_error *err)
{
    return schema_read(operand, pointer, err);
}

static bool read_list(const struct json *operand, const char *pointer, gos_error *err)
{
    return (operand->type == JSON_ARRAY && operand->count > 0) ||
           fail(pointer, "a list with at least one element is needed", err);
}

static bool read_schemas(const struct json *operand, const char *pointer, gos_error *err)
{
    if (!read_list(operand, pointer, err))
        return false;
    for (uint32_t i = 0; i < operand->count; i++) {
        char at[GOS_POINTER_BYTES];
        snprintf(at, sizeof at, "%s", pointer);
        json_pointer_add_index(at, i);
        if (!schema_read(&operand->items[i], at, err))
            return false;
    }
    return true;
}

static bool read_schema_map(const struct json *operand, const char *pointer, gos_error *err)
{
    if (operand->type != JSON_OBJECT)
        return fail(pointer, "an object of schemas by name is needed", err);
    for (uint32_t i = 0; i < operand->count; i++) {
        char at[GOS_POINTER_BYTES];
        snprintf(at, sizeof at, "%s", pointer);
        json_pointer_add(at, operand->names[i]);
        if (!schema_read(&operand->items[i], at, err))
            return false;
    }
    return true;
}

static bool read_number(const struct json *operand, const char *pointer, gos_error *err)
{
    return operand->type == JSON_NUMBER || fail(pointer, "a number is needed", err);
}

static bool read_step(const struct json *operand, const char *pointer, gos_error *err)
{
    return (operand->type == JSON_NUMBER && operand->number > 0) ||
           fail(pointer, "a number above 0 is needed", err);
}

static bool read_count(const struct json *operand, const char *pointer, gos_error *err)
{
    int64_t count;
    return (operand->type == JSON_NUMBER && json_is_integer(operand, &count) && count >= 0) ||
           fail(pointer, "a whole number from 0 is needed", err);
}

static bool read_names(const struct json *operand, const char *pointer, gos_error *err)
{
    bool done = operand->type == JSON_ARRAY;
    for (uint32_t i = 0; done && i < operand->count; i++)
        done = operand->items[i].type == JSON_STRING;
    return done || fail(pointer, "a list of texts is needed", err);
}

static bool is_type(const struct json *name, const struct json *value)
{
    static const struct {
        const char *name;
        enum json_type type;
    } types[] = {{"null", JSON_NULL},      {"boolean", JSON_BOOL},  {"number", JSON_NUMBER},
                 {"integer", JSON_NUMBER}, {"string", JSON_STRING}, {"array", JSON_ARRAY},
                 {"object", JSON_OBJECT}};
    for (size_t i = 0; name->type == JSON_STRING && i < sizeof types / sizeof types[0]; i++) {
        if (!gos_str_equal(name->text, gos_str_from(types[i].name)))
            continue;
        return !value || (value->type == types[i].type && (strcmp(types[i].name, "integer") != 0 ||
                                                           floor(value->number) == value->number));
    }
    return false;
}

static bool read_types(const struct json *operand, const char *pointer, gos_error *err)
{
    bool done = is_type(operand, NULL) || (operand->type == JSON_ARRAY && operand->count > 0);
    for (uint32_t i = 0; done && operand->type == JSON_ARRAY && i < operand->count; i++)
        done = is_type(&operand->items[i], NULL);
    return done || fail(pointer,
                        "a type is null, boolean, number, integer, string, array or object, or a "
                        "list of them",
                        err);
}

/* Tests: whether a value fits what stands behind a keyword. */

static bool no(const struct asked *asked, const char *must)
{
    return gos_fail(asked->err, GOS_BAD_INPUT, asked->pointer, "by the schema, the value must %s",
                    must);
}

static bool no_count(const struct asked *asked, const char *must, const struct json *operand,
                     const char *what)
{
    return gos_fail(asked->err, GOS_BAD_INPUT, asked->pointer,
                    "by the schema, the value must %s %.*s%s", must, GOS_ARG(operand->text), what);
}

static bool test_none(const struct asked *asked, const struct json *operand)
{
    (void)asked, (void)operand;
    return true;
}

static bool test_type(const struct asked *asked, const struct json *operand)
{
    bool done = operand->type == JSON_STRING && is_type(operand, asked->value);
    for (uint32_t i = 0; operand->type == JSON_ARRAY && i < operand->count && !done; i++)
        done = is_type(&operand->items[i], asked->value);
    const struct json *first = operand->type == JSON_ARRAY ? &operand->items[0] : operand;
    return done || gos_fail(asked->err, GOS_BAD_INPUT, asked->pointer,
                            "by the schema, the value must be of type %.*s%s; it is %s",
                            GOS_ARG(first->text), operand->count > 1 ? " or another listed" : "",
                            json_type_name(asked->value->type));
}

static bool test_constant(const struct asked *asked, const struct json *operand)
{
    return json_equal(asked->value, operand) || no(asked, "be the constant");
}

static bool test_enumeration(const struct asked *asked, const struct json *operand)
{
    for (uint32_t i = 0; i < operand->count; i++) {
        if (json_equal(asked->value, &operand->items[i]))
            return true;
    }
    return no(asked, "be one of those listed in \"enum\"");
}

static bool is_number(const struct asked *asked)
{
    return asked->value->type == JSON_NUMBER;
}

static bool test_minimum(const struct asked *asked, const struct json *operand)
{
    return !is_number(asked) || asked->value->number >= operand->number ||
           no_count(asked, "be at least", operand, "");
}

static bool test_maximum(const struct asked *asked, const struct json *operand)
{
    return !is_number(asked) || asked->value->number <= operand->number ||
           no_count(asked, "be at most", operand, "");
}

static bool test_exclusive_minimum(const struct asked *asked, const struct json *operand)
{
    return !is_number(asked) || asked->value->number > operand->number ||
           no_count(asked, "be above", operand, "");
}

static bool test_exclusive_maximum(const struct asked *asked, const struct json *operand)
{
    return !is_number(asked) || asked->value->number < operand->number ||
           no_count(asked, "be below", operand, "");
}

static bool test_multiple_of(const struct asked *asked, const struct json *operand)
{
    double quotient = asked->value->number / operand->number;
    return !is_number(asked) || fabs(quotient - round(quotient)) <= STEP_TOLERANCE ||
           no_count(asked, "be a multiple of", operand, "");
}

static bool test_min_items(const struct asked *asked, const struct json *operand)
{
    return asked->value->type != JSON_ARRAY || asked->value->count >= operand->number ||
           no_count(asked, "have at least", operand, " elements");
}

static bool test_max_items(const struct asked *asked, const struct json *operand)
{
    return asked->value->type != JSON_ARRAY || asked->value->count <= operand->number ||
           no_count(asked, "have at most", operand, " elements");
}

static bool test_min_properties(const struct asked *asked, const struct json *operand)
{
    return asked->value->type != JSON_OBJECT || asked->value->count >= operand->number ||
           no_count(asked, "have at least", operand, " members");
}

static bool test_max_properties(const struct asked *asked, const struct json *operand)
{
    return asked->value->type != JSON_OBJECT || asked->value->count <= operand->number ||
           no_count(asked, "have at most", operand, " members");
}

/* In characters, as the standard counts. */
static double length_of(gos_str text)
{
    double length = 0;
    for (size_t i = 0; i < text.len; i++)
        length += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    return length;
}

static bool test_min_length(const struct asked *asked, const struct json *operand)
{
    return asked->value->type != JSON_STRING || length_of(asked->value->text) >= operand->number ||
           no_count(asked, "have at least", operand, " characters");
}

static bool test_max_length(const struct asked *asked, const struct json *operand)
{
    return asked->value->type != JSON_STRING || length_of(asked->value->text) <= operand->number ||
           no_count(asked, "have at most", operand, " characters");
}

static bool test_required(const struct asked *asked, const struct json *operand)
{
    for (uint32_t i = 0; asked->value->type == JSON_OBJECT && i < operand->count; i++) {
        if (!json_find(asked->value, operand->items[i].text))
            return gos_fail(asked->err, GOS_BAD_INPUT, asked->pointer,
                            "by the schema, the value needs the member \"%.*s\"",
                            GOS_ARG(operand->items[i].text));
    }
    return true;
}

/* Asks another schema of the same value, or of a part of it. */
static bool ask(const struct asked *asked, const struct json *schema, const struct json *value,
                const char *pointer, gos_error *err)
{
    struct asked inner = {schema, value, pointer, asked->steps, err};
    return schema_holds(&inner);
}

static bool ask_member(const struct asked *asked, const struct json *schema, uint32_t member)
{
    char at[GOS_POINTER_BYTES];
    snprintf(at, sizeof at, "%s", asked->pointer);
    if (asked->value->type == JSON_OBJECT)
        json_pointer_add(at, asked->value->names[member]);
    else
        json_pointer_add_index(at, member);
    return ask(asked, schema, &asked->value->items[member], at, asked->err);
}

static bool test_items(const struct asked *asked, const struct json *operand)
{
    for (uint32_t i = 0; asked->value->type == JSON_ARRAY && i < asked->value->count; i++) {
        if (!ask_member(asked, operand, i))
            return false;
    }
    return true;
}

static bool test_properties(const struct asked *asked, const struct json *operand)
{
    for (uint32_t i = 0; asked->value->type == JSON_OBJECT && i < asked->value->count; i++) {
        const struct json *schema = json_find(operand, asked->value->names[i]);
        if (schema && !ask_member(asked, schema, i))
            return false;
    }
    return true;
}

static bool test_additional_properties(const struct asked *asked, const struct json *operand)
{
    const struct json *properties = json_find(asked->schema, GOS_LIT("properties"));
    for (uint32_t i = 0; asked->value->type == JSON_OBJECT && i < asked->value->count; i++) {
        if (!json_find(properties, asked->value->names[i]) && !ask_member(asked, operand, i))
            return false;
    }
    return true;
}

static bool test_all_of(const struct asked *asked, const struct json *operand)
{
    for (uint32_t i = 0; i < operand->count; i++) {
        if (!ask(asked, &operand->items[i], asked->value, asked->pointer, asked->err))
            return false;
    }
    return true;
}

/* How many of the schemas fit; UINT32_MAX when the steps ran out. */
static uint32_t count_of(const struct asked *asked, const struct json *operand)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < operand->count; i++) {
        gos_error why;
        if (ask(asked, &operand->items[i], asked->value, asked->pointer, &why))
            count++;
        else if (why.code == GOS_TOO_LARGE) {
            *asked->err = why;
            return UINT32_MAX;
        }
    }
    return count;
}

static bool test_any_of(const struct asked *asked, const struct json *operand)
{
    uint32_t count = count_of(asked, operand);
    return count != UINT32_MAX && (count > 0 || no(asked, "fit one of those in \"anyOf\""));
}

static bool test_one_of(const struct asked *asked, const struct json *operand)
{
    uint32_t count = count_of(asked, operand);
    return count != UINT32_MAX &&
           (count == 1 || no(asked, "fit exactly one of those in \"oneOf\""));
}

static bool test_negation(const struct asked *asked, const struct json *operand)
{
    gos_error why;
    if (ask(asked, operand, asked->value, asked->pointer, &why))
        return no(asked, "not fit what stands in \"not\"");
    if (why.code == GOS_TOO_LARGE)
        *asked->err = why;
    return why.code != GOS_TOO_LARGE;
}

struct keyword {
    const char *name;
    bool (*read)(const struct json *operand, const char *pointer, gos_error *err);
    bool (*test)(const struct asked *asked, const struct json *operand);
};

static const struct keyword keywords[] = {
#define KEYWORD(name, reader, test) {name, read_##reader, test_##test},
#include "model/value_schema.def"
#undef KEYWORD
};

static const struct keyword *keyword_find(gos_str name)
{
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++) {
        if (gos_str_equal(name, gos_str_from(keywords[i].name)))
            return &keywords[i];
    }
    return NULL;
}

static bool schema_read(const struct json *schema, const char *pointer, gos_error *err)
{
    if (schema->type == JSON_BOOL)
        return true;
    if (schema->type != JSON_OBJECT)
        return fail(pointer, "a schema is an object, true or false", err);
    for (uint32_t i = 0; i < schema->count; i++) {
        char at[GOS_POINTER_BYTES];
        const struct keyword *keyword = keyword_find(schema->names[i]);
        snprintf(at, sizeof at, "%s", pointer);
        json_pointer_add(at, schema->names[i]);
        if (!keyword)
            return fail(at,
                        "this keyword of JSON Schema is not known here; docs/definitions.md lists "
                        "those that are",
                        err);
        if (!keyword->read(&schema->items[i], at, err))
            return false;
    }
    return true;
}

static bool schema_holds(const struct asked *asked)
{
    if (++*asked->steps > STEPS_OF_ONE_VALUE_MAX)
        return gos_fail(asked->err, GOS_TOO_LARGE, asked->pointer,
                        "the schema and the value together take more than %d steps",
                        STEPS_OF_ONE_VALUE_MAX);
    if (asked->schema->type == JSON_BOOL)
        return asked->schema->boolean || no(asked, "not be there");
    for (uint32_t i = 0; i < asked->schema->count; i++) {
        const struct keyword *keyword = keyword_find(asked->schema->names[i]);
        if (keyword && !keyword->test(asked, &asked->schema->items[i]))
            return false;
    }
    return true;
}

bool value_schema_check(const struct json *schema, const char *pointer, gos_error *err)
{
    return schema_read(schema, pointer, err);
}

bool value_schema_holds(const struct json *schema, const struct json *value, const char *pointer,
                        gos_error *err)
{
    uint32_t steps = 0;
    struct asked asked = {schema, value, pointer, &steps, err};
    return schema_holds(&asked);
}
