/*
 * The states of an experiment and the moves between them (moves.def), what may change in which
 * state (changes.def), and the phases this leaves behind. docs/lifecycle.md says what each state
 * means for users and results.
 */
#ifndef MODEL_LIFECYCLE_H
#define MODEL_LIFECYCLE_H

#include "base/json.h"

#define LIFECYCLE_WORDS "Draft|Running|Paused|Completed|Archived"

enum lifecycle_state {
    LIFECYCLE_DRAFT,
    LIFECYCLE_RUNNING,
    LIFECYCLE_PAUSED,
    LIFECYCLE_COMPLETED,
    LIFECYCLE_ARCHIVED,
    LIFECYCLE_STATE_COUNT
};

bool lifecycle_state_find(gos_str word, enum lifecycle_state *out);
const char *lifecycle_state_word(enum lifecycle_state state);

/* Whether the table has this verb at all. */
bool lifecycle_is_verb(gos_str verb);
/*
 * The state after `verb`. Errors: NOT_ALLOWED_NOW at "/status" when the table has no such move; the
 * message says which verbs there are from here.
 */
bool lifecycle_move(gos_str verb, enum lifecycle_state from, bool was_started,
                    enum lifecycle_state *out, gos_error *err);
/* The verb that leads from one state to another, or NULL. */
const char *lifecycle_verb(enum lifecycle_state from, enum lifecycle_state to, bool was_started);
/*
 * Whether an experiment may change from `before` to `after` (canonical bodies) while it goes from
 * one state to another (or stays): what is fixed in both is refused. *out_phase: the change begins
 * a new phase.
 * Errors: NOT_ALLOWED_NOW with the pointer of the field that is fixed now.
 */
bool lifecycle_check_change(enum lifecycle_state from, enum lifecycle_state to,
                            const struct json *before, const struct json *after, bool *out_phase,
                            gos_error *err);

#endif
