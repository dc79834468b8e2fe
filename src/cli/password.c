/* Reads a line with the terminal's echo turned off. */
#include "cli/password.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static bool line_read(FILE *from, char out[PASSWORD_LINE_BYTES])
{
    if (!fgets(out, PASSWORD_LINE_BYTES, from))
        return false;
    size_t len = strcspn(out, "\r\n");
    bool is_whole = out[len] != 0 || feof(from);
    out[len] = 0;
    return is_whole && len > 0;
}

static bool line_ask(FILE *terminal, const char *question, char out[PASSWORD_LINE_BYTES])
{
    struct termios before, silent;
    if (tcgetattr(fileno(terminal), &before) != 0)
        return false;
    silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    fprintf(stderr, "%s: ", question);
    tcsetattr(fileno(terminal), TCSAFLUSH, &silent);
    bool done = line_read(terminal, out);
    tcsetattr(fileno(terminal), TCSAFLUSH, &before);
    fputc('\n', stderr);
    return done;
}

static bool ask_twice(char out[PASSWORD_LINE_BYTES])
{
    char again[PASSWORD_LINE_BYTES];
    FILE *terminal = fopen("/dev/tty", "r");
    if (!terminal) {
        fprintf(stderr, "there is no terminal to ask for a password: use --password-stdin\n");
        return false;
    }
    bool done = line_ask(terminal, "password", out) && line_ask(terminal, "again", again);
    fclose(terminal);
    bool same = done && strcmp(out, again) == 0;
    if (!same)
        fprintf(stderr, done ? "the two differ\n" : "no password was given\n");
    return same;
}

bool password_read(bool from_stdin, char out[PASSWORD_LINE_BYTES])
{
    if (!from_stdin)
        return ask_twice(out);
    if (line_read(stdin, out))
        return true;
    fprintf(stderr, "the input has no line with a password of at most %d bytes\n",
            PASSWORD_LINE_BYTES - 2);
    return false;
}
