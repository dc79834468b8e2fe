/* Of an event only its data counts, and gosset writes that on one line. */
#include "client/notice.h"

#include "base/json.h"

enum { NOTICE_ARENA_BYTES = 64 << 10 };

static void line_hear(gos_str line, notice_heard *heard, void *user)
{
    const struct json *json;
    if (!str_starts_with(line, GOS_LIT("data:")))
        return;
    gos_arena *arena = gos_arena_open(NOTICE_ARENA_BYTES);
    gos_str data = str_trim((gos_str){line.data + 5, line.len - 5});
    if (arena && json_read(data, arena, &json, NULL))
        heard(user, json_find_text(json, "etag"));
    gos_arena_close(arena);
}

void notice_read(struct notice_reader *reader, gos_str bytes, notice_heard *heard, void *user)
{
    for (size_t i = 0; i < bytes.len; i++) {
        char c = bytes.data[i];
        if (c != '\n' && c != '\r') {
            if (reader->len < sizeof reader->line)
                reader->line[reader->len++] = c;
            else
                reader->is_too_long = true;
            continue;
        }
        if (!reader->is_too_long)
            line_hear((gos_str){reader->line, reader->len}, heard, user);
        reader->len = 0;
        reader->is_too_long = false;
    }
}
