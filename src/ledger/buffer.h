/* An array that grows, for what is too large or too long-lived for one arena. */
#ifndef LEDGER_BUFFER_H
#define LEDGER_BUFFER_H

#include "gosset/base.h"

struct buffer {
    gos_arena *arena;
    void *data;
    size_t bytes;    /* in use */
    size_t capacity; /* behind `bytes` all is zero */
};

/* Room for at least `bytes` in all; `data` may move. OUT_OF_MEMORY. */
bool buffer_reserve(struct buffer *buffer, size_t bytes, gos_error *err);
/* Appends `bytes` from `item`; keeps the sum of all within `bytes_max`. */
bool buffer_append(struct buffer *buffer, const void *item, size_t bytes, size_t bytes_max,
                   gos_error *err);
void buffer_close(struct buffer *buffer);

#endif
