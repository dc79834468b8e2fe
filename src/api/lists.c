/* Answers without what nobody asked for. */
#include "api/lists.h"

#include "base/arena.h"
#include "base/limits.h"
#include "model/segment.h"

static const size_t LISTS_BYTES_MAX = (size_t)2 << 30;

void lists_allow(struct http_request *request)
{
    arena_allow(request->arena, LISTS_BYTES_MAX);
}

bool lists_cut(struct http_request *request, const struct definition *definition, gos_str *out_body,
               gos_error *err)
{
    int64_t most;
    *out_body = definition->body;
    if (definition->kind != KIND_SEGMENT || !http_query(request, "ids_max").data)
        return true;
    return http_query_int(request, "ids_max", 0, SEGMENT_IDS_MAX, 0, &most, err) &&
           segment_cut(definition->body, most, request->arena, out_body, err);
}
