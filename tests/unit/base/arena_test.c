/* Arenas: limits, marks, alignment, failing on demand. */
#include "base/arena.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

TEST(arena, gives_zeroed_and_aligned_memory_again_after_a_reset)
{
    gos_arena *arena = gos_arena_open(1 << 20);
    for (int round = 0; round < 3; round++) {
        for (size_t bytes = 0; bytes < 3000; bytes += 7) {
            unsigned char *piece = gos_arena_take(arena, bytes, NULL);
            CHECK(piece && (uintptr_t)piece % 16 == 0);
            for (size_t i = 0; i < bytes; i++)
                CHECK(piece[i] == 0);
            memset(piece, 0xEE, bytes);
        }
        gos_arena_reset(arena);
        CHECK_INT(gos_arena_used(arena), 0);
    }
    gos_arena_close(arena);
}

TEST(arena, holds_its_limit_to_the_byte)
{
    gos_error err = {0};
    gos_arena *arena = gos_arena_open(10000);
    CHECK(gos_arena_take(arena, 9999, &err));
    CHECK(gos_arena_take(arena, 1, &err));
    CHECK_FAILS(gos_arena_take(arena, 1, &err), &err, GOS_TOO_LARGE, "");
    CHECK_INT(gos_arena_used(arena), 10000);
    gos_arena_reset(arena);
    CHECK_FAILS(gos_arena_take(arena, 10001, &err), &err, GOS_TOO_LARGE, "");
    CHECK_FAILS(gos_arena_take(arena, SIZE_MAX, &err), &err, GOS_TOO_LARGE, "");
    CHECK(gos_arena_take(arena, 10000, &err));
    gos_arena_close(arena);
}

TEST(arena, refuses_an_array_whose_size_overflows)
{
    gos_error err = {0};
    gos_arena *arena = gos_arena_open(SIZE_MAX);
    CHECK_FAILS(gos_arena_array(arena, SIZE_MAX / 2, 3, &err), &err, GOS_TOO_LARGE, "");
    CHECK(gos_arena_array(arena, 3, 5, &err));
    CHECK_INT(gos_arena_used(arena), 15);
    gos_arena_close(arena);
}

TEST(arena, opens_no_block_again_for_work_on_its_edge)
{
    gos_arena *arena = gos_arena_open(1 << 24);
    while (gos_arena_used(arena) < 100000)
        CHECK(gos_arena_take(arena, 16, NULL));
    gos_arena_mark mark = gos_arena_mark_take(arena);
    uint64_t before = arena_block_count();
    for (int round = 0; round < 100; round++) {
        char *piece = gos_arena_take(arena, 200000, NULL);
        CHECK(piece && piece[0] == 0 && piece[199999] == 0);
        memset(piece, 0xEE, 200000);
        CHECK_INT(gos_arena_used(arena) >= 300000, 1);
        gos_arena_mark_return(arena, mark);
    }
    CHECK_INT(arena_block_count() - before, 1);
    gos_arena_close(arena);
}

TEST(arena, goes_back_to_a_mark_across_blocks)
{
    gos_arena *arena = gos_arena_open(1 << 24);
    gos_arena_mark empty = gos_arena_mark_take(arena);
    char *kept = gos_arena_take(arena, 100, NULL);
    strcpy(kept, "kept");
    gos_arena_mark mark = gos_arena_mark_take(arena);
    for (int i = 0; i < 100; i++)
        CHECK(gos_arena_take(arena, 5000, NULL));
    gos_arena_mark_return(arena, mark);
    CHECK_INT(gos_arena_used(arena), 100);
    CHECK_TEXT(gos_str_from(kept), "kept");
    CHECK(gos_arena_take(arena, 50, NULL));
    gos_arena_mark_return(arena, empty);
    CHECK_INT(gos_arena_used(arena), 0);
    gos_arena_close(arena);
}

TEST(arena, takes_few_blocks_for_many_bytes_and_none_after_a_reset)
{
    gos_arena *arena = gos_arena_open(1 << 24);
    uint64_t before = arena_block_count();
    for (int i = 0; i < 1000; i++)
        gos_arena_take(arena, 1000, NULL);
    CHECK(arena_block_count() - before <= 10);
    gos_arena_reset(arena);
    before = arena_block_count();
    for (int i = 0; i < 20; i++)
        gos_arena_take(arena, 100, NULL);
    CHECK_INT(arena_block_count() - before, 0);
    gos_arena_close(arena);
}

