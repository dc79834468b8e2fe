/* Every move of the lifecycle, every one that is refused, and what they leave behind. */
#include "fixture.h"

#include "model/lifecycle.h"

#include <stdio.h>

/* A definition brought into a state by the verbs. */
static struct definition in_state(const char *verbs)
{
    gos_error err;
    struct definition now, next;
    gos_str rest = gos_str_from(verbs);
    CHECK_OK(fixture_new(KIND_EXPERIMENT, fixture_with(KIND_EXPERIMENT, NULL, NULL), &now, &err),
             &err);
    while (rest.len > 0) {
        char verb[32];
        gos_str word = str_cut(&rest, ' ');
        snprintf(verb, sizeof verb, "%.*s", GOS_ARG(word));
        CHECK_OK(fixture_move(&now, verb, &next, &err), &err);
        now = next;
    }
    return now;
}

static const char *const verbs[] = {"archive", "complete", "pause", "restore", "resume", "start"};
enum { VERB_COUNT = 6 };

/* The state after each verb, or NULL where the move is refused. */
static void check_moves(const char *path, const char *const after[VERB_COUNT])
{
    for (size_t i = 0; i < VERB_COUNT; i++) {
        gos_error err;
        struct definition next;
        struct definition now = in_state(path);
        if (after[i]) {
            CHECK_OK(fixture_move(&now, verbs[i], &next, &err), &err);
            CHECK_TEXT(next.status, after[i]);
            CHECK_INT(next.version, now.version + 1);
        } else {
            CHECK_FAILS(fixture_move(&now, verbs[i], &next, &err), &err, GOS_NOT_ALLOWED_NOW,
                        "/status");
        }
    }
}

TEST(lifecycle, allows_exactly_the_moves_of_its_table)
{
    check_moves("", (const char *const[]){"Archived", NULL, NULL, NULL, NULL, "Running"});
    check_moves("start", (const char *const[]){NULL, "Completed", "Paused", NULL, NULL, NULL});
    check_moves("start pause",
                (const char *const[]){NULL, "Completed", NULL, NULL, "Running", NULL});
    check_moves("start complete", (const char *const[]){"Archived", NULL, NULL, NULL, NULL, NULL});
    check_moves("archive", (const char *const[]){NULL, NULL, NULL, "Draft", NULL, NULL});
    check_moves("start complete archive",
                (const char *const[]){NULL, NULL, NULL, "Completed", NULL, NULL});
}

TEST(lifecycle, starting_sets_the_start_and_the_first_phase)
{
    struct definition running = in_state("start");
    CHECK_TEXT(fixture_at(&running, "/start_date"), "\"2026-03-01T12:02:00Z\"");
    CHECK_TEXT(fixture_at(&running, "/phases"),
               "[{\"start\":\"2026-03-01T12:02:00Z\",\"traffic_allocation\":{\"control\":50,"
               "\"treatment\":50},\"coverage\":100}]");
}

TEST(lifecycle, a_planned_start_is_kept)
{
    gos_error err;
    struct definition draft, running;
    CHECK_OK(fixture_new(KIND_EXPERIMENT,
                         fixture_with(KIND_EXPERIMENT, "start_date", "\"2026-05-01T00:00:00Z\""),
                         &draft, &err),
             &err);
    CHECK_OK(fixture_move(&draft, "start", &running, &err), &err);
    CHECK_TEXT(fixture_at(&running, "/start_date"), "\"2026-05-01T00:00:00Z\"");
}

TEST(lifecycle, nothing_starts_after_its_end)
{
    gos_error err;
    struct definition draft, running;
    CHECK_OK(fixture_new(KIND_EXPERIMENT,
                         fixture_with(KIND_EXPERIMENT, "end_date", "\"2026-02-01T00:00:00Z\""),
                         &draft, &err),
             &err);
    CHECK_FAILS(fixture_move(&draft, "start", &running, &err), &err, GOS_BAD_INPUT, "/end_date");
}

TEST(lifecycle, completing_sets_the_end_and_may_ship_a_variant)
{
    gos_error err;
    gos_arena *arena = gos_arena_open(1024 * 1024);
    const struct json *options;
    struct definition completed;
    struct definition running = in_state("start");
    CHECK(json_read(GOS_LIT("{\"shipped_variant\":\"treatment\"}"), arena, &options, NULL));
    CHECK_OK(definition_move(&running, GOS_LIT("complete"), options, FIXTURE_NOW + 999000, arena,
                             &completed, &err),
             &err);
    CHECK_TEXT(completed.status, "Completed");
    CHECK_TEXT(fixture_at(&completed, "/end_date"), "\"2026-03-01T12:16:39Z\"");
    CHECK_TEXT(fixture_at(&completed, "/shipped_variant"), "\"treatment\"");

    CHECK(json_read(GOS_LIT("{\"version\":2,\"shipped_variant\":\"treatment\",\"conclusion\":\"It "
                            "sells.\"}"),
                    arena, &options, NULL));
    CHECK_OK(definition_move(&running, GOS_LIT("complete"), options, FIXTURE_NOW, arena, &completed,
                             &err),
             &err);
    CHECK_TEXT(fixture_at(&completed, "/shipped_variant"), "\"treatment\"");
    CHECK_TEXT(fixture_at(&completed, "/conclusion"), "\"It sells.\"");
    CHECK(json_read(GOS_LIT("{\"conclusion\":\"It sells.\"}"), arena, &options, NULL));
    CHECK_FAILS(
        definition_move(&running, GOS_LIT("pause"), options, FIXTURE_NOW, arena, &completed, &err),
        &err, GOS_BAD_INPUT, "/conclusion");

    CHECK(json_read(GOS_LIT("{\"shipped_variant\":\"none\"}"), arena, &options, NULL));
    CHECK_FAILS(definition_move(&running, GOS_LIT("complete"), options, FIXTURE_NOW, arena,
                                &completed, &err),
                &err, GOS_BAD_INPUT, "/shipped_variant");
    CHECK(json_read(GOS_LIT("{\"winner\":\"none\"}"), arena, &options, NULL));
    CHECK_FAILS(definition_move(&running, GOS_LIT("complete"), options, FIXTURE_NOW, arena,
                                &completed, &err),
                &err, GOS_BAD_INPUT, "/winner");
    gos_arena_close(arena);
}

