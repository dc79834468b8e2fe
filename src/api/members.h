/* Members as the API shows them. */
#ifndef API_MEMBERS_H
#define API_MEMBERS_H

#include "api/api.h"
#include "catalog/members.h"

/* Without anything of the password but whether there is one. */
void member_write(struct json_writer *json, const struct member *member);
/* An e-mail in lower case, in the arena. BAD_INPUT at "/email". */
bool member_email(gos_str text, gos_arena *arena, gos_str *out, gos_error *err);

struct session_use;
/* Begins a session of somebody who has shown who they are, and sets its cookie. */
bool session_begin(struct http_request *request, struct http_response *response,
                   struct member *member, struct session_use *out, gos_error *err);

#endif
