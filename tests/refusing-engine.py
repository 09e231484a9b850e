#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""A real engine that refuses some calls, for tests.  Standard library only.

  refusing-engine.py SOCKET ENGINE METHOD PATH STATUS [SKIP [TIMES]]

Listens on the Unix socket SOCKET and passes every request on to the one of
ENGINE, but for those of METHOD whose path, without version prefix and query,
fits PATH (* is any text): the first SKIP of them are passed on too (default
0), the next TIMES are answered with STATUS and never reach the engine (default:
all), the rest is passed on again.  STATUS after:FILE passes them on, too, but
only once there is that file, and counts them on standard error.  One request a
connection.
"""
import fnmatch
import os
import re
import socket
import socketserver
import sys
import threading
import time

SOCKET, ENGINE, METHOD, PATH, STATUS = sys.argv[1:6]
SKIP = int(sys.argv[6]) if len(sys.argv) > 6 else 0
TIMES = int(sys.argv[7]) if len(sys.argv) > 7 else sys.maxsize

lock = threading.Lock()
seen = 0


def is_refused(method, target):
    global seen
    path = re.sub(r"^/v[0-9.]+", "", target.split("?")[0])
    if method != METHOD or not fnmatch.fnmatchcase(path, PATH):
        return False
    with lock:
        seen += 1
        return SKIP < seen <= SKIP + TIMES


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        line = self.rfile.readline().decode("latin-1").split()
        if len(line) != 3:
            return
        headers, length = [], 0
        while (h := self.rfile.readline()) not in (b"\r\n", b""):
            key = h.split(b":")[0].lower()
            if key == b"content-length":
                length = int(h.split(b":")[1])
            if key != b"connection":
                headers.append(h)
        body = self.rfile.read(length)
        refused = is_refused(line[0], line[1])
        if refused and STATUS.startswith("after:"):
            print(seen, file=sys.stderr, flush=True)
            while not os.path.exists(STATUS[6:]):
                time.sleep(0.02)
        elif refused:
            text = b'{"message":"refused by the test"}'
            if STATUS == "204":
                text = b""
            self.wfile.write(
                b"HTTP/1.1 %s Test\r\nConnection: close\r\n"
                b"Content-Length: %d\r\n\r\n%s"
                % (STATUS.encode(), len(text), text))
            return
        with socket.socket(socket.AF_UNIX) as up:
            up.connect(ENGINE)
            up.sendall(" ".join(line).encode("latin-1") + b"\r\n"
                       + b"".join(headers) + b"Connection: close\r\n\r\n"
                       + body)
            while data := up.recv(65536):
                self.wfile.write(data)


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 64


if os.path.exists(SOCKET):
    os.unlink(SOCKET)
Server(SOCKET, Handler).serve_forever()
