/*
 * API keys and environments. A key rules its own environment only; keys of other environments, and
 * environments, are made by the administrators of the first one, production.
 */
#include "api/change.h"
#include "base/limits.h"
#include "base/secret.h"
#include "base/time.h"
#include "jobs/publisher.h"
#include "model/record.h"

static void text_member(struct json_writer *json, const char *name, gos_str value)
{
    json_name(json, name);
    json_text(json, value);
}

/* `secret` is shown by the answer that makes the key, and never again. */
static void key_write(struct json_writer *json, const struct api_key *key, gos_str secret)
{
    char id[UUID_TEXT_BYTES];
    uuid_write(&key->id, id);
    json_open_object(json);
    text_member(json, "id", gos_str_from(id));
    text_member(json, "environment", key->environment);
    text_member(json, "name", key->name);
    text_member(json, "scope", key->scope);
    if (secret.len > 0)
        text_member(json, "key", secret);
    else
        text_member(json, "prefix", key->prefix);
    json_name(json, "origins");
    if (key->origins.len > 0)
        json_raw(json, key->origins);
    else
        json_null(json);
    text_member(json, "created_by", key->created_by);
    api_write_time(json, "created_at", key->created_at);
    api_write_time(json, "last_used_at", key->last_used_at);
    api_write_time(json, "revoked_at", key->revoked_at);
    json_close_object(json);
}

void api_keys_list(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct api_key *keys;
    uint32_t count;
    struct api_answer answer;
    gos_str environment = http_query(request, "environment");
    if (!environment.data)
        environment = api_environment(request);
    if (!change_check_home(request, environment, &err) ||
        !catalog_list_keys(api_of(request)->catalog, environment, request->arena, &keys, &count,
                           &err)) {
        http_fail(request, response, &err);
        return;
    }
    api_write_list_begin(request, &answer);
    for (uint32_t i = 0; i < count; i++)
        key_write(&answer.json, &keys[i], GOS_LIT(""));
    api_write_list_end(&answer, GOS_LIT(""), count);
    api_write_end(request, response, &answer, 200);
}

static const struct field key_fields[] = {
    {"name", FIELD_LINE, FIELD_REQUIRED, 1, NAME_BYTES_MAX, NULL, NULL, NULL},
    {"scope", FIELD_WORD, FIELD_REQUIRED, 0, 0, "admin|server|client", NULL, NULL},
    {"environment", FIELD_KEY, FIELD_FREE, 1, KEY_BYTES_MAX, NULL, NULL, NULL},
    {"origins", FIELD_LINES, FIELD_NULLABLE, 0, TAGS_MAX, NULL, NULL, NULL},
};
static const struct record key_record = {"a key", key_fields,
                                         sizeof key_fields / sizeof key_fields[0]};

static gos_str member_text(const struct json *body, const char *name, gos_str otherwise)
{
    const struct json *value = json_find(body, gos_str_from(name));
    return value && value->type == JSON_STRING ? value->text : otherwise;
}

static gos_str origins_json(gos_arena *arena, const struct json *origins)
{
    struct json_writer writer;
    struct text text;
    if (!origins || origins->type != JSON_ARRAY || origins->count == 0)
        return GOS_LIT("");
    text_init(&text, arena);
    json_writer_init(&writer, &text);
    json_value(&writer, origins);
    return text_str(&text);
}

void api_keys_post(struct http_request *request, struct http_response *response)
{
    gos_error err;
    const struct json *body;
    char secret[KEY_TEXT_BYTES];
    struct api_answer answer;
    if (!api_read_body(request, response, false, &body))
        return;
    if (!change_check_body(request, &key_record, &body, &err)) {
        http_fail(request, response, &err);
        return;
    }
    struct api_key key = {
        .id = secret_uuid(request->now_ms),
        .environment = member_text(body, "environment", api_environment(request)),
        .name = member_text(body, "name", GOS_LIT("")),
        .scope = member_text(body, "scope", GOS_LIT("")),
        .origins = origins_json(request->arena, json_find(body, GOS_LIT("origins"))),
        .created_by = api_actor(request),
        .created_at = request->now_ms,
        .last_used_at = TIME_NONE,
        .revoked_at = TIME_NONE,
    };
    if (!change_check_home(request, key.environment, &err) ||
        !keyring_add(api_of(request)->keyring, &key, GOS_LIT(""), secret, &err)) {
        http_fail(request, response, &err);
        return;
    }
    api_write_begin(request, &answer);
    key_write(&answer.json, &key, gos_str_from(secret));
    http_add(request, response, "Cache-Control", GOS_LIT("no-store"));
    api_write_end(request, response, &answer, 201);
}

/* The environment of the key to revoke: the caller's, or any that is named by one from home. */
void api_keys_delete(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct uuid id;
    gos_str environment = http_query(request, "environment");
    if (!environment.data)
        environment = api_environment(request);
    bool done = uuid_read(http_param(request, "id"), &id) ||
                gos_fail(&err, GOS_NOT_FOUND, "", "there is no such key");
    done = done && change_check_home(request, environment, &err) &&
           catalog_revoke_key(api_of(request)->catalog, environment, id, api_actor(request),
                              request->now_ms, &err) &&
           keyring_load(api_of(request)->keyring, &err);
    if (!done) {
        http_fail(request, response, &err);
        return;
    }
    response->status = 204;
    response->content_type = GOS_LIT("");
}

void api_environments_list(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct environment *environments;
    uint32_t count;
    struct api_answer answer;
    if (!catalog_list_environments(api_of(request)->catalog, request->arena, &environments, &count,
                                   &err)) {
        http_fail(request, response, &err);
        return;
    }
    api_write_list_begin(request, &answer);
    for (uint32_t i = 0; i < count; i++) {
        json_open_object(&answer.json);
        text_member(&answer.json, "name", environments[i].name);
        api_write_time(&answer.json, "created_at", environments[i].created_at);
        json_name(&answer.json, "requires_approval");
        json_bool(&answer.json, environments[i].requires_approval);
        json_name(&answer.json, "is_yours");
        json_bool(&answer.json, gos_str_equal(environments[i].name, api_environment(request)));
        json_close_object(&answer.json);
    }
    api_write_list_end(&answer, GOS_LIT(""), count);
    api_write_end(request, response, &answer, 200);
}

static const struct field environment_fields[] = {
    {"name", FIELD_KEY, FIELD_REQUIRED, 1, KEY_BYTES_MAX, NULL, NULL, NULL},
};
static const struct record environment_record = {"an environment", environment_fields, 1};

void api_environments_post(struct http_request *request, struct http_response *response)
{
    gos_error err;
    const struct json *body;
    struct api_answer answer;
    if (!api_read_body(request, response, false, &body))
        return;
    bool done = change_check_body(request, &environment_record, &body, &err);
    gos_str name = done ? member_text(body, "name", GOS_LIT("")) : GOS_LIT("");
    if (!done || !change_check_home(request, name, &err) ||
        !catalog_add_environment(api_of(request)->catalog, name, api_actor(request),
                                 request->now_ms, &err) ||
        !publisher_publish(api_of(request)->publisher, name, &err)) {
        http_fail(request, response, &err);
        return;
    }
    api_write_begin(request, &answer);
    json_open_object(&answer.json);
    text_member(&answer.json, "name", name);
    api_write_time(&answer.json, "created_at", request->now_ms);
    json_close_object(&answer.json);
    api_write_end(request, response, &answer, 201);
}
