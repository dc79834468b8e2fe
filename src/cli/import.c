/* gosset import and gosset export: an environment's definitions as one document. */
#include "cli/copies.h"
#include "cli/import_facts.h"
#include "cli/import_report.h"
#include "cli/remote.h"

#include <errno.h>
#include <stdio.h>

static const char import_help[] =
    "FILE is a definitions document, - is standard input. All of it is taken or nothing.\n"
    "For history see gosset import events --help and gosset import assignments --help.\n\n"
    "  --dry-run     only say what would change\n" REMOTE_HELP;

int command_import(const struct command *command, int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "events") == 0)
        return import_events(command, argc, argv);
    if (argc > 1 && strcmp(argv[1], "assignments") == 0)
        return import_assignments(command, argc, argv);
    struct remote remote;
    struct command helped = *command;
    const char *words[1];
    int word_count, code = EXIT_DONE;
    bool dry_run = false;
    gos_str document, answer;
    gos_error err;
    const struct json *report;
    const struct remote_option options[] = {{"dry-run", NULL, &dry_run}, {NULL, NULL, NULL}};
    helped.help = import_help;
    if (!remote_open(&remote, &helped, argc, argv, options, words, 1, &word_count, &code))
        return code;
    if (word_count != 1)
        code = command_usage(&helped, "a FILE is needed");
    else if (!command_read_file(words[0], REMOTE_BYTES_MAX / 2, remote.arena, &document, &err))
        code = command_fail(&err, remote.as_json);
    else if (remote_call(&remote, "POST",
                         dry_run ? "/api/v1/import?dry_run=true" : "/api/v1/import", document,
                         &answer, &report, &code)) {
        if (remote.as_json)
            printf("%.*s\n", GOS_ARG(answer));
        else
            import_report_print(&remote, report, dry_run);
    }
    remote_close(&remote);
    return code;
}

static const char export_help[] =
    "Writes the definitions document of the key's environment to standard output. For all data\n"
    "see gosset export parquet --help.\n\n"
    "  --at N        as it was after change N of the audit log\n"
    "  --out FILE    write to a file instead\n" REMOTE_HELP;

static int document_save(const char *path, gos_str document)
{
    FILE *file = path ? fopen(path, "wb") : stdout;
    bool done = file && fwrite(document.data, 1, document.len, file) == document.len;
    if (path && file)
        done = fclose(file) == 0 && done;
    if (done)
        return EXIT_DONE;
    fprintf(stderr, "gosset export: %s cannot be written: %s\n", path ? path : "standard output",
            strerror(errno));
    return EXIT_FAILED;
}

int command_export(const struct command *command, int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "parquet") == 0)
        return export_parquet(command, argc, argv);
    struct remote remote;
    struct command helped = *command;
    int word_count, code = EXIT_DONE;
    const char *at = NULL;
    const char *path = NULL;
    gos_str document;
    const struct remote_option options[] = {
        {"at", &at, NULL}, {"out", &path, NULL}, {NULL, NULL, NULL}};
    helped.help = export_help;
    if (!remote_open(&remote, &helped, argc, argv, options, NULL, 0, &word_count, &code))
        return code;
    int64_t sequence = 0;
    gos_str target =
        gos_arena_print(remote.arena, "/api/v1/export%s%s", at ? "?at=" : "", at ? at : "");
    if (at && (!str_read_int(gos_str_from(at), &sequence) || sequence < 0))
        code = command_usage(&helped, "--at takes the number of a change, not \"%s\"", at);
    else if (remote_call(&remote, "GET", target.data, (gos_str){NULL, 0}, &document, NULL, &code))
        code = document_save(path, document);
    remote_close(&remote);
    return code;
}
