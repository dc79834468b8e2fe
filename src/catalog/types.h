/* What goes into and comes out of the catalog. Texts that come out live in the caller's arena. */
#ifndef CATALOG_TYPES_H
#define CATALOG_TYPES_H

#include "catalog/listing.h"
#include "model/result.h"

struct environment {
    gos_str name;
    int64_t created_at;
    bool requires_approval; /* changes wait until somebody else agrees; see proposals.h */
};

/* A fixed value of one flag for one user. */
struct override {
    struct uuid flag_id;
    gos_str flag_key;
    gos_str user_id;
    gos_str value; /* JSON */
    gos_str created_by;
    int64_t created_at;
};

enum catalog_operation {
    CATALOG_PUT,             /* `definition`: new, or in place of the one with its id */
    CATALOG_DELETE,          /* `definition`: kind and id */
    CATALOG_PUT_OVERRIDE,    /* `override`: flag_key, user_id, value */
    CATALOG_DELETE_OVERRIDE, /* `override`: flag_key, user_id */
};

enum { CATALOG_VERSION_ANY = -1, CATALOG_VERSION_NEW = 0 };

struct catalog_change {
    enum catalog_operation operation;
    const struct definition *definition; /* with its tree, for CATALOG_PUT */
    struct override override;
    int64_t expected_version; /* the version it replaces, or CATALOG_VERSION_* */
    gos_str action;           /* for the audit log: "create", "update", "start", ... */
    const char *pointer;      /* put in front of the pointer of an error; "" for a single change */
};

/* Sees the environment's definitions document as it would be; false refuses the write. */
typedef bool catalog_check(void *context, gos_str document, gos_error *err);

struct proposal_end;

/* What all changes of one transaction share. */
struct catalog_write {
    gos_str environment;
    gos_str actor;
    int64_t now_ms;
    catalog_check *check; /* may be NULL */
    void *check_context;
    bool dry_run;                    /* do and check everything, then take it back */
    const struct proposal_end *ends; /* the proposal that this makes true; may be NULL */
};

struct override_page {
    struct override *items;
    uint32_t count;
    int64_t total;
    gos_str next;
};

/* One change that was made. `before` and `after` are JSON, empty where there is none. */
struct audit_entry {
    int64_t sequence;
    gos_str environment;
    int64_t at;
    gos_str actor;
    gos_str action;
    gos_str kind; /* a kind's word, or "override", "key", "environment" */
    gos_str id;
    gos_str name;
    gos_str before;
    gos_str after;
};

struct audit_query {
    gos_str environment;
    gos_str kind; /* these: empty does not filter */
    gos_str id;
    gos_str name;
    gos_str actor;
    gos_str action;
    int64_t since; /* TIME_NONE: no bound */
    int64_t until;
    gos_str cursor; /* newest first */
    uint32_t limit;
    int64_t ids_max; /* longer lists of a segment are only counted; 0: all are there */
};

struct audit_page {
    struct audit_entry *items;
    uint32_t count;
    int64_t total;
    gos_str next;
};

struct api_key {
    struct uuid id;
    gos_str environment;
    gos_str name;
    gos_str scope;   /* admin, server or client */
    gos_str prefix;  /* the first characters, shown in lists */
    gos_str hash;    /* secret_hash of the whole key */
    gos_str origins; /* JSON list of origins a browser may call from; empty: any */
    gos_str created_by;
    int64_t created_at;
    int64_t last_used_at; /* TIME_NONE: never */
    int64_t revoked_at;   /* TIME_NONE: it holds */
};

/* A ruleset that was served: which state of the definitions it was compiled from. */
struct ruleset_note {
    int64_t sequence;
    gos_str hash;
    int64_t at;
};

#endif
