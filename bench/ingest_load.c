/*
 * Sends events over HTTP as fast as they are acknowledged, and costs next to nothing itself: each
 * connection's batch is written once, and only the digits of its ids and users change. Prints one
 * JSON object: what was acknowledged, in how long, and how long batches took.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    CONNECTIONS_MAX = 64,
    EVENT_BYTES = 160,
    HEAD_BYTES = 512,
    ANSWER_BYTES = 4096,
    ID_DIGITS = 12,
    USER_DIGITS = 8,
    SAMPLES_MAX = 1 << 20,
    POLL_MS = 1000
};

struct load {
    uint16_t port;
    const char *key;
    uint32_t connections;
    uint32_t batch;
    double seconds;
    uint64_t first_id, count_max, users;
    uint64_t next_id, accepted, duplicates, refused, failed;
    double *samples;
    uint32_t sample_count;
};

struct connection {
    int fd;
    char *data; /* head, then body */
    size_t bytes, sent;
    size_t *id_at, *user_at;
    char answer[ANSWER_BYTES];
    size_t answer_bytes;
    double began;
    bool is_waiting;
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void die(const char *what)
{
    fprintf(stderr, "ingest_load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void put_digits(char *at, uint64_t value, int digits)
{
    while (digits-- > 0) {
        at[digits] = (char)('0' + value % 10);
        value /= 10;
    }
}

/* The batch with zeros where its numbers go. */
static void body_write(struct connection *it, const struct load *load)
{
    size_t room = (size_t)load->batch * EVENT_BYTES + 64;
    char *body = malloc(room);
    it->data = malloc(room + HEAD_BYTES);
    it->id_at = calloc(load->batch, sizeof *it->id_at);
    it->user_at = calloc(load->batch, sizeof *it->user_at);
    if (!body || !it->data || !it->id_at || !it->user_at)
        die("memory");
    size_t len = (size_t)snprintf(body, room, "{\"events\":[");
    for (uint32_t i = 0; i < load->batch; i++) {
        len += (size_t)snprintf(body + len, room - len, "%s{\"event_id\":\"", i ? "," : "");
        it->id_at[i] = len;
        len += (size_t)snprintf(body + len, room - len, "%0*d\",\"user_id\":\"u", ID_DIGITS, 0);
        it->user_at[i] = len;
        len += (size_t)snprintf(body + len, room - len,
                                "%0*d\",\"name\":\"purchase\",\"value\":12.5,"
                                "\"properties\":{\"amount\":12.5}}",
                                USER_DIGITS, 0);
    }
    len += (size_t)snprintf(body + len, room - len, "]}");
    int head = snprintf(it->data, HEAD_BYTES,
                        "POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                        "Authorization: Bearer %s\r\nContent-Type: application/json\r\n"
                        "Content-Length: %zu\r\n\r\n",
                        load->key, len);
    memcpy(it->data + head, body, len);
    for (uint32_t i = 0; i < load->batch; i++) {
        it->id_at[i] += (size_t)head;
        it->user_at[i] += (size_t)head;
    }
    it->bytes = (size_t)head + len;
    free(body);
}

static void connection_open(struct connection *it, const struct load *load)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(load->port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1;
    it->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (it->fd < 0 || connect(it->fd, (struct sockaddr *)&to, sizeof to) != 0)
        die("connect");
    setsockopt(it->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    body_write(it, load);
}

/* The next batch, unless all have been sent. */
static bool batch_begin(struct connection *it, struct load *load)
{
    if (load->count_max && load->next_id - load->first_id + load->batch > load->count_max)
        return false;
    for (uint32_t i = 0; i < load->batch; i++) {
        uint64_t id = load->next_id++;
        put_digits(it->data + it->id_at[i], id, ID_DIGITS);
        /* Scattered, so that neighbours are not the same people again and again. */
        put_digits(it->data + it->user_at[i], id * 2654435761u % load->users, USER_DIGITS);
    }
    it->sent = it->answer_bytes = 0;
    it->began = now();
    it->is_waiting = true;
    return true;
}

static uint64_t number_behind(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

static void answer_take(struct connection *it, struct load *load)
{
    if (load->sample_count < SAMPLES_MAX)
        load->samples[load->sample_count++] = now() - it->began;
    if (strncmp(it->answer, "HTTP/1.1 202", 12) == 0) {
        load->accepted += number_behind(it->answer, "\"accepted\":");
        load->duplicates += number_behind(it->answer, "\"duplicates\":");
    } else if (strncmp(it->answer, "HTTP/1.1 429", 12) == 0 ||
               strncmp(it->answer, "HTTP/1.1 503", 12) == 0) {
        load->refused += load->batch;
    } else {
        if (load->failed == 0)
            fprintf(stderr, "ingest_load: %.300s\n", it->answer);
        load->failed += load->batch;
    }
    it->is_waiting = false;
}

static bool answer_is_whole(const struct connection *it)
{
    const char *end = strstr(it->answer, "\r\n\r\n");
    const char *length = strcasestr(it->answer, "content-length:");
    return end && length &&
           it->answer_bytes >= (size_t)(end + 4 - it->answer) + strtoul(length + 15, NULL, 10);
}

/* False when the server has hung up. */
static bool connection_step(struct connection *it, struct load *load, short ready)
{
    if (it->sent < it->bytes && (ready & POLLOUT)) {
        ssize_t n =
            send(it->fd, it->data + it->sent, it->bytes - it->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN)
            return false;
        it->sent += n > 0 ? (size_t)n : 0;
    }
    if (ready & (POLLIN | POLLHUP | POLLERR)) {
        ssize_t n = recv(it->fd, it->answer + it->answer_bytes,
                         sizeof it->answer - 1 - it->answer_bytes, MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN))
            return false;
        it->answer_bytes += n > 0 ? (size_t)n : 0;
        it->answer[it->answer_bytes] = 0;
        if (answer_is_whole(it))
            answer_take(it, load);
    }
    return true;
}

static void run(struct load *load, struct connection *all)
{
    double end = now() + load->seconds;
    struct pollfd polled[CONNECTIONS_MAX];
    uint32_t waiting = 0;
    do {
        waiting = 0;
        for (uint32_t i = 0; i < load->connections; i++) {
            struct connection *it = &all[i];
            if (!it->is_waiting && now() < end)
                batch_begin(it, load);
            short wanted = (short)(POLLIN | (it->sent < it->bytes ? POLLOUT : 0));
            polled[i] = (struct pollfd){it->is_waiting ? it->fd : -1, wanted, 0};
            waiting += it->is_waiting;
        }
        if (waiting == 0 || poll(polled, load->connections, POLL_MS) < 0)
            break;
        for (uint32_t i = 0; i < load->connections; i++) {
            if (polled[i].revents && !connection_step(&all[i], load, polled[i].revents))
                die("the server has gone");
        }
    } while (waiting > 0);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double percentile_ms(const struct load *load, double share)
{
    if (load->sample_count == 0)
        return 0;
    return load->samples[(size_t)((load->sample_count - 1) * share)] * 1000;
}

int main(int argc, char **argv)
{
    if (argc != 9) {
        fprintf(stderr, "usage: ingest_load PORT KEY CONNECTIONS BATCH SECONDS FIRST_ID COUNT "
                        "USERS   (COUNT 0: no limit)\n");
        return 2;
    }
    static struct connection all[CONNECTIONS_MAX];
    struct load load = {.port = (uint16_t)atoi(argv[1]),
                        .key = argv[2],
                        .connections = (uint32_t)atoi(argv[3]),
                        .batch = (uint32_t)atoi(argv[4]),
                        .seconds = atof(argv[5]),
                        .first_id = strtoull(argv[6], NULL, 10),
                        .count_max = strtoull(argv[7], NULL, 10),
                        .users = strtoull(argv[8], NULL, 10)};
    if (load.connections == 0 || load.connections > CONNECTIONS_MAX || load.batch == 0 ||
        load.users == 0)
        return 2;
    load.next_id = load.first_id;
    load.samples = malloc(SAMPLES_MAX * sizeof *load.samples);
    for (uint32_t i = 0; i < load.connections; i++)
        connection_open(&all[i], &load);
    double began = now();
    run(&load, all);
    double seconds = now() - began;
    qsort(load.samples, load.sample_count, sizeof *load.samples, by_size);
    double cpu = (double)clock() / CLOCKS_PER_SEC;
    printf("{\"accepted\":%" PRIu64 ",\"duplicates\":%" PRIu64 ",\"refused\":%" PRIu64
           ",\"failed\":%" PRIu64 ",\"seconds\":%.3f,\"next_id\":%" PRIu64
           ",\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"max_ms\":%.2f,\"generator_cpu_seconds\":%.2f}\n",
           load.accepted, load.duplicates, load.refused, load.failed, seconds, load.next_id,
           percentile_ms(&load, 0.5), percentile_ms(&load, 0.99), percentile_ms(&load, 1), cpu);
    return load.failed > 0;
}
