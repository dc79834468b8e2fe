/*
 * One limit for what is computed and what is held. When all persons do not fit, they take turns in
 * the order of their slots: each number, and each sum over persons, is added up in the same order
 * as if all were there at once, so the bytes are the same.
 */
#include "ledger/compute.h"
#include "ledger/memo.h"

enum { TURNS_MAX = 64 };

/* Of small pieces besides the arrays. */
#define PIECES_BYTES ((size_t)1 << 16)

size_t tally_bytes(const struct tally *tally)
{
    size_t bytes = gos_arena_used(tally->arena) + tally->slots.bytes;
    for (uint32_t i = 0; i < tally->buffer_count; i++)
        bytes += tally->buffers[i].capacity;
    for (uint32_t i = 0; tally->gathered && i < tally->question->plan_count; i++)
        bytes += tally->gathered[i].capacity;
    return bytes;
}

static size_t bytes_left(const struct tally *tally)
{
    size_t used = tally_bytes(tally) + memo_bytes_held(tally->columns);
    return used < tally->columns->memory_bytes ? tally->columns->memory_bytes - used : 0;
}

bool tally_make_room(struct tally *tally, size_t bytes)
{
    while (bytes_left(tally) < bytes) {
        if (!memo_drop_oldest(tally->columns))
            return false;
    }
    return true;
}

static uint32_t whole_blocks(uint32_t persons)
{
    return persons > BLOCK_SLOTS ? persons - persons % BLOCK_SLOTS : BLOCK_SLOTS;
}

uint32_t tally_room(struct tally *tally, uint32_t wanted)
{
    size_t each = tally_person_bytes(tally);
    if (tally_make_room(tally, PIECES_BYTES + each * wanted))
        return wanted;
    size_t left = bytes_left(tally), room = left > PIECES_BYTES ? (left - PIECES_BYTES) / each : 0;
    return whole_blocks((uint32_t)room);
}

void tally_close_cells(struct tally *tally)
{
    for (uint32_t i = 0; i < tally->buffer_count; i++)
        buffer_close(&tally->buffers[i]);
    tally->buffer_count = 0;
}

bool tally_begin_cells(struct tally *tally, gos_error *err)
{
    pthread_mutex_lock(&tally->columns->names_lock);
    bool done = tally_make_cells(tally, err);
    pthread_mutex_unlock(&tally->columns->names_lock);
    return done;
}

/* Brings the turn's numbers to a moment. */
static bool read_moment(struct tally *tally, int64_t moment, gos_error *err)
{
    tally->before_ms = moment;
    atomic_store(&tally->marks_left, (int64_t)bytes_left(tally));
    if (!tally_read_events(tally, err))
        return false;
    tally->after_ms = moment;
    return tally_settle_marks(tally, err);
}

bool tally_answer_moment(struct tally *tally, int64_t moment, gos_arena *arena,
                         struct ledger_answer *out, gos_error *err)
{
    tally->before_ms = moment;
    tally->slot_first = 0;
    tally->turn_count = tally->slot_count;
    return tally_count(tally, arena, out, err) && read_moment(tally, moment, err) &&
           tally_finish(tally, arena, out, err);
}

/*
 * One turn after the other, answering from moment `from` on; earlier ones are only read, because
 * sums keep the order of the moments. `out` NULL: gathers values for caps at the last one.
 */
static bool run_turns(struct tally *tally, const int64_t *moments, uint32_t from,
                      uint32_t moment_count, gos_arena *arena, struct ledger_answer *out,
                      gos_error *err)
{
    gos_arena_mark mark = gos_arena_mark_take(tally->arena);
    uint32_t first = 0;
    bool done = true;
    do {
        uint32_t left = tally->slot_count - first;
        tally->slot_first = first;
        tally->turn_count = left < tally->slot_room ? left : tally->slot_room;
        tally->after_ms = INT64_MIN;
        done = tally_begin_cells(tally, err);
        for (uint32_t i = 0; done && i < moment_count; i++)
            done = read_moment(tally, moments[i], err) &&
                   (!out || i < from || tally_finish(tally, arena, &out[i], err));
        if (done && !out)
            tally_gather(tally);
        tally_close_cells(tally);
        gos_arena_mark_return(tally->arena, mark);
        first += tally->turn_count;
    } while (done && first < tally->slot_count);
    return done;
}

