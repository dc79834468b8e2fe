/* A client against a server: what it decides, what it survives, what it sends. */
#include "fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static const char *const document =
    "{'segments':[{'name':'testers','conditions':{},'include':['u1']}],"
    "'experiments':[{'id':'0190a000-0000-7000-8000-000000000001','name':'button',"
    "'status':'Running','variants':[{'name':'control'},{'name':'treatment',"
    "'configuration':{'size':'large'}}],'traffic_allocation':{'control':50,'treatment':50}}],"
    "'flags':[{'key':'yes','type':'Boolean','enabled':true},"
    "{'key':'only','type':'Boolean','enabled':true,'targeting_rules':{'segments':['testers']}},"
    "{'key':'seven','type':'Number','enabled':true,'default_value':1,'value':7},"
    "{'key':'half','type':'Number','enabled':true,'default_value':1,'value':0.5},"
    "{'key':'words','type':'String','enabled':true,'default_value':'','value':'a \\u00e9\\n'},"
    "{'key':'tree','type':'JSON','enabled':true,'default_value':{},'value':{'a':[1]}},"
    "{'key':'some','type':'Boolean','enabled':true,'rollout_percentage':50},"
    "{'key':'mail','type':'Boolean','enabled':true,'targeting_rules':{'attributes':"
    "{'email':{'matches':'^.+@example[.]org$'}}}},"
    "{'key':'tested','type':'Boolean','enabled':true,'default_value':false,'experiment_id':'button'"
    "}]}";

static const char *const changed =
    "{'flags':[{'key':'yes','type':'Boolean','enabled':true,'value':false}]}";

static gos_client_who user(const char *id)
{
    return (gos_client_who){.user_id = gos_str_from(id)};
}

TEST(client, decides_every_type_with_the_reason_and_the_variant)
{
    struct fixture given;
    gos_client_detail detail;
    char text[32];
    gos_client_who who = user("u1"), other = user("u2");
    fixture_open(&given, document);
    fixture_start(&given);
    CHECK(gos_client_boolean(given.client, GOS_LIT("yes"), &who, false, &detail));
    CHECK_INT(detail.code, GOS_OK);
    CHECK_INT(detail.reason, GOS_REASON_STATIC);
    CHECK_INT(strncmp(detail.ruleset, given.etag + 1, 32), 0);
    CHECK(gos_client_boolean(given.client, GOS_LIT("only"), &who, false, NULL));
    CHECK(!gos_client_boolean(given.client, GOS_LIT("only"), &other, true, &detail));
    CHECK_INT(detail.reason, GOS_REASON_DEFAULT);
    CHECK_INT(gos_client_integer(given.client, GOS_LIT("seven"), &who, 0, NULL), 7);
    CHECK_NEAR(gos_client_number(given.client, GOS_LIT("half"), &who, 0, NULL), 0.5, 0);
    CHECK_INT(
        gos_client_text(given.client, GOS_LIT("words"), &who, GOS_LIT(""), text, sizeof text, NULL),
        5);
    CHECK_TEXT(gos_str_from(text), "a é\n");
    CHECK_INT(gos_client_json(given.client, GOS_LIT("tree"), &who, GOS_LIT("{}"), text, 4, NULL),
              9);
    CHECK_TEXT(gos_str_from(text), "{\"a");
    who.attributes = GOS_LIT("{\"email\":\"a@example.org\"}");
    CHECK(gos_client_boolean(given.client, GOS_LIT("mail"), &who, false, NULL));
    fixture_close(&given);
}

TEST(client, gives_the_callers_value_and_the_code_when_it_cannot_decide)
{
    struct fixture given;
    gos_client_detail detail;
    gos_client_who who = user("u1"), nobody = {0}, bad = {.attributes = GOS_LIT("[1]")};
    fixture_open(&given, document);
    fixture_start(&given);
    CHECK(gos_client_boolean(given.client, GOS_LIT("none"), &who, true, &detail));
    CHECK_INT(detail.code, GOS_FLAG_NOT_FOUND);
    CHECK_INT(detail.reason, GOS_REASON_ERROR);
    CHECK(gos_client_boolean(given.client, GOS_LIT("seven"), &who, true, &detail));
    CHECK_INT(detail.code, GOS_TYPE_MISMATCH);
    CHECK_INT(gos_client_integer(given.client, GOS_LIT("half"), &who, 3, &detail), 3);
    CHECK_INT(detail.code, GOS_TYPE_MISMATCH);
    CHECK(gos_client_boolean(given.client, GOS_LIT("some"), &nobody, true, &detail));
    CHECK_INT(detail.code, GOS_TARGETING_KEY_MISSING);
    CHECK(gos_client_boolean(given.client, GOS_LIT("yes"), &bad, false, &detail) == false);
    CHECK_INT(detail.code, GOS_INVALID_CONTEXT);
    CHECK(detail.message[0] != 0);
    CHECK_INT(gos_client_variant(given.client, GOS_LIT("none"), &who, NULL, 0, &detail), 0);
    CHECK_INT(detail.code, GOS_NOT_FOUND);
    fixture_close(&given);
}

