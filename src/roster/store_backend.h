/* The functions of backend.h that the files of the store fill in. */
#ifndef ROSTER_STORE_BACKEND_H
#define ROSTER_STORE_BACKEND_H

#include "roster/backend.h"

extern const struct roster_backend roster_backend_rocksdb;

bool store_find_assignment(struct roster *roster, gos_str environment,
                           const struct uuid *experiment_id, gos_str unit, gos_arena *arena,
                           const struct assignment **out, gos_error *err);
bool store_find_earlier(struct roster *roster, gos_str environment,
                        const struct uuid *experiment_id, gos_str unit, gos_str device_id,
                        gos_arena *arena, const struct assignment **out, gos_error *err);
bool store_list_unit(struct roster *roster, gos_str environment, gos_str unit, uint32_t limit,
                     gos_arena *arena, struct assignment **out, uint32_t *out_count,
                     gos_error *err);
bool store_list_experiment(struct roster *roster, gos_str environment,
                           const struct uuid *experiment_id, gos_str variant, gos_str cursor,
                           uint32_t limit, gos_arena *arena, struct roster_page *out,
                           gos_error *err);
bool store_count_assignments(struct roster *roster, gos_str environment,
                             const struct uuid *experiment_id, gos_str variant, uint64_t *out_count,
                             gos_error *err);
bool store_find_user(struct roster *roster, gos_str environment, gos_str device_id,
                     gos_arena *arena, gos_str *out_user, gos_error *err);
bool store_list_devices(struct roster *roster, gos_str environment, gos_str user_id,
                        gos_arena *arena, gos_str **out, uint32_t *out_count, gos_error *err);
bool store_find_profile(struct roster *roster, gos_str environment, gos_str user_id,
                        enum profile_source source, gos_arena *arena, gos_str *out_attributes,
                        gos_error *err);
bool store_commit(struct roster *roster, struct roster_item *items, size_t count, int64_t now_ms,
                  gos_arena *arena, gos_error *err);
bool store_spool_read(struct roster *roster, uint64_t sequence, uint32_t count_max,
                      size_t bytes_max, gos_arena *arena, struct roster_facts *out, gos_error *err);
bool store_spool_trim(struct roster *roster, uint64_t sequence, gos_error *err);
void store_spool_depth(struct roster *roster, struct roster_spool_depth *out);
bool store_delete_assignments(struct roster *roster, gos_str environment,
                              const struct uuid *experiment_id, uint32_t limit, bool dry,
                              uint64_t *out_count, bool *out_more, gos_error *err);
bool store_forget(struct roster *roster, gos_str environment, gos_str user_id, int64_t now_ms,
                  uint64_t *out_count, gos_error *err);

#endif
