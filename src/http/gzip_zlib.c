/* Content codings, by zlib. */
#include "http/gzip.h"

#include "base/text.h"

#include <zlib.h>

enum {
    STEP_BYTES = 16 << 10,
    WINDOW_BITS_LEAST = 9,
    WINDOW_BITS_MOST = 15,
    GZIP_WINDOW = 16, /* added to the bits: gzip instead of zlib */
    LEVEL_FAST = 1,
    MEMORY_LEVEL = 8,
};

static void *take(void *arena, unsigned count, unsigned size)
{
    return gos_arena_array(arena, count, size, NULL);
}

static void leave(void *arena, void *piece)
{
    (void)arena;
    (void)piece;
}

/* One step into `out`; Z_OK while there is more. */
static int inflate_step(z_stream *stream, struct text *out)
{
    char *space = text_reserve(out, STEP_BYTES);
    if (!space)
        return Z_MEM_ERROR;
    stream->next_out = (Bytef *)space;
    stream->avail_out = STEP_BYTES;
    int status = inflate(stream, Z_NO_FLUSH);
    out->len += STEP_BYTES - stream->avail_out;
    return status;
}

static bool inflate_all(z_stream *stream, size_t bytes_max, struct text *out, gos_error *err)
{
    int status = Z_OK;
    while (status == Z_OK && out->len <= bytes_max)
        status = inflate_step(stream, out);
    if (out->len > bytes_max || status == Z_MEM_ERROR)
        return gos_fail(err, GOS_TOO_LARGE, "", "the body is larger than %zu bytes when unpacked",
                        bytes_max);
    if (status != Z_STREAM_END || stream->avail_in > 0)
        return gos_fail(err, GOS_BAD_INPUT, "", "the body is not what Content-Encoding says");
    return true;
}

/* Raw deflate has no head; the two bytes of a zlib head are a multiple of 31 (RFC 1950). */
static int window_bits(gos_str packed, bool is_gzip)
{
    if (is_gzip)
        return WINDOW_BITS_MOST + GZIP_WINDOW;
    if (packed.len < 2)
        return WINDOW_BITS_MOST;
    unsigned first = (unsigned char)packed.data[0];
    unsigned second = (unsigned char)packed.data[1];
    return (first & 15) == 8 && (first * 256 + second) % 31 == 0 ? WINDOW_BITS_MOST
                                                                 : -WINDOW_BITS_MOST;
}

bool gzip_inflate(gos_str packed, bool is_gzip, size_t bytes_max, gos_arena *arena, gos_str *out,
                  gos_error *err)
{
    z_stream stream = {.zalloc = take, .zfree = leave, .opaque = arena};
    stream.next_in = (z_const Bytef *)packed.data;
    stream.avail_in = (uInt)packed.len;
    if (packed.len > UINT32_MAX || inflateInit2(&stream, window_bits(packed, is_gzip)) != Z_OK)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "there is no memory to unpack the body");
    struct text text;
    text_init(&text, arena);
    bool done = inflate_all(&stream, bytes_max, &text, err);
    inflateEnd(&stream);
    *out = text_str(&text);
    return done;
}

/* The smallest window that holds the text: the state is then small as well. */
static int window_for(size_t bytes)
{
    int bits = WINDOW_BITS_LEAST;
    while (bits < WINDOW_BITS_MOST && ((size_t)1 << bits) < bytes)
        bits++;
    return bits;
}

bool gzip_deflate(gos_str plain, gos_arena *arena, gos_str *out)
{
    z_stream stream = {.zalloc = take, .zfree = leave, .opaque = arena};
    int bits = window_for(plain.len);
    int memory_level = bits - 7 < MEMORY_LEVEL ? bits - 7 : MEMORY_LEVEL;
    if (plain.len > UINT32_MAX || deflateInit2(&stream, LEVEL_FAST, Z_DEFLATED, bits + GZIP_WINDOW,
                                               memory_level, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    char *packed = gos_arena_take(arena, plain.len, NULL);
    stream.next_in = (z_const Bytef *)plain.data;
    stream.avail_in = (uInt)plain.len;
    stream.next_out = (Bytef *)packed;
    stream.avail_out = (uInt)plain.len;
    bool done = packed && deflate(&stream, Z_FINISH) == Z_STREAM_END;
    *out = (gos_str){packed, plain.len - stream.avail_out};
    deflateEnd(&stream);
    return done;
}
