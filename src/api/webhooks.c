/* /api/v1/webhooks: who is told of changes, and what became of the messages. */
#include "jobs/webhooks.h"

#include "api/change.h"
#include "base/limits.h"
#include "base/secret.h"
#include "base/time.h"
#include "model/record.h"

#include <stdio.h>

enum { SECRET_BYTES = 24, SECRET_TEXT_BYTES = 64 };

static const struct field webhook_fields[] = {
    {"name", FIELD_LINE, FIELD_REQUIRED, 1, NAME_BYTES_MAX, NULL, NULL, NULL},
    {"url", FIELD_LINE, FIELD_REQUIRED, 1, DESCRIPTION_BYTES_MAX, NULL, NULL, NULL},
    {"events", FIELD_LINES, FIELD_FREE, 1, TAGS_MAX, NULL, "[\"*\"]", NULL},
    {"enabled", FIELD_BOOL, FIELD_FREE, 0, 0, NULL, "true", NULL},
};
static const struct record webhook_record = {"a webhook", webhook_fields,
                                             sizeof webhook_fields / sizeof webhook_fields[0]};

static const struct field patch_fields[] = {
    {"name", FIELD_LINE, FIELD_OPTIONAL, 1, NAME_BYTES_MAX, NULL, NULL, NULL},
    {"url", FIELD_LINE, FIELD_OPTIONAL, 1, DESCRIPTION_BYTES_MAX, NULL, NULL, NULL},
    {"events", FIELD_LINES, FIELD_OPTIONAL, 1, TAGS_MAX, NULL, NULL, NULL},
    {"enabled", FIELD_BOOL, FIELD_OPTIONAL, 0, 0, NULL, NULL, NULL},
    {"rotate_secret", FIELD_BOOL, FIELD_OPTIONAL, 0, 0, NULL, NULL, NULL},
};
static const struct record patch_record = {"a change of a webhook", patch_fields,
                                           sizeof patch_fields / sizeof patch_fields[0]};

static void webhook_write(struct json_writer *json, const struct webhook *webhook, gos_str secret)
{
    char id[UUID_TEXT_BYTES];
    uuid_write(&webhook->id, id);
    json_open_object(json);
    api_write_text(json, "id", gos_str_from(id));
    api_write_text(json, "environment", webhook->environment);
    api_write_text(json, "name", webhook->name);
    api_write_text(json, "url", webhook->url);
    json_name(json, "events");
    json_raw(json, webhook->events);
    json_name(json, "enabled");
    json_bool(json, webhook->enabled);
    if (secret.len > 0)
        api_write_text(json, "secret", secret);
    api_write_text(json, "created_by", webhook->created_by);
    api_write_time(json, "created_at", webhook->created_at);
    json_close_object(json);
}

void api_webhooks_list(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct webhook *webhooks;
    uint32_t count;
    struct api_answer answer;
    if (!catalog_list_webhooks(api_of(request)->catalog, api_environment(request), request->arena,
                               &webhooks, &count, &err)) {
        http_fail(request, response, &err);
        return;
    }
    api_write_list_begin(request, &answer);
    for (uint32_t i = 0; i < count; i++)
        webhook_write(&answer.json, &webhooks[i], GOS_LIT(""));
    api_write_list_end(&answer, GOS_LIT(""), count);
    api_write_end(request, response, &answer, 200);
}

static bool url_check(gos_str url, gos_error *err)
{
    bool is_http =
        str_starts_with(url, GOS_LIT("http://")) || str_starts_with(url, GOS_LIT("https://"));
    return (is_http && !memchr(url.data, ' ', url.len)) ||
           gos_fail(err, GOS_BAD_INPUT, "/url",
                    "a URL that begins with https:// or http:// is needed");
}

