/* Events and exposures that wait to be sent, oldest first. Not locked. */
#ifndef CLIENT_QUEUE_H
#define CLIENT_QUEUE_H

#include "gosset/base.h"

struct queue_item {
    char *json;
    size_t len;
    bool is_exposure;
};

struct queue {
    struct queue_item *items; /* a ring */
    uint32_t capacity;
    uint32_t first;
    uint32_t count;
    size_t bytes;
    size_t bytes_max;
    uint64_t taken; /* ever put in */
};

bool queue_init(struct queue *queue, uint32_t capacity, size_t bytes_max, gos_error *err);
void queue_deinit(struct queue *queue);
/* Copies the text. False when there is no room. */
bool queue_put(struct queue *queue, gos_str json, bool is_exposure);
const struct queue_item *queue_at(const struct queue *queue, uint32_t index);
/* Takes one out, wherever it stands; fastest at the front. */
void queue_remove(struct queue *queue, uint32_t index);

#endif
