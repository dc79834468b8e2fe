/* At the door of every request: a key, or the session of a member. */
#include "api/cookie.h"
#include "api/forwarded.h"
#include "api/sessions.h"
#include "base/secret.h"
#include "model/record.h"

#include <stdio.h>

const struct caller *api_caller(const struct http_request *request)
{
    return request->identity;
}

gos_str api_environment(const struct http_request *request)
{
    return gos_str_from(api_caller(request)->environment);
}

bool api_check_events(struct http_request *request, gos_error *err)
{
    return !api_of(request)->has_no_ledger ||
           gos_fail(err, GOS_NOT_ALLOWED_NOW, "",
                    "this server keeps no events: it runs with ledger none");
}

gos_str api_actor(const struct http_request *request)
{
    return gos_str_from(api_caller(request)->name);
}

bool api_admit_key(struct http_request *request, gos_str key, struct caller *out, gos_error *err)
{
    struct api *api = api_of(request);
    gos_str origin = http_header(request, "Origin");
    enum keyring_verdict verdict = keyring_use(api->keyring, key, origin, request->now_ms, out);
    if (verdict == KEY_ADMITTED)
        return true;
    if (verdict == KEY_TOO_OFTEN)
        return gos_fail(err, GOS_OVERLOADED, "",
                        "the key makes more requests a second than it may; slow down");
    if (verdict == KEY_WRONG_ORIGIN)
        return gos_fail(err, GOS_FORBIDDEN, "", "the key may not be used by pages of %.*s",
                        (int)(origin.len < 100 ? origin.len : 100), origin.data);
    return gos_fail(err, GOS_UNAUTHORIZED, "",
                    key.len > 0 ? "the key is not known or was revoked"
                                : "a key is needed: \"Authorization: Bearer KEY\" or "
                                  "\"X-API-Key: KEY\"");
}

static bool is_reading(const struct http_request *request)
{
    return gos_str_equal(request->method, GOS_LIT("GET")) ||
           gos_str_equal(request->method, GOS_LIT("HEAD")) ||
           gos_str_equal(request->method, GOS_LIT("OPTIONS"));
}

/* A browser sends cookies along whoever made the page; only our own pages know the other token. */
static bool check_page(const struct http_request *request, const struct session_use *use,
                       gos_error *err)
{
    gos_str given = http_header(request, "X-Gosset-CSRF");
    if (is_reading(request))
        return true;
    if (!forwarded_is_own_page(request))
        return gos_fail(err, GOS_FORBIDDEN, "", "pages of other origins may change nothing here");
    if (given.len != SESSION_CSRF_BYTES - 1 || !secret_equal(given.data, use->csrf, given.len))
        return gos_fail(err, GOS_FORBIDDEN, "",
                        "changes by a session need the header X-Gosset-CSRF with \"csrf\" of "
                        "GET /api/v1/session");
    return true;
}

/* Members work in the environment that each request names. */
static bool choose_environment(const struct http_request *request, struct caller *caller,
                               gos_error *err)
{
    gos_str name = http_header(request, "X-Gosset-Environment");
    if (name.len == 0)
        name = GOS_LIT("production");
    if (name.len > KEY_BYTES_MAX || !record_is_key(name))
        return gos_fail(err, GOS_BAD_INPUT, "/environment",
                        "X-Gosset-Environment is no name of an environment");
    snprintf(caller->environment, sizeof caller->environment, "%.*s", GOS_ARG(name));
    return true;
}

static bool admit_session(struct http_request *request, gos_str token, struct caller *out,
                          gos_error *err)
{
    struct session_use use;
    if (!sessions_use(api_of(request)->sessions, token, request->now_ms, &use))
        return gos_fail(err, GOS_UNAUTHORIZED, "", "the session has ended; log in again");
    *out = use.caller;
    return check_page(request, &use, err) && choose_environment(request, out, err);
}

static bool door_opens(enum door door, const struct caller *caller, gos_error *err)
{
    if (caller->role != ROLE_NONE)
        return caller->role >= door_role(door) ||
               gos_fail(err, GOS_FORBIDDEN, "", "%s may not do this; it takes the role %s",
                        role_word(caller->role), role_word(door_role(door)));
    if (door_scope(door) == SCOPE_NEVER)
        return gos_fail(err, GOS_FORBIDDEN, "", "a key has no session; this is for users");
    return caller->scope >= door_scope(door) ||
           gos_fail(err, GOS_FORBIDDEN, "", "a key of scope %s may not do this; it takes %s",
                    scope_word(caller->scope), scope_word(door_scope(door)));
}

bool api_admit(struct http_request *request, struct http_response *response, gos_error *err)
{
    (void)response;
    struct api *api = api_of(request);
    enum door door = (enum door)request->route->scope;
    if (door == DOOR_NONE)
        return true;
    struct caller *caller = gos_arena_take(request->arena, sizeof *caller, err);
    gos_str key = http_bearer(request);
    gos_str token = key.data || !api->sessions ? (gos_str){NULL, 0} : cookie_token(request);
    bool admitted = caller && (token.data ? admit_session(request, token, caller, err)
                                          : api_admit_key(request, key, caller, err));
    admitted = admitted && door_opens(door, caller, err);
    if (!admitted && err->code != GOS_OVERLOADED)
        telemetry_count(api->telemetry, COUNT_auth_refused, 1);
    if (admitted)
        request->identity = caller;
    return admitted;
}
