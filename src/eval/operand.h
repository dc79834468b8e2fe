/* The operands of operators: from JSON to a test. */
#ifndef EVAL_OPERAND_H
#define EVAL_OPERAND_H

#include "eval/compiler.h"

enum relation {
    RELATION_ALL,
    RELATION_ANY,
    RELATION_AT_LEAST,
    RELATION_AT_MOST,
    RELATION_BETWEEN,
    RELATION_CONTAINS,
    RELATION_ENDS,
    RELATION_EQUAL,
    RELATION_GREATER,
    RELATION_LESS,
    RELATION_STARTS
};

/* What a reader fills in, and what it must know. */
struct operand {
    const char *name;
    gos_str path; /* of the attribute */
    enum relation relation;
    bool nocase;
    const struct json *value;
    struct test test;
};

/* Fills operand->test; false after reporting what is wrong with the operand at the pointer. */
typedef bool operand_reader(struct compiler *compiler, struct operand *operand);

operand_reader operand_read_exists;
operand_reader operand_read_list;
operand_reader operand_read_modulo;
operand_reader operand_read_network;
operand_reader operand_read_number;
operand_reader operand_read_pattern;
operand_reader operand_read_scalar;
operand_reader operand_read_set;
operand_reader operand_read_size;
operand_reader operand_read_text;
operand_reader operand_read_time;
operand_reader operand_read_version;

/* Which side of a range a relation bounds, as flags of the test; BETWEEN and EQUAL both. */
bool relation_has_low(enum relation relation);
bool relation_has_high(enum relation relation);
uint8_t relation_flags(enum relation relation);
/* A list of ids that is kept as hashes. Reports what is no text. */
bool operand_read_ids(struct compiler *compiler, const struct json *ids, struct test *test);

#endif
