/* Every event that a program logs: name, level, what it means to the reader.
 * `make check` holds this list against the code and sendward(7). Does not
 * include anything: expand with LOG_EVENTS(X). */
#ifndef SENDWARD_BASE_LOG_EVENTS_H
#define SENDWARD_BASE_LOG_EVENTS_H

/* clang-format off */
#define LOG_EVENTS(X) \
X(DAEMON_START,    "daemon.start",    INFO,  "a program is ready; its version and where it listens") \
X(DAEMON_STOP,     "daemon.stop",     INFO,  "a program ended in order") \
X(DAEMON_FATAL,    "daemon.fatal",    ERROR, "a program could not start or go on; the reason") \
X(DAEMON_BUG,      "daemon.bug",      ERROR, "a state that cannot happen; please report it") \
X(CONF_RELOADED,   "conf.reloaded",   INFO,  "SIGHUP: the new configuration is in force") \
X(CONF_KEPT,       "conf.kept",       ERROR, "SIGHUP: the new file is broken, the old configuration stays in force") \
X(LEASE_BACK,      "lease.back",      INFO,  "quota that an earlier process of this name had taken and not sent was given back") \
X(LEASE_LOST,      "lease.lost",      WARN,  "quota that an earlier process of this name had taken counts as sent, for nobody knows how much of it was; see sendwardctl lease list") \
X(STORE_STALE,     "store.stale",     ERROR, "the store cannot be read; mail of accounts is answered 451") \
X(STORE_BACK,      "store.back",      INFO,  "the store can be read again") \
X(STORE_UNKNOWN,   "store.unknown",   WARN,  "what is not in memory could not be asked; such mail is answered 451 (told once a minute)") \
X(STORE_LOADED,    "store.loaded",    INFO,  "identities and suppressions are in memory; look-ups do not ask the store any more") \
X(STORE_FAILED,    "store.failed",    ERROR, "one statement or transaction failed") \
X(STORE_NOTICE,    "store.notice",    WARN,  "PostgreSQL said something by itself (told once a minute for each connection; untold: how many were not)") \
X(MESSAGE_ACCEPT,  "message.accept",  INFO,  "the milter accepted an account's message; owner is the account that granted its identity, operator the domain of the operator's signature") \
X(MESSAGE_REJECT,  "message.reject",  INFO,  "the milter refused a message or a recipient; reason token and reply") \
X(MESSAGE_DEFER,   "message.defer",   WARN,  "the milter answered 4xx; reason token and reply") \
X(MESSAGE_OBSERVE, "message.observe", INFO,  "mode = monitor: what would have been refused") \
X(MESSAGE_DROP,    "message.drop",    INFO,  "a suppressed recipient was dropped from the envelope") \
X(DKIM_KEY,        "dkim.key",        ERROR, "a signing key cannot be used") \
X(POLICY_GRANT,    "policy.grant",    DEBUG, "recipients counted for a message") \
X(POLICY_REFUSE,   "policy.refuse",   INFO,  "pause, rate or quota; reason token and reply") \
X(POLICY_PACE,     "policy.pace",     DEBUG, "an answer is held back until a token is free") \
X(POLICY_RELEASE,  "policy.release",  DEBUG, "a reservation was given back") \
X(POLICY_UNHEARD,  "policy.unheard", WARN,  "sendward-policyd could not be told of a message that was refused: it stays counted") \
X(POLICY_STAGE,    "policy.stage",    ERROR, "the policy service is asked where it cannot count") \
X(POLICY_INPUT,    "policy.input",    WARN,  "a client of the policy socket sent what is no request") \
X(IDENTITY_STATE,  "identity.state",  INFO,  "an identity, its DKIM or its MAIL FROM domain went into another state; why") \
X(IDENTITY_LINK,   "identity.link",   INFO,  "an address was confirmed by its link") \
X(DNS_DOWN,        "dns.down",        ERROR, "no name server answers; nothing is revoked meanwhile") \
X(DNS_BACK,        "dns.back",        INFO,  "name servers answer again") \
X(DKIM_ROTATE,     "dkim.rotate",     INFO,  "a new signing key was made, took over, or an old one was removed") \
X(DKIM_PUBLISH,    "dkim.publish",    INFO,  "the operator's zone was updated") \
X(DKIM_UNPUBLISHED, "dkim.unpublished", ERROR, "the operator's zone could not be updated; the next try is logged when it succeeds") \
X(LETTER_SENT,     "letter.sent",     INFO,  "a letter of sendward's own was handed in") \
X(LETTER_RETRY,    "letter.retry",    WARN,  "a letter could not be handed in; it is tried again") \
X(LETTER_LOST,     "letter.lost",     ERROR, "a letter was given up; why") \
X(JOBS_FAILED,     "jobs.failed",     ERROR, "one task of sendward-jobd failed; it goes on") \
X(IMPORT_ENDED,    "import.ended",    INFO,  "an import job of an account is at its end") \
X(DUTY_TAKEN,      "duty.taken",      INFO,  "this host does from now on what one does for all; which duty") \
X(DUTY_LOST,       "duty.lost",       INFO,  "this host does no more what one does for all; another one will") \
X(JOBS_BACK,       "jobs.back",       INFO,  "a task of sendward-jobd that had failed works again") \
X(JOURNAL_FAILED,  "journal.failed",  ERROR, "what leaves cannot be noted; mail of accounts is answered 451") \
X(JOURNAL_LINE,    "journal.line",    WARN,  "a line of the journal cannot be read and was left out; the file and where") \
X(MAIL_LOG_LOST,   "mail_log.lost",   WARN,  "the mail log was replaced before it was read to its end, or cannot be read; deliveries may be missing") \
X(FEEDBACK_REPORT, "feedback.report", INFO,  "a report was read; whose it is, what it says of each recipient, the rule that decided") \
X(FEEDBACK_STRANGER, "feedback.stranger", WARN, "a report belongs to no message: it is kept and counts for nobody; why") \
X(FEEDBACK_DEFER,  "feedback.defer",  WARN,  "a report could not be taken; the MTA brings it again") \
X(FEEDBACK_INPUT,  "feedback.input",  WARN,  "a client of the feedback socket sent what is no LMTP") \
X(FEEDBACK_OURS,   "feedback.ours",   WARN,  "a recipient's server refuses this server: a listing, DNS, TLS or authentication; counts against no account") \
X(FEEDBACK_SIMULATED, "feedback.simulated", INFO, "the mailbox simulator got a message") \
X(REPUTATION_STANDING, "reputation.standing", WARN, "an account or configuration set is healthy, under review or paused from now on; the figures") \
X(BRAKE_CROSSED,   "brake.crossed",   WARN,  "a login, credential, identity or domain is throttled from now on; the limit") \
X(BRAKE_RELEASED,  "brake.released",  INFO,  "a person released it") \
X(NOTIFY_SENT,     "notify.sent",     DEBUG, "a notification was delivered") \
X(NOTIFY_RETRY,    "notify.retry",    INFO,  "a notification could not be delivered; it is tried again") \
X(NOTIFY_DEAD,     "notify.dead",     WARN,  "a notification was given up; it is kept as a dead letter") \
X(HTTP_REQUEST,    "http.request",    DEBUG, "one request to sendward-apid and its answer") \
X(API_CALL,        "api.call",        INFO,  "a call of the API: operation, account, access key id, status, error, client and request id") \
X(CONSOLE_FAILED,  "console.failed",  WARN,  "files of the console cannot be served; which, and why") \
X(EXPORT_ENDED,    "export.ended",    INFO,  "an export of an account is at its end") \
X(CONSOLE_SIGN_IN, "console.sign-in", INFO, "a person signed in to the console; from where") \
X(CONSOLE_SIGN_IN_FAILED, "console.sign-in-failed", WARN, "a name, password or code was wrong, or is locked; why") \
X(CONSOLE_LOCKED,  "console.locked",  WARN,  "too many tries failed: of that user from that network, or of that network, none is taken until then") \
X(CONSOLE_SIGN_OUT, "console.sign-out", INFO, "a person ended his session, or all of his") \
X(CONSOLE_PASSWORD_CHANGED, "console.password-changed", INFO, "a person changed his password; his other sessions ended") \
X(CONSOLE_SECOND_FACTOR, "console.second-factor", INFO, "a person has a second factor from now on, or none") \
X(CONSOLE_USER,    "console.user",    INFO,  "an operator made, changed or deleted a user; who") \
X(CONSOLE_ACTION,  "console.action",  INFO,  "an operator changed an account, or answered its request; who and why") \
X(HTTP_FAILED,     "http.failed",     ERROR, "a request was answered 5xx; why")
/* clang-format on */

#endif
