#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""An engine that misbehaves on order, for tests.  Standard library only.

  scripted-engine.py [--unix PATH | --tcp HOST:PORT] [--log FILE]
                     [--cert PEM --key PEM [--client-ca PEM]] SCRIPT

Listens (TCP port 0: any free one; default 127.0.0.1:0), prints one line

  READY unix:///path   or   READY tcp://127.0.0.1:41234

on stdout, and serves until it is killed.  With --cert it speaks TLS, with
--client-ca it also demands a client certificate signed by that authority.
--log gets one line a request: its method, its target and its Content-Length,
"-" if it has none.

SCRIPT is the name of a scenario below, or a file with a JSON object:

  {"api": "1.41",          Api-Version of every answer; null: none
   "podman": "4.3.1",      Libpod-Api-Version; absent: not podman
   "answers": [            the first that fits is given; if none does, the
     {"method": "GET",     built-in ones (/_ping, /version, /info, one
                           container, one image), else 404
      "path": "/version",  without version prefix and query; * is any text
      "times": 1,          fits so often only; absent: always
      "delay": 0.5,        seconds before the answer
      "status": 200,
      "headers": {},
      "json": ..., or "text": "...", or "hex": "...",
      "repeat": 1000,      the body so many times
      "frame": "chunked",  chunked, length (the default), or none: the end of
                           the body is the end of the connection
      "act": "cut",        after "after" bytes of the body (default: all):
                           cut: close, with the body unfinished
                           stall: send nothing more, keep the connection
      "after": 100,
      "raw": "..."         these bytes instead of any answer, then close
     }]}
