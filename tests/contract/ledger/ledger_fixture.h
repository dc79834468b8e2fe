/* A ledger on a folder of its own, and facts written in one line each. */
#ifndef TESTS_LEDGER_FIXTURE_H
#define TESTS_LEDGER_FIXTURE_H

#include "ledger/backend.h"
#include "plain.h"
#include "test.h"

enum { FIXTURE_FACTS_MAX = 20000, FIXTURE_PLANS_MAX = 32 };

#define DAY_MS INT64_C(86400000)
#define T0     (INT64_C(1700000000) * 1000)

/* Every backend that the contract holds for: its name, and what opens it. One row each. */
#define FIXTURE_BACKENDS(ROW)                                                                      \
    ROW(duckdb, duckdb_ledger_open)                                                                \
    ROW(plain, plain_ledger_open)

enum fixture_backend {
#define BACKEND(name, open) FIXTURE_##name,
    FIXTURE_BACKENDS(BACKEND)
#undef BACKEND
        FIXTURE_BACKEND_COUNT
};

/* The one that fixtures open. */
extern enum fixture_backend fixture_backend;
extern const char *const fixture_backend_names[];

/* A test of the contract: it runs once on every backend. */
#define CONTRACT(group, name)                                                                      \
    static void group##_##name##_contract(void);                                                   \
    TEST(group, name)                                                                              \
    {                                                                                              \
        for (int i = 0; i < FIXTURE_BACKEND_COUNT; i++) {                                          \
            fixture_backend = (enum fixture_backend)i;                                             \
            print_message("             on %s\n", fixture_backend_names[i]);                       \
            group##_##name##_contract();                                                           \
        }                                                                                          \
        fixture_backend = FIXTURE_duckdb;                                                          \
    }                                                                                              \
    static void group##_##name##_contract(void)

struct ledger_fixture {
    struct ledger *ledger;
    gos_arena *arena;
    char path[512];
    uint64_t memory_bytes; /* 0: the default */
    uint32_t threads;      /* likewise */
    struct fact *facts;    /* those of the next batch */
    uint32_t fact_count;
    uint64_t sequence;
    struct metric_plan plans[FIXTURE_PLANS_MAX];
    uint32_t plan_count;
    struct ledger_answer answer;
};

void fixture_open(struct ledger_fixture *given);
/* With so little memory that plans are computed in several turns; 0: the default. */
void fixture_open_small(struct ledger_fixture *given, uint64_t memory_bytes);
void fixture_reopen(struct ledger_fixture *given);
void fixture_close(struct ledger_fixture *given);

/* These add to the next batch. */
struct fact *fixture_expose(struct ledger_fixture *given, const char *unit, const char *variant,
                            int64_t at);
struct fact *fixture_event(struct ledger_fixture *given, const char *unit, const char *name,
                           int64_t at, double value, const char *properties);
struct fact *fixture_link(struct ledger_fixture *given, const char *device, const char *user);
struct fact *fixture_forget(struct ledger_fixture *given, const char *user);
void fixture_append(struct ledger_fixture *given);

/* Adds a plan from a metric's JSON members, such as "\"calculation\":\"count(a)\"". */
struct metric_plan *fixture_plan(struct ledger_fixture *given, const char *members);
void fixture_compute(struct ledger_fixture *given, int64_t as_of_ms);
/* The plan in control (0) or treatment (1). */
const struct ledger_cell *fixture_cell(const struct ledger_fixture *given, uint32_t plan,
                                       uint32_t variant);

/* All that the answer says, but for how it was read; returns how many of `bytes_max` it takes. */
size_t fixture_write_answer(const struct ledger_fixture *given, char *bytes, size_t bytes_max);

extern const struct uuid fixture_experiment;
extern const gos_str fixture_variants[2];

#endif
