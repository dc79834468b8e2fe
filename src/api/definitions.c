/*
 * Experiments, flags, metrics and segments: one set of handlers, since the field tables say what is
 * different. The kind is read from the route.
 */
#include "api/carry.h"
#include "api/change.h"
#include "api/flag_list.h"
#include "api/lists.h"
#include "api/revert.h"
#include "base/limits.h"
#include "base/secret.h"
#include "model/lifecycle.h"

#include <inttypes.h>
#include <stdio.h>

/* Writers that name no version are served in turn; this many times in a row one loses the race. */
enum { ATTEMPTS_MAX = 5 };

static bool sort_read(gos_str text, struct catalog_query *query, gos_error *err)
{
    static const struct {
        const char *word;
        enum catalog_sort sort;
    } sorts[] = {{"created_at", CATALOG_BY_CREATED},
                 {"key", CATALOG_BY_NAME},
                 {"name", CATALOG_BY_NAME},
                 {"status", CATALOG_BY_STATUS},
                 {"updated_at", CATALOG_BY_UPDATED}};
    query->descending = str_starts_with(text, GOS_LIT("-"));
    if (query->descending)
        text = (gos_str){text.data + 1, text.len - 1};
    for (size_t i = 0; i < sizeof sorts / sizeof sorts[0]; i++) {
        if (gos_str_equal(text, gos_str_from(sorts[i].word))) {
            query->sort = sorts[i].sort;
            return true;
        }
    }
    return gos_fail(err, GOS_BAD_INPUT, "/sort",
                    "lists are sorted by name, created_at, updated_at or status; - before it turns "
                    "the order");
}

/* "names" must be what the catalog is promised: a list of texts. */
static bool names_check(struct http_request *request, gos_str names, gos_error *err)
{
    const struct json *list;
    if (names.len == 0)
        return true;
    if (!json_read(names, request->arena, &list, err) || list->type != JSON_ARRAY ||
        list->count > PAGE_ITEMS_MAX)
        return gos_fail(err, GOS_BAD_INPUT, "/names",
                        "names must be a JSON list of at most %d names or ids", PAGE_ITEMS_MAX);
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->items[i].type != JSON_STRING)
            return gos_fail(err, GOS_BAD_INPUT, "/names", "names has %s; it holds texts only",
                            json_type_name(list->items[i].type));
    }
    return true;
}

static bool list_read(struct http_request *request, struct catalog_query *out, gos_error *err)
{
    int64_t limit;
    gos_str sort = http_query_text(request, "sort");
    gos_str enabled = http_query_text(request, "enabled");
    *out = (struct catalog_query){
        .environment = api_environment(request),
        .kind = change_kind(request),
        .name = http_query_text(request, "key"),
        .names = http_query_text(request, "names"),
        .text = http_query_text(request, "q"),
        .status = http_query_text(request, "status"),
        .type = http_query_text(request, "type"),
        .tag = http_query_text(request, "tag"),
        .owner = http_query_text(request, "owner"),
        .segment = http_query_text(request, "segment"),
        .metric = http_query_text(request, "metric"),
        .flag = http_query_text(request, "flag"),
        .layer = http_query_text(request, "layer"),
        .advice = http_query_text(request, "advice"),
        .cursor = http_query_text(request, "cursor"),
    };
    if (gos_str_equal(enabled, GOS_LIT("true")))
        out->status = GOS_LIT("enabled");
    if (gos_str_equal(enabled, GOS_LIT("false")))
        out->status = GOS_LIT("disabled");
    if (!http_query_int(request, "limit", 1, PAGE_ITEMS_MAX, PAGE_ITEMS_DEFAULT, &limit, err))
        return false;
    out->limit = (uint32_t)limit;
    if (!names_check(request, out->names, err))
        return false;
    return sort.len == 0 || sort_read(sort, out, err);
}

/* The body of an experiment with its advice; the same as it is when it is of another kind. */
static gos_str advised_body(const struct catalog_page *page, uint32_t i, gos_arena *arena)
{
    gos_str body = page->items[i].body;
    if (!page->advice)
        return body;
    gos_str kind = page->advice[i].kind, rest = page->advice[i].body;
    body.len--; /* the brace */
    if (rest.len == 0)
        return gos_arena_print(arena, "%.*s,\"advice\":{\"kind\":\"%.*s\"}}", GOS_ARG(body),
                               GOS_ARG(kind));
    rest = (gos_str){rest.data + 1, rest.len - 1};
    return gos_arena_print(arena, "%.*s,\"advice\":{\"kind\":\"%.*s\",%.*s}", GOS_ARG(body),
                           GOS_ARG(kind), GOS_ARG(rest));
}

