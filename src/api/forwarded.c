/* Headers of proxies, and where pages come from. */
#include "api/forwarded.h"

bool proxies_read(gos_str text, struct proxies *out, gos_error *err)
{
    *out = (struct proxies){0};
    while (text.len > 0) {
        gos_str word = str_cut(&text, ' ');
        if (word.len == 0)
            continue;
        if (out->count == PROXIES_MAX)
            return gos_fail(err, GOS_BAD_INPUT, "/trusted_proxies",
                            "trusted_proxies has more than %d entries", PROXIES_MAX);
        if (!network_read(word, &out->networks[out->count++]))
            return gos_fail(err, GOS_BAD_INPUT, "/trusted_proxies",
                            "trusted_proxies has \"%.*s\"; addresses and networks such as "
                            "10.0.0.0/8 are allowed",
                            (int)(word.len < 100 ? word.len : 100), word.data);
    }
    return true;
}

static bool is_proxy(const struct http_request *request, gos_str text)
{
    const struct proxies *proxies = api_of(request)->proxies;
    struct address address;
    if (!proxies || !address_read(text, &address))
        return false;
    for (uint32_t i = 0; i < proxies->count; i++) {
        if (network_has(&proxies->networks[i], &address))
            return true;
    }
    return false;
}

/* Cuts the last item off a list with commas. */
static gos_str cut_last(gos_str *list)
{
    size_t start = list->len;
    while (start > 0 && list->data[start - 1] != ',')
        start--;
    gos_str last = {list->data + start, list->len - start};
    list->len = start > 0 ? start - 1 : 0;
    return str_trim(last);
}

gos_str forwarded_address(const struct http_request *request)
{
    gos_str found = request->remote;
    gos_str list = http_header(request, "X-Forwarded-For");
    struct address address;
    while (list.len > 0 && is_proxy(request, found)) {
        gos_str before = cut_last(&list);
        if (!address_read(before, &address))
            break;
        found = before;
    }
    return found;
}

bool forwarded_is_tls(const struct http_request *request)
{
    return request->is_tls || (is_proxy(request, request->remote) &&
                               str_equal_nocase(str_trim(http_header(request, "X-Forwarded-Proto")),
                                                GOS_LIT("https")));
}

static bool is_own_host(const struct http_request *request, gos_str host)
{
    return str_equal_nocase(host, http_header(request, "Host")) ||
           (is_proxy(request, request->remote) &&
            str_equal_nocase(host, str_trim(http_header(request, "X-Forwarded-Host"))));
}

bool forwarded_is_own_page(const struct http_request *request)
{
    gos_str site = http_header(request, "Sec-Fetch-Site");
    gos_str origin = http_header(request, "Origin");
    if (site.data)
        return gos_str_equal(site, GOS_LIT("same-origin")) || gos_str_equal(site, GOS_LIT("none"));
    if (!origin.data)
        return true;
    str_cut(&origin, ':');
    if (!str_starts_with(origin, GOS_LIT("//")))
        return false;
    return is_own_host(request, (gos_str){origin.data + 2, origin.len - 2});
}
