/* Logging in and out, and one's own password. */
#include "api/change.h"
#include "api/cookie.h"
#include "api/forwarded.h"
#include "api/logins.h"
#include "api/members.h"
#include "api/sessions.h"
#include "base/time.h"

#include <inttypes.h>

static const struct field login_fields[] = {
    {"email", FIELD_TEXT, FIELD_REQUIRED, 1, 254, NULL, NULL, NULL},
    {"password", FIELD_TEXT, FIELD_REQUIRED, 1, PASSWORD_BYTES_MAX, NULL, NULL, NULL},
};
static const struct record login_record = {"a login", login_fields, 2};

static const struct field password_fields[] = {
    {"current", FIELD_TEXT, FIELD_REQUIRED, 1, PASSWORD_BYTES_MAX, NULL, NULL, NULL},
    {"password", FIELD_TEXT, FIELD_REQUIRED, 1, PASSWORD_BYTES_MAX, NULL, NULL, NULL},
};
static const struct record password_record = {"a change of password", password_fields, 2};

static void session_reply(struct http_request *request, struct http_response *response,
                          const struct member *member, const struct session_use *use)
{
    struct api_answer answer;
    api_write_begin(request, &answer);
    json_open_object(&answer.json);
    json_name(&answer.json, "member");
    member_write(&answer.json, member);
    api_write_text(&answer.json, "csrf", gos_str_from(use->csrf));
    api_write_time(&answer.json, "expires_at", use->expires_at);
    json_close_object(&answer.json);
    http_add(request, response, "Cache-Control", GOS_LIT("no-store"));
    api_write_end(request, response, &answer, 200);
}

/* For the audit log: from where somebody came, went, or was turned away. */
static bool note_access(struct http_request *request, const struct uuid *member_id, gos_str email,
                        const char *action, gos_error *err)
{
    struct access_note note = {member_id, email, gos_str_from(action), forwarded_address(request),
                               request->now_ms};
    return catalog_note_access(api_of(request)->catalog, &note, err);
}

bool session_begin(struct http_request *request, struct http_response *response,
                   struct member *member, struct session_use *out, gos_error *err)
{
    struct sessions *sessions = api_of(request)->sessions;
    char token[SESSION_TOKEN_BYTES];
    if (!note_access(request, &member->id, member->email, "login", err) ||
        !sessions_begin(sessions, member, request->now_ms, token, err))
        return false;
    if (!sessions_use(sessions, gos_str_from(token), request->now_ms, out))
        return gos_fail(err, GOS_OVERLOADED, "", "the session ended at once; log in again");
    cookie_set(request, response, gos_str_from(token), (out->expires_at - request->now_ms) / 1000);
    member->last_login_at = request->now_ms;
    return true;
}

/* Begins a session, and answers with it. */
static bool session_start(struct http_request *request, struct http_response *response,
                          struct member *member, gos_error *err)
{
    struct session_use use;
    if (!session_begin(request, response, member, &use, err))
        return false;
    session_reply(request, response, member, &use);
    return true;
}

/* Whether the account is there and the password is right; both take the same time. */
static bool member_prove(struct http_request *request, gos_str email, gos_str password,
                         struct member *out, gos_error *err)
{
    bool found = false, right;
    gos_str name = email;
    if (member_email(email, request->arena, &name, err) &&
        !catalog_find_member(api_of(request)->catalog, name, request->arena, out, &found, err))
        return false;
    gos_str hash = found && !out->is_disabled ? out->password : GOS_LIT("");
    if (!logins_check(api_of(request)->logins, password, hash, &right, err))
        return false;
    /* Of unknown accounts, too: they must not be told from others by the time it takes. */
    if (!right && !note_access(request, found ? &out->id : NULL, name, "login_failed", err))
        return false;
    return right || gos_fail(err, GOS_UNAUTHORIZED, "", "the e-mail or the password is wrong");
}

