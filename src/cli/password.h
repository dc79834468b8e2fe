/* A password from a person, never from an argument that others on the machine could read. */
#ifndef CLI_PASSWORD_H
#define CLI_PASSWORD_H

#include <stdbool.h>

enum { PASSWORD_LINE_BYTES = 1026 };

/* From the first line of stdin, or asked for twice on the terminal without showing it. False after
 * saying on stderr why there is none. */
bool password_read(bool from_stdin, char out[PASSWORD_LINE_BYTES]);

#endif
