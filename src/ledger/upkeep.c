/* What is known, forgetting, copies and exports. */
#include "ledger/columns.h"

#include "base/text.h"
#include "base/time.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 1100, COPY_BYTES = 1 << 16 };

static const struct ledger_property *property_find(const struct ledger_event *event, gos_str name)
{
    for (uint32_t i = 0; i < event->property_count; i++) {
        if (gos_str_equal(event->properties[i].name, name))
            return &event->properties[i];
    }
    return NULL;
}

/* The properties of an event, one for each name whatever its types. Under names_lock. */
static bool list_properties(const struct names *names, uint32_t number, gos_arena *arena,
                            struct ledger_event *event, gos_error *err)
{
    const struct name *name = names_get(names, number);
    event->properties =
        gos_arena_array(arena, name->child_count + 1, sizeof *event->properties, err);
    if (!event->properties)
        return false;
    for (uint32_t child = name->last_child; child; child = names_get(names, child)->before) {
        const struct name *property = names_get(names, child);
        struct ledger_property *known =
            (struct ledger_property *)(uintptr_t)property_find(event, property->text);
        if (!known) {
            known = &event->properties[event->property_count++];
            known->name = gos_arena_text(arena, property->text, err);
            if (!known->name.data)
                return false;
        }
        known->is_number = known->is_number || property->kind == NAME_NUMBERS;
        known->is_text = known->is_text || property->kind == NAME_TEXTS;
        known->is_bool = known->is_bool || property->kind == NAME_BOOLS;
    }
    return true;
}

static bool take_event(void *context, const struct sql_chunk *chunk, gos_error *err)
{
    (void)err;
    struct ledger_event *event = context;
    event->count = (uint64_t)sql_int(&chunk->columns[0], 0);
    event->first_ms =
        sql_is_null(&chunk->columns[1], 0) ? TIME_NONE : sql_int(&chunk->columns[1], 0);
    event->last_ms =
        sql_is_null(&chunk->columns[2], 0) ? TIME_NONE : sql_int(&chunk->columns[2], 0);
    return true;
}

/* Their numbers and names, copied so that the lock is not held while counting. */
static bool copy_events(struct columns *columns, gos_str environment, gos_arena *arena,
                        struct ledger_event *events, uint32_t *numbers, uint32_t *out_count,
                        gos_error *err)
{
    const struct names *names = &columns->names;
    uint32_t parent = names_find(names, NAME_ENVIRONMENT, 0, environment);
    for (uint32_t number = 1; number <= names->count; number++) {
        const struct name *name = names_get(names, number);
        if (name->kind != NAME_EVENT || name->parent != parent)
            continue;
        struct ledger_event *event = &events[*out_count];
        event->name = gos_arena_text(arena, name->text, err);
        if (!event->name.data || !list_properties(names, number, arena, event, err))
            return false;
        numbers[(*out_count)++] = number;
    }
    return true;
}

bool columns_list_events(void *self, gos_str environment, gos_arena *arena,
                         struct ledger_event **out, uint32_t *out_count, gos_error *err)
{
    struct columns *columns = self;
    uint32_t *numbers = NULL;
    *out_count = 0;
    pthread_mutex_lock(&columns->names_lock);
    *out = gos_arena_array(arena, columns->names.count + 1, sizeof **out, err);
    numbers = gos_arena_array(arena, columns->names.count + 1, sizeof *numbers, err);
    bool done =
        *out && numbers && copy_events(columns, environment, arena, *out, numbers, out_count, err);
    pthread_mutex_unlock(&columns->names_lock);
    pthread_mutex_lock(&columns->read_lock);
    for (uint32_t i = 0; done && i < *out_count; i++) {
        char statement[64];
        snprintf(statement, sizeof statement, "SELECT count(*), min(ts), max(ts) FROM e%u",
                 numbers[i]);
        done = sql_query(columns->reader, statement, NULL, 0, take_event, &(*out)[i], err);
    }
    pthread_mutex_unlock(&columns->read_lock);
    /* A name is known before its first row can be read: until then there is nothing to list. */
    uint32_t kept = 0;
    for (uint32_t i = 0; done && i < *out_count; i++) {
        if ((*out)[i].count > 0)
            (*out)[kept++] = (*out)[i];
    }
    *out_count = kept;
    return done;
}

