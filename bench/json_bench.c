/* Reading and writing JSON: a context of 237 bytes, and a list of events. */
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 2000000, ARENA_BYTES = 64 << 20 };

static const char CONTEXT[] =
    "{\"targetingKey\":\"user-4711-ab12cd34\",\"email\":\"someone@example.com\",\"country\":\"FR\","
    "\"plan\":\"business\",\"age\":34,\"score\":0.8125,\"beta\":true,\"appVersion\":\"12.4.1\","
    "\"device\":{\"os\":\"android\",\"model\":\"pixel 8\"},\"tags\":[\"a\",\"bc\"],\"orders\":17}";

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void figure(const char *metric, double value, const char *unit)
{
    printf("{\"bench\":\"json\",\"metric\":\"%s\",\"value\":%.6g,\"unit\":\"%s\"}\n", metric, value,
           unit);
}

static const struct json *read_or_die(gos_str text, gos_arena *arena)
{
    const struct json *value = NULL;
    gos_error err = {0};
    if (json_read(text, arena, &value, &err))
        return value;
    fprintf(stderr, "json_bench: %s\n", err.message);
    exit(1);
}

static void bench_context(gos_arena *arena)
{
    gos_str text = {CONTEXT, sizeof CONTEXT - 1};
    double start = seconds();
    for (int i = 0; i < ROUNDS; i++) {
        gos_arena_reset(arena);
        read_or_die(text, arena);
    }
    figure("read_context_237_bytes", (seconds() - start) / ROUNDS * 1e9, "ns");
    const struct json *value = read_or_die(text, arena);
    gos_arena_mark mark = gos_arena_mark_take(arena);
    start = seconds();
    for (int i = 0; i < ROUNDS; i++) {
        struct text out;
        struct json_writer writer;
        text_init(&out, arena);
        json_writer_init(&writer, &out);
        json_value(&writer, value);
        gos_arena_mark_return(arena, mark);
    }
    figure("write_context_237_bytes", (seconds() - start) / ROUNDS * 1e9, "ns");
}

static void bench_events(gos_arena *arena)
{
    gos_arena *source = gos_arena_open(ARENA_BYTES);
    struct text text;
    text_init(&text, source);
    text_add_char(&text, '[');
    for (int i = 0; i < 20000; i++)
        text_print(&text,
                   "%s{\"event_id\":\"e-%d\",\"user_id\":\"user-%d\",\"name\":\"purchase\","
                   "\"value\":%d.%02d,\"properties\":{\"sku\":\"caf\\u00e9 %d\"}}",
                   i ? "," : "", i, i * 7, i % 97, i % 100, i);
    text_add_char(&text, ']');
    double start = seconds();
    for (int i = 0; i < 20; i++) {
        gos_arena_reset(arena);
        read_or_die(text_str(&text), arena);
    }
    figure("read_20000_events", 20 * (double)text.len / (seconds() - start) / 1e6, "MB/s");
    gos_arena_close(source);
}

int main(void)
{
    gos_arena *arena = gos_arena_open(ARENA_BYTES);
    if (!arena)
        return 1;
    bench_context(arena);
    bench_events(arena);
    gos_arena_close(arena);
    return 0;
}
