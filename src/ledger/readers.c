/*
 * Who reads what. Plans are independent of each other, so each belongs to one reader: numbers are
 * added in the order of the rows whoever reads them, and the bytes are the same with one or two.
 */
#include "ledger/scan.h"

#include <stdio.h>

enum { READERS = COLUMNS_READERS_MAX };

/* Rows for which a second thread is worth its start. */
#define ROWS_FOR_TWO INT64_C(20000)
#define SCAN_BYTES   ((size_t)64 << 20)

/* What a row costs: to be found and brought, and for each cell that takes it. */
enum { ROW_COST = 2, CELL_COST = 1 };

struct sharing {
    struct tally *tally;
    int64_t *rows; /* by cell: of its event's table */
    int64_t load[READERS];
};

static bool is_first_of_event(const struct tally *tally, uint32_t cell, uint32_t reader)
{
    for (uint32_t i = 0; i < cell; i++) {
        if (tally->cells[i].event == tally->cells[cell].event && tally->cells[i].reader == reader)
            return false;
    }
    return tally->cells[cell].event != 0 && tally->cells[cell].reader == reader;
}

/* What a plan adds to a reader, which may read some of its events already. */
static int64_t added_cost(const struct sharing *sharing, uint32_t plan, uint32_t reader)
{
    const struct tally *tally = sharing->tally;
    int64_t cost = 0;
    for (uint32_t i = 0; i < tally->cell_count; i++) {
        bool is_new = true;
        if (tally->cells[i].plan != plan)
            continue;
        for (uint32_t j = 0; j < tally->cell_count; j++)
            is_new = is_new && (tally->cells[j].event != tally->cells[i].event ||
                                tally->cells[j].reader != reader);
        cost += sharing->rows[i] * (CELL_COST + (is_new ? ROW_COST : 0));
    }
    return cost;
}

static void give(const struct sharing *sharing, uint32_t plan, uint32_t reader)
{
    for (uint32_t i = 0; i < sharing->tally->cell_count; i++) {
        if (sharing->tally->cells[i].plan == plan)
            sharing->tally->cells[i].reader = reader;
    }
}

/* The costliest plan that nobody has; plan_count: there is none. */
static uint32_t next_plan(const struct sharing *sharing)
{
    const struct tally *tally = sharing->tally;
    int64_t most = -1;
    uint32_t plan = tally->question->plan_count;
    for (uint32_t i = 0; i < tally->cell_count; i++) {
        const struct cell *cell = &tally->cells[i];
        if (cell->reader != READER_NONE || cell->plan == plan)
            continue;
        int64_t cost = added_cost(sharing, cell->plan, READERS);
        if (cost > most) {
            most = cost;
            plan = cell->plan;
        }
    }
    return plan;
}

/* Each plan to the reader that is done with it first. */
static void share(struct sharing *sharing)
{
    uint32_t plan;
    while ((plan = next_plan(sharing)) < sharing->tally->question->plan_count) {
        int64_t cost[READERS];
        for (uint32_t r = 0; r < READERS; r++)
            cost[r] = sharing->load[r] + added_cost(sharing, plan, r);
        uint32_t reader = cost[1] < cost[0];
        give(sharing, plan, reader);
        sharing->load[reader] = cost[reader];
    }
}

/* The rows of the tables that will be read, which are known without reading them. */
static bool rows_count(struct tally *tally, int64_t *rows, int64_t *out_all, gos_error *err)
{
    char text[64];
    *out_all = 0;
    for (uint32_t i = 0; i < tally->cell_count; i++) {
        uint32_t event = tally->cells[i].event;
        rows[i] = 0;
        for (uint32_t j = 0; j < i && event != 0; j++)
            rows[i] = tally->cells[j].event == event ? rows[j] : rows[i];
        if (!is_first_of_event(tally, i, tally->cells[i].reader))
            continue;
        snprintf(text, sizeof text, "SELECT count(*) FROM e%u", event);
        if (!sql_query_int(tally->columns->reader, text, NULL, 0, 0, &rows[i], err))
            return false;
        *out_all += rows[i];
    }
    return true;
}

static uint64_t turns_of(const struct tally *tally)
{
    uint64_t room = tally->slot_room ? tally->slot_room : 1;
    return (tally->slot_count + room - 1) / room;
}

static void set_readers(struct tally *tally, uint32_t reader)
{
    for (uint32_t i = 0; i < tally->cell_count; i++)
        tally->cells[i].reader = reader;
}