TEST(lifecycle, completing_in_the_moment_of_the_start_still_ends_after_it)
{
    struct definition completed = in_state("start complete");
    CHECK_TEXT(fixture_at(&completed, "/end_date"), "\"2026-03-01T12:02:00Z\"");
    CHECK_TEXT(fixture_at(&completed, "/start_date"), "\"2026-03-01T12:01:59.999Z\"");
}

TEST(lifecycle, a_status_in_a_patch_is_the_move)
{
    gos_error err;
    struct definition next;
    struct definition draft = in_state("");
    CHECK_OK(fixture_patch(&draft, "{\"status\":\"Running\"}", &next, &err), &err);
    CHECK_TEXT(next.status, "Running");
    CHECK_TEXT(fixture_at(&next, "/phases/0/coverage"), "100");
    CHECK_FAILS(fixture_patch(&draft, "{\"status\":\"Completed\"}", &next, &err), &err,
                GOS_NOT_ALLOWED_NOW, "/status");
}

TEST(lifecycle, a_running_experiment_keeps_what_randomised_it)
{
    static const struct {
        const char *patch;
        const char *pointer;
    } fixed[] = {
        {"{\"type\":\"Feature\"}", "/type"},
        {"{\"unit\":\"device_id\"}", "/unit"},
        {"{\"salt\":\"other\"}", "/salt"},
        {"{\"layer\":\"page\"}", "/layer"},
        {"{\"sticky\":false}", "/sticky"},
        {"{\"start_date\":\"2026-01-01\"}", "/start_date"},
        {"{\"success_metrics\":{\"primary_metric\":\"other\"}}", "/success_metrics/primary_metric"},
        {"{\"success_metrics\":{\"minimum_sample_size\":1}}",
         "/success_metrics/minimum_sample_size"},
        {"{\"shipped_variant\":\"control\"}", "/shipped_variant"},
    };
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
        gos_error err;
        struct definition next;
        struct definition running = in_state("start");
        struct definition paused = in_state("start pause");
        CHECK_FAILS(fixture_patch(&running, fixed[i].patch, &next, &err), &err, GOS_NOT_ALLOWED_NOW,
                    fixed[i].pointer);
        CHECK_FAILS(fixture_patch(&paused, fixed[i].patch, &next, &err), &err, GOS_NOT_ALLOWED_NOW,
                    fixed[i].pointer);
    }
}

TEST(lifecycle, a_new_split_of_a_running_experiment_begins_a_phase)
{
    gos_error err;
    struct definition next;
    struct definition running = in_state("start");
    CHECK_OK(fixture_patch(&running, "{\"traffic_allocation\":{\"control\":10,\"treatment\":90}}",
                           &next, &err),
             &err);
    CHECK_TEXT(fixture_at(&next, "/phases/1"),
               "{\"start\":\"2026-03-01T12:01:00Z\",\"traffic_allocation\":{\"control\":10,"
               "\"treatment\":90},\"coverage\":100}");
    CHECK_OK(fixture_patch(&running, "{\"description\":\"better\"}", &next, &err), &err);
    CHECK_TEXT(fixture_at(&next, "/phases/1"), "absent");
    CHECK_OK(fixture_patch(&running, "{\"success_metrics\":{\"guardrail_metrics\":[\"g\"]}}", &next,
                           &err),
             &err);
}

TEST(lifecycle, a_variant_with_users_does_not_go)
{
    gos_error err;
    struct definition next;
    const char *patch = "{\"variants\":[{\"name\":\"control\"},{\"name\":\"blue\"}],"
                        "\"traffic_allocation\":{\"control\":50,\"blue\":50}}";
    struct definition draft = in_state("");
    struct definition running = in_state("start");
    CHECK_OK(fixture_patch(&draft, patch, &next, &err), &err);
    CHECK_FAILS(fixture_patch(&running, patch, &next, &err), &err, GOS_NOT_ALLOWED_NOW,
                "/variants");
    CHECK_OK(fixture_patch(&running,
                           "{\"variants\":[{\"name\":\"control\"},{\"name\":\"treatment\"},"
                           "{\"name\":\"blue\"}],\"traffic_allocation\":{\"control\":50,"
                           "\"treatment\":0,\"blue\":50}}",
                           &next, &err),
             &err);
}

TEST(lifecycle, what_is_archived_does_not_change)
{
    gos_error err;
    struct definition next;
    struct definition archived = in_state("archive");
    CHECK_FAILS(fixture_patch(&archived, "{\"description\":\"x\"}", &next, &err), &err,
                GOS_NOT_ALLOWED_NOW, "/status");
}

TEST(lifecycle, a_completed_experiment_may_still_ship)
{
    gos_error err;
    struct definition next;
    struct definition completed = in_state("start complete");
    CHECK_OK(fixture_patch(&completed, "{\"shipped_variant\":\"treatment\"}", &next, &err), &err);
    CHECK_FAILS(fixture_patch(&completed, "{\"coverage\":1}", &next, &err), &err,
                GOS_NOT_ALLOWED_NOW, "/coverage");
}
