/* gosset segment: the lists of a segment, of any length, from and to files. */
#include "cli/remote.h"

#include <inttypes.h>
#include <stdio.h>

static const char segment_help[] =
    "  gosset segment ids NAME include|exclude               all ids, one a line\n"
    "  gosset segment count NAME include|exclude             how many they are\n"
    "  gosset segment has NAME include|exclude USER          whether USER is one; exit status 1: "
    "no\n"
    "  gosset segment replace NAME include|exclude FILE      those of FILE and no others\n"
    "  gosset segment append NAME include|exclude FILE       those of FILE too\n"
    "  gosset segment remove NAME include|exclude FILE       without those of FILE\n\n"
    "FILE has one id a line, at most 1,000,000, or is CSV (.csv, or --csv) with the ids in its "
    "first\n"
    "column; - is the input. Users in include are always in the segment, those in exclude "
    "never.\n\n"
    "  --csv         FILE is CSV, whatever its name\n" REMOTE_HELP;

static const size_t FILE_BYTES_MAX = 64 << 20;

struct segment_call {
    struct remote remote;
    const char *words[4]; /* deed, segment, list, file or user */
    int count;
    bool csv;
};

/* "/api/v1/segments/NAME/LIST" and what stands behind it. */
static const char *list_path(const struct segment_call *call, const char *behind)
{
    gos_str tail = gos_arena_print(call->remote.arena, "/%s%s", call->words[2], behind);
    return remote_path(call->remote.arena, "/api/v1/segments/", call->words[1], tail.data).data;
}

static int64_t count_of(const struct json *answer, const char *name)
{
    int64_t count = 0;
    const struct json *value = json_find(answer, gos_str_from(name));
    return value && json_is_integer(value, &count) ? count : 0;
}

static int segment_look(struct segment_call *call)
{
    int code = EXIT_DONE;
    gos_str answer;
    const struct json *list;
    bool asks = strcmp(call->words[0], "has") == 0;
    const char *path = list_path(call, "?limit=0");
    if (asks)
        path =
            remote_filter(call->remote.arena, gos_str_from(path), "user_id", call->words[3]).data;
    if (!remote_call(&call->remote, "GET", path, (gos_str){NULL, 0}, &answer, &list, &code))
        return code;
    const struct json *has = json_find(list, GOS_LIT("has"));
    bool is_in = has && has->boolean;
    if (call->remote.as_json)
        printf("%.*s\n", GOS_ARG(answer));
    else if (asks)
        printf("%s\n", is_in ? "yes" : "no");
    else
        printf("%" PRId64 "\n", count_of(list, "count"));
    return asks && !is_in ? EXIT_FAILED : EXIT_DONE;
}

/* The whole segment: a list has no answer as lines that is also JSON. */
static int segment_ids(struct segment_call *call)
{
    int code = EXIT_DONE;
    gos_str answer;
    const struct json *segment;
    gos_str path = remote_path(call->remote.arena, "/api/v1/segments/", call->words[1], "");
    if (!remote_call(&call->remote, "GET", path.data, (gos_str){NULL, 0}, &answer, &segment, &code))
        return code;
    const struct json *list = json_find(segment, gos_str_from(call->words[2]));
    for (uint32_t i = 0; list && i < list->count; i++)
        printf("%.*s\n", GOS_ARG(list->items[i].text));
    return EXIT_DONE;
}

static int segment_write(struct segment_call *call)
{
    int code = EXIT_DONE;
    gos_error err;
    gos_str ids, answer;
    const struct json *change;
    const char *deed = call->words[0], *file = call->words[3];
    bool replaces = strcmp(deed, "replace") == 0;
    bool csv = call->csv || str_ends_with(gos_str_from(file), GOS_LIT(".csv"));
    gos_str behind =
        gos_arena_print(call->remote.arena, "%s%s", strcmp(deed, "remove") == 0 ? "/remove" : "",
                        csv ? "?format=csv" : "");
    if (!command_read_file(file, FILE_BYTES_MAX, call->remote.arena, &ids, &err))
        return command_fail(&err, call->remote.as_json);
    if (!remote_call(&call->remote, replaces ? "PUT" : "POST", list_path(call, behind.data), ids,
                     &answer, &change, &code))
        return code;
    if (call->remote.as_json)
        printf("%.*s\n", GOS_ARG(answer));
    else if (json_find(change, GOS_LIT("count")))
        printf("%" PRId64 " ids in %s of %s (before: %" PRId64 "), version %" PRId64 "\n",
               count_of(change, "count"), call->words[2], call->words[1],
               count_of(change, "before"), count_of(change, "version"));
    else
        printf("the change waits for approval\n");
    return code;
}

static int run(struct segment_call *call)
{
    static const struct {
        const char *name;
        int words;
        int (*run)(struct segment_call *call);
    } deeds[] = {{"append", 4, segment_write}, {"count", 3, segment_look},
                 {"has", 4, segment_look},     {"ids", 3, segment_ids},
                 {"remove", 4, segment_write}, {"replace", 4, segment_write}};
    const struct command *command = call->remote.command;
    for (size_t i = 0; call->count > 0 && i < sizeof deeds / sizeof deeds[0]; i++) {
        if (strcmp(call->words[0], deeds[i].name) != 0)
            continue;
        if (call->count != deeds[i].words)
            return command_usage(command, "%s takes %d words behind it", deeds[i].name,
                                 deeds[i].words - 1);
        if (strcmp(call->words[2], "include") != 0 && strcmp(call->words[2], "exclude") != 0)
            return command_usage(command, "\"%s\" is no list; include and exclude are",
                                 call->words[2]);
        return deeds[i].run(call);
    }
    return command_usage(command, "ids, count, has, replace, append or remove is needed");
}

int command_segment(const struct command *command, int argc, char **argv)
{
    struct command own = *command;
    struct segment_call call = {.count = 0};
    int code;
    const struct remote_option options[] = {{"csv", NULL, &call.csv}, {NULL, NULL, NULL}};
    own.help = segment_help;
    if (!remote_open(&call.remote, &own, argc, argv, options, call.words, 4, &call.count, &code))
        return code;
    code = run(&call);
    remote_close(&call.remote);
    return code;
}
