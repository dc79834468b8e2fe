/*
 * Two requests: off to the provider, and back with a code. What must be remembered between them
 * (state, nonce, PKCE verifier) is random and in a cookie of the browser that asked.
 */
#include "api/oidc.h"

#include "api/cookie.h"
#include "api/forwarded.h"
#include "api/id_token.h"
#include "api/logins.h"
#include "api/members.h"
#include "api/sessions.h"
#include "base/hash.h"
#include "base/secret.h"
#include "base/time.h"
#include "http/client.h"

enum { SECRET_CHARS = 48, COOKIE_CHARS = 3 * SECRET_CHARS, ANSWER_BYTES = 256 << 10 };
enum { PROVIDER_TIMEOUT_MS = 10000, COOKIE_SECONDS = 600 };

/* The provider's endpoints. */
struct provider {
    gos_str authorization;
    gos_str token;
};

/* TLS stands for the token's signature, so that plain HTTP is for this machine only. */
static bool url_is_safe(gos_str url)
{
    return str_starts_with(url, GOS_LIT("https://")) ||
           str_starts_with(url, GOS_LIT("http://127.0.0.1:")) ||
           str_starts_with(url, GOS_LIT("http://localhost:"));
}

bool oidc_check(const struct oidc *oidc, gos_error *err)
{
    enum role role;
    if (oidc->issuer.len == 0)
        return true;
    if (!url_is_safe(oidc->issuer))
        return gos_fail(err, GOS_BAD_INPUT, "/oidc_issuer",
                        "oidc_issuer must begin with https:// (http:// for 127.0.0.1 only)");
    if (oidc->client_id.len == 0)
        return gos_fail(err, GOS_BAD_INPUT, "/oidc_client_id", "oidc_client_id is missing");
    if (!str_starts_with(oidc->base_url, GOS_LIT("http")) ||
        str_ends_with(oidc->base_url, GOS_LIT("/")))
        return gos_fail(err, GOS_BAD_INPUT, "/oidc_base_url",
                        "oidc_base_url must be this server's own address as browsers see it, such "
                        "as https://flags.example.org, without a slash at its end");
    if (oidc->role.len > 0 && !role_find(oidc->role, &role))
        return gos_fail(err, GOS_BAD_INPUT, "/oidc_role",
                        "oidc_role is \"%.*s\"; viewer, editor, approver and admin are allowed",
                        GOS_ARG(oidc->role));
    if (oidc->role.len > 0 && oidc->domains.len == 0)
        return gos_fail(err, GOS_BAD_INPUT, "/oidc_domains",
                        "oidc_role needs oidc_domains, so that not everybody may come");
    return true;
}

static void url_add(struct text *text, gos_str value)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '_' || c == '.' || c == '~';
        if (plain)
            text_add_char(text, (char)c);
        else
            text_print(text, "%%%02X", c);
    }
}

static void pair_add(struct text *text, const char *name, gos_str value)
{
    text_print(text, "&%s=", name);
    url_add(text, value);
}

/* One call of the provider: GET, or POST of a form. */
static bool provider_ask(struct http_request *request, gos_str url, gos_str form,
                         const struct json **out, gos_error *err)
{
    struct http_client *client = NULL;
    struct http_reply reply;
    struct http_client_options options = {
        .base_url = url, .timeout_ms = PROVIDER_TIMEOUT_MS, .body_bytes_max = ANSWER_BYTES};
    bool done =
        http_client_open(&options, &client, err) &&
        (form.data ? http_client_form(client, form, request->arena, &reply, err)
                   : http_client_call(client, "GET", "", form, request->arena, &reply, err));
    http_client_close(client);
    if (!done)
        return gos_fail(err, GOS_UNAVAILABLE, "", "the identity provider does not answer");
    if (!json_read(reply.body, request->arena, out, NULL) || (*out)->type != JSON_OBJECT)
        return gos_fail(err, GOS_UNAVAILABLE, "", "the identity provider answers %d without JSON",
                        reply.status);
    if (reply.status == 200)
        return true;
    gos_str why = json_find_text(*out, "error");
    return gos_fail(err, GOS_UNAUTHORIZED, "", "the identity provider answers %d %.*s",
                    reply.status, (int)(why.len < 100 ? why.len : 100), why.data);
}