static bool events_check(const struct json *events, gos_error *err)
{
    for (uint32_t i = 0; i < events->count; i++) {
        char pointer[32];
        snprintf(pointer, sizeof pointer, "/events/%u", (unsigned)i);
        if (!webhooks_is_pattern(events->items[i].text))
            return gos_fail(err, GOS_BAD_INPUT, pointer,
                            "an event is *, KIND.* or KIND.ACTION, such as experiment.start");
    }
    return events->count > 0 ||
           gos_fail(err, GOS_BAD_INPUT, "/events", "at least one event is needed");
}

static bool webhook_read(struct http_request *request, const struct json *body, struct webhook *out,
                         gos_error *err)
{
    struct text text;
    struct json_writer json;
    if (!change_check_body(request, &webhook_record, &body, err))
        return false;
    const struct json *events = json_find(body, GOS_LIT("events"));
    const struct json *enabled = json_find(body, GOS_LIT("enabled"));
    text_init(&text, request->arena);
    json_writer_init(&json, &text);
    json_value(&json, events);
    *out = (struct webhook){.id = secret_uuid(request->now_ms),
                            .environment = api_environment(request),
                            .name = json_find(body, GOS_LIT("name"))->text,
                            .url = json_find(body, GOS_LIT("url"))->text,
                            .events = text_str(&text),
                            .enabled = enabled->boolean,
                            .created_by = api_actor(request),
                            .created_at = request->now_ms};
    return url_check(out->url, err) && events_check(events, err) && text_ok(&text, err);
}

static void secret_make(char out[SECRET_TEXT_BYTES])
{
    uint8_t key[SECRET_BYTES];
    secret_random(key, sizeof key);
    strcpy(out, "whsec_");
    secret_base64(key, sizeof key, out + strlen(out));
}

void api_webhooks_post(struct http_request *request, struct http_response *response)
{
    gos_error err;
    const struct json *body;
    struct webhook webhook;
    struct api_answer answer;
    char secret[SECRET_TEXT_BYTES];
    if (!api_read_body(request, response, false, &body))
        return;
    secret_make(secret);
    bool done = webhook_read(request, body, &webhook, &err);
    webhook.secret = gos_str_from(secret);
    if (!done || !catalog_add_webhook(api_of(request)->catalog, &webhook, &err)) {
        http_fail(request, response, &err);
        return;
    }
    api_write_begin(request, &answer);
    webhook_write(&answer.json, &webhook, webhook.secret);
    http_add(request, response, "Cache-Control", GOS_LIT("no-store"));
    api_write_end(request, response, &answer, 201);
}

/* The webhook of the path, among the environment's. */
static bool webhook_find(struct http_request *request, struct webhook *out, gos_error *err)
{
    struct webhook *all;
    uint32_t count;
    struct uuid id;
    if (!uuid_read(http_param(request, "id"), &id))
        return gos_fail(err, GOS_NOT_FOUND, "", "there is no such webhook");
    if (!catalog_list_webhooks(api_of(request)->catalog, api_environment(request), request->arena,
                               &all, &count, err))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (memcmp(all[i].id.bytes, id.bytes, UUID_BYTES) == 0) {
            *out = all[i];
            return true;
        }
    }
    return gos_fail(err, GOS_NOT_FOUND, "", "there is no such webhook");
}

/* What the body gives, in place of what is stored. */
static bool webhook_patch(struct http_request *request, const struct json *body,
                          struct webhook *webhook, gos_error *err)
{
    struct text text;
    struct json_writer json;
    const struct json *events = json_find(body, GOS_LIT("events"));
    const struct json *enabled = json_find(body, GOS_LIT("enabled"));
    gos_str name = json_find_text(body, "name"), url = json_find_text(body, "url");
    if (events && !events_check(events, err))
        return false;
    if (events) {
        text_init(&text, request->arena);
        json_writer_init(&json, &text);
        json_value(&json, events);
        webhook->events = text_str(&text);
        if (!text_ok(&text, err))
            return false;
    }
    webhook->name = name.len > 0 ? name : webhook->name;
    webhook->url = url.len > 0 ? url : webhook->url;
    webhook->enabled = enabled ? enabled->boolean : webhook->enabled;
    return url_check(webhook->url, err);
}

