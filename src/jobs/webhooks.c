/* CloudEvents 1.0 in structured JSON, signed as Standard Webhooks 1.0.0 say. */
#include "jobs/webhooks.h"

#include "base/json.h"
#include "base/secret.h"
#include "base/time.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { DUE_PER_ROUND = 1000, KEY_BYTES = 64 };
#define SENDER_BYTES_MAX ((size_t)256 << 20)

/* Sends the messages of one webhook, one after the other. */
struct sender {
    struct webhooks *webhooks;
    struct uuid webhook;
    bool is_busy;
};

struct webhooks {
    struct webhooks_options options;
    pthread_mutex_t lock; /* of the senders */
    pthread_cond_t done;
    struct sender senders[WEBHOOK_SENDERS_MAX];
};

/* Seconds after the first, second, ... failed attempt; 23 hours in all. */
static const int64_t pauses_s[] = {5, 60, 300, 1800, 7200, 14400, 28800, 28800};
enum { ATTEMPTS_MAX = sizeof pauses_s / sizeof pauses_s[0] + 1 };

static bool is_word(gos_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (!(c >= 'a' && c <= 'z') && c != '_' && c != '-')
            return false;
    }
    return text.len > 0;
}

static bool pattern_split(gos_str text, gos_str *out_kind, gos_str *out_action)
{
    const char *dot = memchr(text.data, '.', text.len);
    if (!dot)
        return false;
    *out_kind = (gos_str){text.data, (size_t)(dot - text.data)};
    *out_action = (gos_str){dot + 1, text.len - out_kind->len - 1};
    return true;
}

bool webhooks_is_pattern(gos_str text)
{
    gos_str kind, action;
    return gos_str_equal(text, GOS_LIT("*")) ||
           (pattern_split(text, &kind, &action) && is_word(kind) &&
            (gos_str_equal(action, GOS_LIT("*")) || is_word(action)));
}

static bool pattern_matches(gos_str pattern, const struct log_entry *entry)
{
    gos_str kind, action;
    if (!pattern_split(pattern, &kind, &action))
        return gos_str_equal(pattern, GOS_LIT("*"));
    return gos_str_equal(kind, entry->kind) &&
           (gos_str_equal(action, GOS_LIT("*")) || gos_str_equal(action, entry->action));
}

static bool wants(const struct webhook *webhook, const struct log_entry *entry, gos_arena *arena)
{
    const struct json *patterns;
    if (!webhook->enabled || !gos_str_equal(webhook->environment, entry->environment) ||
        !json_read(webhook->events, arena, &patterns, NULL))
        return false;
    for (uint32_t i = 0; i < patterns->count; i++) {
        if (pattern_matches(patterns->items[i].text, entry))
            return true;
    }
    return false;
}

static void data_write(struct json_writer *json, const struct log_entry *entry)
{
    char id[UUID_TEXT_BYTES];
    json_name(json, "data");
    json_open_object(json);
    json_put_text(json, "environment", entry->environment);
    json_put_text(json, "kind", entry->kind);
    json_put_text(json, "action", entry->action);
    json_put_text(json, "name", entry->name);
    if (entry->has_id) {
        uuid_write(&entry->id, id);
        json_put_text(json, "id", gos_str_from(id));
    }
    json_put_text(json, "actor", entry->actor);
    json_name(json, "sequence");
    json_int(json, entry->sequence);
    json_close_object(json);
}

static bool delivery_make(struct uuid webhook, const struct log_entry *entry, int64_t now_ms,
                          gos_arena *arena, struct delivery *out, gos_error *err)
{
    struct text text;
    struct json_writer json;
    char id[UUID_TEXT_BYTES], at[TIME_TEXT_BYTES];
    *out = (struct delivery){.id = secret_uuid(now_ms),
                             .webhook = webhook,
                             .created_at = now_ms,
                             .next_at = now_ms,
                             .last_at = TIME_NONE,
                             .status = GOS_LIT("pending")};
    out->type = gos_arena_print(arena, "dev.gosset.%.*s.%.*s", GOS_ARG(entry->kind),
                                GOS_ARG(entry->action));
    uuid_write(&out->id, id);
    text_init(&text, arena);
    json_writer_init(&json, &text);
    json_open_object(&json);
    json_put_text(&json, "specversion", GOS_LIT("1.0"));
    json_put_text(&json, "id", gos_str_from(id));
    json_put_text(&json, "source",
                  gos_arena_print(arena, "/environments/%.*s", GOS_ARG(entry->environment)));
    json_put_text(&json, "type", out->type);
    json_put_text(&json, "subject",
                  gos_arena_print(arena, "%.*s/%.*s", GOS_ARG(entry->kind), GOS_ARG(entry->name)));
    json_put_text(&json, "time", (gos_str){at, time_write(entry->at, at)});
    json_put_text(&json, "datacontenttype", GOS_LIT("application/json"));
    data_write(&json, entry);
    json_close_object(&json);
    out->body = text_str(&text);
    return text_ok(&text, err);
}

