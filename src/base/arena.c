/*
 * The only caller of malloc. Blocks form a chain from newest to first; each is at least twice as
 * large as the one before, so n bytes cost O(log n) blocks. What is not taken is always zero where
 * it was given back, and poisoned under ASan, so that an overrun inside a block is seen too.
 */
#include "base/arena.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISONS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISONS 1
#endif
#endif

#ifdef ARENA_POISONS
#include <sanitizer/asan_interface.h>
enum { GAP_BYTES = 16 }; /* between two pieces, never handed out */
#define POISON(start, bytes)   ASAN_POISON_MEMORY_REGION((start), (bytes))
#define UNPOISON(start, bytes) ASAN_UNPOISON_MEMORY_REGION((start), (bytes))
#else
enum { GAP_BYTES = 0 };
#define POISON(start, bytes)   ((void)(start), (void)(bytes))
#define UNPOISON(start, bytes) ((void)(start), (void)(bytes))
#endif

enum { HUGE_BYTES_MIN = 4 << 20, HUGE_PAGE_BYTES = 2 << 20 };
enum { ALIGNMENT = 16, BLOCK_BYTES_FIRST = 4096, BLOCK_BYTES_GROWTH_MAX = 8 << 20 };

struct block {
    struct block *before;
    size_t capacity;
    size_t used;
    size_t taken_before; /* bytes that callers took from the earlier blocks */
    size_t taken;        /* bytes that callers took from this one */
    size_t clean_from;   /* bytes from here on are zero: nobody has had them */
    _Alignas(ALIGNMENT) char data[];
};

struct gos_arena {
    struct block *last;
    struct block *spare; /* given back by a mark: work on the edge of a block would open it over
                          * and over again; NULL: none */
    size_t bytes_max;
};

static _Thread_local uint64_t fail_at;
static _Thread_local uint64_t asked_count;
static _Thread_local uint64_t block_count;

void arena_fail_at(uint64_t n)
{
    fail_at = n;
    asked_count = 0;
}

uint64_t arena_asked_count(void)
{
    return asked_count;
}

uint64_t arena_block_count(void)
{
    return block_count;
}

/* Counts one wish, and says whether a test wants it refused. */
static bool is_refused(void)
{
    asked_count++;
    return __builtin_expect(fail_at != 0, 0) && asked_count == fail_at;
}

/*
 * Zeroes that the machine brings page by page, when they are used: room that nobody needs costs
 * nothing. What is read all over the place waits for its pages' addresses less when pages are
 * large.
 */
static void *huge_take(size_t bytes)
{
    char *data = calloc(1, bytes);
#ifdef __linux__
    size_t to_page = -(uintptr_t)data & (HUGE_PAGE_BYTES - 1);
    size_t whole = (bytes - to_page) & ~(size_t)(HUGE_PAGE_BYTES - 1);
    if (data)
        madvise(data + to_page, whole, MADV_HUGEPAGE); /* a wish: without it all works as well */
#endif
    return data;
}

/* From HUGE_BYTES_MIN on all zero. */
static void *machine_take(size_t bytes)
{
    if (is_refused())
        return NULL;
    block_count++;
    return bytes < HUGE_BYTES_MIN ? malloc(bytes) : huge_take(bytes);
}

static struct block *block_open(size_t capacity, struct block *before)
{
    struct block *block = machine_take(sizeof *block + capacity);
    if (!block)
        return NULL;
    *block = (struct block){.before = before,
                            .capacity = capacity,
                            .taken_before = before ? before->taken_before + before->taken : 0};
    block->clean_from = sizeof *block + capacity < HUGE_BYTES_MIN ? capacity : 0;
    POISON(block->data, capacity);
    return block;
}

static void block_close(struct block *block)
{
    UNPOISON(block->data, block->capacity);
    free(block);
}

gos_arena *gos_arena_open(size_t bytes_max)
{
    gos_arena *arena = machine_take(sizeof *arena);
    if (!arena)
        return NULL;
    *arena = (gos_arena){.bytes_max = bytes_max};
    return arena;
}

static void spare_close(gos_arena *arena)
{
    if (arena->spare)
        block_close(arena->spare);
    arena->spare = NULL;
}

void gos_arena_close(gos_arena *arena)
{
    if (!arena)
        return;
    while (arena->last) {
        struct block *block = arena->last;
        arena->last = block->before;
        block_close(block);
    }
    spare_close(arena);
    free(arena);
}

static void block_reset(struct block *block, size_t used)
{
    POISON(block->data + used, block->capacity - used);
    block->used = used;
}

/* Takes the last block off; the one that was opened first stays at hand, unless it is large. */
static void arena_shrink(gos_arena *arena)
{
    struct block *block = arena->last;
    arena->last = block->before;
    if (block->capacity > BLOCK_BYTES_GROWTH_MAX) {
        block_close(block);
        return;
    }
    spare_close(arena);
    block_reset(block, 0);
    block->taken = 0;
    arena->spare = block;
}

/* The block at hand behind the last one; NULL when there is none with room for `bytes`. */
static struct block *spare_take(gos_arena *arena, size_t bytes)
{
    struct block *block = arena->spare, *last = arena->last;
    if (!block || block->capacity < bytes)
        return NULL;
    arena->spare = NULL;
    block->before = last;
    block->taken_before = last ? last->taken_before + last->taken : 0;
    return block;
}

