/*
 * Any bytes as a Cookie header, and as the token of an identity provider whole and as its claims:
 * an error or a verdict, and what is found lies inside of the input.
 */
#include "api/cookie.h"
#include "api/id_token.h"

#include <stdlib.h>

enum { ARENA_BYTES = 8 << 20, CLAIMS_BYTES_MAX = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void read_token(gos_str token, gos_arena *arena)
{
    static const struct id_token_check check = {{"i", 1}, {"c", 1}, {"n", 1}, 1000};
    struct id_claims claims;
    gos_error err = {0};
    if (id_token_read(token, &check, arena, &claims, &err))
        must(claims.email.len > 0);
    else
        must(err.code == GOS_UNAUTHORIZED || err.code == GOS_TOO_LARGE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gos_str text = {(const char *)data, size};
    char token[2 * CLAIMS_BYTES_MAX] = "e30.";
    gos_arena *arena = gos_arena_open(ARENA_BYTES);
    must(arena != NULL);
    gos_str found = cookie_find(text, GOS_LIT("a"));
    must(!found.data || found.len <= size);
    read_token(text, arena);
    if (size <= CLAIMS_BYTES_MAX) {
        size_t len = 4 + base64url_write(data, size, token + 4);
        token[len++] = '.';
        read_token((gos_str){token, len}, arena);
    }
    gos_arena_close(arena);
    return 0;
}
