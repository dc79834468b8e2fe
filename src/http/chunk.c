/* A body in chunks: one state a byte, except inside the chunks themselves. */
#include "http/chunk.h"

/* More than any body we take, and far from overflow. */
static const uint64_t SIZE_MAX_BYTES = UINT64_C(1) << 40;

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static bool size_step(struct chunk_reader *reader, char c)
{
    int digit = hex_value(c);
    if (digit >= 0) {
        reader->size = reader->size * 16 + (uint64_t)digit;
        reader->state = CHUNK_SIZE;
        return reader->size <= SIZE_MAX_BYTES;
    }
    if (reader->state == CHUNK_SIZE_FIRST)
        return false;
    reader->state = c == ';' ? CHUNK_EXTENSION : CHUNK_SIZE_LF;
    return c == ';' || c == '\r';
}

static bool extension_step(struct chunk_reader *reader, char c)
{
    if (c == '\r') {
        reader->state = CHUNK_SIZE_LF;
        return true;
    }
    return (unsigned char)c >= ' ' || c == '\t';
}

/* The one byte that must come next, and the state behind it. */
static bool expect_step(struct chunk_reader *reader, char c)
{
    switch (reader->state) {
    case CHUNK_SIZE_LF:
        reader->state = reader->size > 0 ? CHUNK_BYTES : CHUNK_END_CR;
        return c == '\n';
    case CHUNK_BYTES_CR:
        reader->state = CHUNK_BYTES_LF;
        return c == '\r';
    case CHUNK_BYTES_LF:
        reader->state = CHUNK_SIZE_FIRST;
        return c == '\n';
    case CHUNK_END_CR:
        reader->state = CHUNK_END_LF;
        return c == '\r';
    default:
        return c == '\n';
    }
}

static bool frame_step(struct chunk_reader *reader, char c)
{
    reader->overhead++;
    switch (reader->state) {
    case CHUNK_SIZE_FIRST:
    case CHUNK_SIZE:
        return size_step(reader, c);
    case CHUNK_EXTENSION:
        return extension_step(reader, c);
    default:
        return expect_step(reader, c);
    }
}

static gos_str bytes_cut(struct chunk_reader *reader, gos_str *input)
{
    size_t len = input->len < reader->size ? input->len : (size_t)reader->size;
    gos_str piece = {input->data, len};
    *input = (gos_str){input->data + len, input->len - len};
    reader->size -= len;
    if (reader->size == 0)
        reader->state = CHUNK_BYTES_CR;
    return piece;
}

enum chunk_found chunk_read(struct chunk_reader *reader, gos_str *input, gos_str *out)
{
    while (input->len > 0) {
        if (reader->state == CHUNK_BYTES) {
            *out = bytes_cut(reader, input);
            return CHUNK_DATA;
        }
        bool was_last = reader->state == CHUNK_END_LF;
        if (!frame_step(reader, input->data[0]))
            return CHUNK_BAD;
        *input = (gos_str){input->data + 1, input->len - 1};
        if (was_last)
            return CHUNK_END;
    }
    return CHUNK_MORE;
}
