/* Assignments and facts as bytes. */
#include "roster/codec.h"

enum { FORMAT_ASSIGNMENT = 1, FORMAT_SINGLE = 1, FORMAT_BLOCK = 2 };
enum { FLAG_STICKY = 1, FLAG_SESSION = 2, FLAG_DEVICE = 4 };
enum { FLAG_CROSSOVER = 1, FLAG_RULESET = 2 };

/*
 * The time inside a version 7 UUID: assigned_at is mostly the same, and then costs one byte. Sums
 * and differences with it wrap around, so that any two times come back.
 */
static uint64_t uuid_ms(const struct uuid *uuid)
{
    uint64_t ms = 0;
    for (size_t i = 0; i < 6; i++)
        ms = ms << 8 | uuid->bytes[i];
    return ms;
}

void codec_put_assignment(struct text *out, const struct assignment *assignment)
{
    unsigned flags = (assignment->sticky ? FLAG_STICKY : 0u) |
                     (assignment->has_session ? FLAG_SESSION : 0u) |
                     (assignment->device_id.len ? FLAG_DEVICE : 0u);
    text_add_char(out, (char)(FORMAT_ASSIGNMENT << 4 | flags));
    bytes_put_text(out, assignment->variant);
    bytes_put_text(out, assignment->assignment_reason);
    bytes_put_signed(out, (int64_t)((uint64_t)assignment->assigned_at - uuid_ms(&assignment->id)));
    bytes_put_raw(out, assignment->id.bytes, UUID_BYTES);
    if (assignment->has_session)
        bytes_put_raw(out, assignment->session_id.bytes, UUID_BYTES);
    if (assignment->device_id.len)
        bytes_put_text(out, assignment->device_id);
}

bool codec_read_assignment(gos_str data, struct assignment *out)
{
    struct bytes bytes = bytes_of(data);
    uint8_t head = 0;
    bytes_raw(&bytes, &head, 1);
    if (head >> 4 != FORMAT_ASSIGNMENT)
        return false;
    out->sticky = head & FLAG_STICKY;
    out->has_session = head & FLAG_SESSION;
    out->variant = bytes_text(&bytes);
    out->assignment_reason = bytes_text(&bytes);
    int64_t since_id = bytes_signed(&bytes);
    bytes_raw(&bytes, out->id.bytes, UUID_BYTES);
    out->assigned_at = (int64_t)((uint64_t)since_id + uuid_ms(&out->id));
    if (out->has_session)
        bytes_raw(&bytes, out->session_id.bytes, UUID_BYTES);
    out->device_id = head & FLAG_DEVICE ? bytes_text(&bytes) : (gos_str){"", 0};
    return bytes_done(&bytes);
}

static void put_exposure(struct text *out, const struct exposure *it)
{
    bytes_put_text(out, it->environment);
    bytes_put_raw(out, it->experiment_id.bytes, UUID_BYTES);
    bytes_put_text(out, it->unit);
    bytes_put_text(out, it->variant);
    bytes_put_text(out, it->reason);
    bytes_put_text(out, it->attributes);
    bytes_put_signed(out, it->at);
    text_add_char(out, (char)((it->is_crossover ? FLAG_CROSSOVER : 0) |
                              (it->ruleset.len > 0 ? FLAG_RULESET : 0)));
    if (it->ruleset.len > 0)
        bytes_put_text(out, it->ruleset);
}

static void read_exposure(struct bytes *bytes, struct exposure *out)
{
    uint8_t flags = 0;
    out->environment = bytes_text(bytes);
    bytes_raw(bytes, out->experiment_id.bytes, UUID_BYTES);
    out->unit = bytes_text(bytes);
    out->variant = bytes_text(bytes);
    out->reason = bytes_text(bytes);
    out->attributes = bytes_text(bytes);
    out->at = bytes_signed(bytes);
    bytes_raw(bytes, &flags, 1);
    out->is_crossover = flags & FLAG_CROSSOVER;
    out->ruleset = flags & FLAG_RULESET ? bytes_text(bytes) : (gos_str){"", 0};
}

