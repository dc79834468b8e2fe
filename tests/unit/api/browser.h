/* A browser with a cookie and the token against forged requests. */
#ifndef TESTS_API_BROWSER_H
#define TESTS_API_BROWSER_H

#include "fixture.h"

#define PASSWORD "correct horse battery"

struct browser {
    struct fixture *given;
    char cookie[128];
    char csrf[64];
    int status;
    gos_str reply; /* head and body of the last answer */
};

/* Makes a member and logs in. */
struct browser browser_open(struct fixture *given, const char *email, const char *role);
/* Sends the cookie and `headers` (may be NULL). */
int browser_send(struct browser *browser, const char *method, const char *path, const char *headers,
                 const char *body);
/* As our own page does. */
int browser_call(struct browser *browser, const char *method, const char *path, const char *body);

#endif
