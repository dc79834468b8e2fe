/*
 * Any bytes: either an error whose texts are UTF-8, or a tree that is equal to what is read from
 * what is written of it, and whose numbers survive double_write.
 */
#include "base/json.h"

#include <stdlib.h>

enum { ARENA_BYTES = 8 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static gos_str write_tree(const struct json *value, gos_arena *arena)
{
    struct text out;
    struct json_writer writer;
    text_init(&out, arena);
    json_writer_init(&writer, &out);
    json_value(&writer, value);
    must(text_ok(&out, NULL));
    return text_str(&out);
}

static void check_tree(const struct json *value, gos_arena *arena)
{
    gos_error err = {0};
    const struct json *again = NULL;
    gos_str written = write_tree(value, arena);
    must(str_is_utf8(written));
    must(json_read(written, arena, &again, &err));
    must(json_equal(value, again) && json_equal(again, value));
    must(gos_str_equal(written, write_tree(again, arena)));
    if (value->type == JSON_NUMBER) {
        char text[32];
        double back = 0;
        gos_str shortest = {text, double_write(value->number, text)};
        must(str_read_double(shortest, &back) && back == value->number);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gos_arena *arena = gos_arena_open(ARENA_BYTES);
    gos_error err = {0};
    const struct json *value = NULL;
    must(arena != NULL);
    if (json_read((gos_str){(const char *)data, size}, arena, &value, &err))
        check_tree(value, arena);
    else
        must(err.code != GOS_OK && str_is_utf8(gos_str_from(err.message)) &&
             str_is_utf8(gos_str_from(err.pointer)));
    gos_arena_close(arena);
    return 0;
}