static uint64_t file_bytes(const char *path, const char *suffix)
{
    char full[PATH_BYTES];
    struct stat info;
    snprintf(full, sizeof full, "%s%s", path, suffix);
    return stat(full, &info) == 0 ? (uint64_t)info.st_size : 0;
}

/* Rows of all event tables, by the engine's own book. */
bool columns_stats(void *self, struct ledger_stats *out, gos_error *err)
{
    struct columns *columns = self;
    int64_t exposures = 0, events = 0;
    pthread_mutex_lock(&columns->read_lock);
    bool done = sql_query_int(columns->reader, "SELECT count(*) FROM exposures", NULL, 0, 0,
                              &exposures, err) &&
                sql_query_int(columns->reader,
                              "SELECT sum(estimated_size)::BIGINT FROM duckdb_tables() "
                              "WHERE regexp_matches(table_name, '^e[0-9]+$')",
                              NULL, 0, 0, &events, err);
    pthread_mutex_unlock(&columns->read_lock);
    pthread_mutex_lock(&columns->names_lock);
    *out = (struct ledger_stats){.events = (uint64_t)events,
                                 .exposures = (uint64_t)exposures,
                                 .units = columns->units.count,
                                 .links = columns->units.link_count,
                                 .watermark = columns->watermark};
    pthread_mutex_unlock(&columns->names_lock);
    if (columns->path)
        out->disk_bytes = file_bytes(columns->path, "") + file_bytes(columns->path, ".wal");
    return done;
}

static bool delete_exposures(struct columns *columns, uint32_t experiment, gos_error *err)
{
    bool done = sql_run(columns->writer, "BEGIN", NULL, 0, err) &&
                sql_run(columns->writer, "DELETE FROM exposures WHERE experiment = $1",
                        &SQL_VALUE_INT(experiment), 1, err) &&
                columns_commit(columns, err);
    if (!done)
        sql_run(columns->writer, "ROLLBACK", NULL, 0, NULL);
    return done;
}

bool columns_delete_experiment(void *self, gos_str environment, const struct uuid *experiment_id,
                               gos_error *err)
{
    struct columns *columns = self;
    char id[UUID_TEXT_BYTES];
    uuid_write(experiment_id, id);
    pthread_mutex_lock(&columns->write_lock);
    columns_end_epoch(columns);
    uint32_t parent = names_find(&columns->names, NAME_ENVIRONMENT, 0, environment);
    uint32_t experiment = names_find(&columns->names, NAME_EXPERIMENT, parent, gos_str_from(id));
    bool done = experiment == 0 || delete_exposures(columns, experiment, err);
    columns_end_epoch(columns);
    pthread_mutex_unlock(&columns->write_lock);
    return done;
}

/* Runs "HEAD e<n> TAIL" for every event table, inside a transaction. */
static bool for_events(struct columns *columns, const char *head, const char *tail,
                       const struct sql_value *values, uint32_t value_count, gos_error *err)
{
    for (uint32_t number = 1; number <= columns->names.count; number++) {
        char statement[128];
        if (names_get(&columns->names, number)->kind != NAME_EVENT)
            continue;
        snprintf(statement, sizeof statement, "%s e%u %s", head, number, tail);
        if (!sql_run(columns->writer, statement, values, value_count, err))
            return false;
    }
    return true;
}

bool columns_delete_before(void *self, int64_t before_ms, gos_error *err)
{
    struct columns *columns = self;
    struct sql_value value = SQL_VALUE_INT(before_ms);
    pthread_mutex_lock(&columns->write_lock);
    columns_end_epoch(columns);
    bool done = sql_run(columns->writer, "BEGIN", NULL, 0, err) &&
                sql_run(columns->writer, "DELETE FROM exposures WHERE ts < $1", &value, 1, err) &&
                for_events(columns, "DELETE FROM", "WHERE ts < $1", &value, 1, err) &&
                columns_commit(columns, err);
    if (!done)
        sql_run(columns->writer, "ROLLBACK", NULL, 0, NULL);
    columns_end_epoch(columns);
    pthread_mutex_unlock(&columns->write_lock);
    return done;
}

