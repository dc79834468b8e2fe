/*
 * The SQLite backend's insides: one writing connection behind a lock, some reading ones that are
 * lent out. The files sqlite_*.c hold the functions of the backend, by subject.
 */
#ifndef CATALOG_STORE_H
#define CATALOG_STORE_H

#include "catalog/backend.h"
#include "catalog/sqlite.h"

#include <pthread.h>

enum { STORE_READERS_MAX = 16 };

struct store {
    struct catalog catalog; /* first: a store is a catalog */
    gos_arena *arena;       /* holds this */
    pthread_mutex_t write_lock;
    struct sqlite *writer;
    pthread_mutex_t read_lock;
    pthread_cond_t read_returned;
    struct sqlite *idle[STORE_READERS_MAX];
    uint32_t idle_count;
    uint32_t reader_count;
};

/* Waits for a connection and gives it back. */
struct sqlite *store_read_begin(struct catalog *catalog);
void store_read_end(struct catalog *catalog, struct sqlite *db);
/* Takes the writer and begins a transaction; NULL with `err`. `end` commits when `done` holds, and
 * answers whether all of it is durable. */
struct sqlite *store_write_begin(struct catalog *catalog, gos_error *err);
bool store_write_end(struct catalog *catalog, bool done, gos_error *err);

/* An environment's row; NOT_FOUND at "/environment". out_sequence may be NULL. */
bool store_environment(struct sqlite *db, gos_str name, int64_t *out_id, int64_t *out_sequence,
                       gos_error *err);
/* The id of a definition by name or id; *out_by_name tells which. */
bool store_resolve(struct sqlite *db, int64_t environment, enum kind kind, gos_str target,
                   struct uuid *out, bool *out_by_name, bool *out_found, gos_error *err);

/* One row of the audit log. Returns its sequence, or -1 with `err`. */
struct store_event {
    int64_t environment;
    int64_t at;
    gos_str actor;
    gos_str action;
    gos_str kind;
    const struct uuid *id; /* may be NULL */
    gos_str name;
    int64_t previous; /* TIME_NONE: none */
    gos_str body;     /* empty: gone */
};
int64_t store_log(struct sqlite *db, const struct store_event *event, gos_error *err);

/* References of changed definitions, after their rows are written (sqlite_reference.c). */
bool store_link(struct sqlite *db, int64_t environment, const struct catalog_change *change,
                gos_error *err);
bool store_check_cycle(struct sqlite *db, const struct catalog_change *change, gos_error *err);
/* IN_USE, naming who, when others refer to it (by name only: when `by_name_only`). */
bool store_check_unused(struct sqlite *db, const struct definition *definition, bool by_name_only,
                        const char *pointer, gos_error *err);

/* The document as the connection sees it (sqlite_document.c). */
bool store_document(struct sqlite *db, gos_str environment, int64_t at, gos_arena *arena,
                    gos_str *out, int64_t *out_sequence, gos_error *err);

/* A growing list of equal elements in an arena (sqlite_open.c): the next one, zeroed, or NULL. */
struct store_list {
    gos_arena *arena;
    size_t size;
    void *items;
    uint32_t count;
    uint32_t capacity;
};
void *store_list_next(struct store_list *list, gos_error *err);

/* False, and `err` says that the answer does not fit into the caller's arena. */
bool store_too_large(gos_error *err);

/* Cursors: a sort value and an id as opaque text. */
gos_str store_cursor_write(gos_arena *arena, gos_str value, gos_str tie);
bool store_cursor_read(gos_arena *arena, gos_str cursor, gos_str *out_value, gos_str *out_tie,
                       gos_error *err);

bool store_list_environments(struct catalog *, gos_arena *, struct environment **, uint32_t *,
                             gos_error *);
bool store_add_environment(struct catalog *, gos_str, gos_str, int64_t, gos_error *);
bool store_apply(struct catalog *, const struct catalog_write *, const struct catalog_change *,
                 size_t, int64_t *, gos_error *);
bool store_find(struct catalog *, gos_str, enum kind, gos_str, gos_arena *, struct definition *,
                bool *, gos_error *);
