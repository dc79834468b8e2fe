/* The functions of sqlite_webhook.c; see webhooks.h. */
#ifndef CATALOG_STORE_WEBHOOKS_H
#define CATALOG_STORE_WEBHOOKS_H

#include "catalog/webhooks.h"

bool store_add_webhook(struct catalog *, const struct webhook *, gos_error *);
bool store_change_webhook(struct catalog *, const struct webhook *, gos_str, int64_t, gos_error *);
bool store_list_webhooks(struct catalog *, gos_str, gos_arena *, struct webhook **, uint32_t *,
                         gos_error *);
bool store_delete_webhook(struct catalog *, gos_str, struct uuid, gos_str, int64_t, gos_error *);
bool store_read_log(struct catalog *, gos_arena *, struct log_entry **, uint32_t *, gos_error *);
bool store_add_deliveries(struct catalog *, const struct delivery *, size_t, int64_t, gos_error *);
bool store_due_deliveries(struct catalog *, int64_t, uint32_t, gos_arena *, struct delivery **,
                          uint32_t *, gos_error *);
bool store_note_delivery(struct catalog *, const struct delivery *, gos_error *);
bool store_list_deliveries(struct catalog *, gos_str, struct uuid, uint32_t, gos_arena *,
                           struct delivery **, uint32_t *, gos_error *);

#endif
