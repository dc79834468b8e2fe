/*
 * JSON objects whose fields stand in a table. One reader checks any of them: unknown fields, types,
 * ranges, allowed words, dates, uniqueness; and writes the canonical form, defaults filled in, in
 * the order of the table. The tables are also what the API description is generated from.
 */
#ifndef MODEL_RECORD_H
#define MODEL_RECORD_H

#include "base/json.h"

enum field_type {
    FIELD_BOOL,
    FIELD_INTEGER, /* whole, min to max */
    FIELD_NUMBER,  /* finite, min to max */
    FIELD_LINE,    /* one line without control characters or blanks at its ends; min..max bytes */
    FIELD_TEXT,    /* any text; min..max bytes */
    FIELD_KEY,     /* letters, digits, . _ - : ; see record_is_key */
    FIELD_WORD,    /* one of `words`, separated by | */
    FIELD_TIME,    /* RFC 3339; stored in UTC */
    FIELD_UUID,    /* stored in lower case */
    FIELD_JSON,    /* anything */
    FIELD_OBJECT,  /* any object */
    FIELD_RECORD,  /* an object with the fields `of` */
    FIELD_LINES,   /* list of min..max different lines */
    FIELD_LIST,    /* list of min..max values of any kind */
    FIELD_RECORDS, /* list of min..max records `of` */
    FIELD_NUMBERS, /* object: any name -> number from 0 up; at most max members */
    FIELD_NAMED,   /* object: any name -> record `of`; at most max members */
    FIELD_NAMES,   /* object: any name -> line; at most max members */
    FIELD_TYPE_COUNT
};

enum field_rule {
    FIELD_FREE = 0,
    FIELD_REQUIRED = 1 << 0, /* must be there and not null */
    FIELD_NULLABLE = 1 << 1, /* null is a value of its own, and the default */
    FIELD_GIVEN = 1 << 2,    /* read-only: gosset sets it */
    FIELD_TAKEN = 1 << 3,    /* with GIVEN: an import may bring it along */
    FIELD_IMPORTED = FIELD_GIVEN | FIELD_TAKEN,
    FIELD_OPTIONAL = 1 << 5, /* of a record: left out where it is not given, not defaulted */
    FIELD_KEPT = 1 << 4,     /* stays as it is stored when a replacement leaves it out */
    FIELD_SHOWN = 1 << 6,    /* read-only: lists show it, it is no part of what is stored */
    FIELD_NULLABLE_KEPT = FIELD_NULLABLE | FIELD_KEPT,
};

struct record;

struct field {
    const char *name;
    enum field_type type;
    unsigned rules;
    double min; /* bytes of a text, items of a list, else the value */
    double max;
    const char *words;       /* for WORD: "A|B|C" */
    const char *fallback;    /* default as JSON; NULL: null when nullable, else left out */
    const struct record *of; /* for RECORD, RECORDS, NAMED */
};

struct record {
    const char *phrase; /* "an experiment" */
    const struct field *fields;
    size_t field_count;
};

/* What fills a given (read-only) field: JSON text; data NULL when it does not fit the arena. */
typedef gos_str record_given(void *context, const struct field *field);

struct record_reading {
    const struct record *record;
    const struct json *input;
    /* PATCH: fields that the input leaves out come from here. Records inside are merged the same
     * way; lists, maps and free JSON are replaced whole; null brings back the default. */
    const struct json *stored;
    /* For given fields: the value to write. Input may name them if it says the same as `before`
     * (may be NULL) or as what is written. */
    record_given *given;
    void *given_context;
    const struct json *before;
    bool import; /* given fields of the input are passed over instead of refused */
    bool taking; /* taken fields of the input are written as they came */
};

/*
 * Checks `reading->input` and appends its canonical form to `out`.
 *
 * Errors  BAD_INPUT with the pointer of the field: unknown field, missing, wrong type, out of
 * range, not an allowed word (the message lists them), read-only. TOO_LARGE: the arena is full.
 */
bool record_read(const struct record_reading *reading, struct text *out, gos_error *err);

/* The field of that name, or NULL. */
const struct field *record_find(const struct record *record, gos_str name);

/*
 * Letters, digits and . _ - : only, starting with a letter or digit, without "..", 1 to
 * KEY_BYTES_MAX bytes: safe in paths, headers, file names and every SDK.
 */
bool record_is_key(gos_str text);

#endif
