/*
 * The lists of a segment, include and exclude, by themselves: looked into, and written as text, one
 * id a line, since a million of them are too many for a field of a form.
 */
#include "api/ids.h"
#include "api/lists.h"
#include "base/limits.h"

#include <inttypes.h>

/* Writers that name no version are served in turn; this many times in a row one loses the race. */
enum { ATTEMPTS_MAX = 5, SHOWN_DEFAULT = 100, SHOWN_MAX = 10000 };

enum deed { REPLACE, APPEND, REMOVE };

struct ids_write {
    struct http_request *request;
    const char *list;
    enum deed deed;
    int64_t expected;
    struct ids sent;
    uint32_t before; /* ids in the list, before and after */
    uint32_t after;
    struct definition next;
};

/* The list that a route is about: the word behind {id}/ in its pattern. */
static const char *list_of(const struct http_request *request)
{
    return strstr(request->route->pattern, "/exclude") ? "exclude" : "include";
}

static bool stored_get(struct http_request *request, struct definition *out, gos_error *err)
{
    lists_allow(request);
    return catalog_get(api_of(request)->catalog, api_environment(request), KIND_SEGMENT,
                       http_param(request, "id"), request->arena, out, err);
}

static const struct json *stored_list(const struct definition *stored, const char *name)
{
    static const struct json empty = {.type = JSON_ARRAY};
    const struct json *list = json_find(stored->tree, gos_str_from(name));
    return list && list->type == JSON_ARRAY ? list : &empty;
}

/* What the list becomes: each id once. */
static bool list_make(struct ids_write *write, const struct json *stored, struct ids *out,
                      gos_error *err)
{
    gos_arena *arena = write->request->arena;
    if (write->deed == REPLACE) {
        *out = write->sent;
        return true;
    }
    uint32_t room = stored->count + (write->deed == APPEND ? write->sent.count : 0);
    if (!ids_init(out, room, arena, err))
        return false;
    for (uint32_t i = 0; i < stored->count; i++) {
        if (write->deed == APPEND || !ids_has(&write->sent, stored->items[i].text))
            ids_add(out, stored->items[i].text);
    }
    for (uint32_t i = 0; write->deed == APPEND && i < write->sent.count; i++)
        ids_add(out, write->sent.items[i].text);
    return out->count <= SEGMENT_IDS_MAX ||
           gos_fail(err, GOS_BAD_INPUT, "",
                    "the list would have %" PRIu32 " ids; it has at most %d", out->count,
                    SEGMENT_IDS_MAX);
}

static bool write_once(struct ids_write *write, gos_error *err)
{
    struct http_request *request = write->request;
    struct definition stored;
    struct ids list;
    gos_str name = gos_str_from(write->list);
    if (!stored_get(request, &stored, err) ||
        !change_check_version(write->expected, &stored, err) ||
        !list_make(write, stored_list(&stored, write->list), &list, err))
        return false;
    write->before = stored_list(&stored, write->list)->count;
    write->after = list.count;
    struct json items = {
        .type = list.count > 0 ? JSON_ARRAY : JSON_NULL, .count = list.count, .items = list.items};
    struct json body = {.type = JSON_OBJECT, .count = 1, .items = &items, .names = &name};
    struct definition_input input = {.kind = KIND_SEGMENT,
                                     .json = &body,
                                     .stored = &stored,
                                     .merge = true,
                                     .environment = stored.environment,
                                     .actor = api_actor(request),
                                     .now_ms = request->now_ms};
    struct catalog_change change = {.operation = CATALOG_PUT,
                                    .definition = &write->next,
                                    .expected_version = stored.version,
                                    .action = GOS_LIT("update"),
                                    .pointer = ""};
    return definition_read(&input, request->arena, &write->next, err) &&
           change_apply(request, &change, 1, false, NULL, err);
}

/* As often as another writer was faster, when the caller named no version. */
static bool write_all(struct ids_write *write, gos_error *err)
{
    bool done = false, raced = true;
    gos_arena_mark mark = gos_arena_mark_take(write->request->arena);
    for (int i = 0; i < ATTEMPTS_MAX && !done && raced; i++) {
        gos_arena_mark_return(write->request->arena, mark);
        done = write_once(write, err);
        raced = !done && err->code == GOS_CONFLICT && write->expected == CATALOG_VERSION_ANY &&
                strcmp(err->pointer, "/version") == 0;
    }
    return done;
}