/* Segments without their long lists, where the caller wants none. */
static bool page_cut(struct http_request *request, struct catalog_page *page, gos_error *err)
{
    for (uint32_t i = 0; i < page->count; i++) {
        if (!lists_cut(request, &page->items[i], &page->items[i].body, err))
            return false;
    }
    return true;
}

static bool page_read(struct http_request *request, struct flag_list *out,
                      struct catalog_query *query, gos_error *err)
{
    if (!list_read(request, query, err))
        return false;
    if (query->kind == KIND_SEGMENT)
        lists_allow(request);
    return query->kind == KIND_FLAG
               ? flag_list_read(request, query, out, err)
               : catalog_list(api_of(request)->catalog, query, request->arena, &out->page, err) &&
                     page_cut(request, &out->page, err);
}

void api_definitions_list(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct api_answer answer;
    struct catalog_query query;
    struct flag_list list;
    if (!page_read(request, &list, &query, &err)) {
        http_fail(request, response, &err);
        return;
    }
    api_write_list_begin(request, &answer);
    for (uint32_t i = 0; i < list.page.count; i++) {
        if (query.kind == KIND_FLAG)
            flag_list_write(&list, i, &answer.json);
        else
            json_raw(&answer.json, advised_body(&list.page, i, request->arena));
    }
    api_write_list_end(&answer, list.page.next, list.page.total);
    api_write_end(request, response, &answer, 200);
}

static bool get_named(struct http_request *request, struct definition *out, gos_error *err)
{
    if (change_kind(request) == KIND_SEGMENT)
        lists_allow(request);
    return catalog_get(api_of(request)->catalog, api_environment(request), change_kind(request),
                       request->params[0].value, request->arena, out, err);
}

void api_definitions_get(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct definition definition;
    char etag[32];
    if (!get_named(request, &definition, &err)) {
        http_fail(request, response, &err);
        return;
    }
    snprintf(etag, sizeof etag, "\"%" PRId64 "\"", definition.version);
    change_reply(request, response, 200, &definition);
    if (http_etag_matches(request, gos_str_from(etag))) {
        response->status = 304;
        response->body = GOS_LIT("");
    }
}

static void create(struct http_request *request, struct http_response *response,
                   const struct json *body)
{
    gos_error err;
    struct definition made;
    struct definition_input input = {.kind = change_kind(request),
                                     .id = secret_uuid(request->now_ms),
                                     .environment = api_environment(request),
                                     .actor = api_actor(request),
                                     .json = body,
                                     .now_ms = request->now_ms};
    struct catalog_change change = {.operation = CATALOG_PUT,
                                    .definition = &made,
                                    .expected_version = CATALOG_VERSION_NEW,
                                    .action = GOS_LIT("create"),
                                    .pointer = ""};
    if (!definition_read(&input, request->arena, &made, &err) ||
        !change_apply(request, &change, 1, false, NULL, &err)) {
        change_fail(request, response, &err);
        return;
    }
    change_reply(request, response, 201, &made);
}

void api_definitions_post(struct http_request *request, struct http_response *response)
{
    const struct json *body;
    if (change_kind(request) == KIND_SEGMENT)
        lists_allow(request);
    if (api_read_body(request, response, false, &body))
        create(request, response, body);
}

static bool copy_make(struct http_request *request, const struct json *changes,
                      const struct json **out, gos_error *err)
{
    struct definition stored;
    struct text text;
    struct json_writer json;
    if (changes->type != JSON_OBJECT)
        return gos_fail(err, GOS_BAD_INPUT, "", "the body must be an object with the new name");
    if (!get_named(request, &stored, err))
        return false;
    text_init(&text, request->arena);
    json_writer_init(&json, &text);
    carry_copy(&json, stored.tree, kind_name_field(stored.kind), changes);
    return text_ok(&text, err) && json_read(text_str(&text), request->arena, out, err);
}

/* A new one with the same design and another id, so that its units are split anew. */
void api_definitions_copy(struct http_request *request, struct http_response *response)
{
    gos_error err;
    const struct json *changes, *body;
    if (!api_read_body(request, response, false, &changes))
        return;
    if (copy_make(request, changes, &body, &err))
        create(request, response, body);
    else
        change_fail(request, response, &err);
}

