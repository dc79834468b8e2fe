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
#define CHILD      "GOSSET_CRASH_CHILD"

enum {
    ROUNDS = 10,
    /* GOSSET_CRASH_ROUNDS says otherwise */ UNITS = 400,
    BATCH = 8,
    KILL_AFTER_US_MAX = 60000
};

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

/* Puts events and trims most of them again, and says what the next number is. */
static void child_trim(const char *folder, unsigned seed, int pipe_end)
{
    struct roster *roster = NULL;
    gos_arena *arena = gos_arena_open(SIZE_MAX / 4);
    struct roster_options options = {
        .folder = folder, .spool_count_max = 1000000, .spool_bytes_max = 1 << 30};
    if (!roster_open(GOS_LIT("rocksdb"), &options, &roster, NULL))
        _exit(2);
    struct fixture f = {.roster = roster, .now_ms = seed};
    for (;;) {
        struct roster_item items[BATCH];
        char ids[BATCH][32];
        struct roster_spool_depth depth;
        for (int i = 0; i < BATCH; i++) {
            sprintf(ids[i], "%x-%x-%x", seed, rand_r(&seed), rand_r(&seed));
            items[i] = event(&f, ids[i], "ann");
        }
        if (!roster_commit(roster, items, BATCH, 1, arena, NULL))
            _exit(3);
        roster_spool_depth(roster, &depth);
        if (write(pipe_end, &depth.next_sequence, sizeof depth.next_sequence) < 0)
            _exit(4);
        uint64_t kept = rand_r(&seed) % (2 * BATCH);
        if (kept < depth.next_sequence &&
            !roster_spool_trim(roster, depth.next_sequence - 1 - kept, NULL))
            _exit(5);
        gos_arena_reset(arena);
    }
}

static unsigned rounds(void)
{
    const char *wanted = getenv("GOSSET_CRASH_ROUNDS");
    return wanted ? (unsigned)strtoul(wanted, NULL, 10) : ROUNDS;
}

/*
 * A child is this program again, told by its environment what to be: a mere copy of this process
 * would lack the threads that RocksDB has begun here.
 */
__attribute__((constructor)) static void child_begin(void)
{
    const char *told = getenv(CHILD);
    char job[16], folder[200];
    unsigned seed = 0;
    int pipe_end = 0;
    if (!told || sscanf(told, "%15s %199s %u %d", job, folder, &seed, &pipe_end) != 4)
        return;
    if (strcmp(job, "assign") == 0)
        child_run(folder, seed, pipe_end);
    else
        child_trim(folder, seed, pipe_end);
}

/* Starts a child and kills it at a random moment after its first word of `bytes`. */
static int kill_child(struct fixture *f, unsigned round, size_t bytes, void *first, const char *job)
{
    static unsigned seed = 7;
    int ends[2];
    char told[300];
    char *arguments[] = {"crash", NULL}, *environment[] = {told, NULL};
    roster_close(f->roster);
    CHECK_INT(pipe(ends), 0);
    snprintf(told, sizeof told, CHILD "=%s %s %u %d", job, f->folder, round, ends[1]);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        close(ends[0]);
        execve("/proc/self/exe", arguments, environment);
        _exit(6);
    }
    close(ends[1]);
    CHECK_INT(read(ends[0], first, bytes), bytes);
    usleep((useconds_t)(rand_r(&seed) % KILL_AFTER_US_MAX));
    kill(child, SIGKILL);
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
    return ends[0];
}

static void open_again(struct fixture *f)
{
    struct roster_options options = {
        .folder = f->folder, .spool_count_max = 1000000, .spool_bytes_max = 1 << 30};
    CHECK_OK(roster_open(GOS_LIT("rocksdb"), &options, &f->roster, &f->err), &f->err);
}

TEST(crash, loses_nothing_acknowledged_to_kill_9)
{
    struct fixture f = fixture_open();
    memset(known, 0, sizeof known);
    for (unsigned round = 0; round < rounds(); round++) {
        struct acknowledged said;
        int pipe_end = kill_child(&f, round, sizeof said, &said, "assign");
        do
            hear(said);
        while (read(pipe_end, &said, sizeof said) == (ssize_t)sizeof said);
        close(pipe_end);
        open_again(&f);
        check_kept(&f);
        gos_arena_reset(f.arena);
    }
    fixture_close(&f);
}

TEST(crash, never_numbers_two_facts_alike_although_it_is_killed_while_it_trims)
{
    struct fixture f = fixture_open();
    uint64_t next = 0;
    for (unsigned round = 0; round < rounds(); round++) {
        uint64_t said = 0;
        int pipe_end = kill_child(&f, round, sizeof said, &said, "trim");
        do
            next = said;
        while (read(pipe_end, &said, sizeof said) == (ssize_t)sizeof said);
        close(pipe_end);
        open_again(&f);
        struct roster_spool_depth depth;
        roster_spool_depth(f.roster, &depth);
        struct roster_facts facts = facts_of(&f);
        CHECK(depth.next_sequence >= next);
        CHECK_INT(facts.count, depth.count);
        CHECK(facts.count == 0 || facts.items[0].sequence == depth.first_sequence);
    }
    fixture_close(&f);
}
