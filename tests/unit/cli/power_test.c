/* gosset power and gosset simulate as they are called. */
#include "base/json.h"
#include "cli/command.h"

#include "test.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int command_power(const struct command *command, int argc, char **argv);
int command_simulate(const struct command *command, int argc, char **argv);

static const struct command quiet = {"test", "", "", "", NULL};

/* Runs a command with standard output into a file; what it printed is read back. */
static int run(int (*command)(const struct command *, int, char **), int argc, char **argv,
               gos_arena *arena, gos_str *out)
{
    char path[512];
    gos_error err;
    snprintf(path, sizeof path, "%s/out", test_folder());
    fflush(stdout);
    int kept = dup(STDOUT_FILENO), file = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    dup2(file, STDOUT_FILENO);
    optind = 0;
    int status = command(&quiet, argc, argv);
    fflush(stdout);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    close(file);
    CHECK_OK(command_read_file(path, 1 << 20, arena, out, &err), &err);
    return status;
}

#define RUN(command, arena, out, ...)                                                              \
    run(command, (int)(sizeof((char *[]){__VA_ARGS__}) / sizeof(char *)),                          \
        (char *[]){__VA_ARGS__, NULL}, arena, out)

static double field(gos_str text, const char *name, gos_arena *arena)
{
    const struct json *object, *value;
    gos_error err;
    CHECK_OK(json_read(text, arena, &object, &err), &err);
    value = json_find(object, gos_str_from(name));
    CHECK(value != NULL);
    return value->type == JSON_NUMBER ? value->number : NAN;
}

/* R 4.2.2: power.prop.test(p1 = .5, p2 = .75, power = .9) gives n = 76.7. */
TEST(power, plans_the_size_that_r_plans)
{
    gos_arena *arena = gos_arena_open(8 << 20);
    gos_str out;
    CHECK_INT(RUN(command_power, arena, &out, "power", "rate", "--mean", "50%", "--effect", "0.25",
                  "--power", "0.9", "--per-day", "11", "--json"),
              EXIT_DONE);
    CHECK_NEAR(field(out, "n_control", arena), 77, 0);
    CHECK_NEAR(field(out, "n_total", arena), 154, 0);
    CHECK_NEAR(field(out, "days", arena), 14, 0);
    CHECK(field(out, "power", arena) >= 0.9);
    gos_arena_close(arena);
}

TEST(power, turns_a_sample_into_the_effect_it_shows_and_back)
{
    gos_arena *arena = gos_arena_open(8 << 20);
    gos_str out;
    char effect[32];
    CHECK_INT(RUN(command_power, arena, &out, "power", "mean", "--mean", "20", "--sd", "30",
                  "--units", "8000", "--json"),
              EXIT_DONE);
    snprintf(effect, sizeof effect, "%.17g", field(out, "mde_absolute", arena));
    CHECK_INT(RUN(command_power, arena, &out, "power", "mean", "--mean", "20", "--sd", "30",
                  "--effect", effect, "--json"),
              EXIT_DONE);
    CHECK(fabs(field(out, "n_total", arena) - 8000) <= 2);
    gos_arena_close(arena);
}

/* Each of three treatments is tested at alpha / 3 against a control that is sqrt(3) as large. */
TEST(power, shares_units_and_alpha_among_treatments)
{
    gos_arena *arena = gos_arena_open(8 << 20);
    gos_str out;
    CHECK_INT(RUN(command_power, arena, &out, "power", "mean", "--mean", "10", "--sd", "10",
                  "--effect", "1", "--arms", "3", "--json"),
              EXIT_DONE);
    double n_c = field(out, "n_control", arena), n_t = field(out, "n_treatment", arena);
    CHECK_NEAR(n_c / n_t, sqrt(3), 1e-2);
    CHECK_NEAR(field(out, "n_total", arena), n_c + 3 * n_t, 0);
    CHECK_INT(RUN(command_power, arena, &out, "power", "mean", "--mean", "10", "--sd", "10",
                  "--effect", "1", "--ratio", "0.57735026918962573", "--comparisons", "3",
                  "--json"),
              EXIT_DONE);
    CHECK_NEAR(field(out, "n_control", arena), n_c, 0);
    CHECK_INT(RUN(command_power, arena, &out, "power", "mean", "--mean", "10", "--sd", "10",
                  "--effect", "1", "--arms", "64"),
              EXIT_USAGE);
    gos_arena_close(arena);
}

TEST(power, refuses_what_cannot_be_planned)
{
    gos_arena *arena = gos_arena_open(8 << 20);
    gos_str out;
    CHECK_INT(RUN(command_power, arena, &out, "power", "rate", "--mean", "0.5", "--effect", "0.6"),
              EXIT_FAILED);
    CHECK_INT(RUN(command_power, arena, &out, "power", "mean", "--mean", "1"), EXIT_USAGE);
    CHECK_INT(RUN(command_power, arena, &out, "power", "speed"), EXIT_USAGE);
    CHECK_INT(out.len, 0);
    gos_arena_close(arena);
}

TEST(simulate, a_setting_of_no_effect_is_rejected_as_often_as_alpha_says)
{
    gos_arena *arena = gos_arena_open(8 << 20);
    gos_str out;
    CHECK_INT(RUN(command_simulate, arena, &out, "simulate", "custom", "--law", "normal:5:2",
                  "--units", "400", "--runs", "2000", "--mode", "fixed", "--json"),
              EXIT_DONE);
    CHECK(fabs(field(out, "rejected", arena) - 0.05) < 0.016);
    CHECK(field(out, "uniform_p", arena) > 0.001);
    CHECK_INT(RUN(command_simulate, arena, &out, "simulate", "custom", "--law", "bernoulli:0.1",
                  "--units", "4000", "--runs", "400", "--mode", "anytime", "--looks", "20",
                  "--json"),
              EXIT_DONE);
    CHECK(field(out, "rejected", arena) <= 0.05);
    CHECK_INT(RUN(command_simulate, arena, &out, "simulate", "custom", "--law", "cauchy"),
              EXIT_USAGE);
    CHECK_INT(RUN(command_simulate, arena, &out, "simulate", "no-such-scenario"), EXIT_USAGE);
    gos_arena_close(arena);
}
