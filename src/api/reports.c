/*
 * Flags that may go, and keys that have none: reports for cleaning up. What they say of use is what
 * this server has decided; programs that decide themselves are not in it.
 */
#include "api/flag_usages.h"
#include "base/limits.h"
#include "base/nearest.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "jobs/publisher.h"

#include <stdlib.h>

enum { DAYS_DEFAULT = 30, DAYS_MAX = 3650, STALE_BYTES_MAX = 256 << 20 };

struct stale {
    struct http_request *request;
    gos_arena *arena;
    struct flag_usages usages;
    int64_t days;
    int64_t since;
    struct json_writer *json;
    uint32_t reasons; /* of the flag under way */
    int64_t total;
};

static void reason_write(struct stale *stale, const struct definition *flag,
                         const struct flag_history *history, const char *code, gos_str message)
{
    struct json_writer *json = stale->json;
    if (stale->reasons++ == 0) {
        const struct json *owner = json_find(flag->tree, GOS_LIT("owner"));
        const struct json *name = json_find(flag->tree, GOS_LIT("name"));
        json_open_object(json);
        api_write_text(json, "key", flag->name);
        json_name(json, "name");
        json_text(json, name ? name->text : GOS_LIT(""));
        api_write_text(json, "owner",
                       owner && owner->type == JSON_STRING ? owner->text : GOS_LIT(""));
        json_name(json, "enabled");
        json_bool(json, gos_str_equal(flag->status, GOS_LIT("enabled")));
        api_write_time(json, "created_at", flag->created_at);
        api_write_time(json, "last_evaluated_at", history->last_at);
        json_name(json, "reasons");
        json_open_array(json);
    }
    json_open_object(json);
    json_name(json, "code");
    json_text(json, gos_str_from(code));
    json_name(json, "message");
    json_text(json, message);
    json_close_object(json);
}

static void use_tell(struct stale *stale, const struct definition *flag, uint32_t bits,
                     const struct flag_history *history)
{
    int64_t seen = history->last_at == TIME_NONE ? flag->created_at : history->last_at;
    if (bits & STALE_NOT_EVALUATED)
        reason_write(stale, flag, history, "not_evaluated",
                     gos_arena_print(stale->arena, "not evaluated for %lld days",
                                     (long long)((stale->request->now_ms - seen) / TIME_DAY_MS)));
    if (bits & STALE_ONE_VALUE)
        reason_write(stale, flag, history, "one_value",
                     gos_arena_print(stale->arena, "everybody got \"%.*s\" for %lld days",
                                     GOS_ARG(history->variant), (long long)stale->days));
}

static bool experiment_tell(struct stale *stale, const struct definition *flag,
                            const struct flag_history *history, const struct json *named,
                            gos_error *err)
{
    struct definition experiment;
    bool found;
    if (!named || named->type != JSON_STRING)
        return true;
    if (!catalog_find(api_of(stale->request)->catalog, flag->environment, KIND_EXPERIMENT,
                      named->text, stale->arena, &experiment, &found, err))
        return false;
    if (found && (gos_str_equal(experiment.status, GOS_LIT("Completed")) ||
                  gos_str_equal(experiment.status, GOS_LIT("Archived"))))
        reason_write(stale, flag, history, "experiment_completed",
                     gos_arena_print(stale->arena, "its experiment \"%.*s\" is over",
                                     GOS_ARG(experiment.name)));
    return true;
}

static bool experiments_tell(struct stale *stale, const struct definition *flag,
                             const struct flag_history *history, gos_error *err)
{
    const struct json *rules = json_find(flag->tree, GOS_LIT("rules"));
    uint32_t count = rules && rules->type == JSON_ARRAY ? rules->count : 0;
    if (!experiment_tell(stale, flag, history, json_find(flag->tree, GOS_LIT("experiment_id")),
                         err))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        const struct json *named = json_find(&rules->items[i], GOS_LIT("experiment"));
        if (!experiment_tell(stale, flag, history, named, err))
            return false;
    }
    return true;
}

/* "expires" in the metadata is the owner's word on how long the flag is meant to live. */
static void expiry_tell(struct stale *stale, const struct definition *flag,
                        const struct flag_history *history)
{
    gos_str at = json_find_text(json_find(flag->tree, GOS_LIT("metadata")), "expires");
    reason_write(stale, flag, history, "expired",
                 gos_arena_print(stale->arena, "it expired at %.*s", GOS_ARG(at)));
}

static bool flag_tell(struct stale *stale, struct definition *flag, uint32_t bits, gos_error *err)
{
    struct flag_history history = flag_usages_of(&stale->usages, flag->name, stale->since);
    stale->reasons = 0;
    if (!json_read(flag->body, stale->arena, &flag->tree, err))
        return false;
    use_tell(stale, flag, bits, &history);
    if ((bits & STALE_EXPERIMENT_COMPLETED) && !experiments_tell(stale, flag, &history, err))
        return false;
    if (bits & STALE_EXPIRED)
        expiry_tell(stale, flag, &history);
    if (stale->reasons > 0) {
        json_close_array(stale->json);
        json_close_object(stale->json);
        stale->total++;
    }
    return true;
}

