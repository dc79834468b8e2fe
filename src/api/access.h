/*
 * Who may do what: a row of doors.def for each kind of route. Keys come with a scope, members with
 * a role; each scope and each role may do what the ones before it may.
 */
#ifndef API_ACCESS_H
#define API_ACCESS_H

#include "gosset/base.h"

enum scope { SCOPE_NONE, SCOPE_CLIENT, SCOPE_SERVER, SCOPE_ADMIN, SCOPE_NEVER };
enum role { ROLE_NONE, ROLE_VIEWER, ROLE_EDITOR, ROLE_APPROVER, ROLE_ADMIN };

/* The column `scope` of routes.def. */
enum door {
#define DOOR(name, scope, role) DOOR_##name,
#include "api/doors.def"
#undef DOOR
};

/* What a key needs for a door; SCOPE_NONE: nobody is asked; SCOPE_NEVER: no key opens it. */
enum scope door_scope(enum door door);
/* What a member needs. */
enum role door_role(enum door door);

bool scope_find(gos_str word, enum scope *out);
const char *scope_word(enum scope scope);
bool role_find(gos_str word, enum role *out);
const char *role_word(enum role role);

#endif
