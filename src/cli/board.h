/* The board of the demo: what experiments show so far, asked from the server and drawn as a table.
 */
#ifndef CLI_BOARD_H
#define CLI_BOARD_H

#include "cli/traffic.h"
#include "http/client.h"

/* Prints one state of the board. Errors: what the server answers. */
bool board_print(struct http_client *client, struct traffic *traffic, gos_arena *arena,
                 gos_error *err);

#endif
