/* What the compiler finds legal but dubious in an environment's definitions. */
#include "api/api.h"
#include "jobs/publisher.h"
#include "model/document.h"

#define DOCUMENT_BYTES_MAX ((size_t)4 << 30)

static bool is_asked_for(const struct http_request *request, const struct document_place *place)
{
    gos_str kind = http_query(request, "kind"), name = http_query(request, "name");
    return (!kind.data || gos_str_equal(kind, gos_str_from(kind_word(place->kind)))) &&
           (!name.data || gos_str_equal(name, place->name));
}

static int64_t write_all(const struct http_request *request, const gos_report *report,
                         const struct json *document, struct json_writer *json)
{
    int64_t count = 0;
    for (uint32_t i = 0; i < report->count; i++) {
        struct document_place place;
        if (!document_find(document, report->findings[i].pointer, &place) ||
            !is_asked_for(request, &place))
            continue;
        json_open_object(json);
        json_name(json, "kind");
        json_text(json, gos_str_from(kind_word(place.kind)));
        json_name(json, "name");
        json_text(json, place.name);
        json_name(json, "pointer");
        json_text(json, place.rest);
        json_name(json, "message");
        json_text(json, report->findings[i].message);
        json_close_object(json);
        count++;
    }
    return count;
}

void api_warnings_list(struct http_request *request, struct http_response *response)
{
    struct api *api = api_of(request);
    gos_compile_options options = publisher_compile_options(api->publisher);
    struct document_checked checked = {0};
    const struct json *tree;
    gos_str document;
    gos_error err;
    int64_t sequence;
    struct api_answer answer;
    gos_arena *arena = gos_arena_open(DOCUMENT_BYTES_MAX);
    bool done = (arena || gos_fail(&err, GOS_OUT_OF_MEMORY, "", "no memory for the definitions")) &&
                catalog_document(api->catalog, api_environment(request), CATALOG_NOW, arena,
                                 &document, &sequence, &err) &&
                json_read(document, arena, &tree, &err) &&
                document_check(document, &options, NULL, 0, &checked, &err);
    if (done) {
        api_write_list_begin(request, &answer);
        int64_t count = write_all(request, &checked.report, tree, &answer.json);
        api_write_list_end(&answer, GOS_LIT(""), count);
        api_write_end(request, response, &answer, 200);
    } else {
        http_fail(request, response, &err);
    }
    gos_arena_close(checked.arena);
    gos_arena_close(arena);
}
