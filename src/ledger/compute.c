/* A computation from beginning to end, on one moment of the store. */
#include "ledger/compute.h"
#include "ledger/crossed.h"
#include "ledger/memo.h"
#include "ledger/oddities.h"
#include "ledger/recent.h"
#include "ledger/slices.h"

#include "base/limits.h"
#include "base/time.h"

#include <assert.h>

bool question_check(const struct ledger_question *question, gos_error *err)
{
    if (question->variant_count == 0 || question->variant_count > VARIANTS_MAX)
        return gos_fail(err, GOS_BAD_INPUT, "/variants", "%u variants are not between 1 and %d",
                        question->variant_count, VARIANTS_MAX);
    if (question->plan_count > METRICS_PER_EXPERIMENT_MAX)
        return gos_fail(err, GOS_BAD_INPUT, "/plans", "%u metrics are more than %d",
                        question->plan_count, METRICS_PER_EXPERIMENT_MAX);
    return true;
}

static bool take_links(void *context, const struct sql_chunk *chunk, gos_error *err)
{
    (void)err;
    struct tally *tally = context;
    for (uint64_t row = 0; row < chunk->row_count; row++) {
        uint32_t device = (uint32_t)sql_int(&chunk->columns[0], row);
        uint32_t person = (uint32_t)sql_int(&chunk->columns[1], row);
        if (unit_may_link(tally->users, device, person))
            tally->users[device] = person + 1;
    }
    return true;
}

/* Who was whom when a past computation ran. */
static bool resolve_past(struct tally *tally, gos_error *err)
{
    struct sql_value value = SQL_VALUE_INT((int64_t)tally->last_sequence);
    tally->users = gos_arena_array(tally->arena, tally->unit_count, sizeof *tally->users, err);
    return tally->users &&
           sql_query(tally->columns->reader, "SELECT device, person FROM links WHERE seq <= $1",
                     &value, 1, take_links, tally, err);
}

/* What the question names, as numbers; a copy of who is whom. Under names_lock. */
static bool resolve(struct tally *tally, gos_error *err)
{
    const struct ledger_question *question = tally->question;
    const struct names *names = &tally->columns->names;
    const struct units *units = &tally->columns->units;
    char id[UUID_TEXT_BYTES];
    uuid_write(&question->experiment_id, id);
    tally->name_count = names->count;
    tally->environment = names_find(names, NAME_ENVIRONMENT, 0, question->environment);
    tally->experiment = names_find(names, NAME_EXPERIMENT, tally->environment, gos_str_from(id));
    for (uint32_t i = 0; i < question->variant_count; i++)
        tally->variant_names[i] =
            names_find(names, NAME_VARIANT, tally->experiment, question->variants[i]);
    tally->unit_count = tally->unit_room = units->count;
    if (tally->grows)
        tally->unit_room += tally->unit_count / 4 + ROOM_LEAST;
    if (units->link_count == 0)
        return true;
    if (question->watermark > 0)
        return resolve_past(tally, err);
    tally->users = gos_arena_array(tally->arena, tally->unit_room, sizeof *tally->users, err);
    if (tally->users)
        memcpy(tally->users, units->users.data, units->count * sizeof *tally->users);
    return tally->users != NULL;
}

/* The engine chooses the moment when the first table is read. */
static bool begin(struct sql_connection *connection, int64_t *out_watermark, gos_error *err)
{
    return sql_run(connection, "BEGIN", NULL, 0, err) &&
           sql_query_int(connection, "SELECT applied FROM sources WHERE name = 'spool'", NULL, 0, 0,
                         out_watermark, err);
}

void tally_end(struct columns *columns)
{
    sql_run(columns->reader, "ROLLBACK", NULL, 0, NULL);
    sql_run(columns->second, "ROLLBACK", NULL, 0, NULL);
}