static void put_event(struct text *out, const struct event *it)
{
    bytes_put_text(out, it->environment);
    bytes_put_text(out, it->event_id);
    bytes_put_text(out, it->user_id);
    bytes_put_text(out, it->device_id);
    bytes_put_text(out, it->name);
    bytes_put_text(out, it->properties);
    bytes_put_signed(out, it->at);
    bytes_put_signed(out, it->received_at);
    text_add_char(out, it->has_value ? 1 : 0);
    if (it->has_value)
        bytes_put_raw(out, &it->value, sizeof it->value);
}

static void read_event(struct bytes *bytes, struct event *out)
{
    uint8_t has_value = 0;
    out->environment = bytes_text(bytes);
    out->event_id = bytes_text(bytes);
    out->user_id = bytes_text(bytes);
    out->device_id = bytes_text(bytes);
    out->name = bytes_text(bytes);
    out->properties = bytes_text(bytes);
    out->at = bytes_signed(bytes);
    out->received_at = bytes_signed(bytes);
    bytes_raw(bytes, &has_value, 1);
    out->has_value = has_value != 0;
    if (has_value)
        bytes_raw(bytes, &out->value, sizeof out->value);
}

void codec_put_fact(struct text *out, const struct fact *fact)
{
    text_add_char(out, (char)fact->kind);
    switch (fact->kind) {
    case FACT_EXPOSURE:
        put_exposure(out, &fact->exposure);
        break;
    case FACT_EVENT:
        put_event(out, &fact->event);
        break;
    case FACT_LINK:
        bytes_put_text(out, fact->link.environment);
        bytes_put_text(out, fact->link.device_id);
        bytes_put_text(out, fact->link.user_id);
        bytes_put_signed(out, fact->link.at);
        break;
    case FACT_FORGOTTEN:
        bytes_put_text(out, fact->forgotten.environment);
        bytes_put_text(out, fact->forgotten.user_id);
        bytes_put_signed(out, fact->forgotten.at);
        break;
    }
}

void codec_put_entry(struct text *out, const struct codec_entry *entry)
{
    text_add_char(out, (char)(FORMAT_BLOCK << 4));
    bytes_put_number(out, entry->bytes_before);
    bytes_put_signed(out, entry->entered_ms);
    bytes_put_number(out, entry->fact_count);
}

/* Format 1 had one fact to an entry, with its kind in the entry's first byte. */
bool codec_read_entry(gos_str data, struct codec_entry *out)
{
    *out = (struct codec_entry){.facts = bytes_of(data)};
    uint8_t head = 0;
    bytes_raw(&out->facts, &head, 1);
    out->bytes_before = bytes_number(&out->facts);
    out->entered_ms = bytes_signed(&out->facts);
    if (head >> 4 == FORMAT_SINGLE) {
        out->fact_count = 1;
        out->single_kind = head & 15;
    } else {
        out->fact_count = bytes_number(&out->facts);
    }
    return !out->facts.failed && out->fact_count > 0 &&
           (head >> 4 == FORMAT_SINGLE || head == FORMAT_BLOCK << 4);
}

bool codec_read_fact(struct codec_entry *entry, struct fact *out)
{
    struct bytes *bytes = &entry->facts;
    uint8_t kind = entry->single_kind;
    if (kind == 0)
        bytes_raw(bytes, &kind, 1);
    out->kind = (enum fact_kind)kind;
    switch (out->kind) {
    case FACT_EXPOSURE:
        read_exposure(bytes, &out->exposure);
        break;
    case FACT_EVENT:
        read_event(bytes, &out->event);
        break;
    case FACT_LINK:
        out->link.environment = bytes_text(bytes);
        out->link.device_id = bytes_text(bytes);
        out->link.user_id = bytes_text(bytes);
        out->link.at = bytes_signed(bytes);
        break;
    case FACT_FORGOTTEN:
        out->forgotten.environment = bytes_text(bytes);
        out->forgotten.user_id = bytes_text(bytes);
        out->forgotten.at = bytes_signed(bytes);
        break;
    default:
        return false;
    }
    return !bytes->failed;
}
