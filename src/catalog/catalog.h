/*
 * What people decided: definitions, overrides, keys, the audit log, and stored results. Every
 * function may be called from several threads at once. A write is one transaction: it is wholly
 * there, with its audit entries, or nothing has changed.
 *
 * Errors of every function: STORE_FAILED (the store refused), TOO_LARGE (the arena is full),
 * NOT_FOUND at "/environment" for an environment that does not exist.
 */
#ifndef CATALOG_CATALOG_H
#define CATALOG_CATALOG_H

#include "catalog/types.h"

struct catalog;

struct catalog_options {
    const char *backend;  /* a row of backends.def: "sqlite" */
    const char *location; /* of the backend: the path of the file */
    uint32_t readers_max; /* reads at the same time; 0: 4 */
    int64_t now_ms;       /* for what is made at the first opening */
};

/* Opens and brings the schema to the newest version. Errors also: BAD_INPUT, no such backend. */
bool catalog_open(const struct catalog_options *options, struct catalog **out, gos_error *err);
void catalog_close(struct catalog *catalog);

/* production, staging and development are there from the start; sorted by creation. */
bool catalog_list_environments(struct catalog *catalog, gos_arena *arena, struct environment **out,
                               uint32_t *out_count, gos_error *err);
/* CONFLICT when it exists; BAD_INPUT when the name is no key. */
bool catalog_add_environment(struct catalog *catalog, gos_str name, gos_str actor, int64_t now_ms,
                             gos_error *err);

/*
 * Makes all changes in order, or none. References are resolved and kept after the last change, so
 * that the definitions of one import may refer to each other in any order.
 *
 * out_sequence  number of the last change of the environment; may be NULL
 * Errors  CONFLICT: expected_version is stale, or the name is taken; NOT_FOUND: nothing to replace
 *         or delete; BAD_INPUT with the pointer of a reference that names nothing or closes a
 *         cycle; IN_USE: others refer to what is deleted or renamed, the message says who; whatever
 *         the check says. Pointers begin with the change's `pointer`.
 */
bool catalog_apply(struct catalog *catalog, const struct catalog_write *write,
                   const struct catalog_change *changes, size_t change_count, int64_t *out_sequence,
                   gos_error *err);

/* By name (a flag's key) or id. `find` answers with *out_found, `get` fails with NOT_FOUND. */
bool catalog_find(struct catalog *catalog, gos_str environment, enum kind kind, gos_str name,
                  gos_arena *arena, struct definition *out, bool *out_found, gos_error *err);
bool catalog_get(struct catalog *catalog, gos_str environment, enum kind kind, gos_str name,
                 gos_arena *arena, struct definition *out, gos_error *err);
/* Whether any environment has a definition of this id. */
bool catalog_has_id(struct catalog *catalog, struct uuid id, bool *out, gos_error *err);
/* BAD_INPUT at "/cursor", "/limit". */
bool catalog_list(struct catalog *catalog, const struct catalog_query *query, gos_arena *arena,
                  struct catalog_page *out, gos_error *err);

/* Overrides of one flag, of one user, or both (empty: of all), by flag and user. */
bool catalog_list_overrides(struct catalog *catalog, gos_str environment, gos_str flag_key,
                            gos_str user_id, gos_str cursor, uint32_t limit, gos_arena *arena,
                            struct override_page *out, gos_error *err);
bool catalog_find_override(struct catalog *catalog, gos_str environment, gos_str flag_key,
                           gos_str user_id, gos_arena *arena, struct override *out, bool *out_found,
                           gos_error *err);

/* The number of the environment's last change: grows with every write to it, 0 before the first. */
bool catalog_sequence(struct catalog *catalog, gos_str environment, int64_t *out, gos_error *err);
/*
 * The definitions document of an environment as JSON, of one moment; *out_sequence is that
 * moment's. `at` is CATALOG_NOW or a past sequence, whose document is rebuilt from the log.
 */
enum { CATALOG_NOW = -1 };
bool catalog_document(struct catalog *catalog, gos_str environment, int64_t at, gos_arena *arena,
                      gos_str *out, int64_t *out_sequence, gos_error *err);
/* Remembers what was published. Repeating the newest note changes nothing. */
bool catalog_note_ruleset(struct catalog *catalog, gos_str environment,
                          const struct ruleset_note *note, gos_error *err);
/* Those published until a moment, the newest first. */
bool catalog_list_rulesets(struct catalog *catalog, gos_str environment, int64_t until,
                           uint32_t limit, gos_arena *arena, struct ruleset_note **out,
                           uint32_t *out_count, gos_error *err);

/*
 * The newest changes, newest first, that can move units of an experiment to another variant: of
 * itself, of layers and holdouts, and `with_others` of other experiments, for those in a layer.
 */
bool catalog_list_decisive(struct catalog *catalog, gos_str environment, struct uuid experiment_id,
                           bool with_others, uint32_t limit, gos_arena *arena, int64_t **out,
                           uint32_t *out_count, gos_error *err);

bool catalog_list_audit(struct catalog *catalog, const struct audit_query *query, gos_arena *arena,
                        struct audit_page *out, gos_error *err);

/* Keys. CONFLICT when the hash is known. */
bool catalog_add_key(struct catalog *catalog, const struct api_key *key, gos_error *err);
/* Revoked keys are found too. */
bool catalog_find_key(struct catalog *catalog, gos_str hash, gos_arena *arena, struct api_key *out,
                      bool *out_found, gos_error *err);
/* Of one environment, or of all when empty; newest first. */
bool catalog_list_keys(struct catalog *catalog, gos_str environment, gos_arena *arena,
                       struct api_key **out, uint32_t *out_count, gos_error *err);
/* NOT_FOUND: no such key, or revoked before. */
bool catalog_revoke_key(struct catalog *catalog, gos_str environment, struct uuid id, gos_str actor,
                        int64_t now_ms, gos_error *err);
bool catalog_touch_key(struct catalog *catalog, struct uuid id, int64_t now_ms, gos_error *err);

/* Appends one computation: rows of one experiment with the same computed_at. Checks each row. */
bool catalog_add_results(struct catalog *catalog, const struct result *rows, size_t row_count,
                         gos_error *err);
/* The rows of the newest computation, by metric and variant. */
bool catalog_latest_results(struct catalog *catalog, gos_str environment, struct uuid experiment_id,
                            gos_arena *arena, struct result **out, uint32_t *out_count,
                            gos_error *err);
/* Every computation of one metric (empty: of all) since a time, oldest first, at most `limit`. */
bool catalog_result_history(struct catalog *catalog, gos_str environment, struct uuid experiment_id,
                            gos_str metric_name, int64_t since, uint32_t limit, gos_arena *arena,
                            struct result **out, uint32_t *out_count, gos_error *err);

/*
 * Adds to what is known of flags that were asked for: counts add up, times span. Rows of
 * environments that are gone are left out. Of keys without a flag only the newest
 * USAGE_UNKNOWN_MAX stay in an environment.
 */
bool catalog_add_usage(struct catalog *catalog, const struct flag_usage *rows, size_t row_count,
                       gos_error *err);
/* By key and variant. */
bool catalog_list_usage(struct catalog *catalog, gos_str environment, gos_arena *arena,
                        struct flag_usage **out, uint32_t *out_count, gos_error *err);

/* A consistent copy to a path that does not exist yet, while others read and write. */
bool catalog_backup(struct catalog *catalog, const char *path, gos_error *err);

#endif
