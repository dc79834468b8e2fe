/* What only the SQLite backend promises: migrations, and that a crash loses nothing acknowledged.
 */
#include "fixture.h"

#include "catalog/proposals.h"
#include "catalog/sqlite.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PRODUCTION GOS_LIT("production")

static bool is_sqlite(void)
{
    const char *backend = getenv("GOSSET_TEST_CATALOG");
    return !backend || strcmp(backend, "sqlite") == 0;
}

static int schema_version(struct sqlite *db)
{
    gos_error err;
    struct statement *statement = sqlite_prepare(db, GOS_LIT("PRAGMA user_version"), &err);
    CHECK_INT(statement_step(statement, &err), STEP_ROW);
    int version = (int)column_int(statement, 0);
    statement_close(statement);
    return version;
}

/* The first step of every schema that was ever released. */
static const char *first_schema(void)
{
#define MIGRATION(version, sql)                                                                    \
    if (version == 1)                                                                              \
        return sql;
#include "catalog/migrations.def"
#undef MIGRATION
    return "";
}

TEST(catalog_sqlite, a_schema_of_the_first_gosset_is_brought_up_to_date)
{
    char path[256];
    gos_error err;
    struct sqlite *db;
    struct catalog *catalog;
    bool waits = true;
    struct catalog_options options = {.backend = "sqlite", .location = path};
    if (!is_sqlite())
        test_skip("another backend is under test");
    snprintf(path, sizeof path, "%s/old.db", test_folder());
    CHECK_OK(sqlite_open(path, true, &db, &err), &err);
    CHECK_OK(sqlite_run(db, first_schema(), &err), &err);
    CHECK_OK(sqlite_run(db,
                        "INSERT INTO environment (name, created_at) VALUES ('production', 1);"
                        "PRAGMA user_version = 1",
                        &err),
             &err);
    CHECK_OK(catalog_open(&options, &catalog, &err), &err);
    CHECK(schema_version(db) > 1);
    sqlite_close(db);
    CHECK_OK(catalog_requires_approval(catalog, PRODUCTION, &waits, &err), &err);
    CHECK(!waits);
    CHECK_OK(catalog_add_environment(catalog, GOS_LIT("qa"), GOS_LIT("t"), 2, &err), &err);
    catalog_close(catalog);
}

TEST(catalog_sqlite, a_schema_of_a_newer_gosset_is_refused_and_left_alone)
{
    struct fixture given = fixture_open();
    struct sqlite *db;
    struct catalog *catalog;
    struct catalog_options options = {.backend = "sqlite", .location = given.path};
    if (!is_sqlite())
        test_skip("another backend is under test");
    fixture_flag(&given, "a", "");
    CHECK_OK(sqlite_open(given.path, true, &db, &given.err), &given.err);
    char version[64];
    snprintf(version, sizeof version, "PRAGMA user_version = %d", schema_version(db));
    CHECK_OK(sqlite_run(db, "PRAGMA user_version = 99", &given.err), &given.err);
    CHECK_FAILS(catalog_open(&options, &catalog, &given.err), &given.err, GOS_STORE_FAILED, "");
    CHECK_OK(sqlite_run(db, version, &given.err), &given.err);
    sqlite_close(db);
    fixture_reopen(&given);
    fixture_flag(&given, "b", "");
    fixture_close(&given);
}

/* Writes flags until it is killed; tells the number of each one that was acknowledged. */
static void write_for_ever(const struct fixture *given, int acknowledged)
{
    struct fixture own = *given;
    struct catalog_options options = {.backend = "sqlite", .location = given->path};
    if (!catalog_open(&options, &own.catalog, &own.err))
        _exit(1);
    for (int32_t i = 0;; i++) {
        char json[96];
        snprintf(json, sizeof json, "{\"key\":\"p%d-%d\",\"type\":\"Boolean\"}", (int)getpid(), i);
        if (!fixture_create(&own, KIND_FLAG, json, NULL) ||
            write(acknowledged, &i, sizeof i) != (ssize_t)sizeof i)
            _exit(1);
        gos_arena_reset(own.arena);
    }
}

static void check_round(struct fixture *given, pid_t writer, int32_t last)
{
    struct definition got;
    char key[64];
    fixture_reopen(given);
    for (int32_t i = 0; i <= last; i++) {
        snprintf(key, sizeof key, "p%d-%d", (int)writer, i);
        CHECK_OK(catalog_get(given->catalog, PRODUCTION, KIND_FLAG, gos_str_from(key), given->arena,
                             &got, &given->err),
                 &given->err);
    }
    catalog_close(given->catalog);
    given->catalog = NULL;
}

TEST(catalog_sqlite, a_killed_writer_loses_nothing_that_was_acknowledged)
{
    enum { ROUNDS = 8 };
    struct fixture given = fixture_open();
    catalog_close(given.catalog);
    given.catalog = NULL;
    for (int round = 0; round < ROUNDS; round++) {
        int pipes[2];
        int32_t number, last = -1;
        struct timespec pause = {.tv_nsec = (20 + 17 * round) * 1000000L};
        CHECK_INT(pipe(pipes), 0);
        pid_t writer = fork();
        if (writer == 0)
            write_for_ever(&given, pipes[1]);
        close(pipes[1]);
        CHECK_INT(read(pipes[0], &number, sizeof number), sizeof number);
        last = number;
        nanosleep(&pause, NULL);
        kill(writer, SIGKILL);
        waitpid(writer, NULL, 0);
        while (read(pipes[0], &number, sizeof number) == (ssize_t)sizeof number)
            last = number;
        close(pipes[0]);
        CHECK(last >= 0);
        check_round(&given, writer, last);
    }
    fixture_close(&given);
}
