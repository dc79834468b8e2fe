/* Finds the backend and passes every call to it; what all backends share is checked here. */
#include "catalog/catalog.h"

#include "base/limits.h"
#include "catalog/backend.h"
#include "model/record.h"

#include <assert.h>

static const struct catalog_backend *const backends[] = {
#define BACKEND(name) &catalog_backend_##name,
#include "catalog/backends.def"
#undef BACKEND
};

bool catalog_open(const struct catalog_options *options, struct catalog **out, gos_error *err)
{
    for (size_t i = 0; i < sizeof backends / sizeof backends[0]; i++) {
        if (strcmp(backends[i]->name, options->backend) == 0)
            return backends[i]->open(options, out, err);
    }
    return gos_fail(err, GOS_BAD_INPUT, "/catalog", "there is no catalog backend \"%s\"",
                    options->backend);
}

void catalog_close(struct catalog *catalog)
{
    if (catalog)
        catalog->backend->close(catalog);
}

bool catalog_list_environments(struct catalog *catalog, gos_arena *arena, struct environment **out,
                               uint32_t *out_count, gos_error *err)
{
    return catalog->backend->list_environments(catalog, arena, out, out_count, err);
}

bool catalog_add_environment(struct catalog *catalog, gos_str name, gos_str actor, int64_t now_ms,
                             gos_error *err)
{
    if (!record_is_key(name))
        return gos_fail(
            err, GOS_BAD_INPUT, "/name",
            "an environment's name must be 1 to %d letters, digits or . _ - :", KEY_BYTES_MAX);
    return catalog->backend->add_environment(catalog, name, actor, now_ms, err);
}

bool catalog_apply(struct catalog *catalog, const struct catalog_write *write,
                   const struct catalog_change *changes, size_t change_count, int64_t *out_sequence,
                   gos_error *err)
{
    assert(write->actor.len > 0);
    return catalog->backend->apply(catalog, write, changes, change_count, out_sequence, err);
}

bool catalog_find(struct catalog *catalog, gos_str environment, enum kind kind, gos_str name,
                  gos_arena *arena, struct definition *out, bool *out_found, gos_error *err)
{
    return catalog->backend->find(catalog, environment, kind, name, arena, out, out_found, err);
}

bool catalog_get(struct catalog *catalog, gos_str environment, enum kind kind, gos_str name,
                 gos_arena *arena, struct definition *out, gos_error *err)
{
    bool found;
    if (!catalog_find(catalog, environment, kind, name, arena, out, &found, err))
        return false;
    if (found)
        return true;
    return gos_fail(err, GOS_NOT_FOUND, "", "there is no %s \"%.*s\" in %.*s", kind_word(kind),
                    (int)(name.len < NAME_BYTES_MAX ? name.len : NAME_BYTES_MAX), name.data,
                    GOS_ARG(environment));
}

bool catalog_has_id(struct catalog *catalog, struct uuid id, bool *out, gos_error *err)
{
    return catalog->backend->has_id(catalog, id, out, err);
}

static bool check_limit(uint32_t limit, gos_error *err)
{
    if (limit >= 1 && limit <= PAGE_ITEMS_MAX)
        return true;
    return gos_fail(err, GOS_BAD_INPUT, "/limit", "the limit %u is not between 1 and %d", limit,
                    PAGE_ITEMS_MAX);
}

bool catalog_list(struct catalog *catalog, const struct catalog_query *query, gos_arena *arena,
                  struct catalog_page *out, gos_error *err)
{
    return check_limit(query->limit, err) &&
           catalog->backend->list(catalog, query, arena, out, err);
}

bool catalog_list_overrides(struct catalog *catalog, gos_str environment, gos_str flag_key,
                            gos_str user_id, gos_str cursor, uint32_t limit, gos_arena *arena,
                            struct override_page *out, gos_error *err)
{
    return check_limit(limit, err) &&
           catalog->backend->list_overrides(catalog, environment, flag_key, user_id, cursor, limit,
                                            arena, out, err);
}

bool catalog_find_override(struct catalog *catalog, gos_str environment, gos_str flag_key,
                           gos_str user_id, gos_arena *arena, struct override *out, bool *out_found,
                           gos_error *err)
{
    return catalog->backend->find_override(catalog, environment, flag_key, user_id, arena, out,
                                           out_found, err);
}

bool catalog_sequence(struct catalog *catalog, gos_str environment, int64_t *out, gos_error *err)
{
    return catalog->backend->sequence(catalog, environment, out, err);
}

bool catalog_document(struct catalog *catalog, gos_str environment, int64_t at, gos_arena *arena,
                      gos_str *out, int64_t *out_sequence, gos_error *err)
{
    return catalog->backend->document(catalog, environment, at, arena, out, out_sequence, err);
}

bool catalog_note_ruleset(struct catalog *catalog, gos_str environment,
                          const struct ruleset_note *note, gos_error *err)
{
    return catalog->backend->note_ruleset(catalog, environment, note, err);
}

