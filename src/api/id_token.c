/* Three parts with dots between them; the middle one holds the claims. */
#include "api/id_token.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

size_t base64url_write(const uint8_t *data, size_t len, char *out)
{
    size_t written = 0;
    uint32_t bits = 0;
    int count = 0;
    for (size_t i = 0; i < len; i++) {
        bits = (bits << 8 | data[i]) & 0xffff;
        for (count += 8; count >= 6; count -= 6)
            out[written++] = letters[bits >> (count - 6) & 63];
    }
    if (count > 0)
        out[written++] = letters[bits << (6 - count) & 63];
    return written;
}

bool base64url_read(gos_str text, char *out, size_t *out_len)
{
    uint32_t bits = 0;
    int count = 0;
    *out_len = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char *found = text.data[i] ? strchr(letters, text.data[i]) : NULL;
        if (!found)
            return false;
        bits = (bits << 6 | (uint32_t)(found - letters)) & 0xffff;
        count += 6;
        if (count >= 8) {
            count -= 8;
            out[(*out_len)++] = (char)(bits >> count & 255);
        }
    }
    return true;
}

static bool refuse(gos_error *err, const char *why)
{
    return gos_fail(err, GOS_UNAUTHORIZED, "", "the identity provider's token %s", why);
}

static bool claims_read(gos_str token, gos_arena *arena, const struct json **out, gos_error *err)
{
    gos_str rest = token;
    size_t len;
    str_cut(&rest, '.');
    gos_str body = str_cut(&rest, '.');
    if (token.len > ID_TOKEN_BYTES_MAX || body.len == 0)
        return refuse(err, "is malformed");
    char *bytes = gos_arena_take(arena, body.len, err);
    if (!bytes)
        return false;
    if (!base64url_read(body, bytes, &len) || !json_read((gos_str){bytes, len}, arena, out, NULL) ||
        (*out)->type != JSON_OBJECT)
        return refuse(err, "is malformed");
    return true;
}

/* A list of audiences must name us as the one it was issued to. */
static bool audience_is(const struct json *claims, gos_str client_id)
{
    const struct json *audience = json_find(claims, GOS_LIT("aud"));
    bool found = false;
    if (audience && audience->type == JSON_STRING)
        return gos_str_equal(audience->text, client_id);
    if (!audience || audience->type != JSON_ARRAY)
        return false;
    for (uint32_t i = 0; i < audience->count; i++)
        found = found || (audience->items[i].type == JSON_STRING &&
                          gos_str_equal(audience->items[i].text, client_id));
    return found &&
           (audience->count == 1 || gos_str_equal(json_find_text(claims, "azp"), client_id));
}

static bool times_hold(const struct json *claims, int64_t now_ms)
{
    const struct json *ends = json_find(claims, GOS_LIT("exp"));
    const struct json *made = json_find(claims, GOS_LIT("iat"));
    double now = (double)now_ms / 1000;
    return ends && ends->type == JSON_NUMBER && ends->number > now - ID_TOKEN_SKEW_S && made &&
           made->type == JSON_NUMBER && made->number < now + ID_TOKEN_SKEW_S;
}

bool id_token_read(gos_str token, const struct id_token_check *check, gos_arena *arena,
                   struct id_claims *out, gos_error *err)
{
    const struct json *claims;
    if (!claims_read(token, arena, &claims, err))
        return false;
    const struct json *verified = json_find(claims, GOS_LIT("email_verified"));
    if (!gos_str_equal(json_find_text(claims, "iss"), check->issuer))
        return refuse(err, "is of another issuer (\"iss\")");
    if (!audience_is(claims, check->client_id))
        return refuse(err, "is for another application (\"aud\", \"azp\")");
    if (!times_hold(claims, check->now_ms))
        return refuse(err, "has expired or is not valid yet (\"exp\", \"iat\")");
    if (check->nonce.len == 0 || !gos_str_equal(json_find_text(claims, "nonce"), check->nonce))
        return refuse(err, "is of another login (\"nonce\")");
    out->email = json_find_text(claims, "email");
    out->name = json_find_text(claims, "name");
    if (out->email.len == 0)
        return refuse(err, "has no e-mail; the scope \"email\" must give one in the ID token");
    if (!verified || verified->type != JSON_BOOL || !verified->boolean)
        return refuse(err, "has an e-mail that was not verified");
    return true;
}
