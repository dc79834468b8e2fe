/* A definitions document in a file, compiled, for commands that need no server. */
#include "cli/definitions.h"

#include "cli/command.h"
#include "regex/regex_pcre2.h"

#include <time.h>

#define DOCUMENT_BYTES_MAX ((size_t)1 << 30)
#define ARENA_BYTES_MAX    ((size_t)8 << 30)
#define CONTEXT_BYTES_MAX  ((size_t)16 << 20)

bool definitions_open(const char *path, struct definitions *out, gos_error *err)
{
    gos_compile_options options = {.check_pattern = regex_check};
    *out = (struct definitions){.arena = gos_arena_open(ARENA_BYTES_MAX),
                                .context = gos_context_open(CONTEXT_BYTES_MAX)};
    if (!out->arena || !out->context)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "there is no memory for the definitions");
    return command_read_file(path, DOCUMENT_BYTES_MAX, out->arena, &out->document, err) &&
           gos_ruleset_compile(out->document, &options, out->arena, &out->rules, &out->report,
                               err) &&
           regex_prepare(out->rules, &out->patterns, err);
}

void definitions_close(struct definitions *definitions)
{
    regex_release(definitions->patterns);
    gos_context_close(definitions->context);
    gos_arena_close(definitions->arena);
}

bool definitions_bind(struct definitions *definitions, gos_str attributes, int64_t now_ms,
                      gos_error *err)
{
    gos_subject subject = {.now_ms = now_ms,
                           .match_pattern = regex_match,
                           .match_pattern_user = definitions->patterns};
    return gos_context_bind(definitions->context, definitions->rules, &subject, attributes, err);
}

int64_t definitions_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
