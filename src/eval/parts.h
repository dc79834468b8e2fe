/* The structs that a ruleset consists of. All are plain data with the same layout everywhere. */
#ifndef EVAL_PARTS_H
#define EVAL_PARTS_H

#include "gosset/decision.h"

/* No index; also an open end of a range. */
#define NONE UINT32_MAX
/* Where a program ends: targets of `yes` and `no`. */
#define EXIT_TRUE  (UINT32_MAX - 1)
#define EXIT_FALSE (UINT32_MAX - 2)

struct span {
    uint32_t first;
    uint32_t count;
};

struct text_ref {
    uint32_t at;
    uint32_t len;
};

/* Open addressing with linear steps; an empty place has index NONE. */
struct table_entry {
    uint32_t tag;
    uint32_t index;
};

/* What binding a context must prepare for an attribute. */
enum { WANT_SYMBOL = 1, WANT_TIME = 2, WANT_VERSION = 4, WANT_ADDRESS = 8 };
/* Attributes that always exist. */
enum { SLOT_USER, SLOT_DEVICE, SLOT_TARGETING_KEY, SLOT_FIXED_COUNT };

struct attribute {
    struct text_ref path;
    uint32_t wants;
    uint32_t symbol_count;
};

/* What an attribute's value may be besides one of its symbols, which are numbered from the last. */
enum { SYMBOL_MISSING, SYMBOL_NOT_TEXT, SYMBOL_OTHER, SYMBOL_FIRST };

/* A text that an attribute is compared with, numbered within its attribute. */
struct symbol {
    struct text_ref text;
    uint32_t slot;
    uint32_t number;
};

enum {
    TEST_NEGATED = 1,
    TEST_NOCASE = 2,
    TEST_LOW_OPEN = 4,
    TEST_HIGH_OPEN = 8,
    TEST_FROM_NOW = 16
};

/* One question to one attribute, and where to go on. Operands by kind: see test_kinds.def. */
struct test {
    uint8_t kind;
    uint8_t flags;
    uint16_t pad;
    uint32_t slot;
    uint32_t yes;
    uint32_t no;
    uint32_t first;
    uint32_t count;
    int64_t number;
};

struct test_source {
    struct text_ref pointer;
    struct text_ref operator_name;
    struct text_ref operand; /* as JSON */
};

struct version_ref {
    uint64_t part[3];
    uint64_t key; /* version_key */
    struct text_ref prerelease;
};

struct network {
    uint8_t address[16]; /* v4 as ::ffff:a.b.c.d */
    uint32_t bits;
    uint32_t pad;
};

struct segment {
    struct text_ref name;
    uint32_t program;
    uint32_t is_active;
};

/* Ids as 64-bit hashes, in buckets by their highest bits. */
struct id_list {
    struct span hashes; /* in words */
    uint32_t starts;    /* in indices: where each bucket begins, and the end */
    uint32_t bucket_bits;
};

#endif
