/*
 * Rows are stored in the order of their sequence, so what came since adds to each person's numbers
 * in the order of a full computation. Of persons about whom more than that has changed everything
 * is read again (amend.h). Held states are let go when facts went away or were numbered anew (the
 * epoch), or when so much changed that reading everything is quicker.
 */
#include "ledger/memo.h"

#include "base/hash.h"
#include "base/text.h"
#include "ledger/amend.h"
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

static bool take_units(struct tally *tally, const struct tally *now, gos_error *err)
{
    if (now->users && !tally->users)
        tally->users = gos_arena_array(tally->arena, tally->unit_room, sizeof *tally->users, err);
    if (now->users && !tally->users)
        return false;
    if (now->users)
        memcpy(tally->users, now->users, now->unit_count * sizeof *now->users);
    for (uint32_t unit = tally->unit_count; unit < now->unit_count; unit++)
        tally->slot_of[unit] = SLOT_NONE;
    tally->unit_count = now->unit_count;
    return true;
}

/* An exposure that came since. Of those who are amended it only says that they have a slot. */
static bool take_arrival(struct amend *amend, uint32_t unit, struct slot slot, gos_error *err)
{
    struct tally *tally = amend->tally;
    uint32_t person = tally->users ? unit_person(tally->users, unit) : unit;
    uint32_t index = tally->slot_of[person];
    bool is_amended = amend_holds(amend, unit);
    tally->merged += !is_amended && person != unit;
    if (index == SLOT_NONE) {
        amend->fits = tally->slot_count < tally->slot_room;
        return !amend->fits || tally_add_slot(tally, person, slot, err);
    }
    if (!is_amended)
        slot_join((struct slot *)tally->slots.data + index, &slot);
    return true;
}

static bool take_arrivals(void *context, const struct sql_chunk *chunk, gos_error *err)
{
    struct amend *amend = context;
    for (uint64_t row = 0; row < chunk->row_count && amend->fits; row++) {
        struct slot slot = slot_read(amend->tally, chunk, row);
        if (!take_arrival(amend, (uint32_t)sql_int(&chunk->columns[0], row), slot, err))
            return false;
    }
    amend->tally->rows_read += chunk->row_count;
    return true;
}

static bool read_arrivals(struct amend *amend, gos_error *err)
{
    struct tally *tally = amend->tally;
    const struct sql_value values[] = {
        SQL_VALUE_INT(tally->experiment), SQL_VALUE_INT(tally->question->from_ms),
        SQL_VALUE_INT(tally->before_ms), SQL_VALUE_INT((int64_t)tally->known_sequence)};
    bool done = sql_query(tally->columns->reader,
                          "SELECT unit, variant, ts, flags FROM exposures "
                          "WHERE experiment = $1 AND ts >= $2 AND ts < $3 AND seq > $4",
                          values, 4, take_arrivals, amend, err);
    if (done && amend->fits)
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
    tally->held_before_ms = tally->before_ms;
    tally->before_ms = now->before_ms;
    tally->rows_read = 0;
    memcpy(tally->variant_names, now->variant_names, sizeof now->variant_names);
    for (uint32_t i = 0; i < tally->cell_count; i++) {
        struct cell *cell = &tally->cells[i];
        cell->aggregate = &now->question->plans[cell->plan].aggregates[cell->index];
    }
}

/* Brings what is held of persons to now; what they did since is still to be read. */
static bool amend_all(struct amend *amend, gos_error *err)
{
    struct tally *tally = amend->tally;
    if (!amend_find(amend, err) || !amend->fits)
        return !amend->fits;
    bool any = amend->seed_count > 0;
    take_question(tally, amend->now);
    if (any && (!amend_take_back(amend, err) || !amend->fits))
        return !amend->fits;
    tally_name_events(tally);
    if (!take_units(tally, amend->now, err) || (any && !amend_take_slots(amend, err)) ||
        !read_arrivals(amend, err))
        return false;
    return !any || !amend->fits || amend_read(amend, err);
}

static bool advance(struct memo *memo, const struct tally *now, bool *out_fits, gos_error *err)
{
    struct tally *tally = &memo->tally;
    struct amend amend;
    *out_fits = now->before_ms >= tally->before_ms && now->watermark >= tally->watermark &&
                now->unit_count <= tally->unit_room && (!tally->users || now->users);
    if (!*out_fits)
        return true;
    bool done = amend_open(&amend, tally, now, memo->first, err) && amend_all(&amend, err);
    *out_fits = done && amend.fits;
    tally->units_reread = amend.unit_count;
    amend_close(&amend);
    return done;
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
    bool done = tally_answer_moment(tally, now->before_ms, arena, out, err);
    tally->units_read = UNITS_ALL;
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
        out->units_reread = memo->tally.units_reread;
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
