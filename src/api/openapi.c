/* /api/openapi.json: OpenAPI 3.1, generated from the table of routes and the field tables. */
#include "api/api.h"
#include "model/records.h"

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>

enum { DESCRIPTION_ARENA_BYTES = 4 << 20 };

static void text_member(struct json_writer *json, const char *name, const char *value)
{
    json_name(json, name);
    json_text(json, gos_str_from(value));
}

static void schema_ref(struct json_writer *json, const char *schema)
{
    char ref[96];
    snprintf(ref, sizeof ref, "#/components/schemas/%s", schema);
    json_open_object(json);
    text_member(json, "$ref", ref);
    json_close_object(json);
}

static void body_schema(struct json_writer *json, const char *schema)
{
    json_name(json, "content");
    json_open_object(json);
    json_name(json, "application/json");
    json_open_object(json);
    json_name(json, "schema");
    schema_ref(json, schema);
    json_close_object(json);
    json_close_object(json);
}

/* The parameters of the path: {name} or {name...}. */
static void route_parameters(struct json_writer *json, const char *pattern)
{
    json_name(json, "parameters");
    json_open_array(json);
    for (const char *open = strchr(pattern, '{'); open; open = strchr(open + 1, '{')) {
        size_t len = strcspn(open + 1, ".}");
        json_open_object(json);
        json_name(json, "name");
        json_text(json, (gos_str){open + 1, len});
        text_member(json, "in", "path");
        json_name(json, "required");
        json_bool(json, true);
        json_name(json, "schema");
        json_open_object(json);
        text_member(json, "type", "string");
        json_close_object(json);
        json_close_object(json);
    }
    json_close_array(json);
}

static void route_responses(struct json_writer *json, const struct http_route *route)
{
    json_name(json, "responses");
    json_open_object(json);
    json_name(json, "2XX");
    json_open_object(json);
    text_member(json, "description", "Done");
    if (route->gives)
        body_schema(json, route->gives);
    json_close_object(json);
    json_name(json, "default");
    json_open_object(json);
    text_member(json, "description", "What went wrong, and where");
    body_schema(json, "Error");
    json_close_object(json);
    json_close_object(json);
}

static void route_write(struct json_writer *json, const struct http_route *route)
{
    char method[16] = {0};
    for (size_t i = 0; route->method[i] && i + 1 < sizeof method; i++)
        method[i] = (char)tolower((unsigned char)route->method[i]);
    json_name(json, method);
    json_open_object(json);
    text_member(json, "summary", route->summary ? route->summary : "");
    json_name(json, "tags");
    json_open_array(json);
    json_text(json, gos_str_from(route->tag ? route->tag : "Other"));
    json_close_array(json);
    route_parameters(json, route->pattern);
    if (route->takes) {
        json_name(json, "requestBody");
        json_open_object(json);
        body_schema(json, route->takes);
        json_close_object(json);
    }
    text_member(json, "x-scope", scope_word(door_scope((enum door)route->scope)));
    text_member(json, "x-role", role_word(door_role((enum door)route->scope)));
    json_name(json, "security");
    json_open_array(json);
    json_open_object(json);
    if (route->scope != DOOR_NONE) {
        json_name(json, "key");
        json_open_array(json);
        json_close_array(json);
    }
    json_close_object(json);
    json_close_array(json);
    route_responses(json, route);
    json_close_object(json);
}

/* {name...} is {name} in OpenAPI's words. */
static void pattern_name(struct json_writer *json, const char *pattern)
{
    char path[160];
    size_t len = 0;
    for (const char *c = pattern; *c && len + 1 < sizeof path; c++) {
        if (*c != '.' || strncmp(c, "...}", 4) != 0)
            path[len++] = *c;
        else
            c += 2;
    }
    json_name_str(json, (gos_str){path, len});
}

static void paths_write(struct json_writer *json)
{
    size_t count;
    const struct http_route *routes = api_routes(&count);
    json_name(json, "paths");
    json_open_object(json);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(routes[i].pattern, routes[i - 1].pattern) != 0) {
            pattern_name(json, routes[i].pattern);
            json_open_object(json);
        }
        route_write(json, &routes[i]);
        if (i + 1 == count || strcmp(routes[i].pattern, routes[i + 1].pattern) != 0)
            json_close_object(json);
    }
    json_close_object(json);
}

static const char *const json_types[FIELD_TYPE_COUNT] = {
    [FIELD_BOOL] = "boolean",  [FIELD_INTEGER] = "integer", [FIELD_NUMBER] = "number",
    [FIELD_LINE] = "string",   [FIELD_TEXT] = "string",     [FIELD_KEY] = "string",
    [FIELD_WORD] = "string",   [FIELD_TIME] = "string",     [FIELD_UUID] = "string",
    [FIELD_OBJECT] = "object", [FIELD_RECORD] = "object",   [FIELD_LINES] = "array",
    [FIELD_LIST] = "array",    [FIELD_RECORDS] = "array",   [FIELD_NUMBERS] = "object",
    [FIELD_NAMED] = "object",  [FIELD_NAMES] = "object",
};

static void field_words(struct json_writer *json, const struct field *field)
{
    json_name(json, "enum");
    json_open_array(json);
    gos_str rest = gos_str_from(field->words);
    while (rest.len > 0)
        json_text(json, str_cut(&rest, '|'));
    json_close_array(json);
}

