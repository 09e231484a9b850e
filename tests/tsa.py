#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""A time-stamping authority for tests, good and bad.  Python's standard library
and the openssl program only.

  tsa.py init DIR
      Makes authorities and signers in DIR: NAME.pem with NAME.key.
        ca       root                        other   another root
        tsa      good, RSA, of ca            ec      good, ECDSA, of ca
        below    good, of sub, which is of ca: sub.pem goes into the token
        old      good, of ca, from 2020 to 2021
        noeku, loose, both    the extended key usage timeStamping is absent; not
                              critical; not alone
        small    RSA of 1024 bits            strange of other
        alone    signed by itself
  tsa.py token DIR OUT FILE [OPTION...]
      Puts into OUT an answer over FILE.
        --signer NAME         tsa
        --time T              20261122013441Z, perhaps with a fraction; now
        --hash NAME           sha256
        --nonce HEX           none
        --accuracy S.MMMUUU   none
        --version N           1
        --critical            an unknown critical extension
        --sign-with NAME      the hash that is signed; sha256
        --no-certs            the signer's certificate is left out
        --no-ess              the signature does not name its certificate
  tsa.py serve DIR [--log FILE]
      Listens on a free port of 127.0.0.1, prints "READY http://127.0.0.1:PORT"
      and answers POST by the path:
        /ts          by openssl ts -reply, signed by tsa
        /NAME        signed by NAME; ?FLAG=VALUE as the options above
        /refuse /badalg /other-bytes /other-nonce /no-nonce /garbage /empty
        /truncated /trailing /html /404 /500 /mislabelled /huge /stall /drip
        /cut /close
      The log gets a line for each request: method, path, Content-Type, length.
