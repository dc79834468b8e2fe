/* An array in an arena of its own; growing moves it to one twice as large. */
#include "ledger/buffer.h"

enum { BYTES_FIRST = 4096 };

bool buffer_reserve(struct buffer *buffer, size_t bytes, gos_error *err)
{
    if (bytes <= buffer->capacity)
        return true;
    size_t capacity = buffer->capacity ? buffer->capacity : BYTES_FIRST;
    while (capacity < bytes)
        capacity *= 2;
    gos_arena *arena = gos_arena_open(capacity + 64);
    void *data = arena ? gos_arena_take(arena, capacity, err) : NULL;
    if (!data) {
        gos_arena_close(arena);
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "the ledger needs %zu bytes more", capacity);
    }
    if (buffer->bytes > 0)
        memcpy(data, buffer->data, buffer->bytes);
    gos_arena_close(buffer->arena);
    buffer->arena = arena;
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

bool buffer_append(struct buffer *buffer, const void *item, size_t bytes, size_t bytes_max,
                   gos_error *err)
{
    if (buffer->bytes + bytes > bytes_max)
        return gos_fail(err, GOS_TOO_LARGE, "", "this needs more than the %zu bytes of its limit",
                        bytes_max);
    if (!buffer_reserve(buffer, buffer->bytes + bytes, err))
        return false;
    memcpy((char *)buffer->data + buffer->bytes, item, bytes);
    buffer->bytes += bytes;
    return true;
}

void buffer_close(struct buffer *buffer)
{
    gos_arena_close(buffer->arena);
    *buffer = (struct buffer){0};
}