static bool login(struct http_request *request, struct http_response *response,
                  const struct json *body, gos_error *err)
{
    struct member member;
    struct logins *logins = api_of(request)->logins;
    gos_str email = json_find_text(body, "email");
    gos_str account = email;
    gos_str address = forwarded_address(request);
    int64_t wait;
    /* Letter case must not give more tries. */
    if (!member_email(email, request->arena, &account, err))
        account = email;
    if (!logins_try(logins, account, address, request->now_ms, &wait, err)) {
        http_add(request, response, "Retry-After",
                 gos_arena_print(request->arena, "%" PRId64, wait));
        return false;
    }
    if (!member_prove(request, email, json_find_text(body, "password"), &member, err))
        return false;
    logins_forgive(logins, account, address);
    return session_start(request, response, &member, err);
}

void api_session_post(struct http_request *request, struct http_response *response)
{
    gos_error err;
    const struct json *body;
    bool own = forwarded_is_own_page(request);
    if (own && !api_read_body(request, response, false, &body))
        return;
    if (!own)
        gos_fail(&err, GOS_FORBIDDEN, "", "pages of other origins may not log in here");
    if (!own || !change_check_body(request, &login_record, &body, &err) ||
        !login(request, response, body, &err)) {
        telemetry_count(api_of(request)->telemetry, COUNT_auth_refused, 1);
        http_fail(request, response, &err);
    }
}

static bool own_member(struct http_request *request, struct member *out, gos_error *err)
{
    bool found;
    if (!catalog_find_member(api_of(request)->catalog, api_actor(request), request->arena, out,
                             &found, err))
        return false;
    return found || gos_fail(err, GOS_UNAUTHORIZED, "", "the user was deleted");
}

void api_session_get(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct member member;
    struct session_use use;
    bool done = own_member(request, &member, &err);
    if (done &&
        !sessions_use(api_of(request)->sessions, cookie_token(request), request->now_ms, &use))
        done = gos_fail(&err, GOS_UNAUTHORIZED, "", "the session has ended; log in again");
    if (done)
        session_reply(request, response, &member, &use);
    else
        http_fail(request, response, &err);
}

void api_session_delete(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct member member;
    if (!own_member(request, &member, &err) ||
        !note_access(request, &member.id, member.email, "logout", &err) ||
        !sessions_end(api_of(request)->sessions, cookie_token(request), &err)) {
        http_fail(request, response, &err);
        return;
    }
    cookie_set(request, response, GOS_LIT(""), 0);
    response->status = 204;
    response->content_type = GOS_LIT("");
}

static bool password_change(struct http_request *request, struct http_response *response,
                            const struct json *body, gos_error *err)
{
    struct member member;
    bool right;
    int64_t wait;
    struct api *api = api_of(request);
    char *hash = gos_arena_take(request->arena, PASSWORD_HASH_BYTES, err);
    if (!hash || !own_member(request, &member, err) ||
        !logins_try(api->logins, member.email, forwarded_address(request), request->now_ms, &wait,
                    err) ||
        !logins_check(api->logins, json_find_text(body, "current"), member.password, &right, err))
        return false;
    if (!right)
        return gos_fail(err, GOS_FORBIDDEN, "/current", "the current password is wrong");
    logins_forgive(api->logins, member.email, forwarded_address(request));
    if (!logins_hash(api->logins, json_find_text(body, "password"), hash, err))
        return false;
    member.password = gos_str_from(hash);
    return sessions_put_member(api->sessions, &member, api_actor(request), request->now_ms, err) &&
           session_start(request, response, &member, err);
}

void api_session_password(struct http_request *request, struct http_response *response)
{
    gos_error err;
    const struct json *body;
    if (!api_read_body(request, response, false, &body))
        return;
    if (!change_check_body(request, &password_record, &body, &err) ||
        !password_change(request, response, body, &err))
        http_fail(request, response, &err);
}