TEST(arena, extends_only_the_newest_piece)
{
    gos_arena *arena = gos_arena_open(1 << 20);
    char *old = gos_arena_take(arena, 20, NULL);
    char *newest = gos_arena_take(arena, 20, NULL);
    CHECK(!arena_extend(arena, old, 20, 40));
    CHECK(arena_extend(arena, newest, 20, 400));
    memset(newest, 1, 400);
    CHECK_INT(gos_arena_used(arena), 420);
    CHECK(!arena_extend(arena, newest, 400, 1 << 16));
    char *next = gos_arena_take(arena, 8, NULL);
    CHECK(next >= newest + 400);
    gos_arena_close(arena);
}

#ifdef __SANITIZE_ADDRESS__
TEST(arena, lets_the_sanitizer_see_what_is_not_taken)
{
    gos_arena *arena = gos_arena_open(1 << 20);
    char *first = gos_arena_take(arena, 32, NULL);
    gos_arena_mark mark = gos_arena_mark_take(arena);
    char *second = gos_arena_take(arena, 5, NULL);
    CHECK(!__asan_address_is_poisoned(first + 31) && __asan_address_is_poisoned(first + 32));
    CHECK(!__asan_address_is_poisoned(second + 4) && __asan_address_is_poisoned(second + 5));
    gos_arena_mark_return(arena, mark);
    CHECK(__asan_address_is_poisoned(second) && !__asan_address_is_poisoned(first));
    gos_arena_reset(arena);
    CHECK(__asan_address_is_poisoned(first));
    gos_arena_close(arena);
}
#endif

TEST(arena, prints_and_copies_texts_of_any_length)
{
    gos_arena *arena = gos_arena_open(1 << 20);
    CHECK_TEXT(gos_arena_print(arena, "%d-%s", 7, "x"), "7-x");
    gos_str wide = gos_arena_print(arena, "%0500d", 1);
    CHECK_INT(wide.len, 500);
    CHECK(wide.data[499] == '1' && wide.data[500] == 0);
    gos_str copy = gos_arena_text(arena, (gos_str){NULL, 0}, NULL);
    CHECK(copy.data && copy.len == 0 && copy.data[0] == 0);
    gos_arena_close(arena);
    arena = gos_arena_open(100);
    CHECK(!gos_arena_print(arena, "%0500d", 1).data);
    CHECK(!gos_arena_text(arena, wide = (gos_str){"x", 100}, NULL).data);
    gos_arena_close(arena);
}

TEST(arena, fails_the_nth_wish_when_a_test_says_so)
{
    gos_error err = {0};
    arena_fail_at(1);
    CHECK(!gos_arena_open(100));
    gos_arena *arena = gos_arena_open(100);
    arena_fail_at(2);
    CHECK_FAILS(gos_arena_take(arena, 10, &err), &err, GOS_OUT_OF_MEMORY, "");
    CHECK_INT(arena_asked_count(), 2);
    CHECK(gos_arena_take(arena, 10, &err));
    arena_fail_at(0);
    gos_arena_close(arena);
    gos_arena_close(NULL);
}

TEST(arena, hands_out_zeroes_again_from_a_large_block_that_was_used)
{
    enum { BYTES = 5 << 20, PART = 3 << 20 };
    gos_arena *arena = gos_arena_open((size_t)64 << 20);
    gos_arena_mark mark = gos_arena_mark_take(arena);
    for (int round = 0; round < 3; round++) {
        size_t bytes = round == 1 ? PART : BYTES;
        char *piece = gos_arena_take(arena, bytes, NULL);
        size_t zeroes = 0;
        for (size_t i = 0; i < bytes; i++)
            zeroes += piece[i] == 0;
        CHECK_INT(zeroes, bytes);
        memset(piece, 1, bytes);
        gos_arena_mark_return(arena, mark);
    }
    gos_arena_close(arena);
}
