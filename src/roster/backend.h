/* What a backend of the roster does; roster.h says what each function promises. */
#ifndef ROSTER_BACKEND_H
#define ROSTER_BACKEND_H

#include "roster/roster.h"
#include "roster/spool.h"

struct roster_backend {
    bool (*open)(const struct roster_options *options, struct roster **out, gos_error *err);
    void (*close)(struct roster *roster);
    bool (*find_assignment)(struct roster *roster, gos_str environment,
                            const struct uuid *experiment_id, gos_str unit, gos_arena *arena,
                            const struct assignment **out, gos_error *err);
    bool (*find_earlier)(struct roster *roster, gos_str environment,
                         const struct uuid *experiment_id, gos_str unit, gos_str device_id,
                         gos_arena *arena, const struct assignment **out, gos_error *err);
    bool (*list_unit)(struct roster *roster, gos_str environment, gos_str unit, uint32_t limit,
                      gos_arena *arena, struct assignment **out, uint32_t *out_count,
                      gos_error *err);
    bool (*list_experiment)(struct roster *roster, gos_str environment,
                            const struct uuid *experiment_id, gos_str variant, gos_str cursor,
                            uint32_t limit, gos_arena *arena, struct roster_page *out,
                            gos_error *err);
    bool (*count_assignments)(struct roster *roster, gos_str environment,
                              const struct uuid *experiment_id, gos_str variant,
                              uint64_t *out_count, gos_error *err);
    bool (*find_user)(struct roster *roster, gos_str environment, gos_str device_id,
                      gos_arena *arena, gos_str *out_user, gos_error *err);
    bool (*list_devices)(struct roster *roster, gos_str environment, gos_str user_id,
                         gos_arena *arena, gos_str **out, uint32_t *out_count, gos_error *err);
    bool (*find_profile)(struct roster *roster, gos_str environment, gos_str user_id,
                         enum profile_source source, gos_arena *arena, gos_str *out_attributes,
                         gos_error *err);
    /* The items have passed roster_check. */
    bool (*commit)(struct roster *roster, struct roster_item *items, size_t count, int64_t now_ms,
                   gos_arena *arena, gos_error *err);
    bool (*spool_read)(struct roster *roster, uint64_t sequence, uint32_t count_max,
                       size_t bytes_max, gos_arena *arena, struct roster_facts *out,
                       gos_error *err);
    bool (*spool_trim)(struct roster *roster, uint64_t sequence, gos_error *err);
    void (*spool_depth)(struct roster *roster, struct roster_spool_depth *out);
    bool (*delete_assignments)(struct roster *roster, gos_str environment,
                               const struct uuid *experiment_id, uint32_t limit, bool dry,
                               uint64_t *out_count, bool *out_more, gos_error *err);
    bool (*forget)(struct roster *roster, gos_str environment, gos_str user_id, int64_t now_ms,
                   uint64_t *out_count, gos_error *err);
    void (*forget_event_ids)(struct roster *roster, int64_t ms);
    bool (*backup)(struct roster *roster, const char *folder, gos_error *err);
    bool (*compact)(struct roster *roster, gos_error *err);
    bool (*stats)(struct roster *roster, struct roster_stats *out, gos_error *err);
};

/* Stands first in every backend's own struct. */
struct roster {
    const struct roster_backend *backend;
};

#endif
