/* POST /api/v1/value-schemas: which values fit a schema, before a flag is saved with them. */
#include "api/api.h"
#include "base/limits.h"
#include "model/value_schema.h"

enum { VALUES_MAX = 1000 };

static bool body_check(const struct json *body, gos_error *err)
{
    const struct json *values = json_find(body, GOS_LIT("values"));
    for (uint32_t i = 0; i < body->count; i++) {
        char pointer[GOS_POINTER_BYTES] = "";
        json_pointer_add(pointer, body->names[i]);
        if (!gos_str_equal(body->names[i], GOS_LIT("schema")) &&
            !gos_str_equal(body->names[i], GOS_LIT("values")))
            return gos_fail(err, GOS_BAD_INPUT, pointer,
                            "\"%.*s\" is not known here; schema and values are",
                            GOS_ARG(body->names[i]));
    }
    if (!json_find(body, GOS_LIT("schema")))
        return gos_fail(err, GOS_BAD_INPUT, "/schema", "\"schema\" is needed");
    if (values && values->type != JSON_OBJECT)
        return gos_fail(err, GOS_BAD_INPUT, "/values", "values is %s; values by name are needed",
                        json_type_name(values->type));
    if (values && values->count > VALUES_MAX)
        return gos_fail(err, GOS_TOO_LARGE, "/values", "%u values; at most %d may be asked for",
                        values->count, VALUES_MAX);
    return true;
}

/* What does not fit: under the name of its value, at the place inside it. */
static void faults_write(struct json_writer *json, const struct json *schema,
                         const struct json *values)
{
    json_name(json, "faults");
    json_open_array(json);
    for (uint32_t i = 0; values && i < values->count; i++) {
        gos_error fault;
        if (value_schema_holds(schema, &values->items[i], "", &fault))
            continue;
        json_open_object(json);
        json_put_text(json, "name", values->names[i]);
        json_put_text(json, "pointer", gos_str_from(fault.pointer));
        json_put_text(json, "message", gos_str_from(fault.message));
        json_close_object(json);
    }
    json_close_array(json);
}

void api_value_schemas_check(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct api_answer answer;
    const struct json *body;
    if (!api_read_body(request, response, false, &body))
        return;
    const struct json *schema = json_find(body, GOS_LIT("schema"));
    const struct json *values = json_find(body, GOS_LIT("values"));
    if (!body_check(body, &err) || !value_schema_check(schema, "/schema", &err)) {
        http_fail(request, response, &err);
        return;
    }
    api_write_begin(request, &answer);
    json_open_object(&answer.json);
    json_put_int(&answer.json, "values", values ? values->count : 0);
    faults_write(&answer.json, schema, values);
    json_close_object(&answer.json);
    api_write_end(request, response, &answer, 200);
}
