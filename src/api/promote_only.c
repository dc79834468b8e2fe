/* What stands in the caller's environment and not where a promotion is from: it stays as it is. */
#include "api/promote.h"

#include "base/hash.h"

/* The ids that the transfer writes to, by open addressing; index and one, 0: free. */
struct written {
    const struct transfer *transfer;
    uint32_t *slots;
    size_t mask;
};

static gos_str bytes_of(const struct uuid *id)
{
    return (gos_str){(const char *)id->bytes, UUID_BYTES};
}

static bool written_fill(struct written *written, gos_arena *arena, gos_error *err)
{
    size_t capacity = 16;
    while (capacity < 2 * written->transfer->count)
        capacity *= 2;
    written->mask = capacity - 1;
    written->slots = gos_arena_array(arena, capacity, sizeof *written->slots, err);
    for (size_t i = 0; written->slots && i < written->transfer->count; i++) {
        const struct transfer_item *item = &written->transfer->items[i];
        size_t at = hash_xxh3(bytes_of(&item->definition.id), 0) & written->mask;
        while (written->slots[at])
            at = (at + 1) & written->mask;
        written->slots[at] = (uint32_t)i + 1;
    }
    return written->slots != NULL;
}

static bool written_has(const struct written *written, const struct uuid *id)
{
    size_t at = hash_xxh3(bytes_of(id), 0) & written->mask;
    for (; written->slots[at]; at = (at + 1) & written->mask) {
        if (uuid_equal(&written->transfer->items[written->slots[at] - 1].definition.id, id))
            return true;
    }
    return false;
}

static void left_write(const struct written *written, enum kind kind, const struct json *list,
                       struct json_writer *json)
{
    for (uint32_t i = 0; list && i < list->count; i++) {
        struct uuid id;
        if (uuid_read(json_find_text(&list->items[i], "id"), &id) && written_has(written, &id))
            continue;
        json_open_object(json);
        json_put_text(json, "kind", gos_str_from(kind_word(kind)));
        json_put_text(json, "name", json_find_text(&list->items[i], kind_name_field(kind)));
        json_close_object(json);
    }
}

bool promote_find_only_here(struct http_request *request, struct transfer *transfer, gos_error *err)
{
    gos_str text;
    int64_t version;
    struct text out;
    struct json_writer json;
    const struct json *here;
    struct written written = {.transfer = transfer};
    if (!catalog_document(api_of(request)->catalog, api_environment(request), CATALOG_NOW,
                          transfer->arena, &text, &version, err) ||
        !json_read(text, transfer->arena, &here, err) ||
        !written_fill(&written, transfer->arena, err))
        return false;
    text_init(&out, transfer->arena);
    json_writer_init(&json, &out);
    json_open_array(&json);
    for (int kind = 0; kind < KIND_COUNT; kind++)
        left_write(&written, (enum kind)kind,
                   json_find(here, gos_str_from(kind_plural((enum kind)kind))), &json);
    json_close_array(&json);
    transfer->only_here = text_str(&out);
    return text_ok(&out, err);
}
