/* What a client sends, and what it does when that is not taken. */
#include "fixture.h"

#include <stdio.h>

static const char *const document =
    "{'experiments':[{'id':'0190a000-0000-7000-8000-000000000001','name':'button',"
    "'status':'Running','variants':[{'name':'control'},{'name':'treatment'}],"
    "'traffic_allocation':{'control':50,'treatment':50},"
    "'forced_variants':{'forced':'treatment'}}],"
    "'flags':[{'key':'tested','type':'Boolean','enabled':true,'default_value':false,"
    "'experiment_id':'button'}]}";

static void opened(struct fixture *given, gos_client_repeats repeats)
{
    fixture_open(given, document);
    given->options.without_stream = true;
    given->options.repeats = repeats;
    given->options.repeats_ms = 50000;
    fixture_start(given);
}

static bool track(struct fixture *given, const char *name)
{
    gos_client_event event = {.name = gos_str_from(name), .user_id = GOS_LIT("u1")};
    return gos_client_track(given->client, &event, &given->err);
}

TEST(client_send, an_event_arrives_with_an_id_and_its_time)
{
    struct fixture given;
    gos_client_event event = {.name = GOS_LIT("purchase"),
                              .device_id = GOS_LIT("d1"),
                              .has_value = true,
                              .value = 12.5,
                              .properties = GOS_LIT("{\"a\" : 1}")};
    opened(&given, GOS_REPEATS_ALL);
    CHECK_OK(gos_client_track(given.client, &event, &given.err), &given.err);
    CHECK(gos_client_flush(given.client, 10000));
    CHECK_INT(fixture_seen(&given, "\"device_id\":\"d1\",\"name\":\"purchase\",\"value\":12.5,"
                                   "\"properties\":{\"a\":1},\"timestamp\":\"20"),
              1);
    CHECK_INT(fixture_seen(&given, "\"event_id\":\""), 1);
    CHECK_INT(fixture_state(&given).sent, 1);
    fixture_close(&given);
}

TEST(client_send, what_the_server_would_refuse_is_refused_at_once)
{
    struct fixture given;
    gos_client_event event = {.user_id = GOS_LIT("u")};
    opened(&given, GOS_REPEATS_ALL);
    CHECK_FAILS(gos_client_track(given.client, &event, &given.err), &given.err, GOS_BAD_INPUT,
                "/name");
    event = (gos_client_event){.name = GOS_LIT("n")};
    CHECK_FAILS(gos_client_track(given.client, &event, &given.err), &given.err, GOS_BAD_INPUT,
                "/user_id");
    event.user_id = GOS_LIT("a\nb");
    CHECK_FAILS(gos_client_track(given.client, &event, &given.err), &given.err, GOS_BAD_INPUT,
                "/user_id");
    event.user_id = GOS_LIT("u");
    event.properties = GOS_LIT("{\"a\":");
    CHECK_FAILS(gos_client_track(given.client, &event, &given.err), &given.err, GOS_BAD_JSON,
                "/properties/a");
    event.properties = GOS_LIT("[]");
    CHECK_FAILS(gos_client_track(given.client, &event, &given.err), &given.err, GOS_BAD_INPUT,
                "/properties");
    fixture_close(&given);
}

TEST(client_send, an_exposure_is_sent_once_with_its_variant_and_what_chance_did_not_choose_never)
{
    struct fixture given;
    gos_client_who who = {.user_id = GOS_LIT("u1"), .device_id = GOS_LIT("d1")};
    gos_client_who forced = {.user_id = GOS_LIT("forced")};
    gos_client_who quiet = {.user_id = GOS_LIT("quiet"), .without_exposure = true};
    gos_client_detail detail;
    char want[400];
    opened(&given, GOS_REPEATS_RECENT);
    for (int i = 0; i < 5; i++) {
        gos_client_variant(given.client, GOS_LIT("button"), &who, NULL, 0, &detail);
        gos_client_boolean(given.client, GOS_LIT("tested"), &who, false, NULL);
        gos_client_boolean(given.client, GOS_LIT("tested"), &forced, false, NULL);
        gos_client_boolean(given.client, GOS_LIT("tested"), &quiet, false, NULL);
    }
    CHECK_INT(detail.assignment, GOS_ASSIGNMENT_SPLIT);
    CHECK(gos_client_flush(given.client, 10000));
    snprintf(want, sizeof want,
             "\"user_id\":\"u1\",\"device_id\":\"d1\",\"variant\":\"%s\",\"ruleset\":\"%s\"",
             detail.variant, fixture_state(&given).ruleset);
    CHECK_INT(fixture_seen(&given, want), 1);
    CHECK_INT(fixture_seen(&given, "\"variant\""), 1);
    CHECK_INT(fixture_state(&given).repeats, 9);
    fixture_close(&given);
}

TEST(client_send, a_session_sends_an_exposure_once_and_the_next_one_again)
{
    struct fixture given;
    gos_client_who who = {.user_id = GOS_LIT("u1")};
    opened(&given, GOS_REPEATS_SESSION);
    for (int session = 0; session < 3; session++) {
        for (int i = 0; i < 3; i++)
            gos_client_boolean(given.client, GOS_LIT("tested"), &who, false, NULL);
        gos_client_new_session(given.client);
    }
    CHECK(gos_client_flush(given.client, 10000));
    CHECK_INT(fixture_seen(&given, "\"variant\""), 3);
    fixture_close(&given);
}

TEST(client_send, all_exposures_are_sent_when_all_are_wanted)
{
    struct fixture given;
    gos_client_who who = {.user_id = GOS_LIT("u1")};
    opened(&given, GOS_REPEATS_ALL);
    for (int i = 0; i < 4; i++)
        gos_client_boolean(given.client, GOS_LIT("tested"), &who, false, NULL);
    CHECK(gos_client_flush(given.client, 10000));
    CHECK_INT(fixture_seen(&given, "\"variant\""), 4);
    fixture_close(&given);
}

