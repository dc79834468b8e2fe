/* Content codings gzip and deflate. All memory is the arena's. */
#ifndef HTTP_GZIP_H
#define HTTP_GZIP_H

#include "gosset/base.h"

/*
 * Unpacks gzip, or deflate with or without its zlib head. TOO_LARGE when more than `bytes_max` come
 * out, BAD_INPUT when the bytes are not what they claim or do not end where they should.
 */
bool gzip_inflate(gos_str packed, bool is_gzip, size_t bytes_max, gos_arena *arena, gos_str *out,
                  gos_error *err);
/* Packs with gzip. False when it does not get smaller or does not fit; then send it as it is. */
bool gzip_deflate(gos_str plain, gos_arena *arena, gos_str *out);

#endif
