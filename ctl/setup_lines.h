/* The lines of `setup`, each with what it is for. Data only. */
#ifndef SENDWARD_CTL_SETUP_LINES_H
#define SENDWARD_CTL_SETUP_LINES_H

enum setup_when {
	SETUP_ALWAYS,
	SETUP_MAIL_SOCKET /* mail.server is unix:PATH */
};

/* @milter@, @policy@, @feedback@, @policy-timeout@, @bounce@, @size@, @user@, @group@,
 * @store@ and @mail-service@ in a line stand for what the configuration says; @@
 * is an @. */
struct setup_line {
	const char *file; /* NULL ends the table */
	const char *line; /* may have several, with their continuation */
	const char *why;
	enum setup_when when;
};

extern const struct setup_line setup_postfix_lines[];
extern const struct setup_line setup_dovecot_lines[];

/* The map that relay_domains and transport_maps read, and what it is for. */
extern const char setup_domains_file[];
extern const char setup_domains_why[];

#endif
