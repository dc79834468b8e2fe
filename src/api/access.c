/* The words of scopes and roles, and the table of doors. */
#include "api/access.h"

static const char *const scope_words[] = {"none", "client", "server", "admin", "never"};
static const char *const role_words[] = {"none", "viewer", "editor", "approver", "admin"};

static const struct {
    enum scope scope;
    enum role role;
} doors[] = {
#define DOOR(name, scope, role) {SCOPE_##scope, ROLE_##role},
#include "api/doors.def"
#undef DOOR
};

enum scope door_scope(enum door door)
{
    return doors[door].scope;
}

enum role door_role(enum door door)
{
    return doors[door].role;
}

bool scope_find(gos_str word, enum scope *out)
{
    for (int i = SCOPE_CLIENT; i <= SCOPE_ADMIN; i++) {
        if (gos_str_equal(word, gos_str_from(scope_words[i]))) {
            *out = (enum scope)i;
            return true;
        }
    }
    return false;
}

const char *scope_word(enum scope scope)
{
    return scope_words[scope];
}

bool role_find(gos_str word, enum role *out)
{
    for (int i = ROLE_VIEWER; i <= ROLE_ADMIN; i++) {
        if (gos_str_equal(word, gos_str_from(role_words[i]))) {
            *out = (enum role)i;
            return true;
        }
    }
    return false;
}

const char *role_word(enum role role)
{
    return role_words[role];
}