bool store_has_id(struct catalog *, struct uuid, bool *, gos_error *);
bool store_page(struct catalog *, const struct catalog_query *, gos_arena *, struct catalog_page *,
                gos_error *);
bool store_list_overrides(struct catalog *, gos_str, gos_str, gos_str, gos_str, uint32_t,
                          gos_arena *, struct override_page *, gos_error *);
bool store_find_override(struct catalog *, gos_str, gos_str, gos_str, gos_arena *,
                         struct override *, bool *, gos_error *);
bool store_note_ruleset(struct catalog *, gos_str, const struct ruleset_note *, gos_error *);
bool store_list_decisive(struct catalog *, gos_str, struct uuid, bool, uint32_t, gos_arena *,
                         int64_t **, uint32_t *, gos_error *);
bool store_list_rulesets(struct catalog *, gos_str, int64_t, uint32_t, gos_arena *,
                         struct ruleset_note **, uint32_t *, gos_error *);
bool store_list_audit(struct catalog *, const struct audit_query *, gos_arena *,
                      struct audit_page *, gos_error *);
bool store_add_key(struct catalog *, const struct api_key *, gos_error *);
bool store_find_key(struct catalog *, gos_str, gos_arena *, struct api_key *, bool *, gos_error *);
bool store_list_keys(struct catalog *, gos_str, gos_arena *, struct api_key **, uint32_t *,
                     gos_error *);
bool store_revoke_key(struct catalog *, gos_str, struct uuid, gos_str, int64_t, gos_error *);
bool store_touch_key(struct catalog *, struct uuid, int64_t, gos_error *);
bool store_add_results(struct catalog *, const struct result *, size_t, gos_error *);
bool store_latest_results(struct catalog *, gos_str, struct uuid, gos_arena *, struct result **,
                          uint32_t *, gos_error *);
bool store_result_history(struct catalog *, gos_str, struct uuid, gos_str, int64_t, uint32_t,
                          gos_arena *, struct result **, uint32_t *, gos_error *);
bool store_put_advice(struct catalog *, const struct advice *, gos_error *);
bool store_add_member(struct catalog *, const struct member *, gos_error *);
bool store_find_member(struct catalog *, gos_str, gos_arena *, struct member *, bool *,
                       gos_error *);
bool store_list_members(struct catalog *, gos_arena *, struct member **, uint32_t *, gos_error *);
bool store_put_member(struct catalog *, const struct member *, bool, gos_str, int64_t, gos_error *);
bool store_delete_member(struct catalog *, const struct member *, gos_str, int64_t, gos_error *);
bool store_note_access(struct catalog *, const struct access_note *, gos_error *);
bool store_add_session(struct catalog *, const struct session *, gos_error *);
bool store_list_sessions(struct catalog *, gos_arena *, struct session **, uint32_t *, gos_error *);
bool store_touch_session(struct catalog *, gos_str, int64_t, gos_error *);
bool store_end_session(struct catalog *, gos_str, gos_error *);
bool store_prune_sessions(struct catalog *, int64_t, int64_t, gos_error *);
bool store_add_usage(struct catalog *, const struct flag_usage *, size_t, gos_error *);
bool store_list_usage(struct catalog *, gos_str, gos_arena *, struct flag_usage **, uint32_t *,
                      gos_error *);
bool store_requires_approval(struct catalog *, gos_str, bool *, gos_error *);
bool store_set_approval(struct catalog *, gos_str, bool, gos_str, int64_t, gos_error *);
bool store_add_proposal(struct catalog *, const struct proposal *, gos_error *);
bool store_find_proposal(struct catalog *, gos_str, struct uuid, gos_arena *, struct proposal *,
                         bool *, gos_error *);
bool store_list_proposals(struct catalog *, gos_str, gos_str, uint32_t, gos_arena *,
                          struct proposal **, uint32_t *, gos_error *);
bool store_end_proposal(struct catalog *, const struct proposal_end *, gos_error *);
/* Within a transaction that is open. */
bool store_close_proposal(struct sqlite *db, const struct proposal_end *end, gos_error *err);

#endif
