/*
 * Sending what waits, oldest first, in batches. A batch leaves the queue when the server has taken
 * it; what repeats by a retry counts once there. Only what the server calls wrong is given up.
 */
#include "client/client.h"

#include "base/json.h"

#include <stdio.h>

enum { PAUSE_FIRST_MS = 500, PAUSE_MOST_MS = 60000, BATCH_BYTES_MAX = 1 << 20 };

/* Writes the list of one kind among the first `count` items. */
static void list_write(const gos_client *client, uint32_t count, bool exposures,
                       struct json_writer *json)
{
    json_name(json, exposures ? "exposures" : "events");
    json_open_array(json);
    for (uint32_t i = 0; i < count; i++) {
        const struct queue_item *item = queue_at(&client->queue, i);
        if (item->is_exposure == exposures)
            json_raw(json, (gos_str){item->json, item->len});
    }
    json_close_array(json);
}

/* How many of the queue go together. Under the lock. */
static uint32_t batch_count(const gos_client *client)
{
    size_t bytes = 0;
    uint32_t count = 0;
    while (count < client->queue.count && count < client->deliver.batch_max) {
        bytes += queue_at(&client->queue, count)->len;
        if (count > 0 && bytes > BATCH_BYTES_MAX)
            break;
        count++;
    }
    return count;
}

static void send_batch(gos_client *client)
{
    struct deliver *deliver = &client->deliver;
    struct json_writer json;
    struct text text;
    gos_arena_reset(deliver->arena);
    text_init(&text, deliver->arena);
    json_writer_init(&json, &text);
    pthread_mutex_lock(&client->lock);
    deliver->in_flight = batch_count(client);
    json_open_object(&json);
    list_write(client, deliver->in_flight, false, &json);
    list_write(client, deliver->in_flight, true, &json);
    json_close_object(&json);
    pthread_mutex_unlock(&client->lock);
    struct transport_request request = {.lane = LANE_EVENTS,
                                        .path = "/api/v1/events",
                                        .accept = "application/json",
                                        .body = text_str(&text),
                                        .timeout_ms = (long)client->options.timeout_ms};
    deliver->is_sending = text_ok(&text, NULL) && transport_start(client->transport, &request);
    if (!deliver->is_sending)
        deliver->send_at =
            client_steady() + pause_after_failure(&deliver->pause, PAUSE_FIRST_MS, PAUSE_MOST_MS);
}

int64_t deliver_step(gos_client *client, int64_t now)
{
    struct deliver *deliver = &client->deliver;
    if (deliver->is_sending)
        return INT64_MAX;
    pthread_mutex_lock(&client->lock);
    uint32_t count = client->queue.count;
    bool is_hurried = client->done < client->flush_to || count >= deliver->batch_max;
    pthread_mutex_unlock(&client->lock);
    if (count == 0) {
        deliver->waiting_since = -1;
        return INT64_MAX;
    }
    if (deliver->waiting_since < 0)
        deliver->waiting_since = now;
    int64_t at = is_hurried ? now : deliver->waiting_since + client->options.flush_ms;
    if (at < deliver->send_at)
        at = deliver->send_at;
    if (at > now)
        return at;
    send_batch(client);
    return deliver->is_sending ? INT64_MAX : deliver->send_at;
}

/* Items leave the queue from `index` on; `counter` says what became of them. */
static void leave(gos_client *client, uint32_t index, uint32_t count, uint64_t *counter)
{
    pthread_mutex_lock(&client->lock);
    for (uint32_t i = 0; i < count; i++)
        queue_remove(&client->queue, index);
    client->done += count;
    *counter += count;
    pthread_cond_broadcast(&client->news);
    pthread_mutex_unlock(&client->lock);
}

/* The item that "/events/3/name" or "/exposures/0" speaks of; -1: none. */
static int64_t blamed(gos_client *client, gos_str pointer)
{
    int64_t wanted, found = -1;
    gos_str rest = pointer;
    str_cut(&rest, '/');
    bool exposures = gos_str_equal(str_cut(&rest, '/'), GOS_LIT("exposures"));
    if (!str_read_int(str_cut(&rest, '/'), &wanted))
        return -1;
    pthread_mutex_lock(&client->lock);
    for (uint32_t i = 0; i < client->deliver.in_flight && found < 0; i++) {
        if (queue_at(&client->queue, i)->is_exposure == exposures && wanted-- == 0)
            found = i;
    }
    pthread_mutex_unlock(&client->lock);
    return found;
}

static void postpone(gos_client *client, const struct transport_answer *answer)
{
    struct deliver *deliver = &client->deliver;
    int64_t ms = pause_after_failure(&deliver->pause, PAUSE_FIRST_MS, PAUSE_MOST_MS);
    int64_t asked = answer->retry_after_s < 3600 ? answer->retry_after_s * 1000 : 3600000;
    deliver->send_at = client_steady() + (ms > asked ? ms : asked);
    client_say(client, GOS_CLIENT_WARNING, "events wait: %s (HTTP status %d)",
               answer->failure ? answer->failure : "the server does not take them now",
               answer->status);
}

/* One wrong item does not take the others with it. */
static void refused(gos_client *client, const struct transport_answer *answer)
{
    struct deliver *deliver = &client->deliver;
    gos_arena *arena = gos_arena_open((size_t)1 << 20);
    const struct json *json = NULL;
    if (arena)
        json_read(answer->body, arena, &json, NULL);
    int64_t index = blamed(client, json_find_text(json, "pointer"));
    gos_str message = json_find_text(json, "message");
    client_say(client, GOS_CLIENT_WARNING, "the server refuses %s: %d %.*s",
               index < 0 ? "a batch" : "an event", answer->status,
               message.len < 200 ? (int)message.len : 200, message.data ? message.data : "");
    if (index >= 0)
        leave(client, (uint32_t)index, 1, &client->state.refused);
    else if (answer->status == 404)
        postpone(client, answer); /* not gosset, or not yet: nothing is wrong with the events */
    else
        leave(client, 0, deliver->in_flight, &client->state.refused);
    gos_arena_close(arena);
}

static void too_large(gos_client *client, const struct transport_answer *answer)
{
    struct deliver *deliver = &client->deliver;
    if (deliver->in_flight <= 1)
        refused(client, answer);
    else
        deliver->batch_max = deliver->in_flight / 2;
}

/* 401, 403: a key that is refused now may be good again; 408, 429: later. */
static bool is_final(int status)
{
    return status >= 400 && status < 500 && status != 401 && status != 403 && status != 408 &&
           status != 429;
}

void deliver_answered(gos_client *client, const struct transport_answer *answer)
{
    struct deliver *deliver = &client->deliver;
    int status = answer->status;
    deliver->is_sending = false;
    deliver->waiting_since = -1;
    if (status >= 200 && status < 300) {
        leave(client, 0, deliver->in_flight, &client->state.sent);
        deliver->pause.failures = 0;
        deliver->batch_max = client->options.batch_max;
        return;
    }
    client_count_failure(client);
    if (status == 413)
        too_large(client, answer);
    else if (is_final(status))
        refused(client, answer);
    else
        postpone(client, answer);
}
