/* gosset promote: definitions of another environment into the key's own. */
#include "cli/import_report.h"
#include "model/kind.h"

#include <stdio.h>

enum { PROMOTED_MAX = 100 };

static const char promote_help[] =
    "  gosset promote staging                    all that differs\n"
    "  gosset promote staging flag/checkout experiment/price --dry-run\n"
    "  gosset promote staging --at 1204          as they were at change 1204 of staging\n\n"
    "Takes definitions of the environment that is named into the key's own: what they decide. "
    "What\n"
    "happened to them (state, dates, phases, overrides of users) stays where it is. What is named\n"
    "needs what it refers to: name both, or have it there.\n\n"
    "  --at N        as that change of the other environment left them (gosset audit)\n"
    "  --dry-run     only say what would change, field by field\n" REMOTE_HELP;

/* "flag/checkout" as {"kind": "flag", "name": "checkout"}. */
static bool selected_write(struct json_writer *json, const char *word,
                           const struct command *command, int *out_exit)
{
    gos_str name = gos_str_from(word);
    gos_str kind_text = str_cut(&name, '/');
    enum kind kind;
    if (!kind_find(kind_text, &kind) || name.len == 0) {
        *out_exit = command_usage(command, "\"%s\" is not KIND/NAME, such as flag/checkout", word);
        return false;
    }
    json_open_object(json);
    json_put_text(json, "kind", gos_str_from(kind_word(kind)));
    json_put_text(json, "name", name);
    json_close_object(json);
    return true;
}

/* What the command line asks for. */
struct asked {
    const char *at; /* NULL: as they are now */
    bool dry_run;
};

static bool at_write(struct json_writer *json, const char *at, const struct command *command,
                     int *out_exit)
{
    int64_t number;
    if (!at)
        return true;
    if (!str_read_int(gos_str_from(at), &number) || number < 0) {
        *out_exit = command_usage(command, "--at is the number of a change, not \"%s\"", at);
        return false;
    }
    json_put_int(json, "at", number);
    return true;
}

static bool body_write(struct text *text, const char *const *words, int count,
                       const struct asked *asked, const struct command *command, int *out_exit)
{
    struct json_writer json;
    json_writer_init(&json, text);
    json_open_object(&json);
    json_put_text(&json, "from", gos_str_from(words[0]));
    json_put_bool(&json, "dry_run", asked->dry_run);
    if (!at_write(&json, asked->at, command, out_exit))
        return false;
    if (count > 1) {
        json_name(&json, "definitions");
        json_open_array(&json);
    }
    for (int i = 1; i < count; i++) {
        if (!selected_write(&json, words[i], command, out_exit))
            return false;
    }
    if (count > 1)
        json_close_array(&json);
    json_close_object(&json);
    return true;
}

/* Field by field, what a dry run would change. */
static void differences_print(const struct remote *remote, const struct json *report)
{
    static const struct json none = {.type = JSON_NULL};
    const struct json *changes = json_find(report, GOS_LIT("changes"));
    for (uint32_t i = 0; changes && i < changes->count; i++) {
        const struct json *change = &changes->items[i];
        const struct json *fields = json_find(change, GOS_LIT("fields"));
        for (uint32_t j = 0; fields && j < fields->count; j++) {
            gos_str field = fields->items[j].text;
            const struct json *before = json_find(json_find(change, GOS_LIT("before")), field);
            const struct json *after = json_find(json_find(change, GOS_LIT("after")), field);
            gos_str was = json_print(remote->arena, before ? before : &none);
            gos_str is = json_print(remote->arena, after ? after : &none);
            gos_str name = json_find_text(change, "name");
            printf("%.*s.%.*s: %.*s -> %.*s\n", GOS_ARG(name), GOS_ARG(field), GOS_ARG(was),
                   GOS_ARG(is));
        }
    }
}

static int promote(struct remote *remote, const char *const *words, int count,
                   const struct asked *asked)
{
    int code = EXIT_DONE;
    gos_str answer;
    const struct json *report;
    struct text text;
    text_init(&text, remote->arena);
    if (!body_write(&text, words, count, asked, remote->command, &code) ||
        !remote_call(remote, "POST", "/api/v1/promote", text_str(&text), &answer, &report, &code))
        return code;
    if (remote->as_json) {
        printf("%.*s\n", GOS_ARG(answer));
        return code;
    }
    if (asked->dry_run)
        differences_print(remote, report);
    import_report_print(remote, report, asked->dry_run);
    return code;
}

int command_promote(const struct command *command, int argc, char **argv)
{
    struct remote remote;
    struct command helped = *command;
    const char *words[PROMOTED_MAX + 1];
    int count, code = EXIT_DONE;
    struct asked asked = {NULL, false};
    const struct remote_option options[] = {
        {"at", &asked.at, NULL}, {"dry-run", NULL, &asked.dry_run}, {NULL, NULL, NULL}};
    helped.help = promote_help;
    if (!remote_open(&remote, &helped, argc, argv, options, words, PROMOTED_MAX + 1, &count, &code))
        return code;
    code = count == 0 ? command_usage(&helped, "the environment to take from is needed")
                      : promote(&remote, words, count, &asked);
    remote_close(&remote);
    return code;
}
