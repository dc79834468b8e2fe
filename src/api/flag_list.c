/* Flags as lists show them. States of other environments only to who may work there. */
#include "api/flag_list.h"

#include "api/usage.h"
#include "base/text.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "catalog/places.h"

enum { STALE_DAYS_MAX = 3650, STALE_DAYS_DEFAULT = 30 };
/* A list may show the use of flags as late as this. */
enum { LIST_AGE_MS = 5000 };

static const struct {
    const char *word;
    uint32_t bit;
} reasons[] = {
    {"not_evaluated", STALE_NOT_EVALUATED},
    {"one_value", STALE_ONE_VALUE},
    {"experiment_completed", STALE_EXPERIMENT_COMPLETED},
    {"expired", STALE_EXPIRED},
};

static uint32_t reason_find(gos_str word)
{
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (gos_str_equal(word, gos_str_from(reasons[i].word)))
            return reasons[i].bit;
    }
    return 0;
}

static bool stale_read(gos_str text, struct stale_query *out, gos_error *err)
{
    out->is_none = gos_str_equal(text, GOS_LIT("false"));
    out->reasons = gos_str_equal(text, GOS_LIT("true")) ? STALE_ANY : 0;
    if (out->is_none || out->reasons)
        return true;
    while (text.len > 0) {
        uint32_t bit = reason_find(str_cut(&text, ','));
        if (!bit)
            return gos_fail(err, GOS_BAD_INPUT, "/stale",
                            "stale is true, false, or some of not_evaluated, one_value, "
                            "experiment_completed, expired with commas between them");
        out->reasons |= bit;
    }
    return true;
}

static bool include_read(gos_str text, bool *out_places, gos_error *err)
{
    *out_places = gos_str_equal(text, GOS_LIT("environments"));
    return *out_places || text.len == 0 ||
           gos_fail(err, GOS_BAD_INPUT, "/include", "a list of flags can include environments");
}

/* Members work everywhere, admin keys of production reach the others, other keys only their own. */
static gos_str only_environment(const struct http_request *request)
{
    const struct caller *caller = api_caller(request);
    bool everywhere = caller->role != ROLE_NONE ||
                      (caller->scope == SCOPE_ADMIN &&
                       gos_str_equal(api_environment(request), GOS_LIT("production")));
    return everywhere ? GOS_LIT("") : api_environment(request);
}

static bool places_read(struct http_request *request, struct flag_list *list, gos_error *err)
{
    struct json_writer json;
    struct text text;
    struct place *places;
    text_init(&text, request->arena);
    json_writer_init(&json, &text);
    json_open_array(&json);
    for (uint32_t i = 0; i < list->page.count; i++)
        json_text(&json, list->page.items[i].name);
    json_close_array(&json);
    if (!text_ok(&text, err) ||
        !catalog_list_places(api_of(request)->catalog, KIND_FLAG, text_str(&text), request->arena,
                             &places, &list->place_count, err))
        return false;
    list->places = places;
    list->only = only_environment(request);
    return true;
}

bool flag_list_read(struct http_request *request, struct catalog_query *query,
                    struct flag_list *out, gos_error *err)
{
    struct api *api = api_of(request);
    int64_t days;
    *out = (struct flag_list){0};
    if (!stale_read(http_query_text(request, "stale"), &query->stale, err) ||
        !include_read(http_query_text(request, "include"), &out->has_places, err) ||
        !http_query_int(request, "stale_days", 1, STALE_DAYS_MAX, STALE_DAYS_DEFAULT, &days, err))
        return false;
    /* Who may not look there sees what is here. */
    query->elsewhere = gos_str_equal(http_query_text(request, "elsewhere"), GOS_LIT("true")) &&
                       only_environment(request).len == 0;
    query->stale.now_ms = request->now_ms;
    query->stale.since = request->now_ms - days * TIME_DAY_MS;
    return usage_flush(api->usage, api->catalog, LIST_AGE_MS, err) &&
           catalog_list(api->catalog, query, request->arena, &out->page, err) &&
           (!out->has_places || places_read(request, out, err));
}

static void stale_write(uint32_t bits, struct json_writer *json)
{
    json_name(json, "stale");
    json_open_array(json);
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (bits & reasons[i].bit)
            json_text(json, gos_str_from(reasons[i].word));
    }
    json_close_array(json);
}

static void place_write(const struct place *place, struct json_writer *json)
{
    json_open_object(json);
    json_put_text(json, "environment", place->environment);
    json_put_bool(json, "enabled", gos_str_equal(place->status, GOS_LIT("enabled")));
    json_put_int(json, "version", place->version);
    json_put_bool(json, "requires_approval", place->requires_approval);
    json_close_object(json);
}

static void places_write(const struct flag_list *list, gos_str name, struct json_writer *json)
{
    json_name(json, "environments");
    json_open_array(json);
    for (uint32_t i = 0; i < list->place_count; i++) {
        const struct place *place = &list->places[i];
        if (gos_str_equal(place->name, name) &&
            (list->only.len == 0 || gos_str_equal(place->environment, list->only)))
            place_write(place, json);
    }
    json_close_array(json);
}

void flag_list_write(const struct flag_list *list, uint32_t i, struct json_writer *json)
{
    const struct definition *flag = &list->page.items[i];
    struct text text;
    struct json_writer tail;
    gos_str body = flag->body;
    body.len--; /* the brace */
    text_init(&text, json->out->arena);
    json_writer_init(&tail, &text);
    json_open_object(&tail);
    api_write_time(&tail, "last_evaluated_at", list->page.use[i].last_at);
    stale_write(list->page.use[i].stale, &tail);
    if (list->has_places)
        places_write(list, flag->name, &tail);
    json_close_object(&tail);
    gos_str rest = text_str(&text);
    json_raw(json, gos_arena_print(text.arena, "%.*s,%.*s", GOS_ARG(body), (int)rest.len - 1,
                                   rest.data + 1));
}