static bool provider_find(struct http_request *request, struct provider *out, gos_error *err)
{
    const struct oidc *oidc = api_of(request)->oidc;
    const struct json *document;
    gos_str issuer = oidc->issuer;
    if (str_ends_with(issuer, GOS_LIT("/")))
        issuer.len--;
    gos_str url =
        gos_arena_print(request->arena, "%.*s/.well-known/openid-configuration", GOS_ARG(issuer));
    if (!provider_ask(request, url, (gos_str){NULL, 0}, &document, err))
        return false;
    *out = (struct provider){json_find_text(document, "authorization_endpoint"),
                             json_find_text(document, "token_endpoint")};
    if (gos_str_equal(json_find_text(document, "issuer"), oidc->issuer) &&
        url_is_safe(out->authorization) && url_is_safe(out->token))
        return true;
    return gos_fail(err, GOS_UNAVAILABLE, "",
                    "the identity provider describes another issuer, or endpoints without TLS");
}

static bool is_there(struct http_request *request, gos_error *err)
{
    const struct oidc *oidc = api_of(request)->oidc;
    return (oidc && oidc->issuer.len > 0) ||
           gos_fail(err, GOS_NOT_FOUND, "", "no identity provider is set (oidc_issuer)");
}

static gos_str redirect_uri(struct http_request *request)
{
    return gos_arena_print(request->arena, "%.*s/api/v1/session/oidc/callback",
                           GOS_ARG(api_of(request)->oidc->base_url));
}

static void cookie_keep(struct http_request *request, struct http_response *response, gos_str value,
                        int seconds)
{
    bool secure = str_starts_with(api_of(request)->oidc->base_url, GOS_LIT("https://"));
    http_add(request, response, "Set-Cookie",
             gos_arena_print(request->arena,
                             "gosset_oidc=%.*s; Path=/; Max-Age=%d; HttpOnly; SameSite=Lax%s",
                             GOS_ARG(value), seconds, secure ? "; Secure" : ""));
}

static void redirect(struct http_request *request, struct http_response *response, gos_str to)
{
    response->status = 302;
    response->content_type = GOS_LIT("");
    http_add(request, response, "Cache-Control", GOS_LIT("no-store"));
    http_add(request, response, "Location", to);
}

/*
 * A browser goes back to the login, which says what the code means. The words stay away from the
 * address: anybody could write others there.
 */
static void turn_away(struct http_request *request, struct http_response *response,
                      const gos_error *err)
{
    bool is_browser = str_contains(http_header(request, "Accept"), GOS_LIT("text/html"));
    if (is_browser && err->code != GOS_OVERLOADED)
        redirect(request, response,
                 gos_arena_print(request->arena, "%.*s/#/?login_error=%s",
                                 GOS_ARG(api_of(request)->oidc->base_url),
                                 gos_code_name(err->code)));
    else
        http_fail(request, response, err);
}

/* state, nonce and verifier stand in the cookie one behind the other. */
static gos_str part(gos_str cookie, int i)
{
    return (gos_str){cookie.data + (size_t)i * SECRET_CHARS, SECRET_CHARS};
}

static gos_str authorization_url(struct http_request *request, const struct provider *provider,
                                 gos_str cookie)
{
    const struct oidc *oidc = api_of(request)->oidc;
    uint8_t hash[32];
    char challenge[48];
    struct text text;
    hash_sha256(part(cookie, 2), hash);
    size_t len = base64url_write(hash, sizeof hash, challenge);
    text_init(&text, request->arena);
    text_add(&text, provider->authorization);
    text_add(&text,
             str_contains(provider->authorization, GOS_LIT("?")) ? GOS_LIT("&") : GOS_LIT("?"));
    text_print(&text, "response_type=code&scope=openid%%20email%%20profile");
    pair_add(&text, "client_id", oidc->client_id);
    pair_add(&text, "redirect_uri", redirect_uri(request));
    pair_add(&text, "state", part(cookie, 0));
    pair_add(&text, "nonce", part(cookie, 1));
    pair_add(&text, "code_challenge", (gos_str){challenge, len});
    pair_add(&text, "code_challenge_method", GOS_LIT("S256"));
    return text_str(&text);
}

void api_oidc_start(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct provider provider;
    char secret[COOKIE_CHARS + 1];
    int64_t wait;
    gos_str address = forwarded_address(request);
    if (!is_there(request, &err)) {
        http_fail(request, response, &err);
        return;
    }
    if (!logins_try(api_of(request)->logins, address, address, request->now_ms, &wait, &err) ||
        !provider_find(request, &provider, &err)) {
        turn_away(request, response, &err);
        return;
    }
    secret_token(secret, COOKIE_CHARS);
    gos_str cookie = gos_arena_text(request->arena, gos_str_from(secret), NULL);
    cookie_keep(request, response, cookie, COOKIE_SECONDS);
    redirect(request, response, authorization_url(request, &provider, cookie));
}