bool catalog_list_rulesets(struct catalog *catalog, gos_str environment, int64_t until,
                           uint32_t limit, gos_arena *arena, struct ruleset_note **out,
                           uint32_t *out_count, gos_error *err)
{
    return check_limit(limit, err) &&
           catalog->backend->list_rulesets(catalog, environment, until, limit, arena, out,
                                           out_count, err);
}

bool catalog_list_decisive(struct catalog *catalog, gos_str environment, struct uuid experiment_id,
                           bool with_others, uint32_t limit, gos_arena *arena, int64_t **out,
                           uint32_t *out_count, gos_error *err)
{
    return check_limit(limit, err) &&
           catalog->backend->list_decisive(catalog, environment, experiment_id, with_others, limit,
                                           arena, out, out_count, err);
}

bool catalog_list_audit(struct catalog *catalog, const struct audit_query *query, gos_arena *arena,
                        struct audit_page *out, gos_error *err)
{
    return check_limit(query->limit, err) &&
           catalog->backend->list_audit(catalog, query, arena, out, err);
}

bool catalog_add_key(struct catalog *catalog, const struct api_key *key, gos_error *err)
{
    return catalog->backend->add_key(catalog, key, err);
}

bool catalog_find_key(struct catalog *catalog, gos_str hash, gos_arena *arena, struct api_key *out,
                      bool *out_found, gos_error *err)
{
    return catalog->backend->find_key(catalog, hash, arena, out, out_found, err);
}

bool catalog_list_keys(struct catalog *catalog, gos_str environment, gos_arena *arena,
                       struct api_key **out, uint32_t *out_count, gos_error *err)
{
    return catalog->backend->list_keys(catalog, environment, arena, out, out_count, err);
}

bool catalog_revoke_key(struct catalog *catalog, gos_str environment, struct uuid id, gos_str actor,
                        int64_t now_ms, gos_error *err)
{
    return catalog->backend->revoke_key(catalog, environment, id, actor, now_ms, err);
}

bool catalog_touch_key(struct catalog *catalog, struct uuid id, int64_t now_ms, gos_error *err)
{
    return catalog->backend->touch_key(catalog, id, now_ms, err);
}

/* Rows of one computation belong together, so they share experiment and time. */
static bool check_results(const struct result *rows, size_t row_count, gos_error *err)
{
    for (size_t i = 0; i < row_count; i++) {
        assert(uuid_equal(&rows[i].experiment_id, &rows[0].experiment_id));
        assert(rows[i].computed_at == rows[0].computed_at);
        if (!result_check(&rows[i], err))
            return false;
    }
    return true;
}

bool catalog_add_results(struct catalog *catalog, const struct result *rows, size_t row_count,
                         gos_error *err)
{
    return check_results(rows, row_count, err) &&
           catalog->backend->add_results(catalog, rows, row_count, err);
}

bool catalog_latest_results(struct catalog *catalog, gos_str environment, struct uuid experiment_id,
                            gos_arena *arena, struct result **out, uint32_t *out_count,
                            gos_error *err)
{
    return catalog->backend->latest_results(catalog, environment, experiment_id, arena, out,
                                            out_count, err);
}

bool catalog_result_history(struct catalog *catalog, gos_str environment, struct uuid experiment_id,
                            gos_str metric_name, int64_t since, uint32_t limit, gos_arena *arena,
                            struct result **out, uint32_t *out_count, gos_error *err)
{
    return catalog->backend->result_history(catalog, environment, experiment_id, metric_name, since,
                                            limit, arena, out, out_count, err);
}

bool catalog_backup(struct catalog *catalog, const char *path, gos_error *err)
{
    return catalog->backend->backup(catalog, path, err);
}

bool catalog_add_usage(struct catalog *catalog, const struct flag_usage *rows, size_t row_count,
                       gos_error *err)
{
    return row_count == 0 || catalog->backend->add_usage(catalog, rows, row_count, err);
}

bool catalog_list_usage(struct catalog *catalog, gos_str environment, gos_arena *arena,
                        struct flag_usage **out, uint32_t *out_count, gos_error *err)
{
    return catalog->backend->list_usage(catalog, environment, arena, out, out_count, err);
}

bool catalog_get_graph(struct catalog *catalog, gos_str environment, enum kind kind, gos_str name,
                       gos_arena *arena, struct graph *out, gos_error *err)
{
    return catalog->backend->get_graph(catalog, environment, kind, name, arena, out, err);
}

bool catalog_list_places(struct catalog *catalog, enum kind kind, gos_str names, gos_arena *arena,
                         struct place **out, uint32_t *out_count, gos_error *err)
{
    return catalog->backend->list_places(catalog, kind, names, arena, out, out_count, err);
}

bool catalog_put_advice(struct catalog *catalog, const struct advice *advice, gos_error *err)
{
    return catalog->backend->put_advice(catalog, advice, err);
}
