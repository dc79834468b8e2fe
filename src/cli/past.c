/* Day by day: rules of that day, its visitors, and what they did around it. */
#include "cli/past.h"

#include "base/time.h"
#include "cli/visitor.h"
#include "gosset/eval.h"

enum {
    ARENA_BYTES = 32 * 1024 * 1024,
    CONTEXT_BYTES = 64 * 1024,
    BATCH_VISITORS = 500,
};

/* The same at every start, so that the past does not depend on luck. */
static const uint64_t SEED = 1899;
/* Shares of visitors who had been there before, and who come again. */
static const double BEFORE_SHARE = 0.7, AGAIN_SHARE = 0.4;
enum { AROUND_DAYS = 6 };

struct past {
    const struct past_options *options;
    gos_arena *arena;       /* of one batch */
    gos_arena *rules_arena; /* of one day */
    gos_context *context;
    const gos_ruleset *rules;
    struct json_writer exposures, events;
};

/* What the visitor was shown at its visit. */
static bool visitor_decide(struct past *past, struct visitor *visitor, int64_t at, gos_error *err)
{
    size_t count;
    struct text attributes;
    struct json_writer writer;
    const struct traffic_effect *effects = traffic_effects(&count);
    gos_subject subject = {.user_id = gos_str_from(visitor->user_id), .now_ms = at};
    text_init(&attributes, past->arena);
    json_writer_init(&writer, &attributes);
    visitor_write_attributes(visitor, &writer);
    if (!text_ok(&attributes, err) ||
        !gos_context_bind(past->context, past->rules, &subject, text_str(&attributes), err))
        return false;
    for (size_t i = 0; i < count; i++) {
        gos_decision shown =
            gos_eval_experiment(past->rules, gos_str_from(effects[i].experiment_id), past->context);
        visitor->is_assigned[i] =
            visitor->presence[i] < effects[i].past_share &&
            traffic_variant(&effects[i], shown.variant, &visitor->variant[i]) &&
            !(visitor->is_lost[i] && visitor->variant[i] > 0);
    }
    return true;
}

static bool visitor_live(struct past *past, uint64_t number, int64_t day, gos_error *err)
{
    size_t count;
    struct visitor visitor;
    traffic_effects(&count);
    visitor_make(SEED, number, &visitor);
    int64_t at = day + (int64_t)(visitor_chance(&visitor) * (double)TIME_DAY_MS);
    double around = AROUND_DAYS * (double)TIME_DAY_MS;
    int64_t before = at - (int64_t)(visitor_chance(&visitor) * around) - 1;
    int64_t again = at + (int64_t)(visitor_chance(&visitor) * around) + 1;
    if (at >= past->options->now_ms)
        return true;
    if (!visitor_decide(past, &visitor, at, err))
        return false;
    if (visitor_chance(&visitor) < BEFORE_SHARE)
        visitor_act(&visitor, false, before, &past->events);
    for (size_t i = 0; i < count; i++) {
        if (visitor.is_assigned[i])
            visitor_write_exposure(&visitor, i, at, &past->exposures);
    }
    visitor_act(&visitor, true, at + 1, &past->events);
    if (visitor_chance(&visitor) < AGAIN_SHARE && again < past->options->now_ms)
        visitor_act(&visitor, true, again, &past->events);
    return true;
}

static void list_begin(struct past *past, struct text *text, struct json_writer *writer)
{
    text_init(text, past->arena);
    json_writer_init(writer, text);
    json_open_array(writer);
}

static bool batch_send(struct past *past, uint64_t first, uint64_t end, int64_t day, gos_error *err)
{
    struct text exposures, events;
    gos_arena_reset(past->arena);
    list_begin(past, &exposures, &past->exposures);
    list_begin(past, &events, &past->events);
    for (uint64_t number = first; number < end; number++) {
        if (!visitor_live(past, number, day, err))
            return false;
    }
    json_close_array(&past->exposures);
    json_close_array(&past->events);
    if (!text_ok(&exposures, err) || !text_ok(&events, err))
        return false;
    gos_str answer,
        body = gos_arena_print(past->arena, "{\"exposures\":%.*s,\"events\":%.*s}",
                               GOS_ARG(text_str(&exposures)), GOS_ARG(text_str(&events)));
    return http_client_ask(past->options->client, "POST", "/api/v1/events", body, past->arena,
                           &answer, err);
}

static bool day_send(struct past *past, uint32_t index, gos_error *err)
{
    gos_str document;
    gos_report report;
    const struct past_options *options = past->options;
    int64_t day = options->now_ms - (int64_t)(options->days - index) * TIME_DAY_MS;
    day -= day % TIME_DAY_MS;
    /* What changes within the day is noticed on the next one, as by clients that ask rarely. */
    gos_arena_reset(past->rules_arena);
    if (!past_document(options->document, day, past->rules_arena, &document, err) ||
        !gos_ruleset_compile(document, NULL, past->rules_arena, &past->rules, &report, err))
        return false;
    uint64_t number = (uint64_t)index * options->visitors_per_day;
    uint64_t end = number + options->visitors_per_day;
    for (; number < end; number += BATCH_VISITORS) {
        uint64_t next = number + BATCH_VISITORS < end ? number + BATCH_VISITORS : end;
        if (!batch_send(past, number, next, day, err))
            return false;
    }
    return true;
}

bool past_send(const struct past_options *options, gos_error *err)
{
    struct past past = {.options = options,
                        .arena = gos_arena_open(ARENA_BYTES),
                        .rules_arena = gos_arena_open(ARENA_BYTES),
                        .context = gos_context_open(CONTEXT_BYTES)};
    bool done = past.arena && past.rules_arena && past.context;
    if (!done)
        gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for the past");
    for (uint32_t i = 0; done && i <= options->days; i++)
        done = day_send(&past, i, err);
    gos_arena_close(past.arena);
    gos_arena_close(past.rules_arena);
    gos_context_close(past.context);
    return done;
}
