/*
 * Requests a second of a trivial route, beside a bare libuv loop that writes a fixed answer without
 * reading HTTP. The server has one loop on one core, the load generator (wrk) the other.
 */
#include "http/server.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

enum { ROUNDS = 3, SECONDS = 3, CONNECTIONS = 64 };

#define ANSWER "{\"key\":\"checkout\",\"value\":true,\"variant\":\"on\",\"reason\":\"SPLIT\"}"

static void fixed(struct http_request *request, struct http_response *response)
{
    (void)request;
    response->body = GOS_LIT(ANSWER);
}

static const struct http_route routes[] = {
    {.method = "POST", .pattern = "/ofrep/v1/evaluate/flags/{key...}", .handler = fixed},
    {.method = "POST", .pattern = "/pool/{key}", .handler = fixed, .mode = HTTP_POOL},
};

static void pin(unsigned core)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    sched_setaffinity(0, sizeof set, &set);
}

static void tell_port(int out, uint16_t port)
{
    if (write(out, &port, sizeof port) != sizeof port)
        exit(1);
}

static void serve_gosset(int out)
{
    struct http_config config = http_config_default();
    struct http_server *server;
    gos_error err;
    config.port = 0;
    config.loops = 1;
    config.workers = 2;
    config.routes = routes;
    config.route_count = sizeof routes / sizeof routes[0];
    if (!http_start(&config, &server, &err)) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
    tell_port(out, http_port(server));
    pause();
}

static char bare_buffer[64 << 10];

static void bare_alloc(uv_handle_t *handle, size_t wanted, uv_buf_t *buffer)
{
    (void)handle;
    (void)wanted;
    *buffer = uv_buf_init(bare_buffer, sizeof bare_buffer);
}

static void bare_closed(uv_handle_t *handle)
{
    free(handle);
}

static void bare_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    static char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                           "Content-Length: 63\r\n\r\n" ANSWER;
    (void)buffer;
    uv_buf_t out = uv_buf_init(answer, sizeof answer - 1);
    if (count > 0)
        uv_try_write(stream, &out, 1);
    else if (count < 0)
        uv_close((uv_handle_t *)stream, bare_closed);
}

static void bare_accept(uv_stream_t *listener, int status)
{
    (void)status;
    uv_tcp_t *tcp = malloc(sizeof *tcp);
    uv_tcp_init(listener->loop, tcp);
    if (uv_accept(listener, (uv_stream_t *)tcp) == 0)
        uv_read_start((uv_stream_t *)tcp, bare_alloc, bare_read);
}

static void serve_bare(int out)
{
    uv_loop_t *loop = uv_default_loop();
    uv_tcp_t listener;
    struct sockaddr_in address;
    int len = sizeof address;
    uv_ip4_addr("127.0.0.1", 0, &address);
    uv_tcp_init(loop, &listener);
    uv_tcp_bind(&listener, (struct sockaddr *)&address, 0);
    uv_listen((uv_stream_t *)&listener, 1024, bare_accept);
    uv_tcp_getsockname(&listener, (struct sockaddr *)&address, &len);
    tell_port(out, ntohs(address.sin_port));
    uv_run(loop, UV_RUN_DEFAULT);
}

struct figures {
    double requests_s;
    double p50_ms;
    double p99_ms;
    double cpu_us;
};

/* "12.34ms", "567.00us" or "1.20s". */
static double read_ms(const char *text)
{
    char *unit;
    double value = strtod(text, &unit);
    return unit[0] == 'u' ? value / 1000 : unit[0] == 's' ? value * 1000 : value;
}

static struct figures load(uint16_t port, const char *path, const char *script)
{
    struct figures figures = {0};
    char command[512], line[256], word[64];
    snprintf(command, sizeof command,
             "taskset -c 1 wrk -t1 -c%d -d%ds --latency -s %s http://127.0.0.1:%u%s", CONNECTIONS,
             SECONDS, script, port, path);
    FILE *output = popen(command, "r");
    while (output && fgets(line, sizeof line, output)) {
        if (sscanf(line, " 50%% %63s", word) == 1)
            figures.p50_ms = read_ms(word);
        else if (sscanf(line, " 99%% %63s", word) == 1)
            figures.p99_ms = read_ms(word);
        else
            sscanf(line, "Requests/sec: %lf", &figures.requests_s);
    }
    if (output)
        pclose(output);
    return figures;
}

static struct figures measure(void (*serve)(int out), const char *path, const char *script)
{
    int ends[2];
    uint16_t port;
    if (pipe(ends) != 0)
        exit(1);
    pid_t child = fork();
    if (child == 0) {
        pin(0);
        serve(ends[1]);
        _exit(0);
    }
    if (read(ends[0], &port, sizeof port) != sizeof port)
        exit(1);
    struct figures figures = load(port, path, script);
    struct rusage usage;
    kill(child, SIGKILL);
    wait4(child, NULL, 0, &usage);
    double cpu_s = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                   (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    if (figures.requests_s > 0)
        figures.cpu_us = cpu_s * 1e6 / (figures.requests_s * SECONDS);
    close(ends[0]);
    close(ends[1]);
    return figures;
}

static void print(const char *server, const char *metric, double value, const char *unit)
{
    printf("{\"bench\":\"http\",\"server\":\"%s\",\"metric\":\"%s\",\"value\":%.3f,"
           "\"unit\":\"%s\"}\n",
           server, metric, value, unit);
}

static struct figures best(struct figures a, struct figures b)
{
    return a.requests_s >= b.requests_s ? a : b;
}

static void print_all(const char *server, struct figures figures)
{
    print(server, "requests", figures.requests_s, "1/s");
    print(server, "p50", figures.p50_ms, "ms");
    print(server, "p99", figures.p99_ms, "ms");
    print(server, "cpu", figures.cpu_us, "us/request");
}

int main(void)
{
    char script[] = "/tmp/gosset-wrk-XXXXXX";
    int file = mkstemp(script);
    static const char lua[] = "wrk.method='POST'\nwrk.body='{\"context\":{' .. "
                              "string.rep('\"a\":\"0123456789\",', 15) .. '\"b\":1}}'\n"
                              "wrk.headers['Content-Type']='application/json'\n";
    if (system("command -v wrk >/dev/null && command -v taskset >/dev/null") != 0) {
        fprintf(stderr, "http_bench: wrk and taskset are needed\n");
        return 0;
    }
    if (file < 0 || write(file, lua, sizeof lua - 1) != (ssize_t)sizeof lua - 1)
        return 1;
    struct figures bare = {0}, loop = {0}, pool = {0};
    for (int round = 0; round < ROUNDS; round++) {
        bare = best(bare, measure(serve_bare, "/ofrep/v1/evaluate/flags/x", script));
        loop = best(loop, measure(serve_gosset, "/ofrep/v1/evaluate/flags/x", script));
        pool = best(pool, measure(serve_gosset, "/pool/x", script));
    }
    print_all("bare libuv", bare);
    print_all("gosset loop", loop);
    print_all("gosset pool", pool);
    print("gosset loop", "of bare libuv", loop.requests_s / bare.requests_s, "ratio");
    close(file);
    unlink(script);
    return 0;
}