static void write_reply(const struct ids_write *write, struct http_response *response)
{
    struct http_request *request = write->request;
    struct api_answer answer;
    api_write_begin(request, &answer);
    json_open_object(&answer.json);
    api_write_text(&answer.json, "segment", write->next.name);
    api_write_text(&answer.json, "list", gos_str_from(write->list));
    json_put_int(&answer.json, "count", write->after);
    json_put_int(&answer.json, "before", write->before);
    json_put_int(&answer.json, "sent", write->sent.count);
    json_put_int(&answer.json, "version", write->next.version);
    json_close_object(&answer.json);
    http_add(request, response, "ETag",
             gos_arena_print(request->arena, "\"%" PRId64 "\"", write->next.version));
    api_write_end(request, response, &answer, 200);
}

static bool is_csv(const struct http_request *request)
{
    return gos_str_equal(http_query_text(request, "format"), GOS_LIT("csv")) ||
           str_starts_with(http_header(request, "Content-Type"), GOS_LIT("text/csv"));
}

static void ids_write(struct http_request *request, struct http_response *response, enum deed deed)
{
    gos_error err;
    struct ids_write write = {.request = request, .list = list_of(request), .deed = deed};
    lists_allow(request);
    if (change_expected(request, NULL, &write.expected, &err) &&
        ids_read(request->body, is_csv(request), request->arena, &write.sent, &err) &&
        write_all(&write, &err))
        write_reply(&write, response);
    else
        change_fail(request, response, &err);
}

void api_segment_ids_put(struct http_request *request, struct http_response *response)
{
    ids_write(request, response, REPLACE);
}

void api_segment_ids_append(struct http_request *request, struct http_response *response)
{
    ids_write(request, response, APPEND);
}

void api_segment_ids_remove(struct http_request *request, struct http_response *response)
{
    ids_write(request, response, REMOVE);
}

static void lines_reply(struct http_request *request, struct http_response *response,
                        const struct json *list)
{
    struct text text;
    text_init(&text, request->arena);
    for (uint32_t i = 0; i < list->count; i++) {
        text_add(&text, list->items[i].text);
        text_add_char(&text, '\n');
    }
    response->content_type = GOS_LIT("text/plain; charset=utf-8");
    http_reply(request, response, 200, &text);
}

static bool list_has(const struct json *list, gos_str id)
{
    uint32_t i = 0;
    while (i < list->count && !gos_str_equal(list->items[i].text, id))
        i++;
    return i < list->count;
}

static void list_reply(struct http_request *request, struct http_response *response,
                       const struct definition *stored, const struct json *list, uint32_t limit)
{
    struct api_answer answer;
    gos_str id = http_query(request, "user_id");
    api_write_begin(request, &answer);
    json_open_object(&answer.json);
    json_put_int(&answer.json, "count", list->count);
    json_name(&answer.json, "items");
    json_open_array(&answer.json);
    for (uint32_t i = 0; i < list->count && i < limit; i++)
        json_text(&answer.json, list->items[i].text);
    json_close_array(&answer.json);
    if (id.data)
        json_put_bool(&answer.json, "has", list_has(list, str_trim(id)));
    json_put_int(&answer.json, "version", stored->version);
    json_close_object(&answer.json);
    api_write_end(request, response, &answer, 200);
}

void api_segment_ids_get(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct definition stored;
    int64_t limit;
    if (!http_query_int(request, "limit", 0, SHOWN_MAX, SHOWN_DEFAULT, &limit, &err) ||
        !stored_get(request, &stored, &err)) {
        http_fail(request, response, &err);
        return;
    }
    const struct json *list = stored_list(&stored, list_of(request));
    if (str_starts_with(http_header(request, "Accept"), GOS_LIT("text/plain")))
        lines_reply(request, response, list);
    else
        list_reply(request, response, &stored, list, (uint32_t)limit);
}