static void field_type(struct json_writer *json, const struct field *field)
{
    if (!json_types[field->type])
        return;
    json_name(json, "type");
    if (field->rules & FIELD_NULLABLE) {
        json_open_array(json);
        json_text(json, gos_str_from(json_types[field->type]));
        json_text(json, GOS_LIT("null"));
        json_close_array(json);
    } else {
        json_text(json, gos_str_from(json_types[field->type]));
    }
}

static void type_write(struct json_writer *json, const char *name, const char *type)
{
    json_name(json, name);
    json_open_object(json);
    text_member(json, "type", type);
    json_close_object(json);
}

static void record_write(struct json_writer *json, const char *name, const struct record *record);

/* What stands inside a list or a map. Tables name tables only downwards, so this ends. */
static void field_inside(struct json_writer *json, const struct field *field)
{
    switch (field->type) {
    case FIELD_RECORDS:
        record_write(json, "items", field->of);
        break;
    case FIELD_NAMED:
        record_write(json, "additionalProperties", field->of);
        break;
    case FIELD_LINES:
        type_write(json, "items", "string");
        break;
    case FIELD_NUMBERS:
        type_write(json, "additionalProperties", "number");
        break;
    case FIELD_NAMES:
        type_write(json, "additionalProperties", "string");
        break;
    default:
        break;
    }
}

static void record_members(struct json_writer *json, const struct record *record);

static void field_write(struct json_writer *json, const struct field *field)
{
    json_name(json, field->name);
    json_open_object(json);
    field_type(json, field);
    field_inside(json, field);
    if (field->type == FIELD_RECORD)
        record_members(json, field->of);
    if (field->type == FIELD_WORD)
        field_words(json, field);
    if (field->type == FIELD_TIME)
        text_member(json, "format", "date-time");
    if (field->type == FIELD_UUID)
        text_member(json, "format", "uuid");
    if (field->rules & (FIELD_GIVEN | FIELD_SHOWN)) {
        json_name(json, "readOnly");
        json_bool(json, true);
    }
    if (field->fallback) {
        json_name(json, "default");
        json_raw(json, gos_str_from(field->fallback));
    }
    json_close_object(json);
}

static void record_members(struct json_writer *json, const struct record *record)
{
    json_name(json, "properties");
    json_open_object(json);
    for (size_t i = 0; i < record->field_count; i++)
        field_write(json, &record->fields[i]);
    json_close_object(json);
    json_name(json, "required");
    json_open_array(json);
    for (size_t i = 0; i < record->field_count; i++) {
        if (record->fields[i].rules & FIELD_REQUIRED)
            json_text(json, gos_str_from(record->fields[i].name));
    }
    json_close_array(json);
}

static void record_write(struct json_writer *json, const char *name, const struct record *record)
{
    json_name(json, name);
    json_open_object(json);
    text_member(json, "type", "object");
    record_members(json, record);
    json_close_object(json);
}

/* Schemas that no field table holds. */
static const struct {
    const char *name;
    const char *json;
} other_schemas[] = {
#define SCHEMA(name, json) {name, json},
#include "api/schemas.def"
#undef SCHEMA
};

static void schemas_write(struct json_writer *json)
{
    json_name(json, "schemas");
    json_open_object(json);
    record_write(json, "Experiment", &record_experiment);
    record_write(json, "ExperimentMetric", &record_metric);
    record_write(json, "FeatureFlag", &record_flag);
    record_write(json, "Holdout", &record_holdout);
    record_write(json, "Layer", &record_layer);
    record_write(json, "SegmentDefinition", &record_segment);
    for (size_t i = 0; i < sizeof other_schemas / sizeof other_schemas[0]; i++) {
        json_name(json, other_schemas[i].name);
        json_raw(json, gos_str_from(other_schemas[i].json));
    }
    json_close_object(json);
}

static void description_write(struct json_writer *json)
{
    json_open_object(json);
    text_member(json, "openapi", "3.1.0");
    json_name(json, "info");
    json_open_object(json);
    text_member(json, "title", "gosset");
    text_member(json, "version", GOSSET_VERSION);
    json_close_object(json);
    paths_write(json);
    json_name(json, "components");
    json_open_object(json);
    schemas_write(json);
    json_name(json, "securitySchemes");
    json_raw(json, GOS_LIT("{\"key\":{\"type\":\"http\",\"scheme\":\"bearer\"},"
                           "\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\","
                           "\"name\":\"gosset_session\"}}"));
    json_close_object(json);
    json_close_object(json);
}

/* Written once: it says what this build can do. Empty when there was no memory for it. */
static pthread_once_t description_once = PTHREAD_ONCE_INIT;
static gos_arena *description_arena;
static gos_str description;

static void description_make(void)
{
    struct text text;
    struct json_writer json;
    gos_error err;
    description_arena = gos_arena_open(DESCRIPTION_ARENA_BYTES);
    if (!description_arena)
        return;
    text_init(&text, description_arena);
    json_writer_init(&json, &text);
    description_write(&json);
    if (text_ok(&text, &err))
        description = text_str(&text);
}

void api_openapi(struct http_request *request, struct http_response *response)
{
    gos_error err;
    pthread_once(&description_once, description_make);
    if (description.len > 0) {
        api_reply_json(request, response, 200, description);
        return;
    }
    gos_fail(&err, GOS_OUT_OF_MEMORY, "", "no memory for the description");
    http_fail(request, response, &err);
}
