/*
 * Doubled events, units that do too much, clocks that run ahead, merges that fall on one variant.
 * All but the merges look at the newest facts only, so that a refresh stays quick.
 */
#include "ledger/oddities.h"

#include "ledger/recent.h"

#include <stdio.h>

enum { EVENTS_MAX = 16, STATEMENT_BYTES = 400 };
#define NEWEST_FACTS INT64_C(20000)
/* Clocks differ by less than this. */
#define AHEAD_MS INT64_C(60000)

struct oddities {
    struct tally *tally;
    gos_arena *arena;
    struct ledger_oddities *out;
    uint64_t busiest_unit;
    bool is_new_busiest;
};

static struct sql_value newest_facts(const struct tally *tally)
{
    int64_t last = (int64_t)tally->watermark;
    return SQL_VALUE_INT(last > NEWEST_FACTS ? last - NEWEST_FACTS : 0);
}

static bool take_doubled(void *context, const struct sql_chunk *chunk, gos_error *err)
{
    (void)err;
    struct oddities *oddities = context;
    if (chunk->row_count == 0 || sql_is_null(&chunk->columns[0], 0))
        return true;
    oddities->out->events += (uint64_t)sql_int(&chunk->columns[0], 0);
    oddities->out->doubled +=
        (uint64_t)(sql_int(&chunk->columns[0], 0) - sql_int(&chunk->columns[1], 0));
    return true;
}

/* Rows that are equal in everything but their place. */
static bool find_doubled(struct oddities *oddities, uint32_t event, gos_error *err)
{
    char text[STATEMENT_BYTES];
    struct sql_value since = newest_facts(oddities->tally);
    snprintf(
        text, sizeof text,
        "SELECT sum(n)::BIGINT, count(*)::BIGINT FROM "
        "(SELECT COLUMNS(* EXCLUDE (seq)), count(*) AS n FROM e%u WHERE seq > $1 GROUP BY ALL)",
        event);
    return sql_query(oddities->tally->columns->reader, text, &since, 1, take_doubled, oddities,
                     err);
}

static bool take_busiest(void *context, const struct sql_chunk *chunk, gos_error *err)
{
    (void)err;
    struct oddities *oddities = context;
    struct ledger_oddities *out = oddities->out;
    if (chunk->row_count == 0 || sql_is_null(&chunk->columns[0], 0))
        return true;
    uint64_t most = (uint64_t)sql_int(&chunk->columns[1], 0);
    uint64_t units = (uint64_t)sql_int(&chunk->columns[2], 0);
    uint64_t all = (uint64_t)sql_int(&chunk->columns[3], 0);
    if (most <= out->busiest_events)
        return true;
    out->busiest_events = most;
    out->busiest_others = units > 1 ? (double)(all - most) / (double)(units - 1) : 0;
    oddities->busiest_unit = (uint64_t)sql_int(&chunk->columns[0], 0);
    oddities->is_new_busiest = true;
    return true;
}

static bool find_busiest(struct oddities *oddities, uint32_t event, gos_error *err)
{
    char text[STATEMENT_BYTES];
    struct sql_value since = newest_facts(oddities->tally);
    snprintf(text, sizeof text,
             "SELECT arg_max(unit, n)::BIGINT, max(n)::BIGINT, count(*)::BIGINT, sum(n)::BIGINT "
             "FROM (SELECT unit, count(*) AS n FROM e%u WHERE seq > $1 GROUP BY unit)",
             event);
    return sql_query(oddities->tally->columns->reader, text, &since, 1, take_busiest, oddities,
                     err);
}

static bool take_name(void *context, const struct sql_chunk *chunk, gos_error *err)
{
    struct oddities *oddities = context;
    if (chunk->row_count == 0 || sql_is_null(&chunk->columns[0], 0))
        return true;
    gos_str name = sql_text(&chunk->columns[0], 0);
    oddities->out->busiest_unit = gos_arena_text(oddities->arena, name, err);
    return oddities->out->busiest_unit.data != NULL;
}

static bool name_busiest(struct oddities *oddities, gos_error *err)
{
    struct sql_value unit = SQL_VALUE_INT((int64_t)oddities->busiest_unit);
    return !oddities->is_new_busiest ||
           sql_query(oddities->tally->columns->reader, "SELECT name FROM units WHERE unit = $1",
                     &unit, 1, take_name, oddities, err);
}

static bool count_ahead(struct oddities *oddities, const char *table, int64_t now_ms,
                        gos_error *err)
{
    char text[STATEMENT_BYTES];
    int64_t count = 0;
    const struct sql_value values[] = {SQL_VALUE_INT(now_ms + AHEAD_MS),
                                       newest_facts(oddities->tally)};
    snprintf(text, sizeof text, "SELECT count(*) FROM %s WHERE ts > $1 AND seq > $2", table);
    bool done = sql_query_int(oddities->tally->columns->reader, text, values, 2, 0, &count, err);
    oddities->out->ahead += (uint64_t)count;
    return done;
}

static bool take_merged(void *context, const struct sql_chunk *chunk, gos_error *err)
{
    (void)err;
    struct oddities *oddities = context;
    const struct tally *tally = oddities->tally;
    for (uint64_t row = 0; row < chunk->row_count; row++) {
        uint32_t number = (uint32_t)sql_int(&chunk->columns[0], row);
        for (uint32_t v = 0; v < tally->question->variant_count; v++) {
            if (tally->variant_names[v] == number)
                oddities->out->merged[v] += (uint64_t)sql_int(&chunk->columns[1], row);
        }
    }
    return true;
}

static bool count_merged(struct oddities *oddities, gos_error *err)
{
    const struct tally *tally = oddities->tally;
    const struct sql_value values[] = {SQL_VALUE_INT(tally->experiment),
                                       SQL_VALUE_INT(tally->question->from_ms),
                                       SQL_VALUE_INT(tally->question->as_of_ms)};
    return !tally->users || sql_query(tally->columns->reader,
                                      "SELECT variant, count(DISTINCT unit)::BIGINT FROM exposures "
                                      "WHERE experiment = $1 AND ts >= $2 AND ts < $3 "
                                      "AND unit IN (SELECT device FROM links) GROUP BY variant",
                                      values, 3, take_merged, oddities, err);
}

bool oddities_find(struct tally *tally, int64_t now_ms, gos_arena *arena,
                   struct ledger_oddities *out, gos_error *err)
{
    uint32_t events[EVENTS_MAX];
    struct oddities oddities = {.tally = tally, .arena = arena, .out = out};
    *out = (struct ledger_oddities){0};
    out->merged =
        gos_arena_array(arena, tally->question->variant_count + 1, sizeof *out->merged, err);
    if (!out->merged)
        return false;
    pthread_mutex_lock(&tally->columns->names_lock);
    uint32_t count = recent_event_numbers(tally, events, EVENTS_MAX);
    pthread_mutex_unlock(&tally->columns->names_lock);
    if (!count_merged(&oddities, err) || !count_ahead(&oddities, "exposures", now_ms, err))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        char table[16];
        snprintf(table, sizeof table, "e%u", events[i]);
        if (!find_doubled(&oddities, events[i], err) || !find_busiest(&oddities, events[i], err) ||
            !count_ahead(&oddities, table, now_ms, err) ||
            !oddities_find_silent(tally, events[i], arena, out, err))
            return false;
    }
    return name_busiest(&oddities, err);
}