static uint32_t count_readers(const struct tally *tally)
{
    uint32_t count = 1;
    for (uint32_t i = 0; i < tally->cell_count; i++)
        count = tally->cells[i].reader >= count ? tally->cells[i].reader + 1 : count;
    return count;
}

/* Gives every cell its reader, for good: what a reader selects says what is in its cells. */
static bool tally_share(struct tally *tally, gos_error *err)
{
    struct ledger_progress *progress = tally->question->progress;
    gos_arena_mark mark = gos_arena_mark_take(tally->arena);
    struct sharing sharing = {.tally = tally};
    int64_t all = 0;
    if (tally->cell_count == 0 || tally->cells[0].reader != READER_NONE)
        return true;
    set_readers(tally, 0);
    sharing.rows = gos_arena_array(tally->arena, tally->cell_count + 1u, sizeof(int64_t), err);
    bool done = sharing.rows && rows_count(tally, sharing.rows, &all, err);
    if (done && progress && atomic_load(&progress->rows) == 0)
        atomic_store(&progress->rows, (uint64_t)all * turns_of(tally) + tally->slot_count);
    if (done && all > ROWS_FOR_TWO && tally->columns->readers > 1) {
        set_readers(tally, READER_NONE);
        share(&sharing);
    }
    gos_arena_mark_return(tally->arena, mark);
    return done;
}

static void *read_all(void *context)
{
    struct reading *reading = context;
    const struct tally *tally = reading->tally;
    reading->done = true;
    for (uint32_t i = 0; i < tally->cell_count && reading->done; i++) {
        if (is_first_of_event(tally, i, reading->reader))
            reading->done = scan_event(reading, tally->cells[i].event, &reading->err);
    }
    if (!reading->done)
        atomic_store(reading->stop, true);
    return NULL;
}

static int64_t first_exposure(const struct tally *tally)
{
    int64_t first = INT64_MAX;
    for (uint32_t i = 0; i < tally->turn_count; i++)
        first = tally_turn(tally)[i].first < first ? tally_turn(tally)[i].first : first;
    return first;
}

/* Both, the second one in a thread of its own unless there is little to read. */
static void run(struct reading *readings, uint32_t count)
{
    pthread_t other;
    const struct tally *tally = readings[0].tally;
    bool is_much = count > 1 && tally->known_sequence == 0 && tally->units_read == UNITS_ALL;
    bool has_other = is_much && pthread_create(&other, NULL, read_all, &readings[1]) == 0;
    read_all(&readings[0]);
    if (has_other)
        pthread_join(other, NULL);
    else if (count > 1)
        read_all(&readings[1]);
}

/* The failure that came first: the other one was only stopped. */
static bool join(struct tally *tally, const struct reading *readings, uint32_t count,
                 gos_error *err)
{
    const struct reading *failed = NULL;
    for (uint32_t i = 0; i < count; i++) {
        tally->rows_read += readings[i].rows_read;
        tally->is_other = tally->is_other || readings[i].is_other;
        if (!readings[i].done && (!failed || failed->err.code == GOS_CANCELLED))
            failed = &readings[i];
    }
    return !failed ||
           gos_fail(err, failed->err.code, failed->err.pointer, "%s", failed->err.message);
}

bool tally_read_events(struct tally *tally, gos_error *err)
{
    struct reading readings[READERS];
    struct columns *columns = tally->columns;
    bool is_shared = tally->units_read == UNITS_ALL; /* only the first one has the table of units */
    struct sql_connection *connections[READERS] = {columns->reader,
                                                   is_shared ? columns->second : columns->reader};
    atomic_bool stop;
    atomic_init(&stop, false);
    if (tally->turn_count == 0)
        return true;
    if (!tally_share(tally, err))
        return false;
    uint32_t count = count_readers(tally);
    bool done = true;
    for (uint32_t i = 0; i < count; i++) {
        readings[i] = (struct reading){.tally = tally,
                                       .connection = connections[i],
                                       .arena = gos_arena_open(SCAN_BYTES),
                                       .reader = i,
                                       .first = first_exposure(tally),
                                       .stop = &stop};
        done = done && readings[i].arena;
    }
    if (done)
        run(readings, count);
    for (uint32_t i = 0; i < count; i++)
        gos_arena_close(readings[i].arena);
    if (!done)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory to read events");
    return join(tally, readings, count, err);
}
