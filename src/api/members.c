/*
 * Users who log in. They are of no environment; keys reach them only from production. Whoever is
 * logged in cannot take away their own rights by mistake.
 */
#include "api/members.h"

#include "api/change.h"
#include "api/logins.h"
#include "api/sessions.h"
#include "base/limits.h"
#include "base/secret.h"
#include "base/time.h"

enum { EMAIL_BYTES_MIN = 3, EMAIL_BYTES_MAX = 254 };

void member_write(struct json_writer *json, const struct member *member)
{
    char id[UUID_TEXT_BYTES];
    uuid_write(&member->id, id);
    json_open_object(json);
    api_write_text(json, "id", gos_str_from(id));
    api_write_text(json, "email", member->email);
    json_name(json, "name");
    json_text(json, member->name);
    api_write_text(json, "role", member->role);
    json_name(json, "disabled");
    json_bool(json, member->is_disabled);
    json_name(json, "has_password");
    json_bool(json, member->password.len > 0);
    api_write_text(json, "created_by", member->created_by);
    api_write_time(json, "created_at", member->created_at);
    api_write_time(json, "last_login_at", member->last_login_at);
    json_close_object(json);
}

bool member_email(gos_str text, gos_arena *arena, gos_str *out, gos_error *err)
{
    gos_str rest = text;
    gos_str name = str_cut(&rest, '@');
    bool plain = true;
    for (size_t i = 0; i < text.len; i++)
        plain = plain && (unsigned char)text.data[i] > ' ' && text.data[i] != 0x7f;
    if (text.len < EMAIL_BYTES_MIN || text.len > EMAIL_BYTES_MAX || !plain || name.len == 0 ||
        rest.len == 0 || str_contains(rest, GOS_LIT("@")))
        return gos_fail(err, GOS_BAD_INPUT, "/email",
                        "\"email\" must be an address such as ann@example.org, of at most %d bytes",
                        EMAIL_BYTES_MAX);
    char *copy = gos_arena_take(arena, text.len + 1, err);
    for (size_t i = 0; copy && i < text.len; i++)
        copy[i] =
            (char)(text.data[i] >= 'A' && text.data[i] <= 'Z' ? text.data[i] + 32 : text.data[i]);
    *out = (gos_str){copy, text.len};
    return copy != NULL;
}

static bool check_from_home(struct http_request *request, gos_error *err)
{
    return api_caller(request)->role != ROLE_NONE ||
           change_check_home(request, GOS_LIT("production"), err);
}

static bool member_get(struct http_request *request, struct member *out, gos_error *err)
{
    bool found;
    gos_str name = http_param(request, "id");
    struct uuid id;
    if (!check_from_home(request, err))
        return false;
    if (!uuid_read(name, &id) && !member_email(name, request->arena, &name, err))
        return gos_fail(err, GOS_NOT_FOUND, "", "there is no such user");
    if (!catalog_find_member(api_of(request)->catalog, name, request->arena, out, &found, err))
        return false;
    return found || gos_fail(err, GOS_NOT_FOUND, "", "there is no such user");
}

static void member_reply(struct http_request *request, struct http_response *response, int status,
                         const struct member *member)
{
    struct api_answer answer;
    api_write_begin(request, &answer);
    member_write(&answer.json, member);
    api_write_end(request, response, &answer, status);
}

void api_members_list(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct member *members;
    uint32_t count;
    struct api_answer answer;
    if (!check_from_home(request, &err) ||
        !catalog_list_members(api_of(request)->catalog, request->arena, &members, &count, &err)) {
        http_fail(request, response, &err);
        return;
    }
    api_write_list_begin(request, &answer);
    for (uint32_t i = 0; i < count; i++)
        member_write(&answer.json, &members[i]);
    api_write_list_end(&answer, GOS_LIT(""), count);
    api_write_end(request, response, &answer, 200);
}

void api_members_get(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct member member;
    if (member_get(request, &member, &err))
        member_reply(request, response, 200, &member);
    else
        http_fail(request, response, &err);
}

#define ROLES "viewer|editor|approver|admin"

static const struct field member_fields[] = {
    {"email", FIELD_LINE, FIELD_REQUIRED, 1, EMAIL_BYTES_MAX, NULL, NULL, NULL},
    {"name", FIELD_LINE, FIELD_FREE, 0, NAME_BYTES_MAX, NULL, NULL, NULL},
    {"role", FIELD_WORD, FIELD_REQUIRED, 0, 0, ROLES, NULL, NULL},
    {"password", FIELD_TEXT, FIELD_NULLABLE, 0, PASSWORD_BYTES_MAX, NULL, NULL, NULL},
};
static const struct record member_record = {"a user", member_fields,
                                            sizeof member_fields / sizeof member_fields[0]};

