/* Words of the metric language, and errors that point at the character. */
#include "metric/lexer.h"

#include "base/text.h"

#include <stdio.h>

void lexer_init(struct lexer *lexer, gos_str input, gos_arena *arena, size_t *out_offset,
                gos_error *err)
{
    *lexer = (struct lexer){.input = input, .arena = arena, .out_offset = out_offset, .err = err};
    lexer_next(lexer);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Bytes above ASCII belong to names, so that names in any script need no quotes. */
static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
           (unsigned char)c >= 0x80;
}

static bool is_name_part(char c)
{
    return is_name_start(c) || is_digit(c);
}

static char char_at(const struct lexer *lexer, size_t offset)
{
    return offset < lexer->input.len ? lexer->input.data[offset] : '\0';
}

static gos_str span(const struct lexer *lexer, size_t start)
{
    return (gos_str){lexer->input.data + start, lexer->offset - start};
}

/* Between two `quote`s; a backslash takes the next character as it is. */
static void read_quoted(struct lexer *lexer, char quote)
{
    struct token *token = &lexer->token;
    size_t start = ++lexer->offset;
    struct text text;
    text_init(&text, lexer->arena);
    while (lexer->offset < lexer->input.len && char_at(lexer, lexer->offset) != quote) {
        if (char_at(lexer, lexer->offset) == '\\' && lexer->offset + 1 < lexer->input.len)
            lexer->offset++;
        text_add_char(&text, char_at(lexer, lexer->offset++));
    }
    bool closed = lexer->offset < lexer->input.len;
    bool empty = lexer->offset == start;
    if (closed)
        lexer->offset++;
    token->quoted = true;
    token->text = empty ? GOS_LIT("") : text_str(&text);
    token->type = quote == '`' ? TOKEN_NAME : TOKEN_TEXT;
    if (!closed || !text_ok(&text, NULL) || (quote == '`' && empty))
        token->type = TOKEN_BAD;
}

static double unit_ms(char unit)
{
    switch (unit) {
    case 's':
        return 1000;
    case 'm':
        return 60e3;
    case 'h':
        return 3600e3;
    case 'd':
        return 86400e3;
    case 'w':
        return 7 * 86400e3;
    default:
        return 0;
    }
}

static void read_exponent(struct lexer *lexer)
{
    size_t at = lexer->offset;
    if (char_at(lexer, at) != 'e' && char_at(lexer, at) != 'E')
        return;
    at++;
    if (char_at(lexer, at) == '+' || char_at(lexer, at) == '-')
        at++;
    if (!is_digit(char_at(lexer, at)))
        return;
    while (is_digit(char_at(lexer, at)))
        at++;
    lexer->offset = at;
}

static void read_number(struct lexer *lexer)
{
    struct token *token = &lexer->token;
    size_t start = lexer->offset;
    while (is_digit(char_at(lexer, lexer->offset)))
        lexer->offset++;
    if (char_at(lexer, lexer->offset) == '.' && is_digit(char_at(lexer, lexer->offset + 1))) {
        lexer->offset++;
        while (is_digit(char_at(lexer, lexer->offset)))
            lexer->offset++;
    }
    read_exponent(lexer);
    token->type = str_read_double(span(lexer, start), &token->number) ? TOKEN_NUMBER : TOKEN_BAD;
    double unit = unit_ms(char_at(lexer, lexer->offset));
    if (unit > 0 && !is_name_part(char_at(lexer, lexer->offset + 1))) {
        lexer->offset++;
        token->number *= unit;
        token->type = token->number < 9e15 ? TOKEN_DURATION : TOKEN_BAD;
    } else if (is_name_part(char_at(lexer, lexer->offset))) {
        token->type = TOKEN_BAD;
    }
}

static void read_sign(struct lexer *lexer)
{
    char c = char_at(lexer, lexer->offset++);
    lexer->token.type = strchr("(),.+-*/=<>", c) && c ? TOKEN_SIGN : TOKEN_BAD;
    if (c == '!' && char_at(lexer, lexer->offset) == '=')
        lexer->token.type = TOKEN_SIGN;
    if ((c == '<' || c == '>' || c == '!' || c == '=') && char_at(lexer, lexer->offset) == '=')
        lexer->offset++;
}

void lexer_next(struct lexer *lexer)
{
    while (lexer->offset < lexer->input.len && strchr(" \t\r\n", char_at(lexer, lexer->offset)) &&
           char_at(lexer, lexer->offset))
        lexer->offset++;
    size_t start = lexer->offset;
    lexer->token = (struct token){.type = TOKEN_END, .offset = start};
    if (start >= lexer->input.len)
        return;
    char c = char_at(lexer, start);
    if (c == '"' || c == '\'' || c == '`') {
        read_quoted(lexer, c);
        return;
    }
    if (is_digit(c)) {
        read_number(lexer);
    } else if (is_name_start(c)) {
        lexer->token.type = TOKEN_NAME;
        while (is_name_part(char_at(lexer, lexer->offset)))
            lexer->offset++;
    } else {
        read_sign(lexer);
    }
    lexer->token.text = span(lexer, start);
}

bool lexer_is_sign(const struct lexer *lexer, const char *sign)
{
    return lexer->token.type == TOKEN_SIGN && gos_str_equal(lexer->token.text, gos_str_from(sign));
}

bool lexer_is_word(const struct lexer *lexer, const char *word)
{
    return lexer->token.type == TOKEN_NAME && !lexer->token.quoted &&
           str_equal_nocase(lexer->token.text, gos_str_from(word));
}

bool lexer_take_sign(struct lexer *lexer, const char *sign)
{
    if (!lexer_is_sign(lexer, sign))
        return false;
    lexer_next(lexer);
    return true;
}

bool lexer_take_word(struct lexer *lexer, const char *word)
{
    if (!lexer_is_word(lexer, word))
        return false;
    lexer_next(lexer);
    return true;
}

bool lexer_expect_sign(struct lexer *lexer, const char *sign)
{
    char expected[16];
    snprintf(expected, sizeof expected, "\"%s\"", sign);
    return lexer_take_sign(lexer, sign) || lexer_fail(lexer, expected);
}

bool lexer_fail(struct lexer *lexer, const char *expected)
{
    const struct token *token = &lexer->token;
    size_t len = lexer->offset - token->offset;
    gos_str found = {lexer->input.data + token->offset, len < 40 ? len : 40};
    if (token->type == TOKEN_END)
        return lexer_fail_at(lexer, token->offset, "found the end, expected %s", expected);
    return lexer_fail_at(lexer, token->offset, "found %.*s, expected %s", GOS_ARG(found), expected);
}

bool lexer_fail_at(struct lexer *lexer, size_t offset, const char *format, ...)
{
    char sentence[GOS_MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    if (lexer->out_offset)
        *lexer->out_offset = offset;
    return gos_fail(lexer->err, GOS_BAD_INPUT, "", "character %zu: %s", offset + 1, sentence);
}
