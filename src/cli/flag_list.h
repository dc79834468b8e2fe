/* gosset flags list and gosset flags graph. */
#ifndef CLI_FLAG_LIST_H
#define CLI_FLAG_LIST_H

#include "cli/remote.h"

/* Which flags are listed; NULL does not filter. */
struct flag_wishes {
    const char *status, *type, *owner, *tag, *stale, *search, *limit;
};

/* Both answer the exit status. */
int flag_list(struct remote *remote, const struct flag_wishes *wishes);
int flag_graph(struct remote *remote, const char *key);

#endif
