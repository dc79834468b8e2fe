/* Listening sockets: one for each loop, all on one port (SO_REUSEPORT). */
#include "http/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static void port_set(struct sockaddr *address, uint16_t port)
{
    if (address->sa_family == AF_INET6)
        ((struct sockaddr_in6 *)(void *)address)->sin6_port = htons(port);
    else
        ((struct sockaddr_in *)(void *)address)->sin_port = htons(port);
}

static uint16_t port_get(int fd)
{
    struct sockaddr_storage address;
    socklen_t len = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &len) != 0)
        return 0;
    return ntohs(address.ss_family == AF_INET6
                     ? ((struct sockaddr_in6 *)(void *)&address)->sin6_port
                     : ((struct sockaddr_in *)(void *)&address)->sin_port);
}

static int bind_one(const struct addrinfo *info, bool is_shared)
{
    int on = 1;
    int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (is_shared)
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (bind(fd, info->ai_addr, info->ai_addrlen) == 0)
        return fd;
    int saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

/* A port that another server shares would let us in as well, and split its traffic: so the first
 * try is one that shares nothing. */
static bool probe(const struct addrinfo *info, uint16_t *port)
{
    int fd = bind_one(info, false);
    if (fd < 0)
        return false;
    *port = port_get(fd);
    int saved = errno;
    close(fd);
    errno = saved;
    return true;
}

static bool bind_all(const struct addrinfo *info, uint16_t *port, int *out_fds, unsigned count)
{
    if (!probe(info, port))
        return false;
    port_set(info->ai_addr, *port);
    for (unsigned i = 0; i < count; i++) {
        out_fds[i] = bind_one(info, true);
        if (out_fds[i] >= 0)
            continue;
        while (i-- > 0)
            close(out_fds[i]);
        return false;
    }
    return true;
}

bool listen_open(const char *host, uint16_t port, int *out_fds, unsigned count, uint16_t *out_port,
                 gos_error *err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *info = NULL;
    int status = getaddrinfo(host, NULL, &hints, &info);
    if (status != 0)
        return gos_fail(err, GOS_BAD_INPUT, "/host", "%s is no address to listen on: %s", host,
                        gai_strerror(status));
    *out_port = port;
    port_set(info->ai_addr, port);
    bool done = bind_all(info, out_port, out_fds, count);
    int saved = errno;
    freeaddrinfo(info);
    return done || gos_fail(err, GOS_BAD_INPUT, "/port", "cannot listen on %s:%u: %s", host, port,
                            strerror(saved));
}