static const struct field patch_fields[] = {
    {"name", FIELD_LINE, FIELD_OPTIONAL, 0, NAME_BYTES_MAX, NULL, NULL, NULL},
    {"role", FIELD_WORD, FIELD_OPTIONAL, 0, 0, ROLES, NULL, NULL},
    {"disabled", FIELD_BOOL, FIELD_OPTIONAL, 0, 0, NULL, NULL, NULL},
    {"password", FIELD_TEXT, FIELD_OPTIONAL, 0, PASSWORD_BYTES_MAX, NULL, NULL, NULL},
};
static const struct record patch_record = {"a change of a user", patch_fields,
                                           sizeof patch_fields / sizeof patch_fields[0]};

/* The hash of the body's password; empty when there is none. */
static bool password_read(struct http_request *request, const struct json *body, gos_str *out,
                          gos_error *err)
{
    const struct json *password = json_find(body, GOS_LIT("password"));
    *out = GOS_LIT("");
    if (!password || password->type != JSON_STRING)
        return true;
    char *hash = gos_arena_take(request->arena, PASSWORD_HASH_BYTES, err);
    if (!hash || !logins_hash(api_of(request)->logins, password->text, hash, err))
        return false;
    *out = gos_str_from(hash);
    return true;
}

static bool member_make(struct http_request *request, const struct json *body, struct member *out,
                        gos_error *err)
{
    *out = (struct member){.id = secret_uuid(request->now_ms),
                           .name = json_find_text(body, "name"),
                           .role = json_find_text(body, "role"),
                           .created_by = api_actor(request),
                           .created_at = request->now_ms,
                           .last_login_at = TIME_NONE};
    return check_from_home(request, err) &&
           member_email(json_find_text(body, "email"), request->arena, &out->email, err) &&
           password_read(request, body, &out->password, err) &&
           catalog_add_member(api_of(request)->catalog, out, err);
}

void api_members_post(struct http_request *request, struct http_response *response)
{
    gos_error err;
    const struct json *body;
    struct member member;
    if (!api_read_body(request, response, false, &body))
        return;
    if (change_check_body(request, &member_record, &body, &err) &&
        member_make(request, body, &member, &err))
        member_reply(request, response, 201, &member);
    else
        http_fail(request, response, &err);
}

static bool is_own(const struct http_request *request, const struct member *member)
{
    const struct caller *caller = api_caller(request);
    return caller->role != ROLE_NONE && uuid_equal(&caller->key_id, &member->id);
}

static bool member_change(struct http_request *request, const struct json *body,
                          struct member *member, gos_error *err)
{
    const struct json *role = json_find(body, GOS_LIT("role"));
    const struct json *disabled = json_find(body, GOS_LIT("disabled"));
    const struct json *name = json_find(body, GOS_LIT("name"));
    const struct json *password = json_find(body, GOS_LIT("password"));
    if ((role || disabled || password) && is_own(request, member))
        return gos_fail(err, GOS_FORBIDDEN,
                        role       ? "/role"
                        : disabled ? "/disabled"
                                   : "/password",
                        "nobody changes their own role, and one's password is changed by "
                        "PUT /api/v1/session/password");
    if (password && !password_read(request, body, &member->password, err))
        return false;
    if (role)
        member->role = role->text;
    if (disabled)
        member->is_disabled = disabled->boolean;
    if (name)
        member->name = name->text;
    if (role || disabled || password)
        return sessions_put_member(api_of(request)->sessions, member, api_actor(request),
                                   request->now_ms, err);
    return catalog_put_member(api_of(request)->catalog, member, false, api_actor(request),
                              request->now_ms, err);
}

void api_members_patch(struct http_request *request, struct http_response *response)
{
    gos_error err;
    const struct json *body;
    struct member member;
    if (!api_read_body(request, response, false, &body))
        return;
    if (change_check_body(request, &patch_record, &body, &err) &&
        member_get(request, &member, &err) && member_change(request, body, &member, &err))
        member_reply(request, response, 200, &member);
    else
        http_fail(request, response, &err);
}

void api_members_delete(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct member member;
    bool done = member_get(request, &member, &err);
    if (done && is_own(request, &member))
        done = gos_fail(&err, GOS_FORBIDDEN, "", "nobody deletes themselves");
    if (!done || !sessions_delete_member(api_of(request)->sessions, &member, api_actor(request),
                                         request->now_ms, &err)) {
        http_fail(request, response, &err);
        return;
    }
    response->status = 204;
    response->content_type = GOS_LIT("");
}
