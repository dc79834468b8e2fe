/*
 * As RocksDB keeps a batch, in its log and in memory (write_batch.cc): eight bytes for a sequence
 * number, four for the count of records, little-endian, then the records.
 */
#include "roster/batch.h"

#include <assert.h>

enum { SEQUENCE_BYTES = 8, HEAD_BYTES = SEQUENCE_BYTES + 4 };

static uint32_t batch_count(gos_str batch)
{
    uint32_t count = 0;
    for (int i = HEAD_BYTES; i-- > SEQUENCE_BYTES;)
        count = count << 8 | (unsigned char)batch.data[i];
    return count;
}

gos_str batch_join(gos_str first, gos_str second, gos_arena *arena, gos_error *err)
{
    assert(first.len >= HEAD_BYTES && second.len >= HEAD_BYTES);
    uint32_t count = batch_count(first) + batch_count(second);
    size_t len = first.len + second.len - HEAD_BYTES;
    char *data = arena ? gos_arena_take(arena, len, NULL) : NULL;
    if (!data) {
        gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a batch of %zu bytes", len);
        return (gos_str){NULL, 0};
    }
    memcpy(data, first.data, first.len);
    memcpy(data + first.len, second.data + HEAD_BYTES, second.len - HEAD_BYTES);
    for (int i = SEQUENCE_BYTES; i < HEAD_BYTES; i++)
        data[i] = (char)(count >> (8 * (i - SEQUENCE_BYTES)));
    return (gos_str){data, len};
}
