/* Options first, then one call. */
#include "cli/remote.h"

#include "http/client.h"

#include <stdio.h>
#include <stdlib.h>

enum { CALL_TIMEOUT_MS = 120000 };

static gos_str from_environment(const char *first, const char *second, const char *otherwise)
{
    const char *value = getenv(first);
    if ((!value || !*value) && second)
        value = getenv(second);
    return gos_str_from(value && *value ? value : otherwise);
}

static const struct remote_option *option_find(const struct remote_option *options, gos_str name)
{
    for (; options && options->name; options++) {
        if (gos_str_equal(name, gos_str_from(options->name)))
            return options;
    }
    return NULL;
}

/* Takes one option at argv[*i], with its value; false when it is not understood. */
static bool option_take(const struct remote_option *options, int argc, char **argv, int *i)
{
    gos_str rest = gos_str_from(argv[*i] + 2);
    bool has_value = str_contains(rest, GOS_LIT("="));
    const struct remote_option *option = option_find(options, str_cut(&rest, '='));
    if (!option || (option->flag && has_value))
        return false;
    if (option->flag) {
        *option->flag = true;
        return true;
    }
    if (!has_value && *i + 1 >= argc)
        return false;
    *option->value = has_value ? strchr(argv[*i], '=') + 1 : argv[++*i];
    return true;
}

static bool arguments_read(struct remote *remote, int argc, char **argv,
                           const struct remote_option *options, const char **words, int words_max,
                           int *out_word_count, int *out_exit)
{
    const char *url = NULL;
    const char *key = NULL;
    const struct remote_option common[] = {{"url", &url, NULL},
                                           {"key", &key, NULL},
                                           {"json", NULL, &remote->as_json},
                                           {NULL, NULL, NULL}};
    *out_word_count = 0;
    for (int i = 1; i < argc; i++) {
        bool is_option = strncmp(argv[i], "--", 2) == 0;
        if (is_option && strcmp(argv[i], "--help") == 0) {
            *out_exit = command_help(remote->command);
            return false;
        }
        if (is_option ? option_take(common, argc, argv, &i) || option_take(options, argc, argv, &i)
                      : *out_word_count < words_max) {
            if (!is_option)
                words[(*out_word_count)++] = argv[i];
            continue;
        }
        *out_exit = command_usage(remote->command, "\"%s\" is not understood", argv[i]);
        return false;
    }
    if (url)
        remote->url = gos_str_from(url);
    if (key)
        remote->key = gos_str_from(key);
    return true;
}

bool remote_open(struct remote *remote, const struct command *command, int argc, char **argv,
                 const struct remote_option *options, const char **words, int words_max,
                 int *out_word_count, int *out_exit)
{
    *remote = (struct remote){
        .command = command,
        .url = from_environment("GOSSET_URL", NULL, "http://127.0.0.1:8080"),
        .key = from_environment("GOSSET_KEY", "GOSSET_ADMIN_KEY", ""),
        .arena = gos_arena_open((size_t)2 * REMOTE_BYTES_MAX),
    };
    if (remote->arena &&
        arguments_read(remote, argc, argv, options, words, words_max, out_word_count, out_exit))
        return true;
    if (!remote->arena)
        *out_exit = EXIT_FAILED;
    remote_close(remote);
    return false;
}

void remote_close(struct remote *remote)
{
    gos_arena_close(remote->arena);
    remote->arena = NULL;
}

bool remote_call(struct remote *remote, const char *method, const char *path, gos_str body,
                 gos_str *out_body, const struct json **out_json, int *out_exit)
{
    gos_error err;
    struct http_client *client = NULL;
    struct http_client_options options = {.base_url = remote->url,
                                          .key = remote->key,
                                          .timeout_ms = CALL_TIMEOUT_MS,
                                          .body_bytes_max = REMOTE_BYTES_MAX};
    gos_str answer = GOS_LIT("");
    bool done = http_client_open(&options, &client, &err) &&
                http_client_ask(client, method, path, body, remote->arena, &answer, &err);
    http_client_close(client);
    if (done && out_json) {
        *out_json = NULL;
        done = answer.len == 0 || json_read(answer, remote->arena, out_json, &err);
    }
    if (done && out_body)
        *out_body = answer;
    if (!done)
        *out_exit = command_fail(&err, remote->as_json);
    return done;
}

gos_str remote_path(gos_arena *arena, const char *before, const char *name, const char *behind)
{
    struct text text;
    text_init(&text, arena);
    text_print(&text, "%s", before);
    for (const char *c = name; *c; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                     (*c >= '0' && *c <= '9') || strchr("-_.", *c);
        if (plain)
            text_add_char(&text, *c);
        else
            text_print(&text, "%%%02X", (unsigned char)*c);
    }
    text_print(&text, "%s", behind);
    text_add_char(&text, '\0');
    return text_str(&text);
}

gos_str remote_filter(gos_arena *arena, gos_str path, const char *name, const char *value)
{
    if (!value)
        return path;
    gos_str before = gos_arena_print(arena, "%.*s&%s=", GOS_ARG(path), name);
    return remote_path(arena, before.data, value, "");
}
