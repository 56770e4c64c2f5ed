/* How functions say that they failed: a code for the program, a text for
 * people. Does not log. */
#ifndef SENDWARD_BASE_ERR_H
#define SENDWARD_BASE_ERR_H

enum sg_err {
	SG_OK = 0,
	SG_NOMEM,   /* allocation failed, or a cap was reached */
	SG_IO,      /* file, socket or database could not be used */
	SG_BUSY,    /* the store is locked by another; trying again may help */
	SG_SCHEMA,  /* the store's schema is older or newer than the program */
	SG_INVALID, /* input is not acceptable (the caller's or user's fault) */
	SG_EXISTS,  /* what should be created is there already */
	SG_MISSING, /* what was named is not there */
	SG_CRYPTO,  /* key, seal or signature could not be made or opened */
	SG_BUG,     /* a state that cannot happen */
};

#define ERR_TEXT_MAX 512

struct err {
	enum sg_err code;
	char text[ERR_TEXT_MAX];
};

/* Fills *err_r (which may be NULL) with code and a formatted text, cut at
 * ERR_TEXT_MAX - 1 bytes; returns code, so that callers write
 * `return err_set(err_r, SG_IO, "open %s: %s", path, strerror(errno));`.
 * Texts carry no secrets and no final full stop. Reentrant. */
enum sg_err err_set(struct err *err_r, enum sg_err code, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

/* Puts "PREFIX: " before the text of *err_r (may be NULL); returns its code
 * unchanged. */
enum sg_err err_prefix(struct err *err_r, enum sg_err code, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

/* The code's stable name, such as "SG_BUSY". Never NULL. */
const char *err_name(enum sg_err code);

#endif
