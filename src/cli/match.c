/* gosset match: how many recent users of a running server a targeting would take in. */
#include "cli/remote.h"

#include <stdio.h>

static const char match_help[] =
    "TARGETING is JSON, or the name of a file that holds it: segments (any of), exclude_segments\n"
    "(none of), conditions, attributes, include and exclude (ids), as rules and segments have "
    "them.\n"
    "Asked are up to some thousand users who asked for decisions lately; nothing is stored.\n\n"
    "  --segment NAME  instead of TARGETING: who is in this segment\n" REMOTE_HELP
    "\nexample: gosset match '{\"conditions\": {\"country\": [\"DE\", \"FR\"]}}'\n";

static gos_str segment_question(gos_arena *arena, const char *name)
{
    struct json_writer json;
    struct text text;
    text_init(&text, arena);
    json_writer_init(&json, &text);
    json_open_object(&json);
    json_name(&json, "segments");
    json_open_array(&json);
    json_text(&json, gos_str_from(name));
    json_close_array(&json);
    json_close_object(&json);
    return text_str(&text);
}

static void match_print(const struct json *answer)
{
    const struct json *contexts = json_find(answer, GOS_LIT("contexts"));
    const struct json *matching = json_find(answer, GOS_LIT("matching"));
    const struct json *share = json_find(answer, GOS_LIT("share"));
    const struct json *examples = json_find(answer, GOS_LIT("examples"));
    if (!share || share->type != JSON_NUMBER) {
        printf("nobody has asked for a decision lately\n");
        return;
    }
    printf("%.1f %% of recent users match: %.*s of %.*s", 100 * share->number,
           GOS_ARG(matching->text), GOS_ARG(contexts->text));
    for (uint32_t i = 0; examples && i < examples->count; i++)
        printf("%s%.*s", i == 0 ? ", such as " : ", ", GOS_ARG(examples->items[i].text));
    putchar('\n');
}

static int match_ask(struct remote *remote, gos_str question)
{
    int code = EXIT_DONE;
    gos_str body;
    const struct json *answer;
    if (!remote_call(remote, "POST", "/api/v1/match", question, &body, &answer, &code))
        return code;
    if (remote->as_json)
        printf("%.*s\n", GOS_ARG(body));
    else
        match_print(answer);
    return code;
}

int command_match(const struct command *command, int argc, char **argv)
{
    struct command helped = *command;
    struct remote remote;
    const char *words[1] = {""};
    const char *segment = NULL;
    int count, code = EXIT_DONE;
    gos_error err;
    gos_str question;
    const struct remote_option options[] = {{"segment", &segment, NULL}, {NULL, NULL, NULL}};
    helped.help = match_help;
    if (!remote_open(&remote, &helped, argc, argv, options, words, 1, &count, &code))
        return code;
    if ((count == 1) == (segment != NULL))
        code = command_usage(&helped, "one TARGETING, or --segment NAME, is needed");
    else if (segment)
        code = match_ask(&remote, segment_question(remote.arena, segment));
    else if (words[0][0] == '{')
        code = match_ask(&remote, gos_str_from(words[0]));
    else if (command_read_file(words[0], REMOTE_BYTES_MAX, remote.arena, &question, &err))
        code = match_ask(&remote, question);
    else
        code = command_fail(&err, remote.as_json);
    remote_close(&remote);
    return code;
}
