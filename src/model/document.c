/* Errors of the compiler speak of places in the document; people wrote one definition. */
#include "model/document.h"

#include "base/text.h"

#include <stdio.h>

bool document_find(const struct json *document, gos_str pointer, struct document_place *out)
{
    gos_str rest = pointer;
    int64_t index;
    if (!str_starts_with(pointer, GOS_LIT("/")))
        return false;
    str_cut(&rest, '/');
    gos_str plural = str_cut(&rest, '/');
    gos_str number = str_cut(&rest, '/');
    const struct json *list = json_find(document, plural);
    if (!kind_find(plural, &out->kind) || !list || list->type != JSON_ARRAY ||
        !str_read_int(number, &index) || index < 0 || index >= (int64_t)list->count)
        return false;
    const struct json *name =
        json_find(&list->items[index], gos_str_from(kind_name_field(out->kind)));
    out->index = (size_t)index;
    out->name = name && name->type == JSON_STRING ? name->text : GOS_LIT("");
    size_t used = 2 + plural.len + number.len;
    out->rest = (gos_str){pointer.data + used, pointer.len - used};
    return true;
}
