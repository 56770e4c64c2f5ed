/* Every option of sendward.conf, one row each: path in the file, field, type,
 * least, most, default, help. The loader, `config dump`, `config check` and
 * sendward.conf(5) are all made from this table. Does not load anything. */
#ifndef SENDWARD_CONF_OPTIONS_H
#define SENDWARD_CONF_OPTIONS_H

/* Types: STRING (least..most length in bytes), INT (least..most), ENUM (choices
 * separated by | in the last column before help; default is one of them).
 * X(path, field, TYPE, least, most, choices, default, help) */
/* clang-format off */
#define CONF_OPTIONS(X) \
X("mode",                 mode,                 ENUM,   0, 0, "enforce|monitor", "enforce", "enforce refuses what the rules forbid; monitor refuses nothing and logs what it would have refused") \
X("store",                store,                STRING, 8, 1000, NULL, "sqlite:/var/lib/sendward/sendward.db", "where everything is kept: sqlite:PATH, or for several hosts postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with several HOST:PORT when it may move, and options of libpq") \
X("host",                 host,                 STRING, 0, 64, NULL, "", "name of this machine among those that share a store; empty: the system's host name") \
X("master_key_file",      master_key_file,      STRING, 1, 4000, NULL, "/etc/sendward/master.key", "32 bytes or several keys, mode 0400; seals DKIM keys and API secrets; sendwardctl key changes it") \
X("user",                 user,                 STRING, 0, 32, NULL, "sendward", "system user that the programs run as; empty: do not change") \
X("region",               region,               STRING, 1, 32, NULL, "local", "region name that SMTP passwords and API signatures are derived for; shown in upper case in replies") \
X("bounce_domain",        bounce_domain,        STRING, 3, 180, NULL, "", "domain of the return paths b-TOKEN@DOMAIN; its mail must come back to this server; required") \
X("suppressed",           suppressed,           ENUM,   0, 0, "accept|reject", "accept", "a suppressed recipient is accepted and dropped, as Amazon SES does, or refused with 550 5.1.1") \
X("pacing_sec",           pacing_sec,           INT,    0, 60, NULL, "5", "how long the policy server may hold an answer back until the sending rate allows it") \
X("max_recipients",       max_recipients,       INT,    1, 10000, NULL, "50", "recipients in one message") \
X("max_message_bytes",    max_message_bytes,    INT,    1024, 2147483647, NULL, "41943040", "size of one message") \
X("sandbox_daily",        sandbox_daily,        INT,    1, 1000000000, NULL, "200", "recipients per 24 hours of an account in the sandbox") \
X("sandbox_rate",         sandbox_rate,         INT,    1, 1000000, NULL, "1", "recipients per second of an account in the sandbox") \
X("production_daily",     production_daily,     INT,    1, 1000000000, NULL, "50000", "recipients per 24 hours of an account that leaves the sandbox, unless set otherwise") \
X("production_rate",      production_rate,      INT,    1, 1000000, NULL, "14", "recipients per second of an account that leaves the sandbox, unless set otherwise") \
X("journal",              journal,              STRING, 1, 4000, NULL, "/var/lib/sendward/journal", "folder where the milter notes what leaves, until it is in the store; owned by the option user") \
X("journal_sync",         journal_sync,         ENUM,   0, 0, "no|yes", "yes", "a message that leaves is answered when the disk has what was noted of it, so that a power cut takes no note away; no: when the system has it, which outlives the end of any process") \
X("mail_log",             mail_log,             STRING, 0, 4000, NULL, "", "log file of Postfix or Sendmail that deliveries and delays are read from; empty: no such events") \
X("postfix_dir",          postfix_dir,          STRING, 0, 900, NULL, "", "folder of the main.cf that sendwardctl doctor looks at, and setup postfix and pool transports write to; empty: Postfix's own, /etc/postfix as a rule") \
X("retention_days",       retention_days,       INT,    1, 3650, NULL, "30", "how long messages, events and reports are kept") \
X("simulator_domain",     simulator_domain,     STRING, 0, 253, NULL, "", "domain of the mailbox simulator, open to accounts in the sandbox, such as simulator.example.com; empty: none") \
X("simulator_aws",        simulator_aws,        ENUM,   0, 0, "no|yes", "no", "simulator.amazonses.com is the mailbox simulator, too") \
X("trusted_daemon_name",  trusted_daemon_name,  STRING, 0, 64, NULL, "sendward-unix", "milter macro {daemon_name} of the private smtpd whose AUTH= names the account; empty: none") \
X("trusted_login",        trusted_login,        STRING, 0, 255, NULL, "", "login whose AUTH= names the account; empty: none") \
X("log.target",           log_target,           STRING, 1, 255, NULL, "syslog", "syslog, stderr, or a file") \
X("log.level",            log_level,            ENUM,   0, 0, "debug|info|warn|error", "info", "least level that is logged") \
X("milter.socket",        milter_socket,        STRING, 4, 200, NULL, "unix:/run/sendward/milter.sock", "where sendward-milter listens: unix:PATH or inet:PORT@ADDRESS") \
X("milter.socket_mode",   milter_socket_mode,   STRING, 3, 5, NULL, "0666", "permissions of the milter's unix socket, octal") \
X("milter.timeout_sec",   milter_timeout_sec,   INT,    10, 86400, NULL, "7210", "silence after which the milter closes a connection") \
X("milter.max_header_bytes", milter_max_header_bytes, INT, 4096, 16777216, NULL, "1048576", "all header fields of a message together") \
X("milter.max_headers",   milter_max_headers,   INT,    10, 100000, NULL, "1000", "header fields of a message") \
X("milter.quota",         milter_quota,         ENUM,   0, 0, "no|yes", "no", "the milter counts, too, recipient by recipient: for Sendmail, which asks no policy server; sendward-policyd then counts nothing") \
X("policy.socket",        policy_socket,        STRING, 4, 200, NULL, "unix:/run/sendward/policy.sock", "where sendward-policyd listens: unix:PATH or inet:PORT@ADDRESS") \
X("policy.socket_mode",   policy_socket_mode,   STRING, 3, 5, NULL, "0666", "permissions of the policy server's unix socket, octal") \
X("policy.release_socket", policy_release_socket, STRING, 0, 100, NULL, "", "where sendward-milter tells sendward-policyd of messages that were refused, so that they are not counted: path of a socket for datagrams; empty: release.sock beside policy.socket, or in /run/sendward when that is no unix socket") \
X("policy.max_connections", policy_max_connections, INT, 10, 100000, NULL, "2000", "connections that the policy server holds at once") \
X("policy.timeout_sec",   policy_timeout_sec,   INT,    1, 86400, NULL, "30", "time in which a started request must be complete") \
X("policy.idle_sec",      policy_idle_sec,      INT,    10, 86400, NULL, "1200", "silence between requests after which the policy server closes a connection") \
X("dns.servers",          dns_servers,          STRING, 0, 1000, NULL, "", "name servers to ask, separated by spaces, each ADDRESS or ADDRESS@PORT; empty: those of /etc/resolv.conf") \
X("dns.trust_anchor_file", dns_trust_anchor_file, STRING, 0, 4000, NULL, "", "DNSSEC trust anchor, such as /usr/share/dns/root.key; answers are then validated; empty: they are not") \
X("dns.timeout_sec",      dns_timeout_sec,      INT,    1, 60, NULL, "5", "how long one look-up may take") \
X("dkim.zone",            dkim_zone,            STRING, 0, 180, NULL, "", "zone of the operator's that the CNAME records of Easy DKIM point into; empty: no Easy DKIM") \
X("dkim.update_server",   dkim_update_server,   STRING, 0, 300, NULL, "", "ADDRESS@PORT of the name server that takes updates of dkim.zone (RFC 2136); empty: the operator includes what `sendwardctl dkim zone` prints") \
X("dkim.update_key_file", dkim_update_key_file, STRING, 0, 4000, NULL, "", "TSIG key for these updates, one line ALGORITHM:NAME:BASE64, mode 0400, owned by the option user") \
X("dkim.ttl_sec",         dkim_ttl_sec,         INT,    1, 86400, NULL, "3600", "time to live of records in dkim.zone; a new key signs when it has been there that long") \
X("dkim.rotate_days",     dkim_rotate_days,     INT,    0, 3650, NULL, "180", "age at which a signing key is replaced; 0: never by itself") \
X("dkim.operator_domain", dkim_operator_domain, STRING, 0, 253, NULL, "", "domain of the operator's that signs every message a second time, with a Feedback-ID field; empty: none") \
X("dkim.operator_selector", dkim_operator_selector, STRING, 1, 63, NULL, "sendward", "selector of that signature") \
X("dkim.operator_key_file", dkim_operator_key_file, STRING, 1, 4000, NULL, "/etc/sendward/operator.key", "its private key, PEM, mode 0400; `sendwardctl dkim operator` makes it") \
X("mail_from_mx",         mail_from_mx,         STRING, 0, 253, NULL, "", "host that the MX record of a customer's MAIL FROM domain names; empty: bounce_domain") \
X("spf_include",          spf_include,          STRING, 0, 253, NULL, "", "domain whose SPF record customers include; empty: bounce_domain") \
X("mail.server",          mail_server,          STRING, 6, 1000, NULL, "smtp://127.0.0.1:25", "where sendward hands in the letters it writes itself: smtp://HOST:PORT, or unix:PATH of an smtpd") \
X("mail.from",            mail_from,            STRING, 0, 320, NULL, "", "their sender; empty: none are written, and addresses cannot be confirmed") \
X("mail.operator",        mail_operator,        STRING, 0, 320, NULL, "", "who hears of requests for production access, and of what concerns accounts without a contact; empty: nobody") \
X("feedback.socket",      feedback_socket,      STRING, 4, 200, NULL, "unix:/run/sendward/feedback.sock", "where sendward-feedback takes reports by LMTP: unix:PATH or inet:PORT@ADDRESS") \
X("feedback.socket_mode", feedback_socket_mode, STRING, 3, 5, NULL, "0666", "permissions of its unix socket, octal") \
X("feedback.max_connections", feedback_max_connections, INT, 1, 10000, NULL, "100", "LMTP connections that it holds at once") \
X("feedback.timeout_sec", feedback_timeout_sec, INT,    1, 86400, NULL, "300", "silence after which it closes a connection") \
X("feedback.max_report_bytes", feedback_max_report_bytes, INT, 65536, 67108864, NULL, "1048576", "what is read and kept of a report; the rest of a longer one is taken and left out") \
X("feedback.rules_file",  feedback_rules_file,  STRING, 0, 4000, NULL, "", "rules that classify bounces; empty: bounce.rules as it was installed with the program, in /usr/share/sendward as a rule") \
X("feedback.local_rules_file", feedback_local_rules_file, STRING, 0, 4000, NULL, "", "rules of the operator's own, asked before those; empty: none") \
X("feedback.unmatched_most", feedback_unmatched_most, INT, 0, 1000000, NULL, "1000", "reports kept that belong to nobody") \
X("suppression.bounce_days", suppression_bounce_days, INT, 0, 36500, NULL, "0", "how long an address that bounced stays on the list; 0: until it is removed") \
X("suppression.complaint_days", suppression_complaint_days, INT, 0, 36500, NULL, "0", "how long one that complained stays on it; 0: until it is removed") \
X("reputation.volume",    reputation_volume,    INT,    100, 1000000000, NULL, "10000", "representative volume: the newest recipients that bounce and complaint rates are made of") \
X("reputation.window_days", reputation_window_days, INT, 1, 365, NULL, "90", "of these, none older than that") \
X("reputation.minimum",   reputation_minimum,   INT,    1, 1000000000, NULL, "500", "below so many recipients only what is beyond doubt counts: sendward(7) has the formula") \
X("reputation.bounce_review", reputation_bounce_review, STRING, 1, 20, NULL, "5", "percent of hard bounces from which an account is under review") \
X("reputation.bounce_pause", reputation_bounce_pause, STRING, 1, 20, NULL, "10", "percent of hard bounces from which it is paused") \
X("reputation.complaint_review", reputation_complaint_review, STRING, 1, 20, NULL, "0.1", "percent of complaints from which an account is under review") \
X("reputation.complaint_pause", reputation_complaint_pause, STRING, 1, 20, NULL, "0.5", "percent of complaints from which it is paused") \
X("notify.private_addresses", notify_private_addresses, ENUM, 0, 0, "refuse|allow", "refuse", "webhooks to loopback, link-local and private addresses") \
X("notify.ca_file",       notify_ca_file,       STRING, 0, 4000, NULL, "", "certificates that webhooks' servers are checked against, PEM; empty: the system's") \
X("notify.command_dir",   notify_command_dir,   STRING, 0, 4000, NULL, "", "folder of programs that subscriptions may run, owned by root; empty: none may be run") \
X("notify.command_user",  notify_command_user,  STRING, 1, 32, NULL, "nobody", "system user that they run as") \
X("notify.command_sec",   notify_command_sec,   INT,    1, 3600, NULL, "30", "how long one may take") \
X("notify.parallel",      notify_parallel,      INT,    1, 1000, NULL, "50", "deliveries to webhooks at once") \
X("api.listen",           api_listen,           STRING, 3, 300, NULL, "127.0.0.1:8025", "where sendward-apid listens: ADDRESS:PORT, IPv6 in brackets") \
X("api.url",              api_url,              STRING, 0, 1000, NULL, "", "how its users reach it, such as https://mail.example.com:8025, for links in letters; empty: made from api.listen") \
X("api.proxies",          api_proxies,          STRING, 0, 1000, NULL, "", "reverse proxies before sendward-apid: addresses or networks with spaces between them, whose X-Forwarded-For says who the client is; empty: it is whoever connects") \
X("api.tls_certificate_file", api_tls_certificate_file, STRING, 0, 4000, NULL, "", "certificate chain, PEM; empty: no TLS") \
X("api.tls_key_file",     api_tls_key_file,     STRING, 0, 4000, NULL, "", "its private key, PEM, mode 0400, owned by the option user: a reload reads it again") \
X("api.import_dir",       api_import_dir,       STRING, 0, 4000, NULL, "", "folder whose files DIR/ACCOUNT/BUCKET/KEY import jobs of the API may name as s3://BUCKET/KEY; empty: none") \
X("api.max_connections",  api_max_connections,  INT,    10, 100000, NULL, "1000", "connections that it holds at once") \
X("api.max_connections_per_address", api_max_connections_per_address, INT, 1, 100000, NULL, "250", "of these, from one address") \
X("api.max_header_bytes", api_max_header_bytes, INT,    4096, 1048576, NULL, "32768", "request line and header fields of a request") \
X("api.max_body_bytes",   api_max_body_bytes,   INT,    1024, 2147483647, NULL, "65536", "body of a request for a page") \
X("api.submission",       api_submission,       STRING, 6, 1000, NULL, "unix:/var/spool/postfix/public/sendward", "where sendward-apid hands mail in: the socket of the MTA's private listener, which bears the name of the option trusted_daemon_name; or smtp://HOST:PORT of one that nobody else can reach") \
X("api.regions",          api_regions,          STRING, 0, 1000, NULL, "", "regions for which requests may be signed, with blanks between them; empty: any") \
X("api.calls_per_second", api_calls_per_second, INT,    1, 1000000, NULL, "20", "calls of one credential that do not send; twice as many at once") \
X("api.max_request_bytes", api_max_request_bytes, INT, 65536, 1073741824, NULL, "67108864", "body of a call of the API: a message of 40 MB is 56 MB there") \
X("api.max_pending_bytes", api_max_pending_bytes, INT, 1048576, 2147483647, NULL, "268435456", "bodies larger than api.max_body_bytes, of all calls in hand together; beyond it they are answered 503") \
X("api.senders",          api_senders,          INT,    1, 1000, NULL, "64", "threads for calls that take long, such as sending: at most so many at once") \
X("api.timeout_sec",      api_timeout_sec,      INT,    1, 3600, NULL, "15", "time in which a request must be complete, and silence after which a connection is closed") \
X("console.session_hours", console_session_hours, INT, 1, 8760, NULL, "12", "a person who signed in to the console is signed out after so many hours") \
X("console.idle_minutes", console_idle_minutes, INT, 1, 525600, NULL, "60", "and after so many minutes in which his browser asked nothing") \
X("console.dir",          console_dir,          STRING, 0, 4000, NULL, "", "files of the console, the page for people under /console/; empty: as they were installed with the program, in /usr/share/sendward/console as a rule; none: there is no console") \
X("console.chart_js",     console_chart_js,     STRING, 0, 4000, NULL, "/usr/share/javascript/chart.js/chart.min.js", "Chart.js, which draws the console's charts; without it there are tables alone") \
X("console.smtp_host",    console_smtp_host,    STRING, 0, 253, NULL, "", "SMTP server that the console tells people to use, such as smtp.example.com; empty: the host of api.url") \
X("console.smtp_ports",   console_smtp_ports,   STRING, 1, 100, NULL, "587 465", "its ports, separated by spaces: 465, and others with /tls behind them, with TLS from the beginning, the rest with STARTTLS") \
X("console.files_dir",    console_files_dir,    STRING, 1, 4000, NULL, "/var/lib/sendward/files", "folder of exports that wait to be fetched and of uploads that wait to be read; made when it is not there, mode 0700")
/* clang-format on */

/* Beside the table: networks = ( { cidr = "192.0.2.0/24"; account = "shop"; }, … )
 * gives accounts to clients that relay by address. */
#define CONF_MAX_NETWORKS 4096

#endif