bool tally_begin(struct tally *tally, gos_error *err)
{
    struct columns *columns = tally->columns;
    int64_t watermark = 0, second = 0;
    pthread_mutex_lock(&columns->moment_lock);
    pthread_mutex_lock(&columns->names_lock);
    bool done = begin(columns->reader, &watermark, err) && begin(columns->second, &second, err) &&
                resolve(tally, err);
    pthread_mutex_unlock(&columns->names_lock);
    pthread_mutex_unlock(&columns->moment_lock);
    assert(!done || watermark == second);
    tally->watermark =
        (uint64_t)watermark < tally->last_sequence ? (uint64_t)watermark : tally->last_sequence;
    return done;
}

void tally_close(struct tally *tally)
{
    tally_close_cells(tally);
    buffer_close(&tally->slots);
    gos_arena_close(tally->arena);
}

bool tally_open(struct tally *tally, struct columns *columns,
                const struct ledger_question *question, gos_error *err)
{
    *tally = (struct tally){.columns = columns,
                            .question = question,
                            .before_ms = question->as_of_ms,
                            .last_sequence = question->watermark ? question->watermark : INT64_MAX,
                            .grows = false};
    tally->arena = gos_arena_open(columns->memory_bytes);
    return tally->arena || gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a computation");
}

static bool check_moments(const int64_t *moments, uint32_t count, gos_error *err)
{
    for (uint32_t i = 1; i < count; i++) {
        if (moments[i] <= moments[i - 1])
            return gos_fail(err, GOS_BAD_INPUT, "/moments", "the moments are not ascending");
    }
    return count > 0 || gos_fail(err, GOS_BAD_INPUT, "/moments", "there is no moment");
}

bool columns_series(void *self, const struct ledger_question *question, const int64_t *moments,
                    uint32_t moment_count, gos_arena *arena, struct ledger_answer *out,
                    gos_error *err)
{
    struct columns *columns = self;
    struct ledger_question whole = *question;
    struct tally tally;
    if (!question_check(question, err) || !check_moments(moments, moment_count, err))
        return false;
    whole.as_of_ms = moments[moment_count - 1];
    if (!tally_open(&tally, columns, &whole, err))
        return false;
    pthread_mutex_lock(&columns->read_lock);
    bool done = tally_begin(&tally, err) &&
                (question->recent_events ? tally_read_recent(&tally, err)
                                         : tally_read_exposures(&tally, err)) &&
                (question->crossed_count == 0 || tally_cross(&tally, err)) &&
                tally_answer(&tally, moments, moment_count, arena, out, err) &&
                (!question->recent_events || recent_examples(&tally, arena, out, err));
    if (done)
        out[moment_count - 1].rows_read = tally.rows_read;
    tally_end(columns);
    pthread_mutex_unlock(&columns->read_lock);
    tally_close(&tally);
    return done;
}

bool columns_compute(void *self, const struct ledger_question *question, gos_arena *arena,
                     struct ledger_answer *out, gos_error *err)
{
    return memo_holds(question)
               ? memo_compute(self, question, arena, out, err)
               : columns_series(self, question, &question->as_of_ms, 1, arena, out, err);
}

bool columns_list_slices(void *self, const struct ledger_question *question, gos_str by,
                         gos_arena *arena, struct ledger_slice **out, uint32_t *out_count,
                         gos_error *err)
{
    struct columns *columns = self;
    struct tally tally;
    if (!question_check(question, err) || !tally_open(&tally, columns, question, err))
        return false;
    pthread_mutex_lock(&columns->read_lock);
    bool done = tally_begin(&tally, err) && slices_count(&tally, by, arena, out, out_count, err);
    tally_end(columns);
    pthread_mutex_unlock(&columns->read_lock);
    tally_close(&tally);
    return done;
}

bool columns_oddities(void *self, const struct ledger_question *question, int64_t now_ms,
                      gos_arena *arena, struct ledger_oddities *out, gos_error *err)
{
    struct columns *columns = self;
    struct tally tally;
    if (!question_check(question, err) || !tally_open(&tally, columns, question, err))
        return false;
    pthread_mutex_lock(&columns->read_lock);
    bool done = tally_begin(&tally, err) && oddities_find(&tally, now_ms, arena, out, err);
    tally_end(columns);
    pthread_mutex_unlock(&columns->read_lock);
    tally_close(&tally);
    return done;
}
