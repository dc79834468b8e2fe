/*
 * The tree of routes. A node is one segment; its children are a list of literals, at most one
 * parameter and at most one rest. Finding never goes back, so it takes one step a segment.
 */
#include "http/router.h"

#include <assert.h>

enum { METHODS_MAX = 8 };

struct node {
    gos_str literal; /* of this node among its siblings */
    struct node *next;
    struct node *literals;
    struct node *param;
    struct node *rest;
    const struct http_route *routes[METHODS_MAX];
    size_t route_count;
    struct http_field names[HTTP_PARAMS_MAX]; /* of the parameters on the way here */
    size_t name_count;
};

struct router {
    struct node root;
};

static struct node *literal_find(const struct node *node, gos_str segment)
{
    for (struct node *child = node->literals; child; child = child->next) {
        if (gos_str_equal(child->literal, segment))
            return child;
    }
    return NULL;
}

/* What one segment of a pattern is, and its name without the braces. */
enum segment { SEGMENT_LITERAL, SEGMENT_PARAM, SEGMENT_REST };

static enum segment segment_kind(gos_str segment, gos_str *out_name)
{
    *out_name = segment;
    if (segment.len < 3 || segment.data[0] != '{' || segment.data[segment.len - 1] != '}')
        return SEGMENT_LITERAL;
    gos_str name = {segment.data + 1, segment.len - 2};
    bool is_rest = str_ends_with(name, GOS_LIT("..."));
    *out_name = (gos_str){name.data, name.len - (is_rest ? 3 : 0)};
    return is_rest ? SEGMENT_REST : SEGMENT_PARAM;
}

static struct node **child_slot(struct node *node, enum segment kind)
{
    return kind == SEGMENT_LITERAL ? &node->literals
           : kind == SEGMENT_PARAM ? &node->param
                                   : &node->rest;
}

static struct node *child_get(struct node *node, gos_str segment, gos_arena *arena, gos_error *err)
{
    gos_str name;
    enum segment kind = segment_kind(segment, &name);
    struct node **slot = child_slot(node, kind);
    struct node *found = kind == SEGMENT_LITERAL ? literal_find(node, segment) : *slot;
    if (found)
        return found;
    struct node *child = gos_arena_take(arena, sizeof *child, err);
    if (!child)
        return NULL;
    memcpy(child->names, node->names, sizeof child->names);
    child->name_count = node->name_count;
    if (kind != SEGMENT_LITERAL) {
        if (child->name_count == HTTP_PARAMS_MAX) {
            gos_fail(err, GOS_BAD_INPUT, "", "more than %d parameters", HTTP_PARAMS_MAX);
            return NULL;
        }
        child->names[child->name_count++].name = name;
    }
    child->literal = segment;
    child->next = kind == SEGMENT_LITERAL ? *slot : NULL;
    *slot = child;
    return child;
}

static bool route_add(struct node *node, const struct http_route *route, gos_error *err)
{
    for (size_t i = 0; i < node->route_count; i++) {
        if (strcmp(node->routes[i]->method, route->method) == 0)
            return gos_fail(err, GOS_BAD_INPUT, "", "%s %s is there twice", route->method,
                            route->pattern);
    }
    if (node->route_count == METHODS_MAX)
        return gos_fail(err, GOS_BAD_INPUT, "", "%s has more than %d methods", route->pattern,
                        METHODS_MAX);
    node->routes[node->route_count++] = route;
    return true;
}

static bool pattern_add(struct router *router, const struct http_route *route, gos_arena *arena,
                        gos_error *err)
{
    gos_str rest = gos_str_from(route->pattern);
    if (rest.len == 0 || rest.data[0] != '/' || !route->method || !route->handler)
        return gos_fail(err, GOS_BAD_INPUT, "", "a route needs a method, a pattern and a handler");
    struct node *node = &router->root;
    str_cut(&rest, '/');
    while (rest.len > 0) {
        node = child_get(node, str_cut(&rest, '/'), arena, err);
        if (!node)
            return false;
        if (node->literal.len == 0)
            return gos_fail(err, GOS_BAD_INPUT, "", "%s has an empty segment", route->pattern);
    }
    return route_add(node, route, err);
}

bool router_open(const struct http_route *routes, size_t count, gos_arena *arena,
                 struct router **out, gos_error *err)
{
    struct router *router = gos_arena_take(arena, sizeof *router, err);
    if (!router)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!pattern_add(router, &routes[i], arena, err)) {
            char pointer[32];
            gos_arena_mark mark = gos_arena_mark_take(arena);
            gos_str at = gos_arena_print(arena, "/routes/%zu", i);
            memcpy(pointer, at.data ? at.data : "", at.data ? at.len + 1 : 1);
            gos_arena_mark_return(arena, mark);
            return gos_fail_below(err, pointer);
        }
    }
    *out = router;
    return true;
}

static const struct node *rest_take(const struct node *node, gos_str rest, struct router_match *out)
{
    if (!node->rest || rest.len == 0)
        return NULL;
    out->params[out->param_count++].value = rest;
    return node->rest;
}

/* The node for all of `rest`, or NULL. */
static const struct node *walk(const struct node *node, gos_str rest, struct router_match *out)
{
    while (rest.len > 0) {
        gos_str behind = rest;
        gos_str segment = str_cut(&behind, '/');
        const struct node *child = literal_find(node, segment);
        if (!child && node->param && segment.len > 0) {
            out->params[out->param_count++].value = segment;
            child = node->param;
        }
        if (!child)
            return rest_take(node, rest, out);
        node = child;
        rest = behind;
    }
    return node;
}

bool router_find(const struct router *router, gos_str path, struct router_match *out)
{
    assert(path.len > 0 && path.data[0] == '/');
    out->param_count = 0;
    const struct node *node = walk(&router->root, (gos_str){path.data + 1, path.len - 1}, out);
    if (!node || node->route_count == 0)
        return false;
    assert(node->name_count == out->param_count);
    for (size_t i = 0; i < node->name_count; i++)
        out->params[i].name = node->names[i].name;
    out->routes = node->routes;
    out->route_count = node->route_count;
    return true;
}

static const struct http_route *method_find(const struct router_match *match, gos_str method)
{
    for (size_t i = 0; i < match->route_count; i++) {
        if (gos_str_equal(gos_str_from(match->routes[i]->method), method))
            return match->routes[i];
    }
    return NULL;
}

const struct http_route *router_pick(const struct router_match *match, gos_str method)
{
    const struct http_route *route = method_find(match, method);
    if (!route && gos_str_equal(method, GOS_LIT("HEAD")))
        route = method_find(match, GOS_LIT("GET"));
    return route;
}

gos_str router_allow(const struct router_match *match, gos_arena *arena)
{
    struct text text;
    text_init(&text, arena);
    for (size_t i = 0; i < match->route_count; i++) {
        const char *method = match->routes[i]->method;
        text_print(&text, "%s%s", i > 0 ? ", " : "", method);
        if (strcmp(method, "GET") == 0 && !method_find(match, GOS_LIT("HEAD")))
            text_add(&text, GOS_LIT(", HEAD"));
    }
    return text_str(&text);
}
