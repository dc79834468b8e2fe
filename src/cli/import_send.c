/*
 * A batch is repeated while the server has no room or does not answer: ids make that harmless. A
 * refusal that points at one item takes it out; any other ends the import, and so does an
 * experiment that is not there, or too many refusals: the next rows would fare no better.
 */
#include "cli/import_send.h"

#include "http/client.h"

#include <stdio.h>
#include <time.h>

enum {
    CALL_TIMEOUT_MS = 120000,
    TRIES_MAX = 60,
    REJECTS_SHOWN = 20,
    REASON_SHOWN = 160,
    REFUSED_MAX = 1000
};
#define BATCH_BYTES ((size_t)512 << 20)

bool import_sender_open(struct import_sender *sender, gos_error *err)
{
    struct http_client_options options = {.base_url = sender->remote->url,
                                          .key = sender->remote->key,
                                          .timeout_ms = CALL_TIMEOUT_MS,
                                          .body_bytes_max = REMOTE_BYTES_MAX};
    sender->arena = gos_arena_open(BATCH_BYTES);
    if (!sender->arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a batch");
    progress_start(&sender->progress, sender->list, 0);
    return http_client_open(&options, &sender->client, err);
}

void import_sender_close(struct import_sender *sender)
{
    if (sender->arena)
        progress_end(&sender->progress);
    http_client_close(sender->client);
    gos_arena_close(sender->arena);
}

static void put_cell(FILE *file, gos_str text)
{
    fputc('"', file);
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '"')
            fputc('"', file);
        fputc(text.data[i], file);
    }
    fputc('"', file);
}

void import_reject(struct import_sender *sender, const char *place, uint64_t number, gos_str reason)
{
    gos_str rest = reason, first = str_cut(&rest, '\n');
    if (sender->rejected++ < REJECTS_SHOWN)
        fprintf(stderr, "%s %" PRIu64 " is left out: %.*s\n", place, number,
                (int)(first.len < REASON_SHOWN ? first.len : REASON_SHOWN), first.data);
    if (!sender->aside)
        return;
    fprintf(sender->aside, "%s,%" PRIu64 ",", place, number);
    put_cell(sender->aside, first);
    fputc('\n', sender->aside);
}

static gos_str body_write(struct import_sender *sender, gos_error *err)
{
    struct text text;
    bool first = true;
    text_init(&text, sender->arena);
    text_print(&text, "{\"%s\":[", sender->list);
    for (uint32_t i = 0; i < sender->count; i++) {
        if (!sender->items[i].data)
            continue;
        if (!first)
            text_add_char(&text, ',');
        text_add(&text, sender->items[i]);
        first = false;
    }
    text_add(&text, GOS_LIT("]}"));
    return text_ok(&text, err) ? text_str(&text) : (gos_str){0};
}

/* Which of the items a pointer such as "/events/12/name" names; -1: none. */
static int64_t item_at(const struct import_sender *sender, const char *pointer)
{
    int64_t index;
    gos_str rest = gos_str_from(pointer);
    str_cut(&rest, '/');
    if (!gos_str_equal(str_cut(&rest, '/'), gos_str_from(sender->list)) ||
        !str_read_int(str_cut(&rest, '/'), &index))
        return -1;
    for (uint32_t i = 0; i < sender->count; i++) {
        if (sender->items[i].data && index-- == 0)
            return i;
    }
    return -1;
}

static bool should_wait(const gos_error *err, int tries)
{
    struct timespec second = {1, 0};
    if ((err->code != GOS_OVERLOADED && err->code != GOS_UNAVAILABLE) || tries >= TRIES_MAX)
        return false;
    nanosleep(&second, NULL);
    return true;
}

static uint64_t count_at(const struct json *answer, const char *name)
{
    const struct json *value = json_find(answer, gos_str_from(name));
    return value && value->type == JSON_NUMBER ? (uint64_t)value->number : 0;
}

static bool body_send(struct import_sender *sender, gos_error *err)
{
    const struct json *answer;
    gos_str text, body = body_write(sender, err);
    if (!body.data)
        return false;
    for (int tries = 0;; tries++) {
        if (http_client_ask(sender->client, "POST", "/api/v1/events", body, sender->arena, &text,
                            err))
            break;
        if (!should_wait(err, tries))
            return false;
    }
    if (!json_read(text, sender->arena, &answer, err))
        return false;
    sender->accepted += count_at(answer, "accepted");
    sender->known += count_at(answer, "duplicates");
    return true;
}

bool import_flush(struct import_sender *sender, gos_error *err)
{
    uint32_t left = sender->count;
    while (!sender->dry_run && left > 0 && !body_send(sender, err)) {
        int64_t bad = err->code == GOS_NOT_FOUND ? -1 : item_at(sender, err->pointer);
        if (bad < 0 || sender->refused++ == REFUSED_MAX)
            return false;
        import_reject(sender, "row", sender->rows[bad], gos_str_from(err->message));
        sender->items[bad].data = NULL;
        left--;
    }
    sender->sent += left;
    sender->count = 0;
    progress_step(&sender->progress, sender->sent);
    gos_arena_reset(sender->arena);
    return true;
}

bool import_send(struct import_sender *sender, uint64_t row, gos_str item, gos_error *err)
{
    sender->items[sender->count] = item;
    sender->rows[sender->count++] = row;
    return sender->count < IMPORT_BATCH || import_flush(sender, err);
}
