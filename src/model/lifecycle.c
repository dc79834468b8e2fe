/* The rows of moves.def and changes.def as questions. */
#include "model/lifecycle.h"

#include "base/text.h"

#include <assert.h>
#include <stdio.h>

enum move_when { MOVE_ANY, MOVE_STARTED, MOVE_FRESH };
enum change_rule { CHANGE_FREE, CHANGE_PHASE, CHANGE_FIXED };

static const struct {
    const char *verb;
    enum lifecycle_state from;
    enum lifecycle_state to;
    enum move_when when;
} moves[] = {
#define MOVE(verb, from, to, when) {verb, LIFECYCLE_##from, LIFECYCLE_##to, MOVE_##when},
#include "model/moves.def"
#undef MOVE
};

/* Nothing of an archived experiment changes, so that state needs no column. */
static const struct {
    const char *pointer;
    enum change_rule rules[LIFECYCLE_ARCHIVED];
} changes[] = {
#define CHANGE(pointer, draft, running, paused, completed)                                         \
    {pointer, {CHANGE_##draft, CHANGE_##running, CHANGE_##paused, CHANGE_##completed}},
#include "model/changes.def"
#undef CHANGE
};

enum { MOVE_COUNT = sizeof moves / sizeof moves[0] };
enum { CHANGE_COUNT = sizeof changes / sizeof changes[0] };

static const char *const words[LIFECYCLE_STATE_COUNT] = {"Draft", "Running", "Paused", "Completed",
                                                         "Archived"};

bool lifecycle_state_find(gos_str word, enum lifecycle_state *out)
{
    for (int i = 0; i < LIFECYCLE_STATE_COUNT; i++) {
        if (gos_str_equal(word, gos_str_from(words[i]))) {
            *out = (enum lifecycle_state)i;
            return true;
        }
    }
    return false;
}

const char *lifecycle_state_word(enum lifecycle_state state)
{
    assert(state < LIFECYCLE_STATE_COUNT);
    return words[state];
}

bool lifecycle_is_verb(gos_str verb)
{
    for (size_t i = 0; i < MOVE_COUNT; i++) {
        if (gos_str_equal(verb, gos_str_from(moves[i].verb)))
            return true;
    }
    return false;
}

static bool move_holds(size_t index, enum lifecycle_state from, bool was_started)
{
    return moves[index].from == from &&
           (moves[index].when == MOVE_ANY || (moves[index].when == MOVE_STARTED) == was_started);
}

/* "start, archive": what may be done from here. */
static void verbs_print(enum lifecycle_state from, bool was_started, char *out, size_t out_bytes)
{
    size_t used = 0;
    out[0] = 0;
    for (size_t i = 0; i < MOVE_COUNT && used < out_bytes; i++) {
        if (move_holds(i, from, was_started))
            used += (size_t)snprintf(out + used, out_bytes - used, "%s%s", used ? ", " : "",
                                     moves[i].verb);
    }
}

bool lifecycle_move(gos_str verb, enum lifecycle_state from, bool was_started,
                    enum lifecycle_state *out, gos_error *err)
{
    char allowed[128];
    for (size_t i = 0; i < MOVE_COUNT; i++) {
        if (move_holds(i, from, was_started) && gos_str_equal(verb, gos_str_from(moves[i].verb))) {
            *out = moves[i].to;
            return true;
        }
    }
    verbs_print(from, was_started, allowed, sizeof allowed);
    return gos_fail(err, GOS_NOT_ALLOWED_NOW, "/status",
                    "the experiment is %s: it cannot %.*s; possible: %s", words[from],
                    GOS_ARG(verb), allowed);
}

const char *lifecycle_verb(enum lifecycle_state from, enum lifecycle_state to, bool was_started)
{
    for (size_t i = 0; i < MOVE_COUNT; i++) {
        if (moves[i].to == to && move_holds(i, from, was_started))
            return moves[i].verb;
    }
    return NULL;
}

static enum change_rule change_rule_in(size_t index, enum lifecycle_state state)
{
    return state == LIFECYCLE_ARCHIVED ? CHANGE_FIXED : changes[index].rules[state];
}

static bool same_at(const struct json *before, const struct json *after, gos_str pointer)
{
    const struct json *a = json_at(before, pointer);
    const struct json *b = json_at(after, pointer);
    return a && b ? json_equal(a, b) : !a && !b;
}

bool lifecycle_check_change(enum lifecycle_state from, enum lifecycle_state to,
                            const struct json *before, const struct json *after, bool *out_phase,
                            gos_error *err)
{
    *out_phase = false;
    if (from == LIFECYCLE_ARCHIVED && to == LIFECYCLE_ARCHIVED)
        return gos_fail(
            err, GOS_NOT_ALLOWED_NOW, "/status",
            "the experiment is Archived: nothing of it can change until it is restored");
    for (size_t i = 0; i < CHANGE_COUNT; i++) {
        if (same_at(before, after, gos_str_from(changes[i].pointer)))
            continue;
        enum change_rule rule = change_rule_in(i, from);
        if (rule == CHANGE_FIXED && change_rule_in(i, to) == CHANGE_FIXED)
            return gos_fail(err, GOS_NOT_ALLOWED_NOW, changes[i].pointer,
                            "\"%s\" cannot change while the experiment is %s",
                            changes[i].pointer + 1, words[from]);
        *out_phase = *out_phase || rule == CHANGE_PHASE;
    }
    return true;
}