static bool forget_unit(struct columns *columns, uint32_t unit, gos_error *err)
{
    struct sql_value value = SQL_VALUE_INT(unit);
    return sql_run(columns->writer, "DELETE FROM exposures WHERE unit = $1", &value, 1, err) &&
           for_events(columns, "DELETE FROM", "WHERE unit = $1", &value, 1, err) &&
           sql_run(columns->writer, "DELETE FROM links WHERE device = $1 OR person = $1", &value, 1,
                   err) &&
           sql_run(columns->writer, "UPDATE units SET hash = 0, name = NULL WHERE unit = $1",
                   &value, 1, err);
}

bool columns_forget(struct columns *columns, const struct forgotten *forgotten, gos_error *err)
{
    struct units *units = &columns->units;
    uint32_t environment = names_find(&columns->names, NAME_ENVIRONMENT, 0, forgotten->environment);
    uint32_t person = units_find(units, unit_hash(environment, forgotten->user_id));
    if (environment == 0 || person == UNIT_NONE)
        return true;
    /* Found first: forgetting one of them loses the way from those behind it. */
    uint32_t *found = malloc(units->count * sizeof *found), count = 0;
    if (!found)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory to forget a user");
    for (uint32_t unit = 0; unit < units->count; unit++) {
        if (unit_belongs(units->users.data, unit, person))
            found[count++] = unit;
    }
    bool done = true;
    for (uint32_t i = 0; done && i < count; i++) {
        done = forget_unit(columns, found[i], err);
        pthread_mutex_lock(&columns->names_lock);
        if (done)
            units_forget(units, found[i]);
        pthread_mutex_unlock(&columns->names_lock);
    }
    free(found);
    return done;
}

bool columns_checkpoint(void *self, gos_error *err)
{
    struct columns *columns = self;
    pthread_mutex_lock(&columns->write_lock);
    bool done = sql_run(columns->writer, "CHECKPOINT", NULL, 0, err);
    pthread_mutex_unlock(&columns->write_lock);
    return done;
}

static bool copy_bytes(int from, int to)
{
    char bytes[COPY_BYTES];
    ssize_t got;
    while ((got = read(from, bytes, sizeof bytes)) > 0) {
        for (ssize_t done = 0; done < got;) {
            ssize_t wrote = write(to, bytes + done, (size_t)(got - done));
            if (wrote <= 0)
                return false;
            done += wrote;
        }
    }
    return got == 0 && fsync(to) == 0;
}

/* A file that is not there is no failure: an empty log has no file. */
static bool copy_file(const char *from, const char *to, const char *suffix, gos_error *err)
{
    char source[PATH_BYTES], target[PATH_BYTES];
    snprintf(source, sizeof source, "%s%s", from, suffix);
    snprintf(target, sizeof target, "%s%s", to, suffix);
    int in = open(source, O_RDONLY | O_CLOEXEC);
    if (in < 0 && errno == ENOENT && suffix[0])
        return true;
    int out = in < 0 ? -1 : open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool done = out >= 0 && copy_bytes(in, out);
    int reason = errno;
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    return done || gos_fail(err, GOS_STORE_FAILED, "", "%s cannot be copied to %s: %s", source,
                            target, strerror(reason));
}

/* Nothing is written while the lock is held, so file and log agree. */
bool columns_backup(void *self, const char *path, gos_error *err)
{
    struct columns *columns = self;
    if (!columns->path)
        return gos_fail(err, GOS_BAD_INPUT, "", "a ledger in memory has no file to copy");
    pthread_mutex_lock(&columns->write_lock);
    bool done =
        copy_file(columns->path, path, "", err) && copy_file(columns->path, path, ".wal", err);
    pthread_mutex_unlock(&columns->write_lock);
    return done;
}
