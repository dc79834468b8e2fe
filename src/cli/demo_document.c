/* The demo's definitions, carried inside the program; their times move to before now. */
#include "cli/traffic.h"

#include "base/text.h"
#include "base/time.h"

__asm__(".section .rodata\n"
        ".global gosset_demo_document\n"
        ".global gosset_demo_document_end\n"
        "gosset_demo_document:\n"
        ".incbin \"" GOSSET_DEMO_DOCUMENT "\"\n"
        "gosset_demo_document_end:\n"
        ".byte 0\n"
        ".previous\n");

extern const char gosset_demo_document[];
extern const char gosset_demo_document_end[];

/* 2026-02-01T00:00:00Z: the moment of opening, as the file has it. */
static const int64_t OPENED_MS = INT64_C(1769904000000);

/* A text that is a time, and nothing else. */
static bool time_take(gos_str *rest, int64_t *out_ms)
{
    gos_str after = {rest->data + 1, rest->len - 1};
    gos_str text = str_cut(&after, '"');
    if (!str_starts_with(text, GOS_LIT("20")) || !time_read(text, out_ms))
        return false;
    *rest = after;
    return true;
}

bool traffic_document(int64_t now_ms, gos_arena *arena, gos_str *out, gos_error *err)
{
    gos_str rest = {gosset_demo_document,
                    (size_t)(gosset_demo_document_end - gosset_demo_document)};
    int64_t at, hour = now_ms - now_ms % (TIME_DAY_MS / 24);
    char time[TIME_TEXT_BYTES];
    struct text text;
    text_init(&text, arena);
    while (rest.len > 0) {
        if (rest.data[0] == '"' && time_take(&rest, &at)) {
            text_add_char(&text, '"');
            text_add(&text, (gos_str){time, time_write(at - OPENED_MS + hour, time)});
            text_add_char(&text, '"');
            continue;
        }
        text_add_char(&text, rest.data[0]);
        rest = (gos_str){rest.data + 1, rest.len - 1};
    }
    *out = text_str(&text);
    return text_ok(&text, err);
}
