/* Passes calls about members and sessions to the backend. */
#include "catalog/members.h"

#include "catalog/backend.h"

bool catalog_add_member(struct catalog *catalog, const struct member *member, gos_error *err)
{
    return catalog->backend->add_member(catalog, member, err);
}

bool catalog_find_member(struct catalog *catalog, gos_str name, gos_arena *arena,
                         struct member *out, bool *out_found, gos_error *err)
{
    return catalog->backend->find_member(catalog, name, arena, out, out_found, err);
}

bool catalog_list_members(struct catalog *catalog, gos_arena *arena, struct member **out,
                          uint32_t *out_count, gos_error *err)
{
    return catalog->backend->list_members(catalog, arena, out, out_count, err);
}

bool catalog_put_member(struct catalog *catalog, const struct member *member, bool ends_sessions,
                        gos_str actor, int64_t now_ms, gos_error *err)
{
    return catalog->backend->put_member(catalog, member, ends_sessions, actor, now_ms, err);
}

bool catalog_delete_member(struct catalog *catalog, const struct member *member, gos_str actor,
                           int64_t now_ms, gos_error *err)
{
    return catalog->backend->delete_member(catalog, member, actor, now_ms, err);
}

bool catalog_note_access(struct catalog *catalog, const struct access_note *note, gos_error *err)
{
    return catalog->backend->note_access(catalog, note, err);
}

bool catalog_add_session(struct catalog *catalog, const struct session *session, gos_error *err)
{
    return catalog->backend->add_session(catalog, session, err);
}

bool catalog_list_sessions(struct catalog *catalog, gos_arena *arena, struct session **out,
                           uint32_t *out_count, gos_error *err)
{
    return catalog->backend->list_sessions(catalog, arena, out, out_count, err);
}

bool catalog_touch_session(struct catalog *catalog, gos_str hash, int64_t now_ms, gos_error *err)
{
    return catalog->backend->touch_session(catalog, hash, now_ms, err);
}

bool catalog_end_session(struct catalog *catalog, gos_str hash, gos_error *err)
{
    return catalog->backend->end_session(catalog, hash, err);
}

bool catalog_prune_sessions(struct catalog *catalog, int64_t now_ms, int64_t unused_since_ms,
                            gos_error *err)
{
    return catalog->backend->prune_sessions(catalog, now_ms, unused_since_ms, err);
}
