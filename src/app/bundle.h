/* The web UI that the program carries: files by their path, in both codings. */
#ifndef APP_BUNDLE_H
#define APP_BUNDLE_H

#include "gosset/base.h"

struct bundle_file {
    const char *path; /* "/assets/index-3f2a.js" */
    const char *content_type;
    const char *etag; /* with its quotes */
    const unsigned char *data;
    size_t len;
    const unsigned char *gzip; /* NULL when gzip does not make it smaller */
    size_t gzip_len;
    bool is_hashed; /* its name changes with its content: it may be cached for ever */
};

/* Written at build time from web/dist; one row of zeros follows the last. */
extern const struct bundle_file bundle_files[];
extern const size_t bundle_file_count;

/* The file at a path of the site; "/" is index.html. NULL when there is none. */
const struct bundle_file *bundle_find(gos_str path);
/* Whether the program was built with the UI. */
bool bundle_is_built(void);
/* The page to serve at "/" when it was not. */
gos_str bundle_absent_page(void);
/* Content-Security-Policy of every page: own files only, no inline script or style, no framing. */
gos_str bundle_policy(void);

#endif
