/* A roster of the backend under test, in a folder of its own, and short ways to ask it. */
#ifndef TESTS_CONTRACT_ROSTER_FIXTURE_H
#define TESTS_CONTRACT_ROSTER_FIXTURE_H

#include "roster/roster.h"
#include "roster/spool.h"
#include "test.h"

struct fixture {
    const char *folder;
    struct roster *roster;
    gos_arena *arena;
    gos_error err;
    uint64_t spool_count_max;
    int64_t now_ms;
};

struct fixture fixture_open(void);
void fixture_close(struct fixture *f);
/* Closes the roster and opens it again on the same folder. */
void fixture_reopen(struct fixture *f);

/* Experiment number `n` of the tests. */
struct uuid experiment(uint8_t n);
/* A wish for an assignment; its id and time come from a counter of the fixture. */
struct roster_item assign(struct fixture *f, uint8_t n, const char *unit, const char *variant);
struct roster_item assign_on(struct fixture *f, uint8_t n, const char *unit, const char *device,
                             const char *variant);
struct roster_item event(struct fixture *f, const char *id, const char *user);
struct roster_item link_of(struct fixture *f, const char *device, const char *user);
struct roster_item profile_of(const char *user, const char *attributes);

/* Commits one item, which must work, and returns it. */
struct roster_item commit_one(struct fixture *f, struct roster_item item);
/* The variant that a unit has, or "none". */
gos_str variant_of(struct fixture *f, uint8_t n, const char *unit);
uint64_t count_of(struct fixture *f, uint8_t n, const char *variant);
/* The facts in the spool, from the first on. */
struct roster_facts facts_of(struct fixture *f);

#endif
