/* The content coding zstd (RFC 8878). */
#ifndef HTTP_ZSTD_H
#define HTTP_ZSTD_H

#include "gosset/base.h"

/* Packs into the arena. False when there is no memory, or nothing is saved by it. */
bool zstd_deflate(gos_str plain, gos_arena *arena, gos_str *out);

#endif
