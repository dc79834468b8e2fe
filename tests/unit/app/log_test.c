/* Log lines for machines: one JSON object each, whatever the message holds. */
#include "app/log.h"
#include "base/json.h"
#include "test.h"

#include <stdio.h>
#include <unistd.h>

enum { LINE_BYTES_MAX = 8192 };

/* What log_line writes to stderr. */
static gos_str line_of(const char *format, const char *message, char out[LINE_BYTES_MAX])
{
    struct log log;
    gos_error err;
    int ends[2], kept = dup(STDERR_FILENO);
    CHECK_OK(log_init(&log, "info", format, &err), &err);
    CHECK_INT(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    log_line(&log, LOG_INFO, "test", "%s", message);
    log_line(&log, LOG_DEBUG, "test", "below the level");
    dup2(kept, STDERR_FILENO);
    ssize_t len = read(ends[0], out, LINE_BYTES_MAX);
    close(kept);
    close(ends[0]);
    close(ends[1]);
    return (gos_str){out, len > 0 ? (size_t)len : 0};
}

static void check_line(const char *message, size_t kept_bytes)
{
    char bytes[LINE_BYTES_MAX];
    const struct json *json;
    gos_error err;
    gos_arena *arena = gos_arena_open(1 << 20);
    gos_str line = line_of("json", message, bytes);
    CHECK(line.len > 0 && line.data[line.len - 1] == '\n');
    CHECK(memchr(line.data, '\n', line.len) == line.data + line.len - 1);
    CHECK_OK(json_read(line, arena, &json, &err), &err);
    CHECK_TEXT(json_find(json, GOS_LIT("level"))->text, "info");
    gos_str told = json_find(json, GOS_LIT("message"))->text;
    CHECK_INT(told.len, kept_bytes);
    CHECK(memcmp(told.data, message, kept_bytes) == 0);
    gos_arena_close(arena);
}

TEST(log, writes_one_json_object_a_line_whatever_the_message_holds)
{
    char text[3000];
    check_line("plain", 5);
    check_line("a \"quote\", a \\ and\na line\x01", 26);
    for (size_t shift = 0; shift < 3; shift++) {
        memset(text, 'a', shift);
        for (size_t i = shift; i + 3 < sizeof text; i += 3)
            memcpy(text + i, "\xe2\x82\xac", 4);
        check_line(text, shift + (1023 - shift) / 3 * 3);
    }
}

TEST(log, writes_plain_text_when_asked_to)
{
    char bytes[LINE_BYTES_MAX];
    gos_str line = line_of("text", "hello", bytes);
    CHECK(line.len > 20);
    CHECK(memcmp(line.data + line.len - 12, "test: hello\n", 12) == 0);
}
