/* The content coding zstd, by libzstd. */
#include "http/zstd.h"

#include <zstd.h>

enum { LEVEL = 3 };

bool zstd_deflate(gos_str plain, gos_arena *arena, gos_str *out)
{
    char *packed = gos_arena_take(arena, plain.len, NULL);
    if (!packed)
        return false;
    size_t len = ZSTD_compress(packed, plain.len, plain.data, plain.len, LEVEL);
    *out = (gos_str){packed, len};
    return !ZSTD_isError(len) && len < plain.len;
}
