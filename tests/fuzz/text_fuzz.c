/* Times, ids, numbers and binary values: what is read and written again is read as the same. */
#include "base/text.h"
#include "base/time.h"
#include "base/uuid.h"
#include "roster/codec.h"

#include <stdlib.h>

enum { ARENA_BYTES = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_time(gos_str text)
{
    int64_t ms = 0, back = 0;
    char out[TIME_TEXT_BYTES];
    if (!time_read(text, &ms))
        return;
    size_t len = time_write(ms, out);
    must(time_read((gos_str){out, len}, &back) && back == ms);
}

static void check_uuid(gos_str text)
{
    struct uuid uuid, back;
    char out[UUID_TEXT_BYTES];
    if (!uuid_read(text, &uuid))
        return;
    uuid_write(&uuid, out);
    must(uuid_read(gos_str_from(out), &back) && uuid_equal(&uuid, &back));
}

static void check_numbers(gos_str text)
{
    double value = 0, back = 0;
    int64_t whole = 0;
    char out[32];
    str_read_int(text, &whole);
    if (!str_read_double(text, &value))
        return;
    must(str_read_double((gos_str){out, double_write(value, out)}, &back) && back == value);
}

static void check_values(gos_str data)
{
    gos_arena *arena = gos_arena_open(ARENA_BYTES);
    struct codec_entry entry;
    struct assignment assignment;
    struct text out;
    must(arena != NULL);
    text_init(&out, arena);
    if (codec_read_entry(data, &entry))
        codec_put_entry(&out, &entry);
    if (codec_read_assignment(data, &assignment))
        codec_put_assignment(&out, &assignment);
    must(text_ok(&out, NULL));
    gos_arena_close(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gos_str text = {(const char *)data, size};
    check_time(text);
    check_uuid(text);
    check_numbers(text);
    check_values(text);
    str_is_utf8(text);
    return 0;
}