TEST(client, without_a_ruleset_everybody_gets_the_callers_value)
{
    gos_client_options options = {.url = "http://127.0.0.1:9", .key = "k", .timeout_ms = 200};
    gos_client_detail detail;
    gos_client_who who = user("u1");
    gos_client *client;
    gos_error err;
    CHECK_OK(gos_client_open(&options, &client, &err), &err);
    CHECK(!gos_client_wait(client, 50));
    CHECK(gos_client_boolean(client, GOS_LIT("yes"), &who, true, &detail));
    CHECK_INT(detail.code, GOS_UNAVAILABLE);
    gos_client_close(client, 0);
}

TEST(client, refuses_options_that_cannot_work)
{
    gos_client *client;
    gos_error err;
    gos_client_options options = {.url = "ftp://x", .key = "k"};
    CHECK_FAILS(gos_client_open(&options, &client, &err), &err, GOS_BAD_INPUT, "/url");
    options = (gos_client_options){.url = "http://x"};
    CHECK_FAILS(gos_client_open(&options, &client, &err), &err, GOS_BAD_INPUT, "/key");
    options.key = "a\r\nX: y";
    CHECK_FAILS(gos_client_open(&options, &client, &err), &err, GOS_BAD_INPUT, "/key");
    options = (gos_client_options){.url = "http://x", .key = "k", .poll_ms = -1};
    CHECK_FAILS(gos_client_open(&options, &client, &err), &err, GOS_BAD_INPUT, "");
    gos_client_close(NULL, 0);
}

TEST(client, a_change_that_the_stream_tells_is_used_without_waiting_for_the_next_turn)
{
    struct fixture given;
    gos_client_who who = user("u1");
    fixture_open(&given, document);
    given.options.poll_ms = 3600000;
    fixture_start(&given);
    CHECK(gos_client_boolean(given.client, GOS_LIT("yes"), &who, false, NULL));
    while (!fixture_state(&given).is_streaming)
        usleep(2000);
    fixture_serve(&given, changed);
    fixture_tell(&given);
    CHECK(fixture_uses(&given));
    CHECK(!gos_client_boolean(given.client, GOS_LIT("yes"), &who, true, NULL));
    CHECK_INT(fixture_state(&given).refreshes, 2);
    fixture_close(&given);
}

TEST(client, without_a_stream_it_asks_in_turns_and_an_unchanged_ruleset_is_not_sent_again)
{
    struct fixture given;
    fixture_open(&given, document);
    given.options.poll_ms = 10;
    given.options.without_stream = true;
    fixture_start(&given);
    CHECK(fixture_reached(&given, &given.ruleset_asked, 5));
    CHECK_INT(given.ruleset_fresh, 1);
    CHECK(fixture_state(&given).confirmed_ms > 0);
    fixture_serve(&given, changed);
    CHECK(fixture_uses(&given));
    fixture_close(&given);
}

TEST(client, a_block_of_another_version_is_replaced_by_the_definitions)
{
    struct fixture given;
    fixture_open(&given, document);
    given.blocks_are_foreign = true;
    fixture_start(&given);
    CHECK(fixture_uses(&given));
    fixture_close(&given);
}

static void pattern_path(const struct fixture *given, char out[DISK_PATH_BYTES])
{
    gos_error err;
    CHECK_OK(disk_path(given->options.folder, given->url, given->options.key, out, &err), &err);
}

TEST(client, starts_from_its_folder_without_a_server_but_not_from_a_damaged_file)
{
    struct fixture given;
    char path[DISK_PATH_BYTES];
    gos_client_who who = user("u1");
    gos_client *alone;
    fixture_open(&given, document);
    given.options.folder = test_folder();
    fixture_start(&given);
    CHECK(!fixture_state(&given).is_from_folder);
    pattern_path(&given, path);
    gos_client_close(given.client, 0);
    fixture_fail_rulesets(&given, 503);
    CHECK_OK(gos_client_open(&given.options, &alone, &given.err), &given.err);
    CHECK(gos_client_wait(alone, 0));
    CHECK(gos_client_state_get(alone).is_from_folder);
    CHECK(gos_client_boolean(alone, GOS_LIT("only"), &who, false, NULL));
    gos_client_close(alone, 0);
    int fd = open(path, O_RDWR);
    CHECK_INT(pwrite(fd, "damage", 6, 600), 6);
    close(fd);
    CHECK_OK(gos_client_open(&given.options, &alone, &given.err), &given.err);
    CHECK(!gos_client_wait(alone, 0));
    gos_client_close(alone, 0);
    given.client = NULL;
    fixture_close(&given);
}

TEST(client, refusals_and_failures_of_the_server_leave_the_last_good_ruleset_in_use)
{
    static const int statuses[] = {401, 403, 404, 413, 429, 500, 503};
    struct fixture given;
    gos_client_who who = user("u1");
    fixture_open(&given, document);
    given.options.without_stream = true;
    given.options.poll_ms = 5;
    fixture_start(&given);
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        pthread_mutex_lock(&given.lock);
        given.ruleset_status = statuses[i];
        uint64_t asked = given.ruleset_asked;
        pthread_mutex_unlock(&given.lock);
        gos_client_refresh(given.client);
        CHECK(fixture_reached(&given, &given.ruleset_asked, asked + 1));
        CHECK(gos_client_boolean(given.client, GOS_LIT("yes"), &who, false, NULL));
    }
    fixture_fail_rulesets(&given, 0);
    fixture_serve(&given, changed);
    gos_client_refresh(given.client);
    CHECK(fixture_uses(&given));
    CHECK(fixture_state(&given).failures >= 7);
    fixture_close(&given);
}
