/* Every check of `sendwardctl doctor`: id, name, severity, what is wrong. The names
 * stand in scripts: they never change. man/update writes them into sendwardctl(8).
 * Data only. */
#ifndef SENDWARD_CTL_DOCTOR_LIST_H
#define SENDWARD_CTL_DOCTOR_LIST_H

/* clang-format off */
#define DOCTOR_CHECKS(X) \
X(POSTFIX,             "postfix",              ERROR,   "Postfix's configuration cannot be read") \
X(POSTFIX_VERSION,     "postfix-version",      WARNING, "a Postfix older than 3.5") \
X(POSTFIX_RELOAD,      "postfix-reload",       WARNING, "main.cf or master.cf is newer than what Postfix runs with") \
X(MILTER_MISSING,      "milter-missing",       ERROR,   "smtpd_milters does not name milter.socket: nothing is checked or signed") \
X(MILTER_OVERRIDDEN,   "milter-overridden",    ERROR,   "master.cf gives a listener for accounts other smtpd_milters than main.cf: its mail is neither checked nor signed") \
X(MILTER_SWITCHED_OFF, "milter-switched-off",  ERROR,   "receive_override_options = no_milters at a listener for accounts") \
X(MILTER_ACTION,       "milter-default-action", ERROR,  "milter_default_action lets mail pass while the milter is down") \
X(MILTER_PROTOCOL,     "milter-protocol",      ERROR,   "milter_protocol is below 6: the return path cannot be set") \
X(MILTER_TIMEOUT,      "milter-timeout",       WARNING, "Postfix gives the milter up too early") \
X(MILTER_ORDER,        "milter-order",         WARNING, "another milter stands behind sendward's, and may change what is signed") \
X(OTHER_SIGNER,        "other-signer",         WARNING, "another milter that signs with DKIM is still in smtpd_milters") \
X(LOCAL_MILTER,        "non-smtpd-milter",     ERROR,   "sendward's milter is in non_smtpd_milters: a 4xx leaves mail of sendmail(1) in maildrop for ever") \
X(LOCAL_MAIL,          "non-smtpd-mail",       WARNING, "an account has this host's addresses, but whoever may call sendmail(1) sends past the gate") \
X(CHROOT,              "chroot",               ERROR,   "a chrooted listener does not find the socket that its configuration names") \
X(POLICY_MISSING,      "policy-missing",       ERROR,   "a listener for accounts does not ask the policy service: no quota, rate or pause") \
X(POLICY_STAGE,        "policy-stage",         ERROR,   "the policy service is asked before it is known who is written to") \
X(POLICY_AFTER_PERMIT, "policy-after-permit",  ERROR,   "the policy service stands behind a restriction that lets accounts pass") \
X(POLICY_BEFORE_RELAY, "policy-before-relay-check", WARNING, "the policy service counts recipients that are refused behind it, for want of reject_unauth_destination before it") \
X(POLICY_ACTION,       "policy-default-action", ERROR,  "the default action lets mail pass while the policy service is down") \
X(POLICY_TIMEOUT,      "policy-timeout",       ERROR,   "Postfix waits less for the policy service than pacing_sec holds an answer back") \
X(POLICY_TWICE,        "policy-counts-twice",  WARNING, "milter.quota is set, and Postfix asks the policy service, too") \
X(POLICY_CONTEXT,      "policy-context",       ERROR,   "the private listener asks without its policy_context: mail of the API counts for nobody") \
X(DOOR_MISSING,        "private-listener",     ERROR,   "master.cf has no listener for api.submission") \
X(DOOR_NAME,           "private-listener-name", ERROR,  "the private listener does not bear the name trusted_daemon_name") \
X(DOOR_PUBLIC,         "trusted-name-public",  ERROR,   "a listener for others bears the name trusted_daemon_name: its clients may send as any account") \
X(NO_SUBMISSION,       "submission-missing",   WARNING, "no listener takes logins, and no network has an account") \
X(TLS_MISSING,         "tls-missing",          ERROR,   "logins are taken without TLS") \
X(TLS_CERTIFICATE,     "tls-certificate",      ERROR,   "TLS is set, but its certificate or key is not there") \
X(SASL_ANONYMOUS,      "sasl-anonymous",       ERROR,   "smtpd_sasl_security_options does not exclude anonymous logins") \
X(SASL_SOCKET,         "sasl-socket",          ERROR,   "the socket of Dovecot's logins is not there") \
X(OPEN_RELAY,          "open-relay",           ERROR,   "mynetworks, or a bare permit, lets everybody relay") \
X(RELAY_UNOWNED,       "relay-past-the-gate",  WARNING, "mynetworks has clients that belong to no account: they relay unchecked and unsigned") \
X(SENDER_LOGIN,        "sender-login-maps",    WARNING, "smtpd_sender_login_maps refuses senders that sendward has verified") \
X(HEADER_REWRITE,      "header-rewrite",       WARNING, "Postfix completes header fields of accounts' mail before the milter sees them") \
X(SOFT_BOUNCE,         "soft-bounce",          WARNING, "soft_bounce = yes: what is refused comes again and again") \
X(CONTENT_FILTER,      "content-filter",       WARNING, "content_filter gets mail after it was signed") \
X(QUEUE_IDS,           "queue-ids",            ERROR,   "queue ids are short: they name another message within a day") \
X(DSN_KEYWORD,         "dsn-keyword",          ERROR,   "clients may say NOTIFY=NEVER, and bounce unseen") \
X(VERP_CLIENTS,        "verp-clients",         WARNING, "clients may say XVERP, which changes the return path") \
X(MESSAGE_SIZE,        "message-size",         ERROR,   "message_size_limit is below max_message_bytes") \
X(RECIPIENT_LIMIT,     "recipient-limit",      WARNING, "smtpd_recipient_limit is below max_recipients") \
X(MIME_CONVERSION,     "mime-conversion",      WARNING, "Postfix may convert bodies after they were signed") \
X(LINE_LENGTH,         "line-length",          WARNING, "Postfix cuts long lines after they were signed") \
X(SMTPUTF8,            "smtputf8",             WARNING, "smtputf8_enable is on: a next hop without it bounces what was accepted") \
X(LATE_CHANGES,        "late-changes",         WARNING, "header or body checks change mail after it was signed") \
X(GENERIC_MAPS,        "generic-maps",         ERROR,   "smtp_generic_maps rewrites addresses after mail was signed, return paths among them") \
X(BOUNCE_TRANSPORT,    "bounce-transport",     ERROR,   "mail of the bounce domain does not go to sendward-feedback") \
X(BOUNCE_SERVICE,      "bounce-service",       ERROR,   "the transport of the bounce domain is not in master.cf, or is chrooted away from its socket") \
X(BOUNCE_RELAY,        "bounce-relay",         ERROR,   "the bounce domain is not in relay_domains: bounces are refused") \
X(BOUNCE_HOME,         "bounce-home",          ERROR,   "the bounce domain is also one of this host's own: its recipients are unknown there") \
X(BOUNCE_RECIPIENTS,   "bounce-recipients",    ERROR,   "relay_recipient_maps does not know the addresses of bounces") \
X(BOUNCE_ALIAS,        "bounce-alias",         ERROR,   "virtual_alias_maps leads bounces elsewhere") \
X(SOCKET_ACCESS,       "socket-access",        ERROR,   "Postfix's user may not connect to a socket of sendward's") \
X(QUEUE_SPACE,         "queue-space",          ERROR,   "the disk of Postfix's queue is so full that mail is refused") \
X(MAP_OLD,             "map-old",              WARNING, "a table was changed, and not compiled by postmap(1)") \
X(MAIL_FROM_ROUTE,     "mail-from-route",      ERROR,   "the MAIL FROM domain of an identity is not in transport_maps: its bounces are lost") \
X(IDENTITY_DNS,        "identity-records",     WARNING, "DNS records of a verified identity have gone") \
X(CLOCK,               "clock",                ERROR,   "the clock is behind what is in the store") \
X(BACKUP,              "backup",               WARNING, "there was no `db backup` for a week") \
X(CONFIG,              "config",               ERROR,   "what `config check` finds; the name goes on with the option") \
X(HEALTH,              "health",               ERROR,   "what `health` finds; the name goes on with the part")
/* clang-format on */

#endif
