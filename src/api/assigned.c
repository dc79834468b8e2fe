/* GET /api/v1/experiments/{id}/assignments: who is in an experiment, page by page. */
#include "api/assignment_write.h"
#include "base/limits.h"
#include "roster/roster.h"

/* Cursors are units as they are; hexadecimal keeps them safe in a URL. */
static gos_str cursor_encode(gos_str raw, gos_arena *arena)
{
    struct text text;
    text_init(&text, arena);
    for (size_t i = 0; i < raw.len; i++)
        text_print(&text, "%02x", (unsigned char)raw.data[i]);
    return text_str(&text);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool cursor_decode(gos_str cursor, gos_arena *arena, gos_str *out, gos_error *err)
{
    char *raw = gos_arena_take(arena, cursor.len / 2 + 1, err);
    if (!raw)
        return false;
    for (size_t i = 0; i + 1 < cursor.len; i += 2) {
        int high = hex_digit(cursor.data[i]), low = hex_digit(cursor.data[i + 1]);
        if (high < 0 || low < 0)
            return gos_fail(err, GOS_BAD_INPUT, "/cursor", "cursor is none that a list has given");
        raw[i / 2] = (char)(high * 16 + low);
    }
    *out = (gos_str){raw, cursor.len / 2};
    return cursor.len % 2 == 0 ||
           gos_fail(err, GOS_BAD_INPUT, "/cursor", "cursor is none that a list has given");
}

static bool page_find(struct http_request *request, struct roster_page *page, uint64_t *out_total,
                      gos_error *err)
{
    struct api *api = api_of(request);
    gos_str environment = api_environment(request), cursor;
    gos_str variant = http_query_text(request, "variant");
    struct definition experiment;
    int64_t limit;
    return http_query_int(request, "limit", 1, PAGE_ITEMS_MAX, PAGE_ITEMS_DEFAULT, &limit, err) &&
           cursor_decode(http_query_text(request, "cursor"), request->arena, &cursor, err) &&
           catalog_get(api->catalog, environment, KIND_EXPERIMENT, http_param(request, "id"),
                       request->arena, &experiment, err) &&
           roster_list_experiment(api->roster, environment, &experiment.id, variant, cursor,
                                  (uint32_t)limit, request->arena, page, err) &&
           roster_count_assignments(api->roster, environment, &experiment.id, variant, out_total,
                                    err);
}

void api_assigned_list(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct roster_page page;
    uint64_t total;
    if (!page_find(request, &page, &total, &err)) {
        http_fail(request, response, &err);
        return;
    }
    struct api_answer answer;
    api_write_list_begin(request, &answer);
    for (uint32_t i = 0; i < page.count; i++)
        assignment_write_json(&page.items[i], &answer.json);
    api_write_list_end(&answer, cursor_encode(page.next, request->arena), (int64_t)total);
    api_write_end(request, response, &answer, 200);
}