void api_webhooks_patch(struct http_request *request, struct http_response *response)
{
    gos_error err;
    const struct json *body;
    struct webhook webhook;
    struct api_answer answer;
    char secret[SECRET_TEXT_BYTES] = "";
    if (!api_read_body(request, response, false, &body))
        return;
    bool done = change_check_body(request, &patch_record, &body, &err) &&
                webhook_find(request, &webhook, &err) &&
                webhook_patch(request, body, &webhook, &err);
    const struct json *rotate = done ? json_find(body, GOS_LIT("rotate_secret")) : NULL;
    if (rotate && rotate->boolean) {
        secret_make(secret);
        webhook.secret = gos_str_from(secret);
    }
    if (!done || !catalog_change_webhook(api_of(request)->catalog, &webhook, api_actor(request),
                                         request->now_ms, &err)) {
        http_fail(request, response, &err);
        return;
    }
    api_write_begin(request, &answer);
    webhook_write(&answer.json, &webhook, gos_str_from(secret));
    http_add(request, response, "Cache-Control", GOS_LIT("no-store"));
    api_write_end(request, response, &answer, 200);
}

void api_webhooks_delete(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct webhook webhook;
    if (!webhook_find(request, &webhook, &err) ||
        !catalog_delete_webhook(api_of(request)->catalog, api_environment(request), webhook.id,
                                api_actor(request), request->now_ms, &err)) {
        http_fail(request, response, &err);
        return;
    }
    response->status = 204;
    response->content_type = GOS_LIT("");
}

static void delivery_write(struct json_writer *json, const struct delivery *delivery)
{
    char id[UUID_TEXT_BYTES];
    uuid_write(&delivery->id, id);
    json_open_object(json);
    api_write_text(json, "id", gos_str_from(id));
    api_write_text(json, "type", delivery->type);
    api_write_text(json, "status", delivery->status);
    json_name(json, "attempts");
    json_int(json, delivery->attempts);
    api_write_time(json, "created_at", delivery->created_at);
    api_write_time(json, "last_attempt_at", delivery->last_at);
    api_write_time(json, "next_attempt_at", delivery->next_at);
    json_name(json, "http_status");
    if (delivery->http_status > 0)
        json_int(json, delivery->http_status);
    else
        json_null(json);
    api_write_text(json, "error", delivery->error);
    json_name(json, "event");
    json_raw(json, delivery->body);
    json_close_object(json);
}

void api_webhooks_deliveries(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct webhook webhook;
    struct delivery *deliveries;
    uint32_t count;
    int64_t limit;
    struct api_answer answer;
    if (!webhook_find(request, &webhook, &err) ||
        !http_query_int(request, "limit", 1, PAGE_ITEMS_MAX, PAGE_ITEMS_DEFAULT, &limit, &err) ||
        !catalog_list_deliveries(api_of(request)->catalog, api_environment(request), webhook.id,
                                 (uint32_t)limit, request->arena, &deliveries, &count, &err)) {
        http_fail(request, response, &err);
        return;
    }
    api_write_list_begin(request, &answer);
    for (uint32_t i = 0; i < count; i++)
        delivery_write(&answer.json, &deliveries[i]);
    api_write_list_end(&answer, GOS_LIT(""), count);
    api_write_end(request, response, &answer, 200);
}

void api_webhooks_test(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct webhook webhook;
    struct delivery delivery;
    struct api_answer answer;
    if (!webhook_find(request, &webhook, &err) ||
        !webhooks_test(api_of(request)->catalog, &webhook, request->now_ms, request->arena,
                       &delivery, &err)) {
        http_fail(request, response, &err);
        return;
    }
    api_write_begin(request, &answer);
    delivery_write(&answer.json, &delivery);
    api_write_end(request, response, &answer, 202);
}
