/* The small parts of a client, alone. */
#include "client/notice.h"
#include "client/pause.h"
#include "client/queue.h"
#include "client/repeats.h"
#include "test.h"

#include <stdio.h>

TEST(client_repeats, a_repeat_is_one_until_its_time_has_passed)
{
    struct repeats *repeats;
    gos_error err;
    CHECK_OK(repeats_open(4, 1000, &repeats, &err), &err);
    CHECK(!repeats_note(repeats, 7, 5000));
    CHECK(repeats_note(repeats, 7, 5999));
    CHECK(!repeats_note(repeats, 7, 6000));
    CHECK(repeats_note(repeats, 7, 6999));
    repeats_close(repeats);
}

TEST(client_repeats, the_longest_unused_is_forgotten_first_and_a_session_forgets_all)
{
    struct repeats *repeats;
    gos_error err;
    CHECK_OK(repeats_open(3, 0, &repeats, &err), &err);
    for (uint64_t hash = 1; hash <= 3; hash++)
        CHECK(!repeats_note(repeats, hash * 16, 0));
    CHECK(repeats_note(repeats, 16, 0)); /* used: 32 is now the oldest */
    CHECK(!repeats_note(repeats, 64, 0));
    CHECK(repeats_note(repeats, 16, 0));
    CHECK(repeats_note(repeats, 48, 0));
    CHECK(!repeats_note(repeats, 32, INT64_MAX));
    repeats_clear(repeats);
    CHECK(!repeats_note(repeats, 16, 0));
    CHECK(repeats_note(repeats, 16, 0));
    repeats_close(repeats);
}

TEST(client_repeats, agrees_with_a_plain_list_over_many_hashes)
{
    enum { KEPT = 50, ROUNDS = 20000 };
    uint64_t list[KEPT + 1] = {0}; /* newest first */
    size_t count = 0;
    struct repeats *repeats;
    gos_error err;
    uint64_t state = 1;
    CHECK_OK(repeats_open(KEPT, 0, &repeats, &err), &err);
    for (int i = 0; i < ROUNDS; i++) {
        state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
        uint64_t hash = (state >> 33) % 80 + 1;
        size_t at = 0;
        while (at < count && list[at] != hash)
            at++;
        CHECK_INT(repeats_note(repeats, hash, i), at < count);
        count += at == count && count < KEPT;
        at = at < KEPT ? at : KEPT - 1;
        memmove(list + 1, list, at * sizeof *list);
        list[0] = hash;
    }
    repeats_close(repeats);
}

TEST(client_queue, keeps_order_over_its_end_and_refuses_what_does_not_fit)
{
    struct queue queue;
    gos_error err;
    CHECK_OK(queue_init(&queue, 3, 10, &err), &err);
    for (char c = 'a'; c <= 'c'; c++)
        CHECK(queue_put(&queue, (gos_str){&c, 1}, c == 'b'));
    CHECK(!queue_put(&queue, GOS_LIT("d"), false));
    queue_remove(&queue, 1);
    CHECK(queue_put(&queue, GOS_LIT("12345678"), false));
    CHECK_INT(queue_at(&queue, 0)->json[0], 'a');
    CHECK_INT(queue_at(&queue, 1)->json[0], 'c');
    CHECK_INT(queue_at(&queue, 2)->len, 8);
    queue_remove(&queue, 0);
    CHECK(!queue_put(&queue, GOS_LIT("12"), false)); /* eleven bytes */
    CHECK(queue_put(&queue, GOS_LIT("1"), true));
    CHECK(queue_at(&queue, 2)->is_exposure);
    CHECK_INT(queue.taken, 5);
    queue_deinit(&queue);
}

TEST(client_pause, doubles_up_to_its_most_and_is_never_in_step)
{
    struct pause pause = {.random = 42};
    int64_t most[] = {500, 1000, 2000, 4000, 5000, 5000};
    for (size_t i = 0; i < sizeof most / sizeof most[0]; i++) {
        int64_t ms = pause_after_failure(&pause, 500, 5000);
        CHECK(ms >= most[i] / 2 && ms <= most[i]);
    }
    pause.failures = UINT32_MAX - 1;
    CHECK(pause_after_failure(&pause, 500, 5000) <= 5000);
    for (int i = 0; i < 100; i++) {
        int64_t ms = pause_jitter(&pause, 1000);
        CHECK(ms >= 800 && ms <= 1200);
    }
    CHECK_INT(pause_jitter(&pause, 0), 0);
}

static void hear(void *user, gos_str hash)
{
    char *out = user;
    snprintf(out + strlen(out), 64, "<%.*s>", GOS_ARG(hash));
}

TEST(client_notice, hears_the_hash_in_whatever_pieces_it_comes)
{
    static const char stream[] =
        "retry: 2000\n\n: hm\n\nid: 3\ndata: {\"etag\":\"abc\"}\n\n"
        "data: no json\ndata:{\"type\":\"x\"}\r\n\r\ndata: {\"etag\":\"d\"}\n";
    for (size_t piece = 1; piece < sizeof stream; piece++) {
        struct notice_reader reader = {0};
        char heard[256] = "";
        for (size_t at = 0; at < sizeof stream - 1; at += piece) {
            size_t len = sizeof stream - 1 - at < piece ? sizeof stream - 1 - at : piece;
            notice_read(&reader, (gos_str){stream + at, len}, hear, heard);
        }
        CHECK_TEXT(gos_str_from(heard), "<abc><><d>");
    }
}

TEST(client_notice, passes_over_a_line_without_end)
{
    struct notice_reader reader = {0};
    char heard[256] = "";
    for (int i = 0; i < 1000; i++)
        notice_read(&reader, GOS_LIT("data: {\"etag\":"), hear, heard);
    notice_read(&reader, GOS_LIT("\ndata: {\"etag\":\"x\"}\n"), hear, heard);
    CHECK_TEXT(gos_str_from(heard), "<x>");
}