"""
import argparse
import hashlib
import http.server
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

CONFIG = """
[req]
distinguished_name = dn
[dn]
[ca]
default_ca = one
[one]
dir = {dir}
database = {dir}/index
serial = {dir}/serial
new_certs_dir = {dir}
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
organizationName = optional
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[signer]
extendedKeyUsage = critical, timeStamping
[noeku]
keyUsage = critical, digitalSignature
[loose]
extendedKeyUsage = timeStamping
[both]
extendedKeyUsage = critical, timeStamping, clientAuth
[tsa]
default_tsa = ts
[ts]
serial = {dir}/ts-serial
default_policy = 1.2.3.4
digests = sha256
signer_digest = sha256
accuracy = secs:1
[tsbadalg]
serial = {dir}/ts-serial
default_policy = 1.2.3.4
signer_digest = sha256
digests = sha512
"""

# name: of, extensions, key, first and last day
SIGNERS = {
    "ca": (None, "root", "rsa:2048", "20200101", "20491231"),
    "other": (None, "root", "ec", "20200101", "20491231"),
    "sub": ("ca", "root", "ec", "20200101", "20491231"),
    "tsa": ("ca", "signer", "rsa:2048", "20200101", "20491231"),
    "ec": ("ca", "signer", "ec", "20200101", "20491231"),
    "below": ("sub", "signer", "ec", "20200101", "20491231"),
    "old": ("ca", "signer", "ec", "20200101", "20211231"),
    "noeku": ("ca", "noeku", "ec", "20200101", "20491231"),
    "loose": ("ca", "loose", "ec", "20200101", "20491231"),
    "both": ("ca", "both", "ec", "20200101", "20491231"),
    "small": ("ca", "signer", "rsa:1024", "20200101", "20491231"),
    "strange": ("other", "signer", "ec", "20200101", "20491231"),
    "alone": (None, "signer", "ec", "20200101", "20491231"),
}

OIDS = {
    "sha1": "06052b0e03021a",
    "sha224": "0609608648016503040204",
    "sha256": "0609608648016503040201",
    "sha384": "0609608648016503040202",
    "sha512": "0609608648016503040203",
    "md5": "06082a864886f70d0205",
}


def openssl(*args, **kw):
    p = subprocess.run(["openssl", *args], stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, check=False, **kw)
    if p.returncode != 0:
        sys.exit("openssl %s: %s" % (" ".join(args), p.stderr.decode()))
    return p.stdout


def make_signer(top, name):
    of, extensions, key, first, last = SIGNERS[name]
    path = os.path.join(top, name)
    new = ["-newkey", key]
    if key == "ec":
        new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    conf = os.path.join(top, "conf")
    openssl("req", "-config", conf, "-new", *new, "-nodes", "-subj",
            "/O=Tests/CN=Test %s" % name, "-keyout", path + ".key", "-out",
            path + ".csr")
    by = ["-selfsign", "-keyfile", path + ".key"]
    if of is not None:
        by = ["-cert", os.path.join(top, of + ".pem"), "-keyfile",
              os.path.join(top, of + ".key")]
    openssl("ca", "-config", conf, "-batch", "-notext", "-startdate",
            first + "000000Z", "-enddate", last + "235959Z", "-extensions",
            extensions, *by, "-in", path + ".csr", "-out", path + ".pem")
    os.unlink(path + ".csr")


def init(top):
    os.makedirs(top, exist_ok=True)
    with open(os.path.join(top, "conf"), "w") as f:
        f.write(CONFIG.format(dir=top))
    open(os.path.join(top, "index"), "w").close()
    for name in ("serial", "ts-serial"):
        with open(os.path.join(top, name), "w") as f:
            f.write("1000\n")
    for name in SIGNERS:
        make_signer(top, name)


def der(tag, *parts):
    body = b"".join(parts)
    n = len(body)
    if n < 128:
        return bytes([tag, n]) + body
    size = (n.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + n.to_bytes(size, "big") + body


def integer(n, tag=2):
    return der(tag, n.to_bytes(n.bit_length() // 8 + 1, "big"))


def accuracy(text):
    seconds, _, rest = text.partition(".")
    rest = (rest + "000000")[:6]
    return der(0x30, integer(int(seconds)), integer(int(rest[:3]), 0x80),
               integer(int(rest[3:]), 0x81))


def tst_info(o, digest):
    algorithm = der(0x30, bytes.fromhex(OIDS[o.hash]), b"\x05\x00")
    parts = [
        integer(o.version),
        bytes.fromhex("06032a0304"),  # policy 1.2.3.4
        der(0x30, algorithm, der(4, digest)),
        integer(secrets.randbits(60)),
        der(0x18, o.time.encode()),
    ]
    if o.accuracy:
        parts.append(accuracy(o.accuracy))
    if o.nonce:
        parts.append(integer(int(o.nonce, 16)))
    if o.critical:
        parts.append(der(0xA1, der(0x30, bytes.fromhex("06032a0305"),
                                   b"\x01\x01\xff", der(4, b"\x05\x00"))))
    return der(0x30, *parts)


def options(words):
    p = argparse.ArgumentParser(add_help=False)
    p.add_argument("--signer", default="tsa")
    p.add_argument("--time",
                   default=time.strftime("%Y%m%d%H%M%SZ", time.gmtime()))
    p.add_argument("--hash", default="sha256")
    p.add_argument("--nonce")
    p.add_argument("--accuracy")
    p.add_argument("--version", type=int, default=1)
    p.add_argument("--critical", action="store_true")
    p.add_argument("--sign-with", default="sha256")
    p.add_argument("--no-certs", action="store_true")
    p.add_argument("--no-ess", action="store_true")
    return p.parse_args(words)


def reply(top, o, digest):
    """A TimeStampResp: granted, and a CMS around the TSTInfo."""
    path = os.path.join(top, o.signer)
    more = []
    if not o.no_ess:
        more += ["-cades"]
    if o.no_certs:
        more += ["-nocerts"]
    if SIGNERS[o.signer][0] == "sub":
        more += ["-certfile", os.path.join(top, "sub.pem")]
    token = openssl("cms", "-sign", "-binary", "-nodetach", "-nosmimecap",
                    "-outform", "DER", "-econtent_type",
                    "1.2.840.113549.1.9.16.1.4", "-md", o.sign_with,
                    "-signer", path + ".pem", "-inkey", path + ".key", *more,
                    input=tst_info(o, digest))
    return der(0x30, der(0x30, integer(0)), token)


def token(top, out, name, *words):
    o = options(words)
    with open(name, "rb") as f:
        digest = hashlib.new(o.hash, f.read()).digest()
    with open(out, "wb") as f:
        f.write(reply(top, o, digest))


def refusal(text, bit):
    """A PKIStatusInfo of rejection (2), with a reason."""
    bits = bytearray(bit // 8 + 1)
    bits[bit // 8] = 0x80 >> bit % 8
    return der(0x30, der(0x30, integer(2), der(0x30, der(12, text.encode())),
                         der(3, bytes([7 - bit % 8]), bytes(bits))))


def tlv(b, at):
    """The tag at b[at], and where its contents begin and end."""
    n, start = b[at + 1], at + 2
    if n & 0x80:
        start += n & 0x7F
        n = int.from_bytes(b[at + 2:start], "big")
    return b[at], start, start + n


def read_query(q):
    """The imprint and the nonce, in hex, of a TimeStampReq of ours."""
    digest, nonce, (_, at, end) = None, None, tlv(q, 0)
    while at < end:
        tag, start, stop = tlv(q, at)
        if tag == 0x30:
            _, _, algorithm = tlv(q, start)
            _, first, last = tlv(q, algorithm)
            digest = q[first:last]
        elif tag == 2 and digest is not None:
            nonce = q[start:stop].hex()
        at = stop
    return digest, nonce


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    top = log = None

    def log_message(self, *args):
        pass

    def say(self, body, status=200, kind="application/timestamp-reply",
            length=None):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length",
                         str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def by_openssl(self, query, section):
        with tempfile.NamedTemporaryFile() as f:
            f.write(query)
            f.flush()
            return openssl(
                "ts", "-reply", "-config", os.path.join(self.top, "conf"),
                "-section", section, "-queryfile", f.name, "-signer",
                os.path.join(self.top, "tsa.pem"), "-inkey",
                os.path.join(self.top, "tsa.key"))

    def do_POST(self):
        query = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.log:
            with open(self.log, "a") as f:
                f.write("%s %s %s %d\n" % (
                    self.command, self.path,
                    self.headers.get("Content-Type"), len(query)))
        path, _, words = self.path[1:].partition("?")
        flags = []
        for key, value in urllib.parse.parse_qsl(words, True):
            flags += ["--" + key] + ([value] if value else [])
        if path in SIGNERS:
            digest, nonce = read_query(query)
            o = options(["--signer", path, "--nonce", nonce, *flags])
            self.say(reply(self.top, o, digest))
        else:
            getattr(self, "do_" + path.replace("-", "_"), self.do_404)(query)

    def do_ts(self, query):
        self.say(self.by_openssl(query, "ts"))

    def do_badalg(self, query):
        self.say(self.by_openssl(query, "tsbadalg"))

    def do_refuse(self, _):
        self.say(refusal("closed on \x1b[31mSundays", 14))

    def do_other_bytes(self, query):
        _, nonce = read_query(query)
        o = options(["--nonce", nonce])
        self.say(reply(self.top, o, bytes(32)))

    def do_other_nonce(self, query):
        digest, _ = read_query(query)
        self.say(reply(self.top, options(["--nonce", "1234"]), digest))

    def do_no_nonce(self, query):
        digest, _ = read_query(query)
        self.say(reply(self.top, options([]), digest))

    def do_garbage(self, _):
        self.say(secrets.token_bytes(2000))

    def do_empty(self, _):
        self.say(b"")

    def do_truncated(self, query):
        self.say(self.by_openssl(query, "ts")[:-10])

    def do_trailing(self, query):
        self.say(self.by_openssl(query, "ts") + b"x")

    def do_html(self, _):
        self.say(b"<html>Please log in</html>", kind="text/html")

    def do_404(self, _):
        self.say(b"not here", 404, "text/plain")

    def do_500(self, _):
        self.say(b"", 500, "text/plain")

    def do_mislabelled(self, query):
        self.say(self.by_openssl(query, "ts"), kind="text/plain")

    def do_huge(self, _):
        self.say(b"", length=1 << 30)
        block = bytes(1 << 16)
        try:
            for _ in range(1 << 14):
                self.wfile.write(block)
        except OSError:
            self.close_connection = True

    def do_stall(self, _):
        time.sleep(3600)

    def do_drip(self, query):
        body = self.by_openssl(query, "ts")
        self.say(b"", length=len(body))
        try:
            for b in body:
                self.wfile.write(bytes([b]))
                self.wfile.flush()
                time.sleep(1)
        except OSError:
            self.close_connection = True

    def do_cut(self, query):
        body = self.by_openssl(query, "ts")
        self.say(body[:-10], length=len(body))
        self.close_connection = True

    def do_close(self, _):
        self.close_connection = True


def serve(top, *words):
    if len(words) == 2 and words[0] == "--log":
        Handler.log = words[1]
    Handler.top = top
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print("READY http://127.0.0.1:%d" % server.server_address[1], flush=True)
    server.serve_forever()


def main():
    if len(sys.argv) < 3 or not shutil.which("openssl"):
        sys.exit(__doc__)
    {"init": init, "token": token, "serve": serve}[sys.argv[1]](*sys.argv[2:])


main()