"""
import argparse
import fnmatch
import json
import os
import re
import socket
import ssl
import sys
import threading

ID = "c" * 64
IMAGE = "sha256:" + "1" * 64

CONTAINER = {
    "Id": ID, "Name": "/web", "Image": IMAGE, "ExecIDs": None,
    "State": {"Status": "running", "Running": True, "Paused": False},
    "Config": {"Tty": False, "Image": "web:1"}, "Mounts": [],
    "HostConfig": {"NetworkMode": "none", "LogConfig": {"Type": "json-file"}},
    "NetworkSettings": {"Networks": {}, "Ports": {}},
}

BUILT_IN = [
    {"path": "/_ping", "text": "OK"},
    {"path": "/version", "json": {"Version": "20.10.24", "ApiVersion": "1.41"}},
    {"path": "/info", "json": {"ID": "scripted", "Name": "scripted"}},
    {"path": "/containers/json",
     "json": [{"Id": ID, "Names": ["/web"], "Image": "web:1"}]},
    {"path": "/containers/web/json", "json": CONTAINER},
    {"path": "/containers/%s/json" % ID, "json": CONTAINER},
    {"path": "/images/*/json", "json": {"Id": IMAGE, "Config": {}}},
]


def at_version(**answer):
    """A scenario in which /version, and nothing else, goes wrong."""
    return {"answers": [{"path": "/version", **answer}]}


SCENARIOS = {
    "ok": {},
    # The body is cut short, visibly and invisibly.
    "cut": at_version(text="x" * 1000, act="cut", after=100),
    "cut-chunked": at_version(
        text="x" * 1000, frame="chunked", act="cut", after=100),
    "short": at_version(text='{"Version":', frame="none"),
    # Nothing comes, or nothing more.
    "silent": at_version(act="stall", after=-1),
    "stall": at_version(text="x" * 1000, act="stall", after=100),
    "slow": at_version(delay=0.3, json={"Version": "slow"}),
    "hang-up": at_version(raw=""),
    # The three shapes of errors, and none.
    "docker-error": at_version(status=500, json={"message": "it is broken"}),
    "podman-error": at_version(status=500, json={
        "cause": "it is", "message": "it is broken", "response": 500}),
    "text-error": at_version(status=500, text="it is broken\n"),
    "no-words": at_version(status=503, text=""),
    "endless-error": at_version(
        status=500, text="x" * 1000, repeat=10**9, frame="none"),
    "forbidden": at_version(status=403, json={"message": "not for you"}),
    "missing": at_version(status=404, json={"message": "page not found"}),
    "redirect": at_version(
        status=301, headers={"Location": "http://127.0.0.1:1/"}, text=""),
    # What is not JSON, and too much of it.
    "wrong-json": at_version(text='{"Version":"1","Version":"2"}'),
    "deep-json": at_version(text="[", repeat=100000),
    "huge-json": at_version(text='"' + "x" * 1023, repeat=10**6,
                            frame="chunked"),
    "nothing": at_version(text=""),
    # What is not HTTP, or hardly.
    "garbage": at_version(raw="SSH-2.0-OpenSSH_9.2p1\r\n"),
    "huge-head": at_version(
        raw="HTTP/1.1 200 OK\r\n" + "X-Y: " + "z" * 4000 + "\r\n" +
        ("X-Y: " + "z" * 4000 + "\r\n") * 99),
    # Versions.
    "api-1.24": {"api": "1.24"},
    "api-9.99": {"api": "9.99"},
    "api-none": {"api": None},
    "api-odd": {"api": "1.41/../.."},
    "podman": {"api": "1.41", "podman": "4.3.1"},
}


class Request:
    def __init__(self, reader):
        line = reader.readline(65536).decode("latin-1")
        if not line:
            raise EOFError
        self.method, self.target, _ = line.split()
        self.headers = {}
        while True:
            line = reader.readline(65536).decode("latin-1").strip()
            if not line:
                break
            name, _, value = line.partition(":")
            self.headers[name.lower()] = value.strip()
        self.body = reader.read(int(self.headers.get("content-length", 0)))
        path = self.target.partition("?")[0]
        self.path = re.sub(r"^/v[0-9.]+(?=/)", "", path)


class Engine:
    def __init__(self, script, log):
        self.script = script
        self.log = log
        self.lock = threading.Lock()

    def find(self, req):
        with self.lock:
            for answer in self.script.get("answers", []) + BUILT_IN:
                if answer.get("method", req.method) != req.method:
                    continue
                if not fnmatch.fnmatchcase(req.path, answer["path"]):
                    continue
                if "times" in answer:
                    if answer["times"] == 0:
                        continue
                    answer["times"] -= 1
                return answer
        return {"status": 404, "json": {"message": "page not found"}}

    def serve(self, conn):
        """One connection."""
        try:
            reader = conn.makefile("rb")
            keep = True
            while keep:
                req = Request(reader)
                if self.log:
                    with self.lock:
                        self.log.write("%s %s %s\n" % (
                            req.method, req.target,
                            req.headers.get("content-length", "-")))
                        self.log.flush()
                keep = self.answer(conn, req, self.find(req))
        except (OSError, EOFError, ValueError):
            pass
        finally:
            conn.close()

    def head(self, answer, body_len):
        status = answer.get("status", 200)
        lines = ["HTTP/1.1 %d Scripted" % status, "Server: Scripted"]
        api = self.script.get("api", "1.41")
        if api is not None:
            lines.append("Api-Version: " + api)
        if "podman" in self.script:
            lines.append("Libpod-Api-Version: " + self.script["podman"])
        frame = answer.get("frame", "length")
        if frame == "chunked":
            lines.append("Transfer-Encoding: chunked")
        elif frame == "none":
            lines.append("Connection: close")
        elif status not in (204, 304):
            lines.append("Content-Length: %d" % body_len)
        if "json" in answer:
            lines.append("Content-Type: application/json")
        for name, value in answer.get("headers", {}).items():
            lines.append("%s: %s" % (name, value))
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def answer(self, conn, req, answer):
        """Whether the connection can be used again."""
        wait = threading.Event()
        if "delay" in answer:
            wait.wait(answer["delay"])
        if "raw" in answer:
            conn.sendall(answer["raw"].encode("latin-1"))
            return False
        if "json" in answer:
            unit = json.dumps(answer["json"]).encode() + b"\n"
        elif "hex" in answer:
            unit = bytes.fromhex(answer["hex"])
        else:
            unit = answer.get("text", "").encode()
        repeat = answer.get("repeat", 1)
        total = len(unit) * repeat
        after = answer.get("after", total)
        frame = answer.get("frame", "length")
        if after >= 0:
            conn.sendall(self.head(answer, total))
        left = 0 if req.method == "HEAD" else after
        while left > 0 and repeat > 0:
            many = max(1, min(repeat, 65536 // max(1, len(unit))))
            piece = (unit * many)[:left]
            repeat -= many
            left -= len(piece)
            if frame == "chunked":
                piece = b"%x\r\n%s\r\n" % (len(piece), piece)
            conn.sendall(piece)
        act = answer.get("act")
        if act == "cut":
            return False
        if act == "stall":
            conn.recv(1)  # until the other side has had enough
            return False
        if frame == "chunked":
            conn.sendall(b"0\r\n\r\n")
        return frame != "none"


def listen(args):
    if args.unix:
        sock = socket.socket(socket.AF_UNIX)
        sock.bind(args.unix)
        where = "unix://" + args.unix
    else:
        host, _, port = args.tcp.rpartition(":")
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        sock = socket.socket(family)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host.strip("[]"), int(port)))
        where = "tcp://%s:%d" % (host, sock.getsockname()[1])
    sock.listen(64)
    return sock, where


def tls(args):
    if not args.cert:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(args.cert, args.key)
    if args.client_ca:
        context.load_verify_locations(args.client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def greet(conn, context):
    """The connection, with TLS on it if there is a context; None if the client
    speaks the wrong one, which is answered as Docker does."""
    hello = conn.recv(1, socket.MSG_PEEK) == b"\x16"
    if hello != bool(context):
        conn.recv(65536)
        conn.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")
        if context:
            conn.sendall(b"Client sent an HTTP request to an HTTPS server.\n")
        conn.close()
        return None
    if not context:
        return conn
    conn = context.wrap_socket(
        conn, server_side=True, do_handshake_on_connect=False)
    try:
        conn.do_handshake()
        return conn
    except OSError:
        # The alert must be read before the connection is reset.
        with socket.socket(fileno=conn.detach()) as raw:
            raw.shutdown(socket.SHUT_WR)
            while raw.recv(4096):
                pass
        return None


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--unix")
    parser.add_argument("--tcp", default="127.0.0.1:0")
    parser.add_argument("--log")
    parser.add_argument("--cert")
    parser.add_argument("--key")
    parser.add_argument("--client-ca")
    parser.add_argument("script")
    args = parser.parse_args()
    if args.script in SCENARIOS:
        script = SCENARIOS[args.script]
    elif os.path.exists(args.script):
        with open(args.script, encoding="utf-8") as file:
            script = json.load(file)
    else:
        sys.exit("no scenario and no file: " + args.script)
    log = open(args.log, "a", encoding="utf-8") if args.log else None
    engine = Engine(script, log)
    context = tls(args)
    sock, where = listen(args)
    print("READY " + where, flush=True)

    def handle(conn):
        try:
            conn = greet(conn, context)
            if conn:
                engine.serve(conn)
        except OSError:
            pass

    while True:
        conn, _ = sock.accept()
        threading.Thread(target=handle, args=(conn,), daemon=True).start()


if __name__ == "__main__":
    main()
