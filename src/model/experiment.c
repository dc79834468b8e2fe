/* Dates and phases follow the status: starting sets the start, completing sets the end. */
#include "model/experiment.h"

#include "base/limits.h"
#include "base/time.h"
#include "model/definition.h"
#include "model/lifecycle.h"
#include "model/rewrite.h"

#include <assert.h>

struct settling {
    struct experiment_change *change;
    gos_arena *arena;
    enum lifecycle_state from;
    enum lifecycle_state to;
    struct rewrite_member members[3];
    size_t member_count;
    gos_error *err;
};

static enum lifecycle_state state_of(const struct json *body)
{
    enum lifecycle_state state = LIFECYCLE_DRAFT;
    const struct json *status = json_find(body, GOS_LIT("status"));
    if (status && status->type == JSON_STRING)
        lifecycle_state_find(status->text, &state);
    return state;
}

static bool was_started(const struct json *body)
{
    const struct json *phases = json_find(body, GOS_LIT("phases"));
    return phases && phases->count > 0;
}

static int64_t time_at(const struct json *body, gos_str pointer)
{
    int64_t ms;
    const struct json *value = json_at(body, pointer);
    return value && value->type == JSON_STRING && time_read(value->text, &ms) ? ms : TIME_NONE;
}

static gos_str time_json(gos_arena *arena, int64_t ms)
{
    char text[TIME_TEXT_BYTES];
    time_write(ms, text);
    return gos_arena_print(arena, "\"%s\"", text);
}

static void member_set(struct settling *settling, const char *name, gos_str json)
{
    assert(settling->member_count < sizeof settling->members / sizeof settling->members[0]);
    settling->members[settling->member_count++] = (struct rewrite_member){name, json};
}

/* Units of a dropped variant would be left without one, so it keeps its place at no traffic. */
static bool check_variants_stay(const struct json *before, const struct json *after, gos_error *err)
{
    const struct json *variants = json_find(before, GOS_LIT("variants"));
    for (size_t i = 0; i < variants->count; i++) {
        gos_str name = json_find(&variants->items[i], GOS_LIT("name"))->text;
        if (!definition_has_variant(after, name))
            return gos_fail(err, GOS_NOT_ALLOWED_NOW, "/variants",
                            "the variant \"%.*s\" has users and cannot go; give it a share of 0",
                            GOS_ARG(name));
    }
    return true;
}

static bool check_move(const struct settling *settling)
{
    const struct experiment_change *change = settling->change;
    bool started = was_started(change->before);
    if (settling->from == settling->to ||
        lifecycle_verb(settling->from, settling->to, started) != NULL)
        return true;
    return gos_fail(settling->err, GOS_NOT_ALLOWED_NOW, "/status",
                    "the experiment is %s and cannot become %s",
                    lifecycle_state_word(settling->from), lifecycle_state_word(settling->to));
}

static bool check_new_status(const struct settling *settling)
{
    if (settling->change->import || settling->to <= LIFECYCLE_RUNNING)
        return true;
    return gos_fail(settling->err, GOS_BAD_INPUT, "/status",
                    "a new experiment is Draft or Running, not %s",
                    lifecycle_state_word(settling->to));
}

static bool check_change(const struct settling *settling, bool *out_phase)
{
    const struct experiment_change *change = settling->change;
    *out_phase = false;
    if (!change->before)
        return check_new_status(settling);
    if (!check_move(settling) ||
        !lifecycle_check_change(settling->from, settling->to, change->before, change->after,
                                out_phase, settling->err))
        return false;
    return !was_started(change->before) ||
           check_variants_stay(change->before, change->after, settling->err);
}

static bool phases_append(struct settling *settling, int64_t start_ms)
{
    const struct json *body = settling->change->after;
    const struct json *phases = json_find(body, GOS_LIT("phases"));
    struct json_writer writer;
    struct text text;
    if (phases && phases->count >= PHASES_MAX)
        return gos_fail(settling->err, GOS_TOO_LARGE, "/phases",
                        "the experiment has %d phases and takes no more changes", PHASES_MAX);
    text_init(&text, settling->arena);
    json_writer_init(&writer, &text);
    json_open_array(&writer);
    for (size_t i = 0; phases && i < phases->count; i++)
        json_value(&writer, &phases->items[i]);
    json_open_object(&writer);
    json_name(&writer, "start");
    json_raw(&writer, time_json(settling->arena, start_ms));
    json_name(&writer, "traffic_allocation");
    json_value(&writer, json_find(body, GOS_LIT("traffic_allocation")));
    json_name(&writer, "coverage");
    json_value(&writer, json_find(body, GOS_LIT("coverage")));
    if (settling->change->decision.len > 0) {
        json_name(&writer, "decision");
        json_raw(&writer, settling->change->decision);
    }
    json_close_object(&writer);
    json_close_array(&writer);
    if (!text_ok(&text, settling->err))
        return false;
    member_set(settling, "phases", text_str(&text));
    return true;
}

static bool settle_start(struct settling *settling)
{
    const struct experiment_change *change = settling->change;
    int64_t start = time_at(change->after, GOS_LIT("/start_date"));
    int64_t end = time_at(change->after, GOS_LIT("/end_date"));
    if (end != TIME_NONE && end <= change->now_ms && !change->import)
        return gos_fail(settling->err, GOS_BAD_INPUT, "/end_date",
                        "the end has passed; set a later one or none to start");
    if (start == TIME_NONE)
        member_set(settling, "start_date", time_json(settling->arena, change->now_ms));
    if (was_started(change->after))
        return true;
    bool past = change->import && start != TIME_NONE && start < change->now_ms;
    return phases_append(settling, past ? start : change->now_ms);
}

/* The end is now, unless the planned one has passed. It stays after the start even when the
 * experiment ends before a planned start: then that start is taken back to when it was begun. */
static bool settle_end(struct settling *settling)
{
    const struct experiment_change *change = settling->change;
    int64_t start = time_at(change->after, GOS_LIT("/start_date"));
    int64_t end = time_at(change->after, GOS_LIT("/end_date"));
    int64_t begun = time_at(change->after, GOS_LIT("/phases/0/start"));
    if (end == TIME_NONE || end > change->now_ms)
        end = change->now_ms;
    if (start >= end) {
        start = begun < end ? begun : end - 1;
        member_set(settling, "start_date", time_json(settling->arena, start));
    }
    member_set(settling, "end_date", time_json(settling->arena, end));
    return true;
}

static bool settle_state(struct settling *settling, bool phase)
{
    bool moved = settling->from != settling->to;
    bool runs = settling->to != LIFECYCLE_DRAFT && settling->to != LIFECYCLE_ARCHIVED;
    if (moved && runs && settling->from == LIFECYCLE_DRAFT)
        return settle_start(settling);
    if (moved && settling->to == LIFECYCLE_COMPLETED && settling->from != LIFECYCLE_ARCHIVED)
        return settle_end(settling);
    return !(phase || settling->change->decision.len > 0) ||
           phases_append(settling, settling->change->now_ms);
}

bool experiment_settle(struct experiment_change *change, gos_arena *arena, gos_error *err)
{
    struct settling settling = {.change = change, .arena = arena, .err = err};
    bool phase;
    settling.from = change->before ? state_of(change->before) : LIFECYCLE_DRAFT;
    settling.to = state_of(change->after);
    if (!check_change(&settling, &phase) || !settle_state(&settling, phase))
        return false;
    return settling.member_count == 0 ||
           rewrite_members(KIND_EXPERIMENT, settling.members, settling.member_count, arena,
                           &change->body, &change->after, err);
}
