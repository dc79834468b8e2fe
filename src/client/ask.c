/* Decisions by the ruleset that is in use now: pinned for the call, with a context of its own. */
#include "client/expose.h"

#include "base/json.h"
#include "regex/regex_pcre2.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { CONTEXT_BYTES_MAX = 1 << 20, ARENA_BYTES_MAX = 4 << 20 };

/* One question under way. */
struct turn {
    gos_client *client;
    struct rules *rules;
    struct seat *seat;
    gos_subject subject;
    gos_client_detail *detail;
};

static void detail_fail(gos_client_detail *detail, gos_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void detail_fail(gos_client_detail *detail, gos_code code, const char *format, ...)
{
    va_list arguments;
    detail->code = code;
    detail->reason = GOS_REASON_ERROR;
    va_start(arguments, format);
    vsnprintf(detail->message, sizeof detail->message, format, arguments);
    va_end(arguments);
}

static struct seat *seat_make(void)
{
    struct seat *seat = calloc(1, sizeof *seat);
    if (!seat)
        return NULL;
    seat->context = gos_context_open(CONTEXT_BYTES_MAX);
    seat->arena = gos_arena_open(ARENA_BYTES_MAX);
    if (seat->context && seat->arena)
        return seat;
    gos_context_close(seat->context);
    gos_arena_close(seat->arena);
    free(seat);
    return NULL;
}

static void turn_end(struct turn *turn)
{
    gos_client *client = turn->client;
    pthread_mutex_lock(&client->lock);
    if (turn->seat) {
        turn->seat->next = client->seats;
        client->seats = turn->seat;
    }
    client_leave(turn->rules);
    pthread_mutex_unlock(&client->lock);
}

/* Pins the ruleset and takes a seat. */
static bool turn_take(struct turn *turn)
{
    gos_client *client = turn->client;
    pthread_mutex_lock(&client->lock);
    turn->rules = client->rules;
    turn->seat = client->seats;
    if (turn->rules)
        turn->rules->holders++;
    if (turn->seat)
        client->seats = turn->seat->next;
    pthread_mutex_unlock(&client->lock);
    if (!turn->seat)
        turn->seat = seat_make();
    if (!turn->rules)
        detail_fail(turn->detail, GOS_UNAVAILABLE, "there is no ruleset yet");
    else if (!turn->seat)
        detail_fail(turn->detail, GOS_OUT_OF_MEMORY, "no memory for a context");
    return turn->rules && turn->seat;
}

static bool turn_begin(gos_client *client, const gos_client_who *who, gos_client_detail *detail,
                       struct turn *turn)
{
    gos_error err;
    *detail = (gos_client_detail){.assignment = GOS_ASSIGNMENT_UNKNOWN};
    *turn = (struct turn){.client = client, .detail = detail};
    bool done = turn_take(turn);
    if (done) {
        gos_arena_reset(turn->seat->arena);
        turn->subject = (gos_subject){.user_id = who->user_id,
                                      .device_id = who->device_id,
                                      .now_ms = client_now(client),
                                      .match_pattern = regex_match,
                                      .match_pattern_user = turn->rules->patterns};
        done = gos_context_bind(turn->seat->context, turn->rules->ruleset, &turn->subject,
                                who->attributes, &err);
        if (!done)
            detail_fail(detail, err.code, "%s", err.message);
    }
    if (!done)
        turn_end(turn);
    return done;
}

static void detail_fill(gos_client_detail *detail, const gos_decision *decision)
{
    detail->code = decision->code;
    detail->reason = decision->reason;
    detail->assignment = decision->assignment;
    snprintf(detail->ruleset, sizeof detail->ruleset, "%.*s", GOS_ARG(decision->ruleset));
    if (decision->variant.len > 0)
        snprintf(detail->variant, sizeof detail->variant, "%.*s", GOS_ARG(decision->variant));
}

static const char *code_sentence(gos_code code)
{
    switch (code) {
    case GOS_FLAG_NOT_FOUND:
        return "there is no such flag";
    case GOS_NOT_FOUND:
        return "there is no such experiment";
    case GOS_TARGETING_KEY_MISSING:
        return "the flag splits its users, and the context names none";
    default:
        return "the decision failed";
    }
}

/* Decides a flag of the type; its value as JSON. False: the caller's value holds. */
static bool flag_decide(struct turn *turn, gos_str key, gos_flag_type type, gos_decision *out)
{
    static const char *const types[] = {"Boolean", "String", "Number", "JSON"};
    const gos_ruleset *ruleset = turn->rules->ruleset;
    *out = gos_eval_flag(ruleset, key, turn->seat->context);
    detail_fill(turn->detail, out);
    if (out->code != GOS_OK) {
        detail_fail(turn->detail, out->code, "%s: %.*s", code_sentence(out->code),
                    key.len < 80 ? (int)key.len : 80, key.data);
        return false;
    }
    gos_flag_type found = gos_ruleset_flag(ruleset, (uint32_t)out->flag).type;
    if (found == type)
        return true;
    detail_fail(turn->detail, GOS_TYPE_MISMATCH, "the flag is of type %s, not %s", types[found],
                types[type]);
    return false;
}

static const struct json *value_read(struct turn *turn, gos_str value)
{
    const struct json *json;
    gos_error err;
    if (json_read(value, turn->seat->arena, &json, &err))
        return json;
    detail_fail(turn->detail, err.code, "%s", err.message);
    return NULL;
}

static void turn_expose(struct turn *turn, const gos_client_who *who, const gos_decision *decision)
{
    if (!who->without_exposure)
        expose(turn->client, turn->rules->ruleset, turn->seat->context, decision,
               turn->subject.now_ms, turn->seat->arena);
}

bool gos_client_boolean(gos_client *client, gos_str key, const gos_client_who *who, bool otherwise,
                        gos_client_detail *out)
{
    gos_client_detail spare;
    gos_decision decision;
    struct turn turn;
    bool value = otherwise;
    if (!turn_begin(client, who, out ? out : &spare, &turn))
        return otherwise;
    if (flag_decide(&turn, key, GOS_FLAG_BOOLEAN, &decision)) {
        value = gos_str_equal(decision.value, GOS_LIT("true"));
        turn_expose(&turn, who, &decision);
    }
    turn_end(&turn);
    return value;
}

double gos_client_number(gos_client *client, gos_str key, const gos_client_who *who,
                         double otherwise, gos_client_detail *out)
{
    gos_client_detail spare;
    gos_decision decision;
    struct turn turn;
    double value = otherwise;
    if (!turn_begin(client, who, out ? out : &spare, &turn))
        return otherwise;
    if (flag_decide(&turn, key, GOS_FLAG_NUMBER, &decision)) {
        const struct json *json = value_read(&turn, decision.value);
        value = json ? json->number : otherwise;
        turn_expose(&turn, who, &decision);
    }
    turn_end(&turn);
    return value;
}

int64_t gos_client_integer(gos_client *client, gos_str key, const gos_client_who *who,
                           int64_t otherwise, gos_client_detail *out)
{
    gos_client_detail spare;
    gos_decision decision;
    struct turn turn;
    int64_t value = otherwise;
    if (!turn_begin(client, who, out ? out : &spare, &turn))
        return otherwise;
    if (flag_decide(&turn, key, GOS_FLAG_NUMBER, &decision)) {
        const struct json *json = value_read(&turn, decision.value);
        if (json_is_integer(json, &value))
            turn_expose(&turn, who, &decision);
        else
            detail_fail(turn.detail, GOS_TYPE_MISMATCH, "the number %.*s is not a whole one",
                        GOS_ARG(decision.value));
    }
    turn_end(&turn);
    return value;
}

static size_t copy_out(gos_str value, char *buffer, size_t bytes)
{
    size_t len = value.len < bytes ? value.len : bytes ? bytes - 1 : 0;
    if (len > 0)
        memcpy(buffer, value.data, len);
    if (bytes > 0)
        buffer[len] = 0;
    return value.len;
}

static size_t bytes_ask(gos_client *client, gos_str key, gos_flag_type type,
                        const gos_client_who *who, gos_str otherwise, char *buffer, size_t bytes,
                        gos_client_detail *out)
{
    gos_client_detail spare;
    gos_decision decision;
    struct turn turn;
    gos_str value = otherwise;
    if (!turn_begin(client, who, out ? out : &spare, &turn))
        return copy_out(otherwise, buffer, bytes);
    if (flag_decide(&turn, key, type, &decision)) {
        const struct json *json =
            type == GOS_FLAG_STRING ? value_read(&turn, decision.value) : NULL;
        value = json ? json->text : type == GOS_FLAG_JSON ? decision.value : otherwise;
        turn_expose(&turn, who, &decision);
    }
    size_t len = copy_out(value, buffer, bytes);
    turn_end(&turn);
    return len;
}

size_t gos_client_text(gos_client *client, gos_str key, const gos_client_who *who,
                       gos_str otherwise, char *buffer, size_t bytes, gos_client_detail *out)
{
    return bytes_ask(client, key, GOS_FLAG_STRING, who, otherwise, buffer, bytes, out);
}

size_t gos_client_json(gos_client *client, gos_str key, const gos_client_who *who,
                       gos_str otherwise, char *buffer, size_t bytes, gos_client_detail *out)
{
    return bytes_ask(client, key, GOS_FLAG_JSON, who, otherwise, buffer, bytes, out);
}

size_t gos_client_variant(gos_client *client, gos_str id_or_name, const gos_client_who *who,
                          char *buffer, size_t bytes, gos_client_detail *out)
{
    gos_client_detail spare;
    struct turn turn;
    if (!turn_begin(client, who, out ? out : &spare, &turn))
        return copy_out(GOS_LIT(""), buffer, bytes);
    gos_decision decision =
        gos_eval_experiment(turn.rules->ruleset, id_or_name, turn.seat->context);
    detail_fill(turn.detail, &decision);
    if (decision.code != GOS_OK)
        detail_fail(turn.detail, decision.code, "%s: %.*s", code_sentence(decision.code),
                    id_or_name.len < 80 ? (int)id_or_name.len : 80, id_or_name.data);
    else
        turn_expose(&turn, who, &decision);
    size_t len = copy_out(decision.value, buffer, bytes);
    turn_end(&turn);
    return len;
}
