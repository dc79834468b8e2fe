/* A ring of texts. */
#include "client/queue.h"

#include <assert.h>
#include <stdlib.h>

bool queue_init(struct queue *queue, uint32_t capacity, size_t bytes_max, gos_error *err)
{
    *queue = (struct queue){.capacity = capacity, .bytes_max = bytes_max};
    queue->items = calloc(capacity, sizeof *queue->items);
    return queue->items ||
           gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for %u events", capacity);
}

void queue_deinit(struct queue *queue)
{
    while (queue->count > 0)
        queue_remove(queue, 0);
    free(queue->items);
}

static struct queue_item *place(const struct queue *queue, uint32_t index)
{
    return &queue->items[(uint32_t)(((uint64_t)queue->first + index) % queue->capacity)];
}

bool queue_put(struct queue *queue, gos_str json, bool is_exposure)
{
    bool fits = queue->count < queue->capacity && json.len <= queue->bytes_max - queue->bytes;
    char *copy = fits ? malloc(json.len) : NULL;
    if (!copy)
        return false;
    memcpy(copy, json.data, json.len);
    *place(queue, queue->count++) = (struct queue_item){copy, json.len, is_exposure};
    queue->bytes += json.len;
    queue->taken++;
    return true;
}

const struct queue_item *queue_at(const struct queue *queue, uint32_t index)
{
    assert(index < queue->count);
    return place(queue, index);
}

void queue_remove(struct queue *queue, uint32_t index)
{
    assert(index < queue->count);
    struct queue_item gone = *place(queue, index);
    for (; index > 0; index--)
        *place(queue, index) = *place(queue, index - 1);
    queue->first = (queue->first + 1) % queue->capacity;
    queue->count--;
    queue->bytes -= gone.len;
    free(gone.json);
}
