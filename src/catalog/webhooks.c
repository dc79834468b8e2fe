/* Passes every call on to the backend. */
#include "catalog/webhooks.h"

#include "catalog/backend.h"

bool catalog_add_webhook(struct catalog *catalog, const struct webhook *webhook, gos_error *err)
{
    return catalog->backend->add_webhook(catalog, webhook, err);
}

bool catalog_list_webhooks(struct catalog *catalog, gos_str environment, gos_arena *arena,
                           struct webhook **out, uint32_t *out_count, gos_error *err)
{
    return catalog->backend->list_webhooks(catalog, environment, arena, out, out_count, err);
}

bool catalog_change_webhook(struct catalog *catalog, const struct webhook *webhook, gos_str actor,
                            int64_t now_ms, gos_error *err)
{
    return catalog->backend->change_webhook(catalog, webhook, actor, now_ms, err);
}

bool catalog_delete_webhook(struct catalog *catalog, gos_str environment, struct uuid id,
                            gos_str actor, int64_t now_ms, gos_error *err)
{
    return catalog->backend->delete_webhook(catalog, environment, id, actor, now_ms, err);
}

bool catalog_read_log(struct catalog *catalog, gos_arena *arena, struct log_entry **out,
                      uint32_t *out_count, gos_error *err)
{
    return catalog->backend->read_log(catalog, arena, out, out_count, err);
}

bool catalog_add_deliveries(struct catalog *catalog, const struct delivery *deliveries,
                            size_t count, int64_t passed, gos_error *err)
{
    return catalog->backend->add_deliveries(catalog, deliveries, count, passed, err);
}

bool catalog_due_deliveries(struct catalog *catalog, int64_t now_ms, uint32_t limit,
                            gos_arena *arena, struct delivery **out, uint32_t *out_count,
                            gos_error *err)
{
    return catalog->backend->due_deliveries(catalog, now_ms, limit, arena, out, out_count, err);
}

bool catalog_note_delivery(struct catalog *catalog, const struct delivery *delivery, gos_error *err)
{
    return catalog->backend->note_delivery(catalog, delivery, err);
}

bool catalog_list_deliveries(struct catalog *catalog, gos_str environment, struct uuid webhook,
                             uint32_t limit, gos_arena *arena, struct delivery **out,
                             uint32_t *out_count, gos_error *err)
{
    return catalog->backend->list_deliveries(catalog, environment, webhook, limit, arena, out,
                                             out_count, err);
}