void gos_arena_reset(gos_arena *arena)
{
    spare_close(arena);
    while (arena->last && arena->last->before) {
        struct block *block = arena->last;
        arena->last = block->before;
        block_close(block);
    }
    if (arena->last) {
        block_reset(arena->last, 0);
        arena->last->taken = 0;
    }
}

void arena_allow(gos_arena *arena, size_t bytes_max)
{
    assert(bytes_max >= gos_arena_used(arena));
    arena->bytes_max = bytes_max;
}

size_t gos_arena_used(const gos_arena *arena)
{
    return arena->last ? arena->last->taken_before + arena->last->taken : 0;
}

gos_arena_mark gos_arena_mark_take(const gos_arena *arena)
{
    const struct block *last = arena->last;
    return (gos_arena_mark){arena->last, last ? last->used : 0, last ? last->taken : 0};
}

void gos_arena_mark_return(gos_arena *arena, gos_arena_mark mark)
{
    if (!mark.block) {
        gos_arena_reset(arena);
        return;
    }
    while (arena->last != mark.block)
        arena_shrink(arena);
    block_reset(arena->last, mark.used);
    arena->last->taken = mark.taken;
}

static size_t round_up(size_t bytes)
{
    return (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

/* Makes a last block with room for `bytes`; NULL when the machine has no memory. */
static struct block *arena_grow(gos_arena *arena, size_t bytes)
{
    size_t capacity = arena->last ? arena->last->capacity * 2 : BLOCK_BYTES_FIRST;
    if (capacity > BLOCK_BYTES_GROWTH_MAX)
        capacity = BLOCK_BYTES_GROWTH_MAX;
    size_t left = round_up(arena->bytes_max - gos_arena_used(arena));
    if (capacity > left)
        capacity = left;
    if (capacity < bytes)
        capacity = bytes;
    struct block *block = spare_take(arena, bytes);
    if (!block)
        block = block_open(capacity, arena->last);
    if (block)
        arena->last = block;
    return block;
}

static bool fail_full(const gos_arena *arena, size_t bytes, gos_error *err)
{
    return gos_fail(err, GOS_TOO_LARGE, "",
                    "this needs %zu bytes more than the %zu of its limit %zu", bytes,
                    gos_arena_used(arena), arena->bytes_max);
}

/* Makes the bytes zero that may not be, and counts them as used from now on. */
static void clean(struct block *block, size_t from, size_t bytes)
{
    size_t used = block->clean_from > from ? block->clean_from - from : 0;
    memset(block->data + from, 0, used < bytes ? used : bytes);
    if (block->clean_from < from + bytes)
        block->clean_from = from + bytes;
}

void *gos_arena_take(gos_arena *arena, size_t bytes, gos_error *err)
{
    if (bytes > arena->bytes_max - gos_arena_used(arena)) {
        fail_full(arena, bytes, err);
        return NULL;
    }
    size_t whole = round_up(bytes ? bytes : 1) + GAP_BYTES;
    struct block *block = arena->last;
    if (is_refused() || ((!block || block->capacity - block->used < whole) &&
                         !(block = arena_grow(arena, whole)))) {
        gos_fail(err, GOS_OUT_OF_MEMORY, "", "the machine has no memory for %zu bytes", bytes);
        return NULL;
    }
    void *piece = block->data + block->used;
    UNPOISON(piece, bytes);
    clean(block, block->used, bytes);
    block->used += whole;
    block->taken += bytes;
    return piece;
}

bool arena_extend(gos_arena *arena, void *piece, size_t bytes, size_t bytes_wanted)
{
    struct block *block = arena->last;
    size_t whole = round_up(bytes ? bytes : 1) + GAP_BYTES;
    size_t whole_wanted = round_up(bytes_wanted) + GAP_BYTES;
    if (!block || bytes_wanted < bytes || (char *)piece + whole != block->data + block->used ||
        bytes_wanted - bytes > arena->bytes_max - gos_arena_used(arena) ||
        whole_wanted - whole > block->capacity - block->used || is_refused())
        return false;
    UNPOISON(piece, bytes_wanted);
    clean(block, (size_t)((char *)piece - block->data) + bytes, bytes_wanted - bytes);
    block->used += whole_wanted - whole;
    block->taken += bytes_wanted - bytes;
    return true;
}

void *gos_arena_array(gos_arena *arena, size_t count, size_t size, gos_error *err)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        gos_fail(err, GOS_TOO_LARGE, "", "%zu elements of %zu bytes are more than memory can hold",
                 count, size);
        return NULL;
    }
    return gos_arena_take(arena, bytes, err);
}

gos_str gos_arena_text(gos_arena *arena, gos_str text, gos_error *err)
{
    char *copy = text.len < SIZE_MAX ? gos_arena_take(arena, text.len + 1, err) : NULL;
    if (!copy)
        return (gos_str){NULL, 0};
    if (text.len)
        memcpy(copy, text.data, text.len);
    return (gos_str){copy, text.len};
}

gos_str gos_arena_print(gos_arena *arena, const char *format, ...)
{
    char small[256];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(small, sizeof small, format, arguments);
    va_end(arguments);
    if (len >= 0 && (size_t)len < sizeof small)
        return gos_arena_text(arena, (gos_str){small, (size_t)len}, NULL);
    char *out = len < 0 ? NULL : gos_arena_take(arena, (size_t)len + 1, NULL);
    if (!out)
        return (gos_str){NULL, 0};
    va_start(arguments, format);
    vsnprintf(out, (size_t)len + 1, format, arguments);
    va_end(arguments);
    return (gos_str){out, (size_t)len};
}
