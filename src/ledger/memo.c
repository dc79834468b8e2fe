/*
 * Rows are stored in the order of their sequence, so what came since adds to each person's numbers
 * in the order of a full computation. Held states are let go when anything else happened: facts
 * went away or were numbered anew (the epoch), a known device got a user, a known unit became a
 * person of the experiment, an exposure changed what was counted, or facts that lay in the future
 * have come of age.
 */
#include "ledger/memo.h"

#include "base/hash.h"
#include "base/text.h"
#include "ledger/compute.h"
#include "metric/identity.h"

#include <inttypes.h>
#include <stdio.h>

enum { KEY_BYTES_MAX = 1 << 22 };

struct memo {
    struct memo *next; /* the one used before it */
    uint64_t key[2];
    uint64_t epoch;
    struct tally tally; /* its arena holds the memo too */
    int64_t first;      /* of all exposures: nothing older was read */
};

bool memo_holds(const struct ledger_question *question)
{
    return question->watermark == 0 && question->slice_count == 0 && question->crossed_count == 0 &&
           question->recent_events == 0 && question->cohort_before_ms == 0;
}

static bool make_key(const struct ledger_question *question, uint64_t out[2], gos_error *err)
{
    char id[UUID_TEXT_BYTES];
    struct text text;
    gos_arena *arena = gos_arena_open(KEY_BYTES_MAX);
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a computation");
    uuid_write(&question->experiment_id, id);
    text_init(&text, arena);
    text_print(&text, "%s %" PRId64 " %zu:%.*s", id, question->from_ms, question->environment.len,
               GOS_ARG(question->environment));
    for (uint32_t i = 0; i < question->variant_count; i++)
        text_print(&text, " %zu:%.*s", question->variants[i].len, GOS_ARG(question->variants[i]));
    for (uint32_t i = 0; i < question->plan_count; i++)
        plan_identify(&question->plans[i], &text);
    bool done = text_ok(&text, err);
    if (done)
        hash_xxh3_128(text_str(&text), out);
    gos_arena_close(arena);
    return done;
}

size_t memo_bytes_held(const struct columns *columns)
{
    size_t bytes = 0;
    for (const struct memo *memo = columns->memos; memo; memo = memo->next)
        bytes += tally_bytes(&memo->tally);
    return bytes;
}

static void let_go(struct memo *memo)
{
    struct tally tally = memo->tally;
    tally_close(&tally);
}

void memo_close(struct columns *columns)
{
    while (columns->memos) {
        struct memo *memo = columns->memos;
        columns->memos = memo->next;
        let_go(memo);
    }
}

/* Takes it out of the list; NULL: there is none. */
static struct memo *take(struct columns *columns, const uint64_t key[2])
{
    for (struct memo **at = &columns->memos; *at; at = &(*at)->next) {
        struct memo *memo = *at;
        if (memo->key[0] != key[0] || memo->key[1] != key[1])
            continue;
        *at = memo->next;
        return memo;
    }
    return NULL;
}

bool memo_drop_oldest(struct columns *columns)
{
    struct memo **last = &columns->memos;
    if (!*last)
        return false;
    while ((*last)->next)
        last = &(*last)->next;
    let_go(*last);
    *last = NULL;
    return true;
}

/* A computation that needs the memory lets go of what is held; see tally_make_room. */
static void hold(struct columns *columns, struct memo *memo)
{
    memo->next = columns->memos;
    columns->memos = memo;
    while (memo_bytes_held(columns) > columns->memory_bytes)
        memo_drop_oldest(columns);
}

/* Facts that were known but not old enough at the last computation, and are now. */
static bool has_matured(struct tally *tally, const struct tally *now, bool *out, gos_error *err)
{
    struct sql_value values[] = {SQL_VALUE_INT((int64_t)tally->watermark),
                                 SQL_VALUE_INT(tally->before_ms), SQL_VALUE_INT(now->before_ms),
                                 SQL_VALUE_INT(tally->experiment)};
    int64_t count = 0;
    *out = true;
    if (!sql_query_int(tally->columns->reader,
                       "SELECT count(*) FROM exposures WHERE seq <= $1 AND ts >= $2 AND ts < $3 "
                       "AND experiment = $4",
                       values, 4, 0, &count, err))
        return false;
    for (uint32_t i = 0; i < tally->cell_count && count == 0; i++) {
        char text[96];
        if (tally->cells[i].event == 0)
            continue;
        snprintf(text, sizeof text,
                 "SELECT count(*) FROM e%u WHERE seq <= $1 AND ts >= $2 AND ts < $3",
                 tally->cells[i].event);
        if (!sql_query_int(tally->columns->reader, text, values, 3, 0, &count, err))
            return false;
    }
    *out = count > 0;
    return true;
}

