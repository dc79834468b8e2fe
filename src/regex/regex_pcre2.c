/*
 * PCRE2 with its just-in-time compiler. The match limit bounds the time of every match, whatever
 * the pattern: what passes it counts as no match.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "regex/regex_pcre2.h"

#include <pcre2.h>
#include <pthread.h>
#include <stdlib.h>

enum { MATCH_LIMIT = 10000, DEPTH_LIMIT = 1000, HEAP_LIMIT_KIB = 1024, TEXT_BYTES_MAX = 64 << 10 };

struct regexes {
    uint32_t count;
    pcre2_match_context *limits;
    pcre2_code *codes[];
};

/* Matching needs a little memory that is not shared; each thread keeps its own, until it ends. */
static _Thread_local pcre2_match_data *thread_data;
static pthread_once_t thread_end_once = PTHREAD_ONCE_INIT;
static pthread_key_t thread_end;

static void thread_data_free(void *data)
{
    pcre2_match_data_free(data);
}

static void thread_end_make(void)
{
    pthread_key_create(&thread_end, thread_data_free);
}

static pcre2_match_data *thread_data_make(void)
{
    pthread_once(&thread_end_once, thread_end_make);
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    if (data && pthread_setspecific(thread_end, data) != 0) {
        pcre2_match_data_free(data);
        return NULL;
    }
    return data;
}

static pcre2_code *regex_compile(gos_str pattern, gos_error *err)
{
    int number;
    PCRE2_SIZE at;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern.data, pattern.len,
                                     PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &number, &at, NULL);
    if (!code) {
        PCRE2_UCHAR message[128];
        pcre2_get_error_message(number, message, sizeof message);
        gos_fail(err, GOS_BAD_INPUT, "", "the regular expression is wrong at character %zu: %s",
                 (size_t)at, (const char *)message);
        return NULL;
    }
    /* Without the compiler for this machine the interpreter does it, only slower. */
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    return code;
}

bool regex_check(void *user, gos_str pattern, gos_error *err)
{
    (void)user;
    pcre2_code *code = regex_compile(pattern, err);
    pcre2_code_free(code);
    return code != NULL;
}

void regex_release(void *prepared)
{
    struct regexes *regexes = prepared;
    if (!regexes)
        return;
    for (uint32_t i = 0; i < regexes->count; i++)
        pcre2_code_free(regexes->codes[i]);
    pcre2_match_context_free(regexes->limits);
    free(regexes);
}

bool regex_prepare(const gos_ruleset *rules, void **out, gos_error *err)
{
    uint32_t count = gos_ruleset_pattern_count(rules);
    *out = NULL;
    if (count == 0)
        return true;
    struct regexes *regexes = calloc(1, sizeof *regexes + count * sizeof regexes->codes[0]);
    if (!regexes)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for %u patterns", count);
    regexes->count = count;
    regexes->limits = pcre2_match_context_create(NULL);
    bool done = regexes->limits != NULL ||
                gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for %u patterns", count);
    if (done) {
        pcre2_set_match_limit(regexes->limits, MATCH_LIMIT);
        pcre2_set_depth_limit(regexes->limits, DEPTH_LIMIT);
        pcre2_set_heap_limit(regexes->limits, HEAP_LIMIT_KIB);
    }
    for (uint32_t i = 0; done && i < count; i++) {
        regexes->codes[i] = regex_compile(gos_ruleset_pattern(rules, i), err);
        done = regexes->codes[i] != NULL;
    }
    if (done)
        *out = regexes;
    else
        regex_release(regexes);
    return done;
}

bool regex_match(void *prepared, uint32_t pattern, gos_str text)
{
    const struct regexes *regexes = prepared;
    if (!regexes || pattern >= regexes->count || text.len > TEXT_BYTES_MAX)
        return false;
    if (!thread_data)
        thread_data = thread_data_make();
    return thread_data && pcre2_match(regexes->codes[pattern], (PCRE2_SPTR)text.data, text.len, 0,
                                      PCRE2_NO_UTF_CHECK, thread_data, regexes->limits) >= 0;
}
