/* The log of changes: who, when, before and after. */
#include "api/change.h"
#include "base/limits.h"
#include "base/time.h"

#include <inttypes.h>
#include <stdio.h>

/* Longer lists of a segment are counted, unless the caller wants more: an entry has two of them. */
enum { IDS_SHOWN_MAX = 1000 };

static bool query_time(const struct http_request *request, const char *name, int64_t *out,
                       gos_error *err)
{
    char pointer[32];
    gos_str value = http_query_text(request, name);
    *out = TIME_NONE;
    if (value.len == 0 || time_read(value, out))
        return true;
    snprintf(pointer, sizeof pointer, "/%s", name);
    return gos_fail(err, GOS_BAD_INPUT, pointer,
                    "\"%s\" is no date; it must be like 2026-01-31T09:00:00Z or 2026-01-31", name);
}

static bool audit_read(struct http_request *request, struct audit_query *out, gos_error *err)
{
    int64_t limit;
    *out = (struct audit_query){.environment = api_environment(request),
                                .kind = http_query_text(request, "kind"),
                                .id = http_query_text(request, "id"),
                                .name = http_query_text(request, "name"),
                                .actor = http_query_text(request, "actor"),
                                .action = http_query_text(request, "action"),
                                .cursor = http_query_text(request, "cursor")};
    if (!query_time(request, "since", &out->since, err) ||
        !query_time(request, "until", &out->until, err) ||
        !http_query_int(request, "limit", 1, PAGE_ITEMS_MAX, PAGE_ITEMS_DEFAULT, &limit, err))
        return false;
    out->limit = (uint32_t)limit;
    return http_query_int(request, "ids_max", 1, SEGMENT_IDS_MAX, IDS_SHOWN_MAX, &out->ids_max,
                          err);
}

static void json_member(struct json_writer *json, const char *name, gos_str value)
{
    json_name(json, name);
    if (value.len > 0)
        json_raw(json, value);
    else
        json_null(json);
}

static void entry_write(struct http_request *request, struct json_writer *json,
                        const struct audit_entry *entry)
{
    char at[TIME_TEXT_BYTES];
    time_write(entry->at, at);
    json_open_object(json);
    api_write_text(json, "id", gos_arena_print(request->arena, "%" PRId64, entry->sequence));
    api_write_text(json, "environment", entry->environment);
    api_write_text(json, "at", gos_str_from(at));
    api_write_text(json, "actor", entry->actor);
    api_write_text(json, "action", entry->action);
    api_write_text(json, "kind", entry->kind);
    api_write_text(json, "target_id", entry->id);
    api_write_text(json, "name", entry->name);
    json_member(json, "before", entry->before);
    json_member(json, "after", entry->after);
    json_close_object(json);
}

void api_audit_list(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct audit_query query;
    struct audit_page page;
    struct api_answer answer;
    if (!audit_read(request, &query, &err) ||
        !catalog_list_audit(api_of(request)->catalog, &query, request->arena, &page, &err)) {
        http_fail(request, response, &err);
        return;
    }
    api_write_list_begin(request, &answer);
    for (uint32_t i = 0; i < page.count; i++)
        entry_write(request, &answer.json, &page.items[i]);
    api_write_list_end(&answer, page.next, page.total);
    api_write_end(request, response, &answer, 200);
}
