/* Words of the metric language. Reads on demand, allocates only for texts with escapes. */
#ifndef METRIC_LEXER_H
#define METRIC_LEXER_H

#include "gosset/base.h"

enum token_type {
    TOKEN_END,
    TOKEN_NAME, /* letters, digits, _ $ -; or between backticks */
    TOKEN_TEXT, /* "..." or '...' */
    TOKEN_NUMBER,
    TOKEN_DURATION, /* 7d, 12h, 30m, 10s, 2w: `number` is in milliseconds */
    TOKEN_SIGN,     /* one of ( ) , . + - * / = != < <= > >= */
    TOKEN_BAD,
};

struct token {
    enum token_type type;
    size_t offset;
    gos_str text; /* the name, the decoded text, or as written */
    double number;
    bool quoted;
};

struct lexer {
    gos_str input;
    size_t offset;
    gos_arena *arena;
    struct token token; /* the one being looked at */
    size_t *out_offset;
    gos_error *err;
};

void lexer_init(struct lexer *lexer, gos_str input, gos_arena *arena, size_t *out_offset,
                gos_error *err);
void lexer_next(struct lexer *lexer);
bool lexer_is_sign(const struct lexer *lexer, const char *sign);
/* Words of the grammar are not quoted, and their letter case does not matter. */
bool lexer_is_word(const struct lexer *lexer, const char *word);
/* Steps over the sign or word when it is there. */
bool lexer_take_sign(struct lexer *lexer, const char *sign);
bool lexer_take_word(struct lexer *lexer, const char *word);
bool lexer_expect_sign(struct lexer *lexer, const char *sign);
/* Fails at the current token: "character 7: found x, expected ..."; returns false. */
bool lexer_fail(struct lexer *lexer, const char *expected);
/* Fails at an offset with a sentence of one's own; returns false. */
bool lexer_fail_at(struct lexer *lexer, size_t offset, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
