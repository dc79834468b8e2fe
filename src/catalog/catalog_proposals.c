/* Passes calls about proposals to the backend. */
#include "catalog/proposals.h"

#include "catalog/backend.h"

bool catalog_requires_approval(struct catalog *catalog, gos_str environment, bool *out,
                               gos_error *err)
{
    return catalog->backend->requires_approval(catalog, environment, out, err);
}

bool catalog_set_approval(struct catalog *catalog, gos_str environment, bool requires_approval,
                          gos_str actor, int64_t now_ms, gos_error *err)
{
    return catalog->backend->set_approval(catalog, environment, requires_approval, actor, now_ms,
                                          err);
}

bool catalog_add_proposal(struct catalog *catalog, const struct proposal *proposal, gos_error *err)
{
    return catalog->backend->add_proposal(catalog, proposal, err);
}

bool catalog_find_proposal(struct catalog *catalog, gos_str environment, struct uuid id,
                           gos_arena *arena, struct proposal *out, bool *out_found, gos_error *err)
{
    return catalog->backend->find_proposal(catalog, environment, id, arena, out, out_found, err);
}

bool catalog_list_proposals(struct catalog *catalog, gos_str environment, gos_str status,
                            uint32_t limit, gos_arena *arena, struct proposal **out,
                            uint32_t *out_count, gos_error *err)
{
    return catalog->backend->list_proposals(catalog, environment, status, limit, arena, out,
                                            out_count, err);
}

bool catalog_end_proposal(struct catalog *catalog, const struct proposal_end *end, gos_error *err)
{
    return catalog->backend->end_proposal(catalog, end, err);
}
