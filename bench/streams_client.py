"""Opens streams at HOST PORT TARGET, changes a flag ROUNDS times with KEY, and prints when the change was answered and
seen, in milliseconds from before it was sent, as JSON. One epoll loop that does nothing else: with a thousand sockets
the client must not be what is measured."""

import json
import select
import socket
import sys
import time

host, port, target, key, clients, rounds = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4], int(sys.argv[5]), int(sys.argv[6])


def opened(first):
    made = socket.create_connection((host, port))
    made.sendall(first)
    return made


def patch(value):
    body = json.dumps({"rollout_percentage": value}).encode()
    return (f"PATCH /api/v1/flags/f HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body


streams = {}
for _ in range(clients):
    stream = opened(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    streams[stream.fileno()] = stream
for stream in streams.values():
    stream.recv(4096)
    stream.setblocking(False)
writer = socket.create_connection((host, port))
poll = select.epoll()
for number in streams:
    poll.register(number, select.EPOLLIN)
poll.register(writer.fileno(), select.EPOLLIN)
time.sleep(0.5)
answered, seen = [], []
for round in range(rounds):
    left = clients + 1
    start = time.monotonic()
    writer.sendall(patch(round))
    while left > 0:
        ready = poll.poll(10)
        if not ready:
            sys.exit("a stream was not told within 10 seconds")
        for number, _ in ready:
            if number == writer.fileno():
                got = writer.recv(65536)
                if got.startswith(b"HTTP/1.1 200"):
                    answered.append(time.monotonic() - start)
                    left -= 1
            elif b"data:" in streams[number].recv(4096):
                seen.append(time.monotonic() - start)
                left -= 1
    time.sleep(0.1)
print(json.dumps({"answered": [t * 1000 for t in answered], "seen": [t * 1000 for t in seen]}))
