/* An earlier version of a definition: the log of changes keeps every body. */
#include "api/revert.h"

#include "api/carry.h"
#include "base/limits.h"
#include "base/time.h"

#include <inttypes.h>

static const struct field revert_fields[] = {
    {"to", FIELD_INTEGER, FIELD_REQUIRED, 1, INT32_MAX, NULL, NULL, NULL},
    {"version", FIELD_INTEGER, FIELD_FREE, 1, INT32_MAX, NULL, NULL, NULL},
};
static const struct record revert_record = {"a return to an earlier version", revert_fields, 2};

static int64_t integer_of(const struct json *object, const char *name)
{
    int64_t number = 0;
    const struct json *value = json_find(object, gos_str_from(name));
    return value && json_is_integer(value, &number) ? number : 0;
}

/* The change that left it at this version, among those of the page; 0: none of them did. */
static bool page_search(struct http_request *request, const struct audit_page *page,
                        int64_t version, int64_t *out_sequence, gos_error *err)
{
    *out_sequence = 0;
    for (uint32_t i = 0; i < page->count && !*out_sequence; i++) {
        const struct json *after;
        if (page->items[i].after.len == 0)
            continue;
        if (!json_read(page->items[i].after, request->arena, &after, err))
            return false;
        if (integer_of(after, "version") == version)
            *out_sequence = page->items[i].sequence;
    }
    return true;
}

/* Searched without long lists of ids, of which each change of a segment has two. */
static bool log_search(struct http_request *request, struct audit_query query, int64_t version,
                       int64_t *out_sequence, gos_error *err)
{
    struct audit_page page;
    query.ids_max = 1;
    query.limit = PAGE_ITEMS_DEFAULT;
    do {
        if (!catalog_list_audit(api_of(request)->catalog, &query, request->arena, &page, err) ||
            !page_search(request, &page, version, out_sequence, err))
            return false;
        query.cursor = page.next;
    } while (!*out_sequence && page.next.len > 0);
    return *out_sequence ||
           gos_fail(err, GOS_NOT_FOUND, "/to",
                    "the log of changes has no version %" PRId64 " of it", version);
}

/* The whole body that the definition had at the version. */
static bool log_read(struct http_request *request, const struct definition *stored, int64_t version,
                     const struct json **out, gos_error *err)
{
    char id[UUID_TEXT_BYTES];
    int64_t sequence;
    struct audit_page page;
    uuid_write(&stored->id, id);
    struct audit_query query = {.environment = stored->environment,
                                .kind = gos_str_from(kind_word(stored->kind)),
                                .id = gos_str_from(id),
                                .since = TIME_NONE,
                                .until = TIME_NONE,
                                .limit = 1};
    if (!log_search(request, query, version, &sequence, err))
        return false;
    query.cursor = gos_arena_print(request->arena, "%" PRId64, sequence + 1);
    return catalog_list_audit(api_of(request)->catalog, &query, request->arena, &page, err) &&
           (page.count == 1 || gos_fail(err, GOS_NOT_FOUND, "/to", "the change is gone")) &&
           json_read(page.items[0].after, request->arena, out, err);
}

bool revert_find(struct http_request *request, const struct definition *stored,
                 const struct json *body, const struct json **out, gos_error *err)
{
    const struct json *earlier;
    struct json_writer json;
    struct text text;
    if (!change_check_body(request, &revert_record, &body, err))
        return false;
    int64_t version = integer_of(body, "to");
    if (version >= stored->version)
        return gos_fail(err, GOS_BAD_INPUT, "/to",
                        "it is at version %" PRId64 "; \"to\" must be an earlier one",
                        stored->version);
    if (!log_read(request, stored, version, &earlier, err))
        return false;
    text_init(&text, request->arena);
    json_writer_init(&json, &text);
    carry_write(&json, earlier);
    return text_ok(&text, err) && json_read(text_str(&text), request->arena, out, err);
}
