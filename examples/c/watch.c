/*
 * Prints a flag of the type Boolean now and after every change, until its input ends:
 *
 *     GOSSET_URL=https://flags.example GOSSET_KEY=... GOSSET_CA=ca.pem ./watch FLAG USER
 */
#include <gosset/client.h>

#include <stdio.h>
#include <stdlib.h>

static void on_changed(void *user, gos_str hash)
{
    (void)user;
    printf("changed: %.*s\n", GOS_ARG(hash));
    fflush(stdout);
}

int main(int argc, char **argv)
{
    gos_client *client;
    gos_error err;
    gos_client_options options = {.url = getenv("GOSSET_URL"),
                                  .key = getenv("GOSSET_KEY"),
                                  .ca_file = getenv("GOSSET_CA"),
                                  .changed = on_changed};
    if (argc != 3 || !gos_client_open(&options, &client, &err)) {
        fprintf(stderr, "%s\n", argc != 3 ? "usage: watch FLAG USER" : err.message);
        return 1;
    }
    gos_client_who who = {.user_id = gos_str_from(argv[2])};
    gos_client_wait(client, 3000);
    for (int c = 0; c != EOF; c = getchar()) {
        bool on = gos_client_boolean(client, gos_str_from(argv[1]), &who, false, NULL);
        printf("%s: %s\n", argv[1], on ? "true" : "false");
        fflush(stdout);
    }
    gos_client_close(client, 1000);
    return 0;
}