/* One page of the log. */
static bool page_tell(const struct webhooks *webhooks, int64_t now_ms, gos_arena *arena,
                      uint32_t *out_count, gos_error *err)
{
    struct log_entry *entries;
    struct webhook *hooks;
    uint32_t hook_count;
    size_t count = 0;
    if (!catalog_read_log(webhooks->options.catalog, arena, &entries, out_count, err))
        return false;
    if (*out_count == 0)
        return true;
    if (!catalog_list_webhooks(webhooks->options.catalog, GOS_LIT(""), arena, &hooks, &hook_count,
                               err))
        return false;
    struct delivery *deliveries =
        gos_arena_array(arena, (size_t)*out_count * hook_count + 1, sizeof *deliveries, err);
    if (!deliveries)
        return false;
    for (uint32_t i = 0; i < *out_count; i++) {
        for (uint32_t j = 0; j < hook_count; j++) {
            if (wants(&hooks[j], &entries[i], arena) &&
                !delivery_make(hooks[j].id, &entries[i], now_ms, arena, &deliveries[count++], err))
                return false;
        }
    }
    return catalog_add_deliveries(webhooks->options.catalog, deliveries, count,
                                  entries[*out_count - 1].sequence, err);
}

/* "webhook-signature: v1,..." over id, time and body. */
static bool signature_make(const struct delivery *delivery, const char *id, int64_t now_s,
                           gos_arena *arena, gos_str *out)
{
    char key[KEY_BYTES], text[SECRET_BASE64_BYTES(SECRET_HASH_BYTES)];
    uint8_t sum[SECRET_HASH_BYTES];
    gos_str secret = delivery->secret;
    size_t prefix = sizeof "whsec_" - 1;
    if (secret.len <= prefix)
        return false;
    long len =
        secret_unbase64((gos_str){secret.data + prefix, secret.len - prefix}, key, sizeof key);
    gos_str message =
        gos_arena_print(arena, "%s.%" PRId64 ".%.*s", id, now_s, GOS_ARG(delivery->body));
    if (len <= 0 || !message.data)
        return false;
    secret_sign_sha256(message, (gos_str){key, (size_t)len}, sum);
    secret_base64(sum, sizeof sum, text);
    *out = gos_arena_print(arena, "webhook-signature: v1,%s", text);
    return out->data != NULL;
}

static bool delivery_send(const struct webhooks *webhooks, const struct delivery *delivery,
                          int64_t now_ms, gos_arena *arena, int *out_status, gos_error *err)
{
    char id[UUID_TEXT_BYTES], id_line[64], time_line[64];
    gos_str signature;
    uuid_write(&delivery->id, id);
    if (!signature_make(delivery, id, now_ms / 1000, arena, &signature))
        return gos_fail(err, GOS_INTERNAL, "", "the message cannot be signed");
    snprintf(id_line, sizeof id_line, "webhook-id: %s", id);
    snprintf(time_line, sizeof time_line, "webhook-timestamp: %" PRId64, now_ms / 1000);
    const char *const headers[] = {"Content-Type: application/cloudevents+json; charset=utf-8",
                                   "User-Agent: gosset/" GOSSET_VERSION,
                                   "Expect:",
                                   id_line,
                                   time_line,
                                   signature.data,
                                   NULL};
    gos_str url = gos_arena_print(arena, "%.*s", GOS_ARG(delivery->url));
    struct webhook_message message = {url.data, headers, delivery->body};
    if (!url.data)
        return gos_fail(err, GOS_TOO_LARGE, "", "the URL does not fit");
    return webhooks->options.post(webhooks->options.post_user, &message, out_status, err);
}

/* What the attempt makes of the delivery: taken, to be tried again later, or given up. */
static bool delivery_try(const struct webhooks *webhooks, struct delivery *delivery, int64_t now_ms,
                         gos_arena *arena, gos_error *err)
{
    int status = 0;
    gos_error why = {0};
    bool sent = delivery_send(webhooks, delivery, now_ms, arena, &status, &why);
    bool taken = sent && status >= 200 && status < 300;
    delivery->last_at = now_ms;
    delivery->http_status = status;
    delivery->error = taken  ? GOS_LIT("")
                      : sent ? gos_arena_print(arena, "it answers with status %d", status)
                             : gos_arena_print(arena, "%s", why.message);
    delivery->attempts++;
    bool ended = taken || delivery->attempts >= ATTEMPTS_MAX;
    delivery->status = taken   ? GOS_LIT("delivered")
                       : ended ? GOS_LIT("failed")
                               : GOS_LIT("pending");
    delivery->next_at = ended ? TIME_NONE : now_ms + pauses_s[delivery->attempts - 1] * 1000;
    return catalog_note_delivery(webhooks->options.catalog, delivery, err);
}

static bool is_of(const struct delivery *delivery, struct uuid webhook)
{
    return memcmp(delivery->webhook.bytes, webhook.bytes, UUID_BYTES) == 0;
}