static bool flags_tell(struct stale *stale, gos_error *err)
{
    struct catalog_page page;
    struct catalog_query query = {.environment = api_environment(stale->request),
                                  .kind = KIND_FLAG,
                                  .stale = {stale->since, stale->request->now_ms, STALE_ANY, false},
                                  .sort = CATALOG_BY_NAME,
                                  .limit = PAGE_ITEMS_MAX};
    do {
        if (!catalog_list(api_of(stale->request)->catalog, &query, stale->arena, &page, err))
            return false;
        for (uint32_t i = 0; i < page.count; i++) {
            page.items[i].environment = query.environment;
            if (!flag_tell(stale, &page.items[i], page.use[i].stale, err))
                return false;
        }
        query.cursor = page.next;
    } while (page.next.len > 0);
    return true;
}

static bool stale_write(struct http_request *request, gos_arena *arena, struct api_answer *answer,
                        gos_error *err)
{
    struct stale stale = {.request = request, .arena = arena, .json = &answer->json};
    if (!http_query_int(request, "days", 1, DAYS_MAX, DAYS_DEFAULT, &stale.days, err) ||
        !flag_usages_read(api_of(request), api_environment(request), 0, arena, &stale.usages, err))
        return false;
    stale.since = request->now_ms - stale.days * TIME_DAY_MS;
    json_open_object(&answer->json);
    json_name(&answer->json, "days");
    json_int(&answer->json, stale.days);
    json_name(&answer->json, "items");
    json_open_array(&answer->json);
    if (!flags_tell(&stale, err))
        return false;
    api_write_list_end(answer, GOS_LIT(""), stale.total);
    return true;
}

void api_stale_flags(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct api_answer answer;
    gos_arena *arena = gos_arena_open(STALE_BYTES_MAX);
    api_write_begin(request, &answer);
    bool done = arena ? stale_write(request, arena, &answer, &err)
                      : gos_fail(&err, GOS_OUT_OF_MEMORY, "", "no memory for the report");
    if (done)
        api_write_end(request, response, &answer, 200);
    else
        http_fail(request, response, &err);
    gos_arena_close(arena);
}

/* The most asked for first. */
static int compare_counts(const void *a, const void *b)
{
    const struct flag_usage *left = *(const struct flag_usage *const *)a;
    const struct flag_usage *right = *(const struct flag_usage *const *)b;
    return (left->count < right->count) - (left->count > right->count);
}

/* The flag that is decided by and that its callers may have meant. */
static gos_str nearest_flag(const gos_ruleset *rules, gos_str key)
{
    struct nearest nearest;
    nearest_init(&nearest, key);
    for (uint32_t i = 0; i < gos_ruleset_flag_count(rules); i++)
        nearest_offer(&nearest, gos_ruleset_flag(rules, i).key);
    return nearest.best;
}

static void unknown_write(const struct flag_usage *row, const gos_ruleset *rules,
                          struct json_writer *json)
{
    gos_str nearest = nearest_flag(rules, row->key);
    json_open_object(json);
    json_name(json, "key");
    json_text(json, row->key);
    json_name(json, "count");
    json_int(json, row->count);
    api_write_time(json, "first_seen_at", row->first_at);
    api_write_time(json, "last_seen_at", row->last_at);
    json_name(json, "nearest");
    if (nearest.len > 0)
        json_text(json, nearest);
    else
        json_null(json);
    json_close_object(json);
}

/* Keys that have become flags since are no longer unknown. */
static bool unknown_pick(struct http_request *request, const struct flag_usages *usages,
                         const struct flag_usage **out, uint32_t *out_count, gos_error *err)
{
    *out_count = 0;
    for (uint32_t i = 0; i < usages->count; i++) {
        struct definition flag;
        bool found = false;
        if (!usages->rows[i].is_unknown)
            continue;
        if (!catalog_find(api_of(request)->catalog, api_environment(request), KIND_FLAG,
                          usages->rows[i].key, request->arena, &flag, &found, err))
            return false;
        if (!found)
            out[(*out_count)++] = &usages->rows[i];
    }
    qsort(out, *out_count, sizeof(const struct flag_usage *), compare_counts);
    return true;
}

void api_unknown_flags(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct api_answer answer;
    struct flag_usages usages;
    struct publisher_pin pin;
    const struct flag_usage **rows = NULL;
    uint32_t count;
    if (!flag_usages_read(api_of(request), api_environment(request), 0, request->arena, &usages,
                          &err) ||
        !(rows = gos_arena_array(request->arena, usages.count + 1u, sizeof *rows, &err)) ||
        !unknown_pick(request, &usages, rows, &count, &err) ||
        !publisher_pin(api_of(request)->publisher, api_environment(request), &pin, &err)) {
        http_fail(request, response, &err);
        return;
    }
    api_write_list_begin(request, &answer);
    for (uint32_t i = 0; i < count; i++)
        unknown_write(rows[i], pin.rules, &answer.json);
    publisher_unpin(api_of(request)->publisher, &pin);
    api_write_list_end(&answer, GOS_LIT(""), count);
    api_write_end(request, response, &answer, 200);
}