static bool has_capped(const struct ledger_question *question)
{
    for (uint32_t i = 0; i < question->plan_count; i++) {
        if (plan_is_capped(&question->plans[i]))
            return true;
    }
    return false;
}

/* They count before it is said how many persons have their turn at once. */
static bool reserve_gathered(struct tally *tally, gos_error *err)
{
    for (uint32_t i = 0; i < tally->question->plan_count; i++) {
        if (plan_is_capped(&tally->question->plans[i]) &&
            !buffer_reserve(&tally->gathered[i], tally->slot_count * sizeof(double), err))
            return false;
    }
    uint32_t room = tally_room(tally, tally->slot_count);
    tally->slot_room = room < tally->slot_room ? room : tally->slot_room;
    return true;
}

/* What everybody did decides about a cap: all turns are had for it before its sums begin. */
static bool run_capped(struct tally *tally, const int64_t *moments, uint32_t index,
                       gos_arena *arena, struct ledger_answer *out, gos_error *err)
{
    uint32_t plans = tally->question->plan_count;
    gos_arena_mark mark = gos_arena_mark_take(tally->arena);
    struct buffer *gathered = gos_arena_array(tally->arena, plans, sizeof *gathered, err);
    double *caps = gos_arena_array(tally->arena, plans, sizeof *caps, err);
    bool done = gathered && caps;
    if (done) {
        tally->gathered = gathered;
        tally->caps = caps;
        done = reserve_gathered(tally, err) &&
               run_turns(tally, moments, index, index + 1, arena, NULL, err);
        tally_settle_caps(tally);
        tally->gathered = NULL;
        done = done && run_turns(tally, moments, index, index + 1, arena, out, err);
        tally->caps = NULL;
    }
    gos_arena_mark_return(tally->arena, mark);
    return done;
}

/* Each turn reads everything: beyond some it is more memory that is missing, not time. */
static bool check_turns(const struct tally *tally, gos_error *err)
{
    return tally->slot_count == 0 || tally->slot_count / tally->slot_room < TURNS_MAX ||
           gos_fail(err, GOS_TOO_LARGE, "",
                    "%u persons would take more than %d turns in the %zu bytes that there are for "
                    "computations",
                    tally->slot_count, TURNS_MAX, tally->columns->memory_bytes);
}

static bool answer_turns(struct tally *tally, const int64_t *moments, uint32_t moment_count,
                         gos_arena *arena, struct ledger_answer *out, gos_error *err)
{
    if (!check_turns(tally, err))
        return false;
    if (tally->slot_room >= tally->slot_count || !has_capped(tally->question))
        return run_turns(tally, moments, 0, moment_count, arena, out, err);
    bool done = true;
    for (uint32_t i = 0; done && i < moment_count; i++)
        done = run_capped(tally, moments, i, arena, out, err);
    return done;
}

bool tally_answer(struct tally *tally, const int64_t *moments, uint32_t moment_count,
                  gos_arena *arena, struct ledger_answer *out, gos_error *err)
{
    gos_error failure = {0};
    for (uint32_t i = 0; i < moment_count; i++) {
        tally->before_ms = moments[i];
        if (!tally_count(tally, arena, &out[i], err))
            return false;
    }
    gos_arena_mark answers = gos_arena_mark_take(arena);
    tally->slot_room = tally_room(tally, tally->slot_count);
    while (!answer_turns(tally, moments, moment_count, arena, out, &failure)) {
        bool crowded = atomic_load(&tally->marks_left) < 0 && tally->slot_room > BLOCK_SLOTS;
        if (!crowded)
            return gos_fail(err, failure.code, failure.pointer, "%s", failure.message);
        tally->slot_room =
            whole_blocks(tally->slot_room / 2); /* their events were too many: fewer at a time */
        gos_arena_mark_return(arena, answers);
    }
    return true;
}
