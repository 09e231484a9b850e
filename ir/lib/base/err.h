/* SPDX-License-Identifier: ISC
 *
 * Errors.  A function that can fail takes a struct ir_err last, fills it in
 * and returns -1 or NULL.  The buffer is the caller's and has a fixed size, so
 * that reporting an error cannot itself fail.  Library code never prints and
 * never exits; a program prints the message once, through ir_text_escape().
 */
#ifndef IR_BASE_ERR_H
#define IR_BASE_ERR_H

/* What went wrong, as the exit code of the program: sysexits(3) above 63. */
enum ir_code {
	IR_OK = 0,
	IR_EUSAGE = 64,    /* the command line is wrong */
	IR_EFORMAT = 65,   /* data is malformed, or not what it should be */
	IR_ENOENT = 66,    /* no such container, bundle, key, file */
	IR_EUNAVAIL = 69,  /* the engine cannot be reached */
	IR_EINTERNAL = 70, /* out of memory, or a bug */
	IR_EEXIST = 73,    /* would overwrite; a sealed bundle */
	IR_EIO = 74,       /* read or write failed, disk full */
	IR_ETIMEOUT = 75,  /* a deadline passed */
	IR_EPROTO = 76, /* the engine refused, broke off, or talks nonsense */
	IR_EPERM = 77,  /* no permission */
	IR_EINTR = 130, /* interrupted by SIGINT or SIGTERM */
};

struct ir_err {
	enum ir_code code;
	char msg[1024];
};

/** ir_fail(err, code, fmt, ...): sets err to code and the message; returns
 * -1.  Messages say what happened, to which object, and what to do next, in
 * lower case without a full stop.  Outside bytes may stand in them as they
 * are: whoever prints the message escapes it. */
int ir_fail(struct ir_err *err, enum ir_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/** ir_fail_errno(err, fmt, ...): as ir_fail() with ": strerror(errno)" after
 * the message; the code follows from errno (IR_EIO unless it says more). */
int ir_fail_errno(struct ir_err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/** ir_fail_mem(err): out of memory; returns -1. */
int ir_fail_mem(struct ir_err *err);

/** ir_wrap(err, fmt, ...): puts "context: " before the message on the way
 * up and keeps the code; returns -1. */
int ir_wrap(struct ir_err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
