/* Entries of the spool as bytes, among them those that earlier versions wrote. */
#include "roster/codec.h"
#include "test.h"

static struct fact some_event(void)
{
    struct fact fact = {.kind = FACT_EVENT};
    fact.event = (struct event){.environment = GOS_LIT("production"),
                                .event_id = GOS_LIT("e1"),
                                .user_id = GOS_LIT("ann"),
                                .device_id = GOS_LIT(""),
                                .name = GOS_LIT("purchase"),
                                .properties = GOS_LIT("{\"sku\":1}"),
                                .has_value = true,
                                .value = 0.1,
                                .at = -7,
                                .received_at = 1700000000000};
    return fact;
}

TEST(codec, reads_an_entry_of_one_fact_as_the_first_version_wrote_it)
{
    gos_arena *arena = gos_arena_open(1 << 16);
    struct text fact_text, entry_text;
    struct fact fact = some_event(), got;
    struct codec_entry entry;
    text_init(&fact_text, arena);
    text_init(&entry_text, arena);
    codec_put_fact(&fact_text, &fact);
    text_add_char(&entry_text, (char)(1 << 4 | FACT_EVENT));
    bytes_put_number(&entry_text, 500);
    bytes_put_signed(&entry_text, 777);
    text_add(&entry_text, (gos_str){fact_text.data + 1, fact_text.len - 1});
    CHECK(codec_read_entry(text_str(&entry_text), &entry));
    CHECK(entry.fact_count == 1 && entry.bytes_before == 500 && entry.entered_ms == 777);
    CHECK(codec_read_fact(&entry, &got));
    CHECK_TEXT(got.event.name, "purchase");
    CHECK(got.event.value == 0.1 && got.event.at == -7 && bytes_done(&entry.facts));
    gos_arena_close(arena);
}

TEST(codec, takes_no_entry_that_is_cut_anywhere)
{
    enum { COUNT = 3 };
    gos_arena *arena = gos_arena_open(1 << 16);
    struct codec_entry entry = {.bytes_before = 300, .entered_ms = 5, .fact_count = COUNT};
    struct fact fact = some_event(), got;
    struct text text;
    text_init(&text, arena);
    codec_put_entry(&text, &entry);
    for (int i = 0; i < COUNT; i++)
        codec_put_fact(&text, &fact);
    for (size_t len = 0; len <= text.len; len++) {
        uint32_t read = 0;
        char *cut = gos_arena_take(arena, len + 1, NULL);
        memcpy(cut, text.data, len);
        if (!codec_read_entry((gos_str){cut, len}, &entry))
            continue;
        while (read < COUNT && codec_read_fact(&entry, &got))
            read++;
        CHECK(read < COUNT || len == text.len);
    }
    gos_arena_close(arena);
}