/* Whether units are who they were, and new ones have room. */
static bool knows_units(const struct tally *tally, const struct tally *now)
{
    if (now->unit_count > tally->unit_room || !tally->users != !now->users)
        return false;
    return !now->users ||
           memcmp(tally->users, now->users, tally->unit_count * sizeof *now->users) == 0;
}

static void take_units(struct tally *tally, const struct tally *now)
{
    if (now->users)
        memcpy(tally->users, now->users, now->unit_count * sizeof *now->users);
    for (uint32_t unit = tally->unit_count; unit < now->unit_count; unit++)
        tally->slot_of[unit] = SLOT_NONE;
    tally->unit_count = now->unit_count;
}

struct arrivals {
    struct memo *memo;
    uint32_t units_before, slots_before;
    bool fits;
};

/* An exposure that came since: of a new unit, or one that changes nothing. */
static bool take_arrival(struct arrivals *arrivals, uint32_t unit, struct slot slot, gos_error *err)
{
    struct tally *tally = &arrivals->memo->tally;
    uint32_t person = tally->users ? unit_person(tally->users, unit) : unit;
    uint32_t index = tally->slot_of[person];
    bool is_linked = tally->users && tally->users[person];
    tally->merged += person != unit;
    if (is_linked || slot.first < arrivals->memo->first)
        return arrivals->fits = false, true;
    if (index == SLOT_NONE) {
        arrivals->fits = person >= arrivals->units_before && tally->slot_count < tally->slot_room;
        return !arrivals->fits || tally_add_slot(tally, person, slot, err);
    }
    struct slot *known = (struct slot *)tally->slots.data + index;
    if (index >= arrivals->slots_before)
        slot_join(known, &slot);
    else
        arrivals->fits = known->number == slot.number &&
                         (known->flags | slot.flags) == known->flags && known->first <= slot.first;
    return true;
}

static bool take_arrivals(void *context, const struct sql_chunk *chunk, gos_error *err)
{
    struct arrivals *arrivals = context;
    struct tally *tally = &arrivals->memo->tally;
    for (uint64_t row = 0; row < chunk->row_count && arrivals->fits; row++) {
        struct slot slot = slot_read(tally, chunk, row);
        if (!take_arrival(arrivals, (uint32_t)sql_int(&chunk->columns[0], row), slot, err))
            return false;
    }
    tally->rows_read += chunk->row_count;
    return true;
}

static bool read_arrivals(struct memo *memo, uint32_t units_before, bool *out_fits, gos_error *err)
{
    struct tally *tally = &memo->tally;
    struct arrivals arrivals = {memo, units_before, tally->slot_count, true};
    const struct sql_value values[] = {
        SQL_VALUE_INT(tally->experiment), SQL_VALUE_INT(tally->question->from_ms),
        SQL_VALUE_INT(tally->before_ms), SQL_VALUE_INT((int64_t)tally->known_sequence)};
    bool done = sql_query(tally->columns->reader,
                          "SELECT unit, variant, ts, flags FROM exposures "
                          "WHERE experiment = $1 AND ts >= $2 AND ts < $3 AND seq > $4",
                          values, 4, take_arrivals, &arrivals, err);
    *out_fits = arrivals.fits;
    if (done && arrivals.fits)
        tally_spread_to_devices(tally);
    return done;
}

/* The question and what it names, as of now. */
static void take_question(struct tally *tally, const struct tally *now)
{
    tally->question = now->question;
    tally->known_sequence = tally->watermark;
    tally->watermark = now->watermark;
    tally->name_count = now->name_count;
    tally->environment = now->environment;
    tally->experiment = now->experiment;
    tally->before_ms = now->before_ms;
    tally->rows_read = 0;
    memcpy(tally->variant_names, now->variant_names, sizeof now->variant_names);
    for (uint32_t i = 0; i < tally->cell_count; i++) {
        struct cell *cell = &tally->cells[i];
        cell->aggregate = &now->question->plans[cell->plan].aggregates[cell->index];
    }
}

static bool advance(struct memo *memo, const struct tally *now, bool *out_fits, gos_error *err)
{
    struct tally *tally = &memo->tally;
    uint32_t units_before = tally->unit_count;
    bool matured = true;
    *out_fits = now->before_ms >= tally->before_ms && now->watermark >= tally->watermark &&
                knows_units(tally, now);
    if (!*out_fits)
        return true;
    if (!has_matured(tally, now, &matured, err))
        return false;
    *out_fits = !matured;
    if (matured)
        return true;
    take_units(tally, now);
    take_question(tally, now);
    return read_arrivals(memo, units_before, out_fits, err);
}

/* Adds what came since, and answers. */
static bool refresh(struct memo *memo, const struct tally *now, gos_arena *arena,
                    struct ledger_answer *out, bool *out_fits, gos_error *err)
{
    struct tally *tally = &memo->tally;
    if (!advance(memo, now, out_fits, err))
        return false;
    if (!*out_fits)
        return true;
    gos_arena_mark mark = gos_arena_mark_take(tally->arena);
    tally->after_ms = INT64_MIN;
    tally_name_events(tally);
    bool done = tally_answer_moment(tally, now->before_ms, arena, out, err);
    gos_arena_mark_return(tally->arena, mark);
    *out_fits = !tally->is_other;
    return done;
}

