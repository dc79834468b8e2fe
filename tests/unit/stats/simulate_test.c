/* The calibration targets in their shortest form, and that a seed decides everything. */
#include "stats/simulate.h"

#include "test.h"

#include <string.h>

enum { SEED = 6, ARENA_BYTES = 256 << 20 };

TEST(simulate, every_scenario_meets_its_targets_in_short)
{
    size_t count;
    const struct scenario *scenarios = simulate_scenarios(&count);
    gos_arena *arena = gos_arena_open(ARENA_BYTES);
    static struct simulation simulation;
    CHECK_INT(count, 25);
    for (size_t i = 0; i < count; i++) {
        uint64_t runs = scenarios[i].runs_short;
        simulate_run(&scenarios[i], SEED, runs > 1 ? (runs + 4) / 5 : 1, arena, &simulation);
        CHECK(simulation.result_count > 0);
        for (size_t k = 0; k < simulation.result_count; k++) {
            const struct simulation_result *r = &simulation.results[k];
            if (!r->passes)
                fail_msg("%s: %s is %g, not %g within %g", scenarios[i].name, r->name, r->value,
                         r->target, r->room);
        }
    }
    gos_arena_close(arena);
}

TEST(simulate, the_same_seed_gives_the_same_numbers_and_another_seed_does_not)
{
    size_t count;
    const struct scenario *scenario = &simulate_scenarios(&count)[0];
    gos_arena *arena = gos_arena_open(ARENA_BYTES);
    static struct simulation once, again, other;
    simulate_run(scenario, 1, 200, arena, &once);
    simulate_run(scenario, 1, 200, arena, &again);
    simulate_run(scenario, 2, 200, arena, &other);
    CHECK_INT(memcmp(once.results, again.results, sizeof once.results), 0);
    CHECK(once.results[1].value != other.results[1].value);
    gos_arena_close(arena);
}
