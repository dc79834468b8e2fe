/* What is believed of an identity provider's token: each claim right, and wrong. */
#include "api/id_token.h"
#include "base/text.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

#define NOW INT64_C(1772366400000)

static const struct id_token_check check = {
    {"https://id.example", 18}, {"gosset", 6}, {"n1", 2}, NOW};

/* Reads a token whose claims are this JSON; the message of the error, or empty. */
static gos_str message_of(const char *claims)
{
    static char token[4096];
    static gos_error err;
    struct id_claims out;
    gos_arena *arena = gos_arena_open(64 * 1024);
    size_t len = (size_t)snprintf(token, sizeof token, "e30.");
    len += base64url_write((const uint8_t *)claims, strlen(claims), token + len);
    len += (size_t)snprintf(token + len, sizeof token - len, ".sig");
    bool read = id_token_read((gos_str){token, len}, &check, arena, &out, &err);
    CHECK(!read || gos_str_equal(out.email, GOS_LIT("ann@x.org")));
    gos_arena_close(arena);
    return read ? GOS_LIT("") : gos_str_from(err.message);
}

#define CLAIMS(iss, aud, exp, iat, nonce, rest)                                                    \
    "{\"iss\":" iss ",\"aud\":" aud ",\"exp\":" exp ",\"iat\":" iat ",\"nonce\":" nonce rest "}"
#define ISS   "\"https://id.example\""
#define AUD   "\"gosset\""
#define EXP   "1772366401"
#define IAT   "1772366400"
#define NONCE "\"n1\""
#define EMAIL ",\"email\":\"ann@x.org\",\"email_verified\":true"

#define CHECK_SAYS(claims, part) CHECK(str_contains(message_of(claims), GOS_LIT(part)))

TEST(id_token, is_believed_when_every_claim_holds)
{
    CHECK_TEXT(message_of(CLAIMS(ISS, AUD, EXP, IAT, NONCE, EMAIL)), "");
    CHECK_TEXT(message_of(CLAIMS(ISS, "[\"gosset\"]", EXP, IAT, NONCE, EMAIL)), "");
    CHECK_TEXT(
        message_of(CLAIMS(ISS, "[\"a\",\"gosset\"]", EXP, IAT, NONCE, EMAIL ",\"azp\":\"gosset\"")),
        "");
}

TEST(id_token, is_refused_when_a_claim_does_not_hold)
{
    CHECK_SAYS(CLAIMS("\"https://id.example/\"", AUD, EXP, IAT, NONCE, EMAIL), "issuer");
    CHECK_SAYS(CLAIMS(ISS, "\"other\"", EXP, IAT, NONCE, EMAIL), "application");
    CHECK_SAYS(CLAIMS(ISS, "[\"a\",\"gosset\"]", EXP, IAT, NONCE, EMAIL), "application");
    CHECK_SAYS(CLAIMS(ISS, "[]", EXP, IAT, NONCE, EMAIL), "application");
    CHECK_SAYS(CLAIMS(ISS, "[1]", EXP, IAT, NONCE, EMAIL), "application");
    CHECK_SAYS(CLAIMS(ISS, AUD, EXP, IAT, "\"n2\"", EMAIL), "another login");
    CHECK_SAYS(CLAIMS(ISS, AUD, EXP, IAT, "null", EMAIL), "another login");
    CHECK_SAYS(CLAIMS(ISS, AUD, EXP, IAT, NONCE, ""), "no e-mail");
    CHECK_SAYS(CLAIMS(ISS, AUD, EXP, IAT, NONCE, ",\"email\":\"ann@x.org\""), "not verified");
    CHECK_SAYS(
        CLAIMS(ISS, AUD, EXP, IAT, NONCE, ",\"email\":\"ann@x.org\",\"email_verified\":\"true\""),
        "not verified");
}

TEST(id_token, may_be_two_minutes_off_the_clock)
{
    CHECK_TEXT(message_of(CLAIMS(ISS, AUD, "1772366281", IAT, NONCE, EMAIL)), "");
    CHECK_SAYS(CLAIMS(ISS, AUD, "1772366280", IAT, NONCE, EMAIL), "expired");
    CHECK_TEXT(message_of(CLAIMS(ISS, AUD, EXP, "1772366519", NONCE, EMAIL)), "");
    CHECK_SAYS(CLAIMS(ISS, AUD, EXP, "1772366520", NONCE, EMAIL), "expired");
    CHECK_SAYS(CLAIMS(ISS, AUD, "\"x\"", IAT, NONCE, EMAIL), "expired");
}

TEST(id_token, that_is_none_is_malformed)
{
    static const char *const tokens[] = {"", ".", "..", "a.b.c", "e30", "e30.e30!.x", "e30.W10.x"};
    gos_arena *arena = gos_arena_open(64 * 1024);
    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
        gos_error err;
        struct id_claims out;
        CHECK(!id_token_read(gos_str_from(tokens[i]), &check, arena, &out, &err));
        CHECK_TEXT(gos_str_from(err.message), "the identity provider's token is malformed");
    }
    gos_arena_close(arena);
}

TEST(base64url, is_read_as_it_was_written)
{
    uint8_t data[40];
    char text[64], back[64];
    for (size_t len = 0; len < sizeof data; len++) {
        size_t read;
        for (size_t i = 0; i < len; i++)
            data[i] = (uint8_t)(i * 37 + len * 11 + 200);
        size_t written = base64url_write(data, len, text);
        CHECK(base64url_read((gos_str){text, written}, back, &read));
        CHECK_INT(read, len);
        CHECK(memcmp(back, data, len) == 0);
    }
    CHECK_INT(base64url_write((const uint8_t *)"\xfb\xff", 2, text), 3);
    CHECK_TEXT(((gos_str){text, 3}), "-_8");
}
