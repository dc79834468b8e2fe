/* Finds the files of the web UI. */
#include "app/bundle.h"

static const char absent_page[] =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>gosset</title>"
    "<h1>gosset is running, without its web UI</h1>"
    "<p>This program was built before the UI was. Run <code>make build</code> in the source folder,"
    " which needs npm, and start it again.</p>"
    "<p>The API is at <code>/api/v1/</code>, its description at"
    " <a href=\"api/openapi.json\">api/openapi.json</a>.</p></html>\n";

const struct bundle_file *bundle_find(gos_str path)
{
    if (gos_str_equal(path, GOS_LIT("/")))
        path = GOS_LIT("/index.html");
    for (size_t i = 0; i < bundle_file_count; i++) {
        if (gos_str_equal(gos_str_from(bundle_files[i].path), path))
            return &bundle_files[i];
    }
    return NULL;
}

bool bundle_is_built(void)
{
    return bundle_find(GOS_LIT("/")) != NULL;
}

gos_str bundle_absent_page(void)
{
    return gos_str_from(absent_page);
}

gos_str bundle_policy(void)
{
    return GOS_LIT("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
                   "connect-src 'self'; base-uri 'none'; form-action 'none'; "
                   "frame-ancestors 'none'");
}