static bool token_fetch(struct http_request *request, gos_str cookie, gos_str *out, gos_error *err)
{
    const struct oidc *oidc = api_of(request)->oidc;
    struct provider provider;
    const struct json *answer;
    struct text form;
    if (!provider_find(request, &provider, err))
        return false;
    text_init(&form, request->arena);
    text_print(&form, "grant_type=authorization_code");
    pair_add(&form, "code", http_query_text(request, "code"));
    pair_add(&form, "redirect_uri", redirect_uri(request));
    pair_add(&form, "client_id", oidc->client_id);
    pair_add(&form, "code_verifier", part(cookie, 2));
    if (oidc->client_secret.len > 0)
        pair_add(&form, "client_secret", oidc->client_secret);
    if (!text_ok(&form, err) ||
        !provider_ask(request, provider.token, text_str(&form), &answer, err))
        return false;
    *out = json_find_text(answer, "id_token");
    return true;
}

static bool domain_is_allowed(const struct oidc *oidc, gos_str email)
{
    gos_str rest = oidc->domains;
    str_cut(&email, '@');
    while (rest.len > 0) {
        gos_str domain = str_cut(&rest, ' ');
        if (domain.len > 0 && str_equal_nocase(domain, email))
            return true;
    }
    return false;
}

static bool member_find_or_make(struct http_request *request, const struct id_claims *claims,
                                struct member *out, gos_error *err)
{
    struct api *api = api_of(request);
    bool found;
    gos_str email;
    if (!member_email(claims->email, request->arena, &email, err) ||
        !catalog_find_member(api->catalog, email, request->arena, out, &found, err))
        return false;
    if (found)
        return !out->is_disabled || gos_fail(err, GOS_FORBIDDEN, "", "the user is disabled");
    if (api->oidc->role.len == 0 || !domain_is_allowed(api->oidc, email))
        return gos_fail(err, GOS_FORBIDDEN, "", "%.*s is no user here; an administrator makes one",
                        GOS_ARG(email));
    *out = (struct member){.id = secret_uuid(request->now_ms),
                           .email = email,
                           .name = claims->name,
                           .role = api->oidc->role,
                           .created_by = GOS_LIT("identity provider"),
                           .created_at = request->now_ms,
                           .last_login_at = TIME_NONE};
    return catalog_add_member(api->catalog, out, err);
}

static bool answer_check(struct http_request *request, gos_str cookie, gos_error *err)
{
    gos_str state = http_query_text(request, "state");
    gos_str error = http_query_text(request, "error");
    if (cookie.len != COOKIE_CHARS || state.len != SECRET_CHARS ||
        !secret_equal(state.data, cookie.data, SECRET_CHARS))
        return gos_fail(err, GOS_UNAUTHORIZED, "",
                        "this login was not begun in this browser, or too long ago; begin again");
    if (error.len > 0)
        return gos_fail(err, GOS_UNAUTHORIZED, "", "the identity provider refuses: %.*s",
                        (int)(error.len < 100 ? error.len : 100), error.data);
    return true;
}

static bool come_back(struct http_request *request, struct http_response *response, gos_error *err)
{
    const struct oidc *oidc = api_of(request)->oidc;
    gos_str cookie = cookie_find(http_header(request, "Cookie"), GOS_LIT("gosset_oidc"));
    struct id_claims claims;
    struct member member;
    struct session_use use;
    gos_str token, address = forwarded_address(request);
    if (!answer_check(request, cookie, err) || !token_fetch(request, cookie, &token, err))
        return false;
    struct id_token_check check = {oidc->issuer, oidc->client_id, part(cookie, 1), request->now_ms};
    if (!id_token_read(token, &check, request->arena, &claims, err) ||
        !member_find_or_make(request, &claims, &member, err) ||
        !session_begin(request, response, &member, &use, err))
        return false;
    logins_forgive(api_of(request)->logins, address, address);
    return true;
}

void api_oidc_back(struct http_request *request, struct http_response *response)
{
    gos_error err;
    if (!is_there(request, &err)) {
        http_fail(request, response, &err);
        return;
    }
    bool done = come_back(request, response, &err);
    cookie_keep(request, response, GOS_LIT(""), 0);
    if (done) {
        redirect(
            request, response,
            gos_arena_print(request->arena, "%.*s/", GOS_ARG(api_of(request)->oidc->base_url)));
        return;
    }
    telemetry_count(api_of(request)->telemetry, COUNT_auth_refused, 1);
    turn_away(request, response, &err);
}

/* What a page of login may offer. */
void api_session_methods(struct http_request *request, struct http_response *response)
{
    const struct oidc *oidc = api_of(request)->oidc;
    bool has_oidc = oidc && oidc->issuer.len > 0;
    api_reply_json(request, response, 200,
                   has_oidc ? GOS_LIT("{\"password\":true,\"oidc\":\"/api/v1/session/oidc\"}")
                            : GOS_LIT("{\"password\":true,\"oidc\":null}"));
}
