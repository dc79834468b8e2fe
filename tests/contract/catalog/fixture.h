/* A catalog in an empty folder, and definitions put into it as the API does. */
#ifndef TESTS_CATALOG_FIXTURE_H
#define TESTS_CATALOG_FIXTURE_H

#include "catalog/catalog.h"
#include "test.h"

/* 2026-03-01T12:00:00Z */
#define FIXTURE_NOW INT64_C(1772366400000)

struct fixture {
    struct catalog *catalog;
    gos_arena *arena;
    char path[256];
    int64_t now_ms;
    gos_error err;
};

/* Every backend runs the same suite: GOSSET_TEST_CATALOG names another one. */
struct fixture fixture_open(void);
void fixture_reopen(struct fixture *given);
void fixture_close(struct fixture *given);

/* Creates, or changes by PATCH what is there under this name. Fails with given->err. */
bool fixture_create(struct fixture *given, enum kind kind, const char *json,
                    struct definition *out);
bool fixture_change(struct fixture *given, enum kind kind, const char *name, const char *json,
                    struct definition *out);
bool fixture_delete(struct fixture *given, enum kind kind, const char *name);
bool fixture_override(struct fixture *given, const char *flag, const char *user, const char *value);
/* The short forms that most tests need; they must succeed. */
void fixture_flag(struct fixture *given, const char *key, const char *more);
void fixture_segment(struct fixture *given, const char *name, const char *conditions);
void fixture_metric(struct fixture *given, const char *name);
void fixture_experiment(struct fixture *given, const char *name, const char *more);

#endif