TEST(client_send, what_fails_for_now_is_sent_again_with_the_same_id)
{
    static const int statuses[] = {401, 403, 408, 429, 500, 503};
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        struct fixture given;
        opened(&given, GOS_REPEATS_ALL);
        given.events_status = statuses[i];
        given.events_failures = 1;
        CHECK(track(&given, "again"));
        CHECK(gos_client_flush(given.client, 10000));
        CHECK_INT(given.events_asked, 2);
        CHECK_TEXT(gos_str_from(given.bodies[0]), given.bodies[1]);
        CHECK_INT(fixture_state(&given).sent, 1);
        CHECK_INT(fixture_state(&given).failures, 1);
        fixture_close(&given);
    }
}

TEST(client_send, nothing_is_sent_before_retry_after_has_passed)
{
    struct fixture given;
    opened(&given, GOS_REPEATS_ALL);
    given.events_status = 429;
    given.events_failures = 1;
    given.retry_after = "2";
    int64_t start = client_steady();
    CHECK(track(&given, "later"));
    CHECK(!gos_client_flush(given.client, 100));
    CHECK(gos_client_flush(given.client, 10000));
    CHECK(client_steady() - start >= 1990);
    CHECK_INT(given.events_asked, 2);
    fixture_close(&given);
}

TEST(client_send, a_batch_that_is_too_large_is_halved_until_it_fits)
{
    struct fixture given;
    fixture_open(&given, document);
    given.options.without_stream = true;
    given.options.flush_ms = 60000; /* nothing leaves before the flush */
    fixture_start(&given);
    given.events_status = 413;
    given.events_failures = 3;
    for (int i = 0; i < 8; i++)
        CHECK(track(&given, "big"));
    CHECK(gos_client_flush(given.client, 10000));
    CHECK_INT(fixture_state(&given).sent, 8);
    CHECK_INT(fixture_seen(&given, "\"big\""), 8 + 4 + 2 + 8);
    given.events_failures = -1;
    CHECK(track(&given, "huge"));
    CHECK(gos_client_flush(given.client, 10000));
    CHECK_INT(fixture_state(&given).refused, 1);
    fixture_close(&given);
}

TEST(client_send, one_event_that_the_server_refuses_does_not_take_the_others_with_it)
{
    struct fixture given;
    fixture_open(&given, document);
    given.options.without_stream = true;
    given.options.flush_ms = 60000;
    fixture_start(&given);
    given.events_status = 400;
    given.events_failures = 1;
    given.events_error =
        GOS_LIT("{\"code\":\"BAD_INPUT\",\"message\":\"no\",\"pointer\":\"/events/1/name\"}");
    CHECK(track(&given, "first"));
    CHECK(track(&given, "second"));
    CHECK(track(&given, "third"));
    CHECK(gos_client_flush(given.client, 10000));
    CHECK_INT(fixture_seen(&given, "\"second\""), 1);
    CHECK_INT(fixture_seen(&given, "\"third\""), 2);
    CHECK_INT(fixture_state(&given).refused, 1);
    CHECK_INT(fixture_state(&given).sent, 2);
    fixture_close(&given);
}

TEST(client_send, a_full_queue_drops_and_counts)
{
    struct fixture given;
    fixture_open(&given, document);
    given.options.without_stream = true;
    given.options.queue_max = 10;
    given.events_status = 503;
    given.events_failures = -1;
    fixture_start(&given);
    for (int i = 0; i < 10; i++)
        CHECK(track(&given, "kept"));
    CHECK_FAILS(track(&given, "lost"), &given.err, GOS_OVERLOADED, "");
    CHECK_INT(fixture_state(&given).dropped, 1);
    CHECK_INT(fixture_state(&given).queued, 10);
    CHECK(!gos_client_flush(given.client, 50));
    fixture_close(&given);
}

enum { THREADS = 6, ROUNDS = 400 };

static void *busy(void *argument)
{
    struct fixture *given = argument;
    for (int i = 0; i < ROUNDS; i++) {
        char id[32];
        snprintf(id, sizeof id, "u%d", i % 50);
        gos_client_who who = {.user_id = gos_str_from(id)};
        gos_client_event event = {.name = GOS_LIT("seen"), .user_id = gos_str_from(id)};
        gos_client_boolean(given->client, GOS_LIT("tested"), &who, false, NULL);
        gos_client_variant(given->client, GOS_LIT("button"), &who, NULL, 0, NULL);
        gos_client_track(given->client, &event, NULL);
        if (i % 100 == 0)
            gos_client_refresh(given->client);
        gos_client_state_get(given->client);
    }
    return NULL;
}

TEST(client_send, many_threads_ask_and_tell_while_the_ruleset_changes)
{
    struct fixture given;
    pthread_t threads[THREADS];
    fixture_open(&given, document);
    given.options.poll_ms = 1;
    given.options.queue_max = 100000;
    fixture_start(&given);
    for (int i = 0; i < THREADS; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, busy, &given), 0);
    for (int i = 0; i < 20; i++) {
        fixture_serve(&given, i % 2 ? document : "{'flags':[]}");
        fixture_tell(&given);
        gos_client_flush(given.client, 5);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    CHECK(gos_client_flush(given.client, 20000));
    gos_client_state state = fixture_state(&given);
    CHECK_INT(state.dropped, 0);
    CHECK_INT(state.queued, 0);
    CHECK(state.sent >= (uint64_t)THREADS * ROUNDS);
    fixture_close(&given);
}
