/*
 * Webhooks and what is on its way to them. What a webhook is told of is read from the audit log, so
 * that nothing is told that did not happen, and all that happened is told, also after a crash.
 */
#ifndef CATALOG_WEBHOOKS_H
#define CATALOG_WEBHOOKS_H

#include "catalog/catalog.h"

struct webhook {
    struct uuid id;
    gos_str environment;
    gos_str name;
    gos_str url;
    gos_str secret; /* whsec_ and base64 */
    gos_str events; /* JSON: a list of patterns */
    bool enabled;
    gos_str created_by;
    int64_t created_at;
};

struct log_entry {
    int64_t sequence;
    gos_str environment;
    int64_t at;
    gos_str actor, action, kind, name;
    struct uuid id;
    bool has_id;
};

struct delivery {
    struct uuid id;
    struct uuid webhook;
    gos_str type;
    gos_str body;
    int64_t created_at;
    int64_t next_at;     /* TIME_NONE: it has ended */
    int64_t attempts;    /* so far */
    gos_str status;      /* pending, delivered or failed */
    int64_t last_at;     /* of the last attempt, or TIME_NONE */
    int64_t http_status; /* of the last answer; 0: none */
    gos_str error;       /* why the last attempt failed, or empty */
    /* Where due_deliveries found it to go. */
    gos_str url;
    gos_str secret;
};

enum { DELIVERIES_KEPT = 1000, LOG_PAGE = 200 };

/* CONFLICT: the name is taken. */
bool catalog_add_webhook(struct catalog *catalog, const struct webhook *webhook, gos_error *err);
/* Of one environment, or of all when empty; by name. */
bool catalog_list_webhooks(struct catalog *catalog, gos_str environment, gos_arena *arena,
                           struct webhook **out, uint32_t *out_count, gos_error *err);
/* name, url, secret, events and enabled of the one with this id. NOT_FOUND; CONFLICT: the name. */
bool catalog_change_webhook(struct catalog *catalog, const struct webhook *webhook, gos_str actor,
                            int64_t now_ms, gos_error *err);
/* With its deliveries. NOT_FOUND. */
bool catalog_delete_webhook(struct catalog *catalog, gos_str environment, struct uuid id,
                            gos_str actor, int64_t now_ms, gos_error *err);
/* The oldest entries of the audit log that catalog_add_deliveries has not passed yet. */
bool catalog_read_log(struct catalog *catalog, gos_arena *arena, struct log_entry **out,
                      uint32_t *out_count, gos_error *err);
/* All, and that the log is passed up to `passed` (0: as before), or nothing. Old ones that have
 * ended give way: a webhook keeps DELIVERIES_KEPT. */
bool catalog_add_deliveries(struct catalog *catalog, const struct delivery *deliveries,
                            size_t count, int64_t passed, gos_error *err);
/* Those to be sent by now to webhooks that are enabled, at most 20 of each, the longest due first.
 */
bool catalog_due_deliveries(struct catalog *catalog, int64_t now_ms, uint32_t limit,
                            gos_arena *arena, struct delivery **out, uint32_t *out_count,
                            gos_error *err);
/* What became of an attempt: attempts, status, next_at, last_at, http_status, error. */
bool catalog_note_delivery(struct catalog *catalog, const struct delivery *delivery,
                           gos_error *err);
/* Of one webhook, newest first. */
bool catalog_list_deliveries(struct catalog *catalog, gos_str environment, struct uuid webhook,
                             uint32_t limit, gos_arena *arena, struct delivery **out,
                             uint32_t *out_count, gos_error *err);

#endif