/* How a stored definition becomes the next one. */
typedef bool next_make(struct http_request *request, const struct definition *stored,
                       const struct json *body, gos_arena *arena, struct definition *out,
                       gos_error *err);

static bool make_once(struct http_request *request, const struct json *body, int64_t expected,
                      next_make *make, gos_str action, struct definition *out, gos_error *err)
{
    struct definition stored;
    struct catalog_change change = {
        .operation = CATALOG_PUT, .definition = out, .action = action, .pointer = ""};
    if (!get_named(request, &stored, err) || !change_check_version(expected, &stored, err) ||
        !make(request, &stored, body, request->arena, out, err))
        return false;
    change.expected_version = stored.version;
    return change_apply(request, &change, 1, false, NULL, err);
}

static void make_next(struct http_request *request, struct http_response *response,
                      bool may_be_empty, next_make *make, gos_str action)
{
    gos_error err;
    struct definition made;
    const struct json *body;
    int64_t expected;
    bool done = false;
    if (!api_read_body(request, response, may_be_empty, &body))
        return;
    if (!change_expected(request, body, &expected, &err)) {
        change_fail(request, response, &err);
        return;
    }
    for (int i = 0; i < ATTEMPTS_MAX && !done; i++) {
        done = make_once(request, body, expected, make, action, &made, &err);
        bool raced = !done && err.code == GOS_CONFLICT && expected == CATALOG_VERSION_ANY &&
                     strcmp(err.pointer, "/version") == 0;
        if (!raced)
            break;
    }
    if (done)
        change_reply(request, response, 200, &made);
    else
        change_fail(request, response, &err);
}

static bool make_written(struct http_request *request, const struct definition *stored,
                         const struct json *body, bool merge, struct definition *out,
                         gos_error *err)
{
    struct definition_input input = {.kind = stored->kind,
                                     .json = body,
                                     .stored = stored,
                                     .merge = merge,
                                     .environment = stored->environment,
                                     .actor = api_actor(request),
                                     .now_ms = request->now_ms};
    return definition_read(&input, request->arena, out, err);
}

static bool make_put(struct http_request *request, const struct definition *stored,
                     const struct json *body, gos_arena *arena, struct definition *out,
                     gos_error *err)
{
    (void)arena;
    return make_written(request, stored, body, false, out, err);
}

static bool make_patched(struct http_request *request, const struct definition *stored,
                         const struct json *body, gos_arena *arena, struct definition *out,
                         gos_error *err)
{
    (void)arena;
    return make_written(request, stored, body, true, out, err);
}

static bool make_reverted(struct http_request *request, const struct definition *stored,
                          const struct json *body, gos_arena *arena, struct definition *out,
                          gos_error *err)
{
    const struct json *earlier;
    (void)arena;
    return revert_find(request, stored, body, &earlier, err) &&
           make_written(request, stored, earlier, false, out, err);
}

static gos_str move_verb(const struct http_request *request)
{
    return gos_str_from(strrchr(request->route->pattern, '/') + 1);
}

static bool make_moved(struct http_request *request, const struct definition *stored,
                       const struct json *body, gos_arena *arena, struct definition *out,
                       gos_error *err)
{
    return definition_move(stored, move_verb(request), body, request->now_ms, arena, out, err);
}

void api_definitions_put(struct http_request *request, struct http_response *response)
{
    make_next(request, response, false, make_put, GOS_LIT("update"));
}

void api_definitions_patch(struct http_request *request, struct http_response *response)
{
    make_next(request, response, false, make_patched, GOS_LIT("update"));
}

void api_definitions_revert(struct http_request *request, struct http_response *response)
{
    make_next(request, response, false, make_reverted, GOS_LIT("revert"));
}

void api_experiments_move(struct http_request *request, struct http_response *response)
{
    make_next(request, response, true, make_moved, move_verb(request));
}

void api_definitions_delete(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct definition stored;
    int64_t expected;
    struct catalog_change change = {.operation = CATALOG_DELETE,
                                    .definition = &stored,
                                    .action = GOS_LIT("delete"),
                                    .pointer = ""};
    bool done =
        change_expected(request, NULL, &expected, &err) && get_named(request, &stored, &err) &&
        change_check_version(expected, &stored, &err) && definition_check_delete(&stored, &err);
    if (done) {
        change.expected_version = stored.version;
        done = change_apply(request, &change, 1, false, NULL, &err);
    }
    if (!done) {
        change_fail(request, response, &err);
        return;
    }
    response->status = 204;
    response->content_type = GOS_LIT("");
}
