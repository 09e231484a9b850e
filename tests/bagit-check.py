#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
#
# bagit-check.py BAG: whether a directory is a valid bag, by RFC 8493 alone.
# It shares nothing with ir-verify, so that the two can judge one another, and
# asks the bagit module as well if that is installed.  Exit status 0 or 1; what
# is wrong goes to stdout.
import hashlib
import os
import re
import sys

ALGORITHMS = ("md5", "sha1", "sha256", "sha512")


class Invalid(Exception):
    pass


def need(ok, what):
    if not ok:
        raise Invalid(what)


def read_tag(bag, name):
    """A tag file's lines: UTF-8, ended by LF, CR or CRLF (2.2)."""
    with open(os.path.join(bag, name), "rb") as f:
        data = f.read()
    need(not data.startswith(b"\xef\xbb\xbf"), name + ": byte-order mark")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid(name + ": not UTF-8") from None
    lines = re.split("\r\n|\n|\r", text)
    if lines[-1] == "":
        lines.pop()
    return lines


def check_declaration(bag):
    """bagit.txt: exactly two lines (2.1.1)."""
    lines = read_tag(bag, "bagit.txt")
    need(len(lines) == 2, "bagit.txt: not two lines")
    need(re.fullmatch(r"BagIt-Version: [0-9]+\.[0-9]+", lines[0]),
         "bagit.txt: no version")
    need(lines[0] == "BagIt-Version: 1.0", "bagit.txt: not version 1.0")
    need(lines[1] == "Tag-File-Character-Encoding: UTF-8",
         "bagit.txt: not UTF-8")


def read_manifest(bag, name):
    """path -> checksum; CR, LF and % are percent-encoded (2.1.3)."""
    entries = {}
    for line in read_tag(bag, name):
        m = re.fullmatch(r"([0-9A-Fa-f]+)[ \t]+\*?(.+)", line)
        need(m, "%s: malformed: %r" % (name, line))
        path = re.sub("%(0[Aa]|0[Dd]|25)",
                      lambda h: chr(int(h.group(1), 16)), m.group(2))
        need(not path.startswith(("/", "~")) and
             ".." not in path.split("/") and "." not in path.split("/")[:-1],
             "%s: leads out of the bag: %s" % (name, path))
        need(path not in entries, "%s: twice: %s" % (name, path))
        entries[path] = m.group(1).lower()
    return entries


def checksum(bag, path, algorithm):
    full = os.path.join(bag, path)
    need(not os.path.islink(full) and os.path.isfile(full),
         "missing: " + path)
    h = hashlib.new(algorithm)
    with open(full, "rb") as f:
        for block in iter(lambda: f.read(1 << 20), b""):
            h.update(block)
    return h.hexdigest()


def manifests(bag, kind):
    """name -> algorithm of the manifests of that kind."""
    found = {}
    for name in sorted(os.listdir(bag)):
        m = re.fullmatch(kind + r"-([a-z0-9]+)\.txt", name)
        if m:
            need(m.group(1) in ALGORITHMS, name + ": unknown algorithm")
            found[name] = m.group(1)
    return found


def payload(bag):
    files = set()
    for top, dirs, names in os.walk(os.path.join(bag, "data")):
        for name in names + [d for d in dirs
                             if os.path.islink(os.path.join(top, d))]:
            full = os.path.join(top, name)
            files.add(os.path.relpath(full, bag))
    return files


def check_payload(bag):
    """Each manifest lists each file once, with its checksum (2.1.3, 3)."""
    need(os.path.isdir(os.path.join(bag, "data")), "no payload directory")
    files, listed = payload(bag), manifests(bag, "manifest")
    need(listed, "no payload manifest")
    for name, algorithm in listed.items():
        entries = read_manifest(bag, name)
        for path in entries:
            need(path.startswith("data/"), "%s: not payload: %s" % (name, path))
        need(set(entries) == files, "%s: differs from data/: %s" %
             (name, sorted(set(entries) ^ files)))
        for path, want in entries.items():
            need(checksum(bag, path, algorithm) == want, "changed: " + path)
    return files


def check_tags(bag):
    """Tag manifests list tag files, and never one another (2.2.1)."""
    for name, algorithm in manifests(bag, "tagmanifest").items():
        entries = read_manifest(bag, name)
        for path, want in entries.items():
            need(not path.startswith(("data/", "tagmanifest-")),
                 "%s: not a tag file: %s" % (name, path))
            need(checksum(bag, path, algorithm) == want, "changed: " + path)
        for manifest in manifests(bag, "manifest"):
            need(manifest in entries, "%s: lacks %s" % (name, manifest))


def check_info(bag, files):
    """bag-info.txt: "label: value", continued lines indented (2.2.2)."""
    values = []
    if not os.path.exists(os.path.join(bag, "bag-info.txt")):
        return
    for line in read_tag(bag, "bag-info.txt"):
        if line[:1] in (" ", "\t"):
            need(values, "bag-info.txt: continues nothing")
            continue
        m = re.fullmatch(r"([^\s:][^:]*): *(.*)", line)
        need(m, "bag-info.txt: malformed: %r" % line)
        values.append((m.group(1).lower(), m.group(2)))
    oxums = [v for k, v in values if k == "payload-oxum"]
    need(len(oxums) <= 1, "bag-info.txt: several Payload-Oxum")
    octets = sum(os.path.getsize(os.path.join(bag, f)) for f in files)
    for v in oxums:
        need(v == "%d.%d" % (octets, len(files)),
             "bag-info.txt: Payload-Oxum is %s, found %d.%d" %
             (v, octets, len(files)))
    for k, v in values:
        if k == "bagging-date":
            need(re.fullmatch(r"\d{4}-\d\d-\d\d", v),
                 "bag-info.txt: Bagging-Date " + v)


def check(bag):
    need(os.path.isfile(os.path.join(bag, "bagit.txt")), "no bagit.txt")
    check_declaration(bag)
    # Files to be fetched would have to be listed and present (2.2.3): our
    # bags never have any.
    need(not os.path.exists(os.path.join(bag, "fetch.txt")), "fetch.txt")
    check_info(bag, check_payload(bag))
    check_tags(bag)
    try:
        import bagit
    except ImportError:
        return
    try:
        bagit.Bag(bag).validate()
    except bagit.BagError as e:
        raise Invalid("bagit module: %s" % e) from None


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: bagit-check.py BAG")
    try:
        check(sys.argv[1])
    except Invalid as e:
        print(e)
        sys.exit(1)


main()
