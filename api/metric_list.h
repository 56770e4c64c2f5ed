/* Every number of /metrics: id, name (without "sendward_"), type, labels, meaning.
 * Names stand in dashboards and alerts: they never change. man/update writes them
 * into sendward-metrics(7). Data only. */
#ifndef SENDWARD_API_METRIC_LIST_H
#define SENDWARD_API_METRIC_LIST_H

/* clang-format off */
#define API_METRICS(X) \
X(BUILD_INFO,          "build_info",                     gauge,     "version",         "1; the version of sendward-apid is a label") \
X(ENFORCING,           "enforcing",                      gauge,     "",                "1 with mode = enforce, 0 with monitor") \
X(STORE_UP,            "store_up",                       gauge,     "",                "1 when the store can be read; without it what it knows is left out") \
X(PROGRAM_SEEN,        "program_seen_timestamp_seconds", gauge,     "program,host",    "when a program of a host last said that it runs, which it does every 10 seconds; gone after it ended in order") \
X(JOURNAL_UNREAD,      "journal_unread_bytes",           gauge,     "",                "what this host's journal has, and the store not yet; near 0 while sendward-jobd works") \
X(MAIL_LOG_UNREAD,     "mail_log_unread_bytes",          gauge,     "",                "what of this host's mail log was not read yet") \
X(FREE_BYTES,          "free_bytes",                     gauge,     "place",           "room on the file system of this host's journal, and of the store when that is a file") \
X(BACKUP,              "backup_timestamp_seconds",       gauge,     "",                "when `sendwardctl db backup` last made a copy of an SQLite store; 0 never") \
X(ACCOUNTS,            "accounts",                       gauge,     "",                "accounts") \
X(ACCOUNTS_PRODUCTION, "accounts_production",            gauge,     "",                "accounts out of the sandbox") \
X(ACCOUNTS_REVIEW,     "accounts_review",                gauge,     "",                "accounts that are under review for their reputation, and send") \
X(ACCOUNTS_PAUSED,     "accounts_paused",                gauge,     "",                "accounts that may not send at present") \
X(THROTTLED,           "throttled",                      gauge,     "",                "logins, credentials, identities and domains that have crossed a limit and wait for a person") \
X(LEASE_RECIPIENTS,    "lease_recipients",               gauge,     "state",           "recipients of quotas that programs have taken and not sent yet: live, or lost, of programs that have said nothing for 30 seconds") \
X(IDENTITIES,          "identities",                     gauge,     "status",          "identities by status") \
X(DKIM,                "dkim",                           gauge,     "status",          "domains by status of their DKIM records") \
X(MAIL_FROM,           "mail_from",                      gauge,     "status",          "identities by status of their MAIL FROM domain") \
X(DNS_LOOKS_DUE,       "dns_looks_due",                  gauge,     "",                "identities that wait to be looked for in DNS") \
X(LETTERS,             "letters",                        gauge,     "",                "letters of sendward's own that wait") \
X(LETTERS_DUE,         "letters_due",                    gauge,     "",                "letters that should have been sent by now") \
X(REQUESTS_OPEN,       "requests_open",                  gauge,     "",                "requests for production access without an answer") \
X(ZONE_WAITING,        "zone_waiting",                   gauge,     "",                "names that wait to be put into dkim.zone or taken out of it") \
X(SUPPRESSIONS,        "suppressions",                   gauge,     "",                "addresses on suppression lists") \
X(NOTIFICATIONS,       "notifications",                  gauge,     "",                "notifications on their way to subscribers") \
X(NOTIFICATIONS_DUE,   "notifications_due",              gauge,     "",                "notifications that should have been tried by now") \
X(NOTIFICATIONS_DEAD,  "notifications_dead",             gauge,     "",                "notifications that were given up and are kept") \
X(HTTP_REQUESTS,       "http_requests_total",            counter,   "route,class",     "requests answered, by route and class of status (2xx)") \
X(API_CALLS,           "api_calls_total",                counter,   "service,operation,class", "calls of the API, by operation and class of status") \
X(HTTP_SECONDS,        "http_request_seconds",           histogram, "le",              "time from the request line to the end of the answer") \
X(HTTP_OPEN,           "http_connections",               gauge,     "",                "connections now open") \
X(HTTP_CONNECTIONS,    "http_connections_total",         counter,   "",                "connections that were let in") \
X(HTTP_DROPPED,        "http_connections_dropped_total", counter,   "limit",           "connections refused or ended by a limit")
/* clang-format on */

#endif
