/*
 * kill -9 in the middle of commits: nothing that was acknowledged is missing, no unit has two
 * variants, and the spool has no hole.
 */
#include "fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PRODUCTION GOS_LIT("production")

enum { ROUNDS = 10, UNITS = 400, BATCH = 8, KILL_AFTER_US_MAX = 60000 };

/* What the child says after each commit: unit, and the variant in force. */
struct acknowledged {
    uint16_t unit;
    char variant;
};

static char known[UNITS]; /* the variant that was ever acknowledged, 0: none */

static gos_str unit_name(uint16_t unit, char out[16])
{
    return (gos_str){out, (size_t)sprintf(out, "unit-%u", unit)};
}

/* Assigns random units to a random variant until it is killed. */
static void child_run(const char *folder, unsigned seed, int pipe_end)
{
    struct roster *roster = NULL;
    gos_arena *arena = gos_arena_open(SIZE_MAX / 4);
    struct roster_options options = {
        .folder = folder, .spool_count_max = 1000000, .spool_bytes_max = 1 << 30};
    if (!roster_open(GOS_LIT("rocksdb"), &options, &roster, NULL))
        _exit(2);
    for (;;) {
        struct roster_item items[BATCH];
        struct acknowledged said[BATCH];
        char names[BATCH][16];
        const char *variants[] = {"a", "b"};
        for (int i = 0; i < BATCH; i++) {
            said[i].unit = (uint16_t)(rand_r(&seed) % UNITS);
            items[i] = (struct roster_item){
                .kind = ROSTER_ASSIGNMENT,
                .assignment = {.environment = PRODUCTION,
                               .experiment_id = experiment(1),
                               .user_id = unit_name(said[i].unit, names[i]),
                               .variant = gos_str_from(variants[rand_r(&seed) % 2]),
                               .assignment_reason = GOS_LIT("split")}};
        }
        if (!roster_commit(roster, items, BATCH, 1, arena, NULL))
            _exit(3);
        for (int i = 0; i < BATCH; i++)
            said[i].variant = items[i].stored.variant.data[0];
        if (write(pipe_end, said, sizeof said) != (ssize_t)sizeof said)
            _exit(4);
        gos_arena_reset(arena);
    }
}

static void hear(struct acknowledged said)
{
    CHECK(said.unit < UNITS && (said.variant == 'a' || said.variant == 'b'));
    if (known[said.unit] && known[said.unit] != said.variant)
        fail_msg("unit %u had %c and has %c", said.unit, known[said.unit], said.variant);
    known[said.unit] = said.variant;
}

static void check_kept(struct fixture *f)
{
    static bool is_spooled[UNITS];
    memset(is_spooled, 0, sizeof is_spooled);
    struct roster_facts facts = facts_of(f);
    for (uint32_t i = 0; i < facts.count; i++) {
        const struct exposure *exposure = &facts.items[i].exposure;
        int unit = atoi(exposure->unit.data + 5);
        CHECK(!is_spooled[unit]);
        is_spooled[unit] = true;
    }
    for (uint16_t unit = 0; unit < UNITS; unit++) {
        char name[16];
        gos_str stored = variant_of(f, 1, unit_name(unit, name).data);
        if (known[unit] && stored.data[0] != known[unit])
            fail_msg("unit %u was acknowledged as %c and is %s", unit, known[unit], stored.data);
        CHECK(is_spooled[unit] == !gos_str_equal(stored, GOS_LIT("none")));
    }
    CHECK_INT(facts.count, count_of(f, 1, ""));
}

TEST(crash, loses_nothing_acknowledged_to_kill_9)
{
    struct fixture f = fixture_open();
    unsigned seed = 7;
    memset(known, 0, sizeof known);
    for (unsigned round = 0; round < ROUNDS; round++) {
        int ends[2];
        roster_close(f.roster);
        CHECK_INT(pipe(ends), 0);
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            close(ends[0]);
            child_run(f.folder, round, ends[1]);
        }
        close(ends[1]);
        /* The first word says that it is open and has committed; from then on any moment will do.
         */
        struct acknowledged said;
        CHECK_INT(read(ends[0], &said, sizeof said), sizeof said);
        hear(said);
        usleep((useconds_t)(rand_r(&seed) % KILL_AFTER_US_MAX));
        kill(child, SIGKILL);
        while (read(ends[0], &said, sizeof said) == (ssize_t)sizeof said)
            hear(said);
        close(ends[0]);
        int status = 0;
        CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
        struct roster_options options = {
            .folder = f.folder, .spool_count_max = 1000000, .spool_bytes_max = 1 << 30};
        CHECK_OK(roster_open(GOS_LIT("rocksdb"), &options, &f.roster, &f.err), &f.err);
        check_kept(&f);
        gos_arena_reset(f.arena);
    }
    fixture_close(&f);
}
