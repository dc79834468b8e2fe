/*
 * Everything as Parquet. A copy of the file is opened with access to files, so that the serving
 * engine never has it.
 */
#include "ledger/columns.h"
#include "ledger/select.h"

#include <stdio.h>
#include <unistd.h>

enum { PATH_BYTES = 1100 };

static bool copy_to(struct sql_connection *connection, struct text *query, const char *folder,
                    gos_str file, gos_error *err)
{
    text_add(query, GOS_LIT(") TO "));
    gos_str path = gos_arena_print(query->arena, "%s/%.*s", folder, GOS_ARG(file));
    select_add_literal(query, path);
    text_add(query, GOS_LIT(" (FORMAT parquet, COMPRESSION zstd)"));
    text_add_char(query, '\0');
    return text_ok(query, err) && sql_run(connection, query->data, NULL, 0, err);
}

static bool export_exposures(struct sql_connection *connection, const char *folder,
                             gos_arena *arena, gos_error *err)
{
    struct text query;
    text_init(&query, arena);
    text_add(&query,
             GOS_LIT("COPY (SELECT environment.name AS environment, experiment.name AS "
                     "experiment_id, units.name AS user_id, variant.name AS variant, "
                     "make_timestamp(ts * 1000) AS timestamp, (flags & 1) <> 0 AS is_crossover, "
                     "(flags & 2) <> 0 AS by_choice, attributes, ruleset.name AS ruleset "
                     "FROM exposures "
                     "JOIN units USING (unit) "
                     "JOIN names experiment ON experiment.number = exposures.experiment "
                     "JOIN names environment ON environment.number = experiment.parent "
                     "JOIN names variant ON variant.number = exposures.variant "
                     "LEFT JOIN names ruleset ON ruleset.number = exposures.ruleset"));
    return copy_to(connection, &query, folder, GOS_LIT("exposures.parquet"), err);
}

static bool export_event(struct columns *columns, uint32_t number,
                         struct sql_connection *connection, const char *folder, gos_arena *arena,
                         gos_error *err)
{
    const struct names *names = &columns->names;
    struct text query;
    text_init(&query, arena);
    text_add(&query,
             GOS_LIT("COPY (SELECT environment.name AS environment, event.name AS name, "
                     "units.name AS user_id, make_timestamp(ts * 1000) AS timestamp, value"));
    uint32_t child = names_get(names, number)->last_child;
    for (; child; child = names_get(names, child)->before) {
        const struct name *name = names_get(names, child);
        const char letter = name->kind == NAME_NUMBERS ? 'n' : name->kind == NAME_TEXTS ? 't' : 'b';
        text_print(&query, ", %c%u AS ", letter, child);
        select_add_identifier(&query,
                              gos_arena_print(arena, "properties.%.*s%s", GOS_ARG(name->text),
                                              letter == 'n'   ? ""
                                              : letter == 't' ? " (text)"
                                                              : " (bool)"));
    }
    text_print(&query,
               ", rest AS properties FROM e%u JOIN units USING (unit) "
               "JOIN names event ON event.number = %u "
               "JOIN names environment ON environment.number = event.parent",
               number, number);
    return copy_to(connection, &query, folder, gos_arena_print(arena, "event-%u.parquet", number),
                   err);
}

static bool export_all(struct columns *columns, struct sql_connection *connection,
                       const char *folder, gos_arena *arena, gos_error *err)
{
    if (!export_exposures(connection, folder, arena, err))
        return false;
    for (uint32_t number = 1; number <= columns->names.count; number++) {
        if (names_get(&columns->names, number)->kind == NAME_EVENT &&
            !export_event(columns, number, connection, folder, arena, err))
            return false;
    }
    return true;
}

bool columns_export(void *self, const char *folder, gos_error *err)
{
    struct columns *columns = self;
    char copy[PATH_BYTES], log[PATH_BYTES + 8];
    struct sql *sql = NULL;
    struct sql_connection *connection = NULL;
    gos_arena *arena = gos_arena_open((size_t)1 << 24);
    snprintf(copy, sizeof copy, "%s/.gosset-export.db", folder);
    snprintf(log, sizeof log, "%s.wal", copy);
    struct sql_options options = {
        .path = copy, .memory_bytes = columns->engine_bytes, .files = true};
    bool done = arena && columns_backup(columns, copy, err) && sql_open(&options, &sql, err) &&
                sql_connect(sql, &connection, err);
    if (done) {
        pthread_mutex_lock(&columns->write_lock);
        done = export_all(columns, connection, folder, arena, err);
        pthread_mutex_unlock(&columns->write_lock);
    }
    sql_disconnect(connection);
    sql_close(sql);
    unlink(copy);
    unlink(log);
    gos_arena_close(arena);
    return done;
}
