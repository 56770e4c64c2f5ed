/* The lines of `setup`, each with what it is for. Data only. */
#ifndef SENDWARD_CTL_SETUP_LINES_H
#define SENDWARD_CTL_SETUP_LINES_H

#include <stdbool.h>

/* In lines and names of files it stands for the folder of the main.cf that is meant. */
#define SETUP_POSTFIX_DIR "/etc/postfix"

enum setup_when {
	SETUP_ALWAYS,
	SETUP_MAIL_SOCKET, /* mail.server is unix:PATH */
	SETUP_API_SOCKET, /* api.submission is, and trusted_daemon_name is set */
	SETUP_LMTP_UNIX,  /* feedback.socket is unix:PATH */
	SETUP_LMTP_INET,  /* it is inet:PORT@ADDRESS */
	SETUP_SQLITE,     /* store is sqlite:PATH */
	SETUP_POSTGRESQL, /* it is postgresql://… */
};

/* @milter@, @policy@, @feedback@, @policy-timeout@, @bounce@, @size@, @user@,
 * @group@, @store@ (without a password), @mail-service@, @api-service@, @daemon-name@, and for Sendmail @milter-raw@, @feedback-path@,
 * @feedback-host@, @feedback-port@ in a line stand for what the configuration says;
 * @@ is an @. */
struct setup_line {
	const char *file; /* NULL ends the table */
	const char *line; /* may have several, with their continuation */
	const char *why;
	enum setup_when when;
};

extern const struct setup_line setup_postfix_lines[];
extern const struct setup_line setup_sendmail_lines[];
extern const struct setup_line setup_dovecot_lines[];

/* A file with a line for each domain whose mail is for sendward-feedback. */
struct setup_map {
	const char *file; /* NULL ends the table */
	const char
	    *format;    /* of a line, of the domain; one that ends in ":" goes
	                       on with the socket */
	bool has_below; /* also for ".DOMAIN" of the bounce domain */
	const char *why;
};
extern const struct setup_map setup_postfix_maps[];
extern const struct setup_map setup_sendmail_maps[];

#endif
