/* Regular expressions for rules: compiled once for each ruleset, matched in bounded time. */
#ifndef REGEX_REGEX_PCRE2_H
#define REGEX_REGEX_PCRE2_H

#include "gosset/context.h"

/* A gos_pattern_check. Errors: BAD_INPUT with the place in the pattern. */
bool regex_check(void *user, gos_str pattern, gos_error *err);
/* Compiles all patterns of a ruleset; *out is NULL when it has none. Free with regex_release. */
bool regex_prepare(const gos_ruleset *rules, void **out, gos_error *err);
void regex_release(void *prepared);
/* A gos_match_pattern, from several threads at once; what passes the bound does not match. */
bool regex_match(void *prepared, uint32_t pattern, gos_str text);

#endif
