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

/* The body that a change of the page left at this version; NULL in *out: none of them did. */
static bool page_search(struct http_request *request, const struct audit_page *page,
                        int64_t version, const struct json **out, gos_error *err)
{
    *out = NULL;
    for (uint32_t i = 0; i < page->count && !*out; i++) {
        const struct json *after;
        if (page->items[i].after.len == 0)
            continue;
        if (!json_read(page->items[i].after, request->arena, &after, err))
            return false;
        if (integer_of(after, "version") == version)
            *out = after;
    }
    return true;
}

static bool log_search(struct http_request *request, const struct definition *stored,
                       int64_t version, const struct json **out, gos_error *err)
{
    char id[UUID_TEXT_BYTES];
    struct audit_page page;
    uuid_write(&stored->id, id);
    struct audit_query query = {.environment = stored->environment,
                                .kind = gos_str_from(kind_word(stored->kind)),
                                .id = gos_str_from(id),
                                .since = TIME_NONE,
                                .until = TIME_NONE,
                                .limit = PAGE_ITEMS_DEFAULT};
    *out = NULL;
    do {
        if (!catalog_list_audit(api_of(request)->catalog, &query, request->arena, &page, err) ||
            !page_search(request, &page, version, out, err))
            return false;
        query.cursor = page.next;
    } while (!*out && page.next.len > 0);
    return *out || gos_fail(err, GOS_NOT_FOUND, "/to",
                            "the log of changes has no version %" PRId64 " of it", version);
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
    if (!log_search(request, stored, version, &earlier, err))
        return false;
    text_init(&text, request->arena);
    json_writer_init(&json, &text);
    carry_write(&json, earlier);
    return text_ok(&text, err) && json_read(text_str(&text), request->arena, out, err);
}