/* What one webhook is due, until an attempt fails: then it waits, with all that stands behind. */
static void sender_send(const struct sender *sender)
{
    const struct webhooks_options *options = &sender->webhooks->options;
    gos_arena *arena = gos_arena_open(SENDER_BYTES_MAX);
    int64_t now_ms = options->now_ms(options->context);
    struct delivery *due;
    uint32_t count = 0;
    gos_error err;
    if (!arena ||
        !catalog_due_deliveries(options->catalog, now_ms, DUE_PER_ROUND, arena, &due, &count, &err))
        count = 0; /* the next round tries again */
    for (uint32_t i = 0; i < count; i++) {
        if (!is_of(&due[i], sender->webhook))
            continue;
        now_ms = options->now_ms(options->context);
        if (!delivery_try(sender->webhooks, &due[i], now_ms, arena, &err) || due[i].error.len > 0)
            break;
    }
    gos_arena_close(arena);
}

static void *sender_run(void *context)
{
    struct sender *sender = context;
    struct webhooks *webhooks = sender->webhooks;
    sender_send(sender);
    pthread_mutex_lock(&webhooks->lock);
    sender->is_busy = false;
    pthread_cond_broadcast(&webhooks->done);
    pthread_mutex_unlock(&webhooks->lock);
    return NULL;
}

/* A sender for a webhook that has none yet; NULL when it has, or all are busy. */
static struct sender *sender_take(struct webhooks *webhooks, struct uuid webhook)
{
    struct sender *free_one = NULL;
    for (size_t i = 0; i < WEBHOOK_SENDERS_MAX; i++) {
        struct sender *sender = &webhooks->senders[i];
        if (sender->is_busy && memcmp(sender->webhook.bytes, webhook.bytes, UUID_BYTES) == 0)
            return NULL;
        if (!sender->is_busy)
            free_one = sender;
    }
    if (free_one)
        *free_one = (struct sender){webhooks, webhook, true};
    return free_one;
}

static bool sender_start(struct webhooks *webhooks, struct uuid webhook, gos_error *err)
{
    pthread_t thread;
    pthread_mutex_lock(&webhooks->lock);
    struct sender *sender = sender_take(webhooks, webhook);
    bool done = !sender || pthread_create(&thread, NULL, sender_run, sender) == 0;
    if (sender && done)
        pthread_detach(thread);
    else if (sender)
        sender->is_busy = false;
    pthread_mutex_unlock(&webhooks->lock);
    return done || gos_fail(err, GOS_UNAVAILABLE, "", "there is no thread for a webhook");
}

bool webhooks_open(const struct webhooks_options *options, struct webhooks **out, gos_error *err)
{
    struct webhooks *webhooks = calloc(1, sizeof *webhooks);
    if (!webhooks)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for webhooks");
    webhooks->options = *options;
    pthread_mutex_init(&webhooks->lock, NULL);
    pthread_cond_init(&webhooks->done, NULL);
    *out = webhooks;
    return true;
}

static bool any_busy(const struct webhooks *webhooks)
{
    for (size_t i = 0; i < WEBHOOK_SENDERS_MAX; i++) {
        if (webhooks->senders[i].is_busy)
            return true;
    }
    return false;
}

void webhooks_close(struct webhooks *webhooks)
{
    if (!webhooks)
        return;
    pthread_mutex_lock(&webhooks->lock);
    while (any_busy(webhooks))
        pthread_cond_wait(&webhooks->done, &webhooks->lock);
    pthread_mutex_unlock(&webhooks->lock);
    pthread_cond_destroy(&webhooks->done);
    pthread_mutex_destroy(&webhooks->lock);
    free(webhooks);
}

bool webhooks_run(struct webhooks *webhooks, gos_arena *arena, gos_error *err)
{
    int64_t now_ms = webhooks->options.now_ms(webhooks->options.context);
    uint32_t count;
    struct delivery *due;
    do {
        gos_arena_reset(arena);
        if (!page_tell(webhooks, now_ms, arena, &count, err))
            return false;
    } while (count == LOG_PAGE);
    gos_arena_reset(arena);
    if (!catalog_due_deliveries(webhooks->options.catalog, now_ms, DUE_PER_ROUND, arena, &due,
                                &count, err))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!sender_start(webhooks, due[i].webhook, err))
            return false;
    }
    return true;
}

bool webhooks_test(struct catalog *catalog, const struct webhook *webhook, int64_t now_ms,
                   gos_arena *arena, struct delivery *out, gos_error *err)
{
    struct log_entry entry = {.environment = webhook->environment,
                              .at = now_ms,
                              .actor = webhook->created_by,
                              .action = GOS_LIT("test"),
                              .kind = GOS_LIT("webhook"),
                              .name = webhook->name,
                              .id = webhook->id,
                              .has_id = true};
    return delivery_make(webhook->id, &entry, now_ms, arena, out, err) &&
           catalog_add_deliveries(catalog, out, 1, 0, err);
}
