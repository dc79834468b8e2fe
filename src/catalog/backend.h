/* What a backend of the catalog implements; see catalog.h for what each function promises. */
#ifndef CATALOG_BACKEND_H
#define CATALOG_BACKEND_H

#include "catalog/advice.h"
#include "catalog/catalog.h"
#include "catalog/graph.h"
#include "catalog/members.h"
#include "catalog/places.h"
#include "catalog/proposals.h"
#include "catalog/webhooks.h"

struct catalog_backend {
    const char *name;
    bool (*open)(const struct catalog_options *, struct catalog **, gos_error *);
    void (*close)(struct catalog *);
    bool (*list_environments)(struct catalog *, gos_arena *, struct environment **, uint32_t *,
                              gos_error *);
    bool (*add_environment)(struct catalog *, gos_str, gos_str, int64_t, gos_error *);
    bool (*apply)(struct catalog *, const struct catalog_write *, const struct catalog_change *,
                  size_t, int64_t *, gos_error *);
    bool (*find)(struct catalog *, gos_str, enum kind, gos_str, gos_arena *, struct definition *,
                 bool *, gos_error *);
    bool (*has_id)(struct catalog *, struct uuid, bool *, gos_error *);
    bool (*list)(struct catalog *, const struct catalog_query *, gos_arena *, struct catalog_page *,
                 gos_error *);
    bool (*list_overrides)(struct catalog *, gos_str, gos_str, gos_str, gos_str, uint32_t,
                           gos_arena *, struct override_page *, gos_error *);
    bool (*find_override)(struct catalog *, gos_str, gos_str, gos_str, gos_arena *,
                          struct override *, bool *, gos_error *);
    bool (*sequence)(struct catalog *, gos_str, int64_t *, gos_error *);
    bool (*document)(struct catalog *, gos_str, int64_t, gos_arena *, gos_str *, int64_t *,
                     gos_error *);
    bool (*note_ruleset)(struct catalog *, gos_str, const struct ruleset_note *, gos_error *);
    bool (*list_decisive)(struct catalog *, gos_str, struct uuid, bool, uint32_t, gos_arena *,
                          int64_t **, uint32_t *, gos_error *);
    bool (*list_rulesets)(struct catalog *, gos_str, int64_t, uint32_t, gos_arena *,
                          struct ruleset_note **, uint32_t *, gos_error *);
    bool (*list_audit)(struct catalog *, const struct audit_query *, gos_arena *,
                       struct audit_page *, gos_error *);
    bool (*add_key)(struct catalog *, const struct api_key *, gos_error *);
    bool (*find_key)(struct catalog *, gos_str, gos_arena *, struct api_key *, bool *, gos_error *);
    bool (*list_keys)(struct catalog *, gos_str, gos_arena *, struct api_key **, uint32_t *,
                      gos_error *);
    bool (*revoke_key)(struct catalog *, gos_str, struct uuid, gos_str, int64_t, gos_error *);
    bool (*touch_key)(struct catalog *, struct uuid, int64_t, gos_error *);
    bool (*add_results)(struct catalog *, const struct result *, size_t, gos_error *);
    bool (*latest_results)(struct catalog *, gos_str, struct uuid, gos_arena *, struct result **,
                           uint32_t *, gos_error *);
    bool (*result_history)(struct catalog *, gos_str, struct uuid, gos_str, int64_t, uint32_t,
                           gos_arena *, struct result **, uint32_t *, gos_error *);
    bool (*put_advice)(struct catalog *, const struct advice *, gos_error *);
    bool (*add_member)(struct catalog *, const struct member *, gos_error *);
    bool (*find_member)(struct catalog *, gos_str, gos_arena *, struct member *, bool *,
                        gos_error *);
    bool (*list_members)(struct catalog *, gos_arena *, struct member **, uint32_t *, gos_error *);
    bool (*put_member)(struct catalog *, const struct member *, bool, gos_str, int64_t,
                       gos_error *);
    bool (*delete_member)(struct catalog *, const struct member *, gos_str, int64_t, gos_error *);
    bool (*note_access)(struct catalog *, const struct access_note *, gos_error *);
    bool (*add_session)(struct catalog *, const struct session *, gos_error *);
    bool (*list_sessions)(struct catalog *, gos_arena *, struct session **, uint32_t *,
                          gos_error *);
    bool (*touch_session)(struct catalog *, gos_str, int64_t, gos_error *);
    bool (*end_session)(struct catalog *, gos_str, gos_error *);
    bool (*prune_sessions)(struct catalog *, int64_t, int64_t, gos_error *);
    bool (*add_usage)(struct catalog *, const struct flag_usage *, size_t, gos_error *);
    bool (*list_usage)(struct catalog *, gos_str, gos_arena *, struct flag_usage **, uint32_t *,
                       gos_error *);
    bool (*requires_approval)(struct catalog *, gos_str, bool *, gos_error *);
    bool (*set_approval)(struct catalog *, gos_str, bool, gos_str, int64_t, gos_error *);
    bool (*add_proposal)(struct catalog *, const struct proposal *, gos_error *);
    bool (*find_proposal)(struct catalog *, gos_str, struct uuid, gos_arena *, struct proposal *,
                          bool *, gos_error *);
    bool (*list_proposals)(struct catalog *, gos_str, gos_str, uint32_t, gos_arena *,
                           struct proposal **, uint32_t *, gos_error *);
    bool (*end_proposal)(struct catalog *, const struct proposal_end *, gos_error *);
    bool (*add_webhook)(struct catalog *, const struct webhook *, gos_error *);
    bool (*list_webhooks)(struct catalog *, gos_str, gos_arena *, struct webhook **, uint32_t *,
                          gos_error *);
    bool (*change_webhook)(struct catalog *, const struct webhook *, gos_str, int64_t, gos_error *);
    bool (*delete_webhook)(struct catalog *, gos_str, struct uuid, gos_str, int64_t, gos_error *);
    bool (*read_log)(struct catalog *, gos_arena *, struct log_entry **, uint32_t *, gos_error *);
    bool (*add_deliveries)(struct catalog *, const struct delivery *, size_t, int64_t, gos_error *);
    bool (*due_deliveries)(struct catalog *, int64_t, uint32_t, gos_arena *, struct delivery **,
                           uint32_t *, gos_error *);
    bool (*note_delivery)(struct catalog *, const struct delivery *, gos_error *);
    bool (*list_deliveries)(struct catalog *, gos_str, struct uuid, uint32_t, gos_arena *,
                            struct delivery **, uint32_t *, gos_error *);
    bool (*get_graph)(struct catalog *, gos_str, enum kind, gos_str, gos_arena *, struct graph *,
                      gos_error *);
    bool (*list_places)(struct catalog *, enum kind, gos_str, gos_arena *, struct place **,
                        uint32_t *, gos_error *);
    bool (*backup)(struct catalog *, const char *, gos_error *);
};

/* Every backend's handle begins with this. */
struct catalog {
    const struct catalog_backend *backend;
};

#define BACKEND(name) extern const struct catalog_backend catalog_backend_##name;
#include "catalog/backends.def"
#undef BACKEND

#endif