static int64_t first_exposure(const struct tally *tally)
{
    int64_t first = INT64_MAX;
    for (uint32_t i = 0; i < tally->slot_count; i++)
        first = tally_slots(tally)[i].first < first ? tally_slots(tally)[i].first : first;
    return first;
}

/* Everybody at once, with room for those who are to come; false: so many do not fit. */
static bool read_whole(struct tally *tally, gos_arena *arena, struct ledger_answer *out,
                       gos_error *err)
{
    uint32_t wanted = tally->slot_count + tally->slot_count / 4 + ROOM_LEAST;
    tally->after_ms = INT64_MIN;
    tally->slot_room = tally_room(tally, wanted);
    if (tally->slot_room < tally->slot_count)
        return gos_fail(err, GOS_TOO_LARGE, "", "the persons do not fit at once");
    if (!tally_begin_cells(tally, err))
        return false;
    gos_arena_mark mark = gos_arena_mark_take(tally->arena);
    bool done = tally_answer_moment(tally, tally->before_ms, arena, out, err);
    gos_arena_mark_return(tally->arena, mark);
    return done;
}

/* Reads everything; *out_whole says whether everybody found room at once, and so can be held. */
static bool read_all(struct tally *tally, gos_arena *arena, struct ledger_answer *out,
                     bool *out_whole, gos_error *err)
{
    gos_error failure = {0};
    int64_t moment = tally->before_ms;
    if (!tally_read_exposures(tally, err))
        return false;
    gos_arena_mark before = gos_arena_mark_take(tally->arena);
    *out_whole = read_whole(tally, arena, out, &failure);
    if (*out_whole)
        return true;
    if (failure.code != GOS_TOO_LARGE)
        return gos_fail(err, failure.code, failure.pointer, "%s", failure.message);
    tally_close_cells(tally);
    gos_arena_mark_return(tally->arena, before);
    return tally_answer(tally, &moment, 1, arena, out, err);
}

/* Full, from a moment that has begun; owns `now`. */
static bool compute_all(struct tally *now, const uint64_t key[2], uint64_t epoch, gos_arena *arena,
                        struct ledger_answer *out, gos_error *err)
{
    struct columns *columns = now->columns;
    bool whole = false;
    bool done = read_all(now, arena, out, &whole, err);
    struct memo *memo = done && whole && now->watermark >= atomic_load(&columns->rewound)
                            ? gos_arena_take(now->arena, sizeof *memo, NULL)
                            : NULL;
    out->rows_read = now->rows_read;
    if (!memo) {
        tally_close(now);
        return done;
    }
    *memo = (struct memo){.key = {key[0], key[1]}, .epoch = epoch, .tally = *now};
    memo->first = first_exposure(now);
    hold(columns, memo);
    return true;
}

/* What is held of the question, if it may be used; anything else of it goes. */
static struct memo *recall(struct columns *columns, const uint64_t key[2])
{
    struct memo *memo = take(columns, key);
    if (!memo || memo->epoch == atomic_load(&columns->epoch))
        return memo;
    let_go(memo);
    return NULL;
}

static bool compute(struct tally *now, const uint64_t key[2], uint64_t epoch, gos_arena *arena,
                    struct ledger_answer *out, gos_error *err)
{
    struct columns *columns = now->columns;
    struct memo *memo = recall(columns, key);
    gos_error failure = {0};
    bool fits = false;
    if (memo && refresh(memo, now, arena, out, &fits, &failure) && fits) {
        out->rows_read = memo->tally.rows_read;
        out->is_refresh = true;
        hold(columns, memo);
        tally_close(now);
        return true;
    }
    if (memo)
        let_go(memo);
    if (failure.code == GOS_CANCELLED) {
        tally_close(now);
        return gos_fail(err, GOS_CANCELLED, "", "cancelled");
    }
    return compute_all(now, key, epoch, arena, out, err);
}

bool memo_compute(struct columns *columns, const struct ledger_question *question, gos_arena *arena,
                  struct ledger_answer *out, gos_error *err)
{
    struct tally now;
    uint64_t key[2];
    if (!question_check(question, err) || !make_key(question, key, err))
        return false;
    pthread_mutex_lock(&columns->read_lock);
    uint64_t epoch = atomic_load(&columns->epoch);
    bool done = tally_open(&now, columns, question, err);
    if (done) {
        now.grows = true;
        done = tally_begin(&now, err);
        if (done)
            done = compute(&now, key, epoch, arena, out, err);
        else
            tally_close(&now);
        tally_end(columns);
    }
    pthread_mutex_unlock(&columns->read_lock);
    return done;
}
