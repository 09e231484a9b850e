/* SPDX-License-Identifier: ISC
 *
 * Every limit on input, with its reason.  Sizes in bytes.
 */
#ifndef IR_BASE_LIMITS_H
#define IR_BASE_LIMITS_H

/* One JSON document from an engine or a bundle that is parsed as a whole.
 * inspect is about 10 KiB, info 8 KiB; a container with thousands of mounts
 * and networks stays under 4 MiB.  jansson needs some 10 bytes of memory for
 * one of text. */
#define IR_MAX_JSON (16u << 20)

/* Values in it.  Of lists within lists 16 MiB would make eight million, and
 * take a hundred bytes of memory for each; a ledger of that size has some
 * 600,000. */
#define IR_MAX_JSON_VALUES (1u << 20)

/* One line of a journal: our own longest, a run line with a long argv, stays
 * under 64 KiB. */
#define IR_MAX_JOURNAL_LINE (256u << 10)

/* One custody entry: a seal entry grows with the number of journals. */
#define IR_MAX_CUSTODY (4u << 20)

/* Acts in one bundle: their numbers have four digits. */
#define IR_MAX_ACTS 10000u

/* An error body that an engine sends: anything longer is cut. */
#define IR_MAX_ERROR_BODY (64u << 10)

/* All header lines of one answer: engines send under 1 KiB. */
#define IR_MAX_HTTP_HEAD (64u << 10)

/* A key file, an allowed_signers file, a .sig: OpenSSH's own are under
 * 16 KiB; allowed_signers of a large company stays under 1 MiB. */
#define IR_MAX_KEY_FILE (64u << 10)
#define IR_MAX_SIGNERS  (1u << 20)
#define IR_MAX_SIG      (64u << 10)

/* A time-stamping authority's answer: with a chain of four RSA certificates it
 * is about 8 KiB; one with a post-quantum signature stays below.  And the file
 * of an analyst's roots: all that a browser trusts are 250 KiB. */
#define IR_MAX_STAMP       (64u << 10)
#define IR_MAX_STAMP_ROOTS (1u << 20)

/* One answer of ssh-agent: what OpenSSH's own programs accept. */
#define IR_MAX_AGENT (256u << 10)

/* The header of an age file has a stanza for each person who can read it, and
 * the largest kind in use (ML-KEM with P-256) takes 1.7 KiB.  A scalar
 * multiplication is tried for each stanza and each key, 0.2 ms.  An identity
 * file has a line for each key that somebody ever had, and a comment. */
#define IR_MAX_AGE_HEADER  (512u << 10)
#define IR_MAX_AGE_STANZAS 256u
#define IR_MAX_AGE_KEYS    256u

/* What all journals of a bundle say of outcomes and changes.  The most that can
 * be sealed has IR_MAX_JSON as data/completeness.json, and is longer in the
 * journals by what each line has more. */
#define IR_MAX_RECORD (32u << 20)

/* Files in a bundle: some 100 a container; a bundle of a large fleet stays
 * far below. */
#define IR_MAX_BUNDLE_FILES 1000000u

/* Text in one object of a converted log.  Docker itself splits at 16 KiB; other
 * engines' lines may be longer, and who reads them holds one in memory. */
#define IR_MAX_LOG_TEXT (1u << 20)

/* Everything in a bundle that is not payload.  A manifest of the most files
 * takes 200 MiB; a journal with a line every two seconds gets there after a
 * month. */
#define IR_MAX_TAG_FILE (512u << 20)

/* A path inside a container: Linux's PATH_MAX. */
#define IR_MAX_PATH 4096u

/* A path in a captured tree, which a container can make longer than any call of
 * the kernel takes, a directory at a time; each byte of it stands in the tar
 * again with each name below. */
#define IR_MAX_TREE_PATH (16u << 10)

/* Entries in a captured tree: ten times the largest image seen. */
#define IR_MAX_TREE (10u << 20)

/* Files of a container whose other names are still to come, while its tree is
 * read: a power of two; with their paths some 20 MiB. */
#define IR_MAX_LINKED (128u << 10)

/* A line of an engine's memory of a layer's tar: bytes between two contents, a
 * header with at most 1 MiB of records on either side, and what fills up the
 * last record of the tar, in base64. */
#define IR_MAX_SPLIT_LINE (8u << 20)

/* Zeros in holes of a tree's files that are hashed, so that a file is the same
 * whether the tar has them or not: 3 s. */
#define IR_MAX_TREE_ZEROS (4ull << 30)

/* Zeros after the end of a tar: tar(1) fills a record, by default of 10 KiB,
 * and records of more than 1 MiB are not in use. */
#define IR_MAX_TAR_PADDING (1u << 20)

/* An engine's own list of changed paths: a million of them, at 100 bytes each,
 * are 96 MiB. */
#define IR_MAX_CHANGES (128u << 20)

/* An event of an engine, which has all labels of the container: together they
 * stay below what an image's configuration may have, 4 MiB. */
#define IR_MAX_EVENT (4u << 20)

/* A text file larger than this gets hashes in a diff, but no hunks. */
#define IR_MAX_DIFF_TEXT (1u << 20)

/* /proc/PID/cgroup: a line for each controller, with a path that a container
 * can make long; and /proc/PID/mountinfo, of at most 100,000 mounts
 * (fs.mount-max) at some 300 bytes. */
#define IR_MAX_CGROUP    (256u << 10)
#define IR_MAX_MOUNTINFO (32u << 20)

/* /proc/PID/status is some 1.5 KiB, and more with many groups. */
#define IR_MAX_PROC_STATUS (1u << 20)

/* One answer of the kernel over netlink: 100,000 links, of 700 bytes each, or
 * half a million routes. */
#define IR_MAX_NETLINK (64u << 20)

/* What is saved of a container's network before it is cut must neither hold up
 * the cut nor fill our memory, which it is kept in: a container with 50,000
 * sockets has 8 MiB in /proc/net/tcp, and the kernel writes some 100 MiB of
 * that in a second.  A routing table of the whole Internet is not a
 * container's. */
#define IR_STATE_MS       2000
#define IR_MAX_STATE_FILE (16u << 20)
#define IR_MAX_STATE      (32u << 20)
#define IR_MAX_STATE_DUMP (8u << 20)

/* resolv.conf, hosts, hostname: some lines; lists of blocked hosts are 1 MiB
 * at times. */
#define IR_MAX_SETTING (4u << 20)

/* Open files that are looked at for the one behind a tun device: 0.3 s. */
#define IR_MAX_FDINFO 30000u

/* Processes of one container: the kernel's own limit on numbers is 2^22. */
#define IR_MAX_PIDS (4u << 20)

/* Arguments or environment of a process: the kernel takes at most 6 MiB of both
 * together; a process can say that they lie elsewhere, and are longer. */
#define IR_MAX_ARGUMENTS (8u << 20)

/* One program, or deleted file that is open: the largest programs in use are
 * 1 GiB; a log that was deleted can fill a disk, and a sparse file more. */
#define IR_MAX_RECOVERED (4ull << 30)

/* Addresses that a contained container may still talk to: those of a name, or
 * of a team. */
#define IR_MAX_KEEP 64u

/* What is recorded of a session: hours at a terminal are some MiB.  More is a
 * command that pours out data, which is not what a recording is for. */
#define IR_MAX_SESSION (256u << 20)

/* Chunk attestation: at most this much of a stream, or this long, is
 * unproven after a kill (bundle format, section 3). */
#define IR_CHUNK_BYTES (64u << 20)
#define IR_CHUNK_MS    2000

#endif
