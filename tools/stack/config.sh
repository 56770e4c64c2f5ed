# Writes the private stack's configuration files. Sourced by quickstart; needs
# say(), RUN, SOCKETS, the ports and POSTFIX_ROOT. conf/examples/ holds the same
# lines for a real server, with the reason for each.

# write_file PATH < text: leaves an equal file alone; true when it changed.
write_file()
{
	cat >"$1.new"
	if cmp -s "$1.new" "$1"; then
		rm -f "$1.new"
		return 1
	fi
	mv "$1.new" "$1"
}

# The store's url may hold a password: root and the programs read such a file.
own_url_file()
{
	case $STORE in
	*://*)
		chown "${SENDWARD_USER:-root}:$(id -gn "$STACK_USER")" "$1"
		chmod 640 "$1"
		;;
	*) chmod 644 "$1" ;;
	esac
}

# RUN is short enough (find_run) for every socket's name.
choose_sockets()
{
	SOCKETS=$RUN/s
	mkdir -p "$SOCKETS"
	MILTER_SOCKET=unix:$SOCKETS/milter.sock
	POLICY_SOCKET=unix:$SOCKETS/policy.sock
	FEEDBACK_SOCKET=unix:$SOCKETS/feedback.sock
}

# Keeps the ports of a former start where they are still free or ours.
choose_ports()
{
	local SMTP_PORT= SMTPS_PORT= MX_PORT= DNS_PORT= NEXTHOP_PORT= LETTER_PORT=
	local API_PORT= held
	[ ! -e "$RUN/ports" ] || . "$RUN/ports"
	held=$(is_alive postfix && echo '!')
	/usr/bin/python3 "$SRC/tools/free-ports.py" \
		"SMTP_PORT=$SMTP_PORT$held" "SMTPS_PORT=$SMTPS_PORT$held" \
		"MX_PORT=$MX_PORT$held" \
		"DNS_PORT=$DNS_PORT$(is_alive dns && echo '!')" \
		"NEXTHOP_PORT=$NEXTHOP_PORT$(is_alive nexthop && echo '!')" \
		"LETTER_PORT=$LETTER_PORT$held" \
		"API_PORT=$API_PORT$(is_alive apid && echo '!')" \
		>"$RUN/ports.new" && mv "$RUN/ports.new" "$RUN/ports"
}

make_folders()
{
	mkdir -p "$RUN"/{pids,log,outbox,dns/db,dovecot,secret,store,journal,leases,files} \
		"$RUN"/postfix/{etc,spool,data,log}
	chmod 755 "$RUN" "$RUN"/{postfix,postfix/spool,dns,dovecot}
	chmod 700 "$RUN/secret" "$RUN/postfix/data"
	chown postfix "$RUN/postfix/data"
	chown "$STACK_USER:" "$RUN"/{store,journal,leases,files}
	chmod 700 "$RUN/files"
	chmod 750 "$RUN"/{store,journal,leases}
	[ -s "$RUN/secret/master.key" ] ||
		(umask 277 && head -c 32 /dev/urandom >"$RUN/secret/master.key")
}

# For TLS at submission; clients that check it are told to trust it.
make_certificate()
{
	SMTP_CA=$RUN/tls.crt
	[ -s "$SMTP_CA" ] || openssl req -x509 -newkey rsa:2048 -nodes -days 3650 \
		-subj /CN=localhost -addext "subjectAltName=DNS:localhost,IP:127.0.0.1" \
		-keyout "$RUN/secret/tls.key" -out "$SMTP_CA" 2>"$RUN/log/openssl.log" ||
		die "no certificate: $(tail -n 1 "$RUN/log/openssl.log")"
}

# A copy: the programs' user may not search the folders above the source.
copy_rules()
{
	[ -e "$SRC/report/bounce.rules" ] || return 1
	write_file "$RUN/bounce.rules" <"$SRC/report/bounce.rules"
}

# A copy, too: anew at each start, which a reload shows.
copy_console()
{
	[ -d "$SRC/console" ] || return 0
	rm -rf "$RUN/console"
	cp -r "$SRC/console" "$RUN/console"
	chmod -R a+rX "$RUN/console"
}

write_sendward_conf()
{
	# A file that somebody has changed stays, unless the folder was moved.
	if grep -qsF "\"$STORE_URL\"" "$RUN/sendward.conf" &&
		grep -qF "\"$MILTER_SOCKET\"" "$RUN/sendward.conf" &&
		grep -qF "update_server" "$RUN/sendward.conf" &&
		grep -qF "$LETTERS_FROM" "$RUN/sendward.conf" &&
		grep -qF "public/sendward" "$RUN/sendward.conf" &&
		grep -qF "files_dir" "$RUN/sendward.conf" &&
		grep -qF "postfix_dir" "$RUN/sendward.conf" &&
		grep -qF "$SIMULATOR_DOMAIN" "$RUN/sendward.conf"; then
		sed -i -E -e "s/\"127\.0\.0\.1@[0-9]+\"/\"$DNS_SERVER\"/" \
			-e "s/\"127\.0\.0\.1:[0-9]+\"/\"127.0.0.1:$API_PORT\"/" \
			-e "s,http://127\.0\.0\.1:[0-9]+,$ENDPOINT," \
			-e "s,smtp://127\.0\.0\.1:[0-9]+,smtp://127.0.0.1:$LETTER_PORT," \
			"$RUN/sendward.conf"
		own_url_file "$RUN/sendward.conf"
		return 0
	fi
	(umask 027 && write_file "$RUN/sendward.conf") <<-END
	mode = "enforce";
	store = "$STORE_URL";
	host = "${STACK_HOST:-}";
	master_key_file = "$RUN/secret/master.key";
	user = "${SENDWARD_USER-$STACK_USER}";
	bounce_domain = "$BOUNCE_DOMAIN";
	simulator_domain = "$SIMULATOR_DOMAIN";
	journal = "$RUN/journal";
	mail_log = "$RUN/postfix/log/mail.log";
	postfix_dir = "$RUN/postfix/etc";
	log = { target = "stderr"; level = "info"; };
	milter = { socket = "$MILTER_SOCKET"; };
	policy = { socket = "$POLICY_SOCKET"; };
	feedback = {
	  socket = "$FEEDBACK_SOCKET";
	  rules_file = "$RUN/bounce.rules";
	};
	dns = { servers = "$DNS_SERVER"; };
	dkim = {
	  zone = "$DKIM_ZONE";
	  update_server = "$DNS_SERVER";
	  update_key_file = "$RUN/dns/sendward.key";
	  ttl_sec = 1;
	};
	mail = {
	  server = "smtp://127.0.0.1:$LETTER_PORT";
	  from = "$LETTERS_FROM";
	  operator = "operator@mail.example";
	};
	console = {
	  dir = "$RUN/console";
	  files_dir = "$RUN/files";
	  smtp_host = "$SMTP_HOST";
	  smtp_ports = "$SMTP_PORT $SMTPS_PORT/tls";
	};
	# Webhooks of this stack are on this host.
	notify = { private_addresses = "allow"; };
	api = {
	  listen = "127.0.0.1:$API_PORT";
	  url = "$ENDPOINT";
	  submission = "unix:$RUN/postfix/spool/public/sendward";
	  # Scenarios call more often than people.
	  calls_per_second = 1000;
	};
	END
	own_url_file "$RUN/sendward.conf"
}

# TSIG keys, as ALGORITHM:NAME:BASE64: `stack` changes example. and test.,
# `sendward` the zone of Easy DKIM alone.
make_tsig_keys()
{
	local name
	for name in stack sendward; do
		[ -s "$RUN/dns/$name.key" ] || (umask 377 &&
			echo "hmac-sha256:$name:$(head -c 32 /dev/urandom |
				base64)" >"$RUN/dns/$name.key")
	done
	[ -z "${SENDWARD_USER-$STACK_USER}" ] ||
		chown "${SENDWARD_USER-$STACK_USER}" "$RUN/dns/sendward.key"
}

# A zone that only updates write; it outlives a restart in its file.
make_dkim_zone()
{
	[ -s "$RUN/dns/$DKIM_ZONE.zone" ] || cat >"$RUN/dns/$DKIM_ZONE.zone" <<-END
	\$TTL 1
	$DKIM_ZONE. SOA ns.example. hostmaster.example. 1 3600 600 86400 1
	$DKIM_ZONE. NS ns.example.
	END
}

write_dns_conf()
{
	local zone key
	make_tsig_keys
	make_dkim_zone
	{
		cat <<-END
		server:
		    listen: 127.0.0.1@$DNS_PORT
		    rundir: "$SOCKETS"
		    pidfile: "$RUN/dns/knot.pid"
		    udp-workers: 1
		    tcp-workers: 1
		    background-workers: 1
		control:
		    listen: "$SOCKETS/knot.ctl"
		database:
		    storage: "$RUN/dns/db"
		log:
		  - target: stderr
		    any: notice
		key:
		END
		for key in stack sendward; do
			printf '  - id: %s\n    algorithm: hmac-sha256\n' $key
			printf '    secret: %s\n' "$(cut -d: -f3 "$RUN/dns/$key.key")"
		done
		echo acl:
		for key in stack sendward; do
			printf '  - id: %s\n    key: %s\n    action: update\n' \
				$key $key
		done
		cat <<-END
		template:
		  - id: default
		    storage: "$RUN/dns"
		    file: "%s.zone"
		    zonefile-load: whole
		    zonefile-sync: -1
		    journal-content: none
		    acl: stack
		zone:
		  - domain: example
		  - domain: test
		  - domain: $DKIM_ZONE
		    zonefile-sync: 0
		    acl: sendward
		END
	} | (umask 077 && write_file "$RUN/dns/knot.conf")
}

write_dovecot_conf()
{
	(umask 027 && write_file "$RUN/dovecot/dovecot-sql.conf.ext") <<-END
	driver = $DOVECOT_DRIVER
	connect = $DOVECOT_CONNECT
	password_query = SELECT username AS user, password FROM dovecot_passdb \\
	  WHERE username = '%u'
	END
	own_url_file "$RUN/dovecot/dovecot-sql.conf.ext"
	# Logins of "an existing mail setup", with passwords of their own.
	[ -e "$RUN/dovecot/users" ] || : >"$RUN/dovecot/users"
	chmod 644 "$RUN/dovecot/users"
	write_file "$RUN/dovecot/dovecot.conf" <<-END
	base_dir = $SOCKETS/dovecot
	state_dir = $SOCKETS/dovecot
	log_path = $RUN/log/dovecot.log
	protocols =
	listen = 127.0.0.1
	ssl = no
	disable_plaintext_auth = no
	auth_mechanisms = plain login
	auth_username_format = %u
	auth_failure_delay = 0
	auth_cache_size = 0
	default_internal_user = $STACK_USER
	default_internal_group = $(id -gn "$STACK_USER")
	passdb {
	  driver = sql
	  args = $RUN/dovecot/dovecot-sql.conf.ext
	}
	passdb {
	  driver = passwd-file
	  args = scheme=PLAIN username_format=%u $RUN/dovecot/users
	}
	userdb {
	  driver = static
	  args = uid=65534 gid=65534 home=/nonexistent
	}
	service auth {
	  user = $STACK_USER
	  unix_listener $SOCKETS/auth.sock {
	    mode = 0666
	  }
	}
	service auth-worker {
	  user = $STACK_USER
	}
	service anvil {
	  unix_listener anvil-auth-penalty {
	    mode = 0
	  }
	}
	END
}

write_main_cf()
{
	{
		cat <<-END
		compatibility_level = 3.6
		queue_directory = $RUN/postfix/spool
		data_directory = $RUN/postfix/data
		maillog_file = $RUN/postfix/log/mail.log
		maillog_file_prefixes = $RUN/postfix/log
		mail_owner = postfix
		setgid_group = postdrop
		inet_interfaces = 127.0.0.1
		inet_protocols = ipv4
		myhostname = mail.sendward.example
		mydestination =
		local_recipient_maps =
		local_transport = error:5.1.1 no mailbox here
		alias_maps =
		alias_database =
		smtpd_peername_lookup = no
		smtpd_error_sleep_time = 0
		smtpd_tls_security_level = none
		smtp_tls_security_level = none
		biff = no
		in_flow_delay = 0
		mailbox_size_limit = 0
		# sendward says what is too large; Postfix stands behind it.
		message_size_limit = 62914560
		# The world: everything goes to the next hop.
		relayhost = [${RELAY%:*}]:${RELAY##*:}
		relay_domains = hash:$RUN/postfix/etc/sendward_domains, demo.example
		transport_maps = hash:$RUN/postfix/etc/sendward_domains
		smtp_dns_support_level = disabled
		smtp_host_lookup = native
		# Try again soon: nobody wants to wait here.
		minimal_backoff_time = 2s
		maximal_backoff_time = 10s
		queue_run_delay = 2s
		# What sendward needs (conf/examples/postfix-main.cf says why).
		enable_long_queue_ids = yes
		smtpd_discard_ehlo_keywords = dsn
		smtpd_authorized_verp_clients =
		smtputf8_enable = no
		disable_mime_output_conversion = yes
		smtp_line_length_limit = 0
		smtpd_milters = $MILTER_SOCKET
		non_smtpd_milters =
		internal_mail_filter_classes =
		milter_protocol = 6
		milter_default_action = tempfail
		milter_connect_timeout = 30s
		milter_command_timeout = 30s
		milter_content_timeout = 300s
		sendward_policy = check_policy_service { $POLICY_SOCKET,
		  timeout=30s, try_limit=2,
		  { default_action = 451 4.3.0 Temporary service failure } }
		sendward_policy_private = check_policy_service { $POLICY_SOCKET,
		  timeout=30s, try_limit=2, policy_context=sendward-unix,
		  { default_action = 451 4.3.0 Temporary service failure } }
		END
		[ -z "$POSTFIX_ROOT" ] || cat <<-END
		daemon_directory = $POSTFIX_ROOT/usr/lib/postfix/sbin
		shlib_directory = $POSTFIX_ROOT/usr/lib/postfix
		command_directory = $POSTFIX_ROOT/usr/sbin
		meta_directory = $POSTFIX_ROOT/etc/postfix
		sendmail_path = $POSTFIX_ROOT/usr/sbin/sendmail
		newaliases_path = $POSTFIX_ROOT/usr/bin/newaliases
		mailq_path = $POSTFIX_ROOT/usr/bin/mailq
		import_environment = MAIL_CONFIG MAIL_LOGTAG TZ LANG=C LD_LIBRARY_PATH
		END
	} | write_file "$RUN/postfix/etc/main.cf"
}

# Only with a login: at one port STARTTLS is offered, at the other TLS is first.
write_submission()
{
	cat <<-END
	127.0.0.1:$1 inet n - n - - smtpd
	  -o syslog_name=postfix/$2
	  -o smtpd_tls_cert_file=$SMTP_CA
	  -o smtpd_tls_key_file=$RUN/secret/tls.key
	  -o $3
	  -o smtpd_sasl_auth_enable=yes
	  -o smtpd_sasl_type=dovecot
	  -o smtpd_sasl_path=$SOCKETS/auth.sock
	  -o smtpd_sasl_security_options=noanonymous
	  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
	  -o smtpd_recipient_restrictions=
	  -o smtpd_data_restrictions=\$sendward_policy
	  -o local_header_rewrite_clients=
	END
}

write_master_cf()
{
	{
		write_submission "$SMTP_PORT" submission smtpd_tls_security_level=may
		write_submission "$SMTPS_PORT" submissions smtpd_tls_wrappermode=yes
		cat <<-END
		127.0.0.1:$MX_PORT inet n - n - - smtpd
		  -o syslog_name=postfix/mx
		  -o smtpd_relay_restrictions=reject_unauth_destination
		  -o smtpd_data_restrictions=\$sendward_policy
		127.0.0.1:$LETTER_PORT inet n - n - - smtpd
		  -o syslog_name=postfix/letters
		  -o smtpd_relay_restrictions=permit_mynetworks,reject
		sendward unix n - n - - smtpd
		  -o syslog_name=postfix/sendward
		  -o smtpd_relay_restrictions=permit_mynetworks,reject
		  -o smtpd_data_restrictions=\$sendward_policy_private
		  -o local_header_rewrite_clients=
		  -o { milter_macro_daemon_name = sendward-unix }
		END
		cat <<-'END'
		pickup unix n - n 60 1 pickup
		cleanup unix n - n - 0 cleanup
		qmgr unix n - n 300 1 qmgr
		tlsmgr unix - - n 1000? 1 tlsmgr
		rewrite unix - - n - - trivial-rewrite
		bounce unix - - n - 0 bounce
		defer unix - - n - 0 bounce
		trace unix - - n - 0 bounce
		verify unix - - n - 1 verify
		flush unix n - n 1000? 0 flush
		proxymap unix - - n - - proxymap
		smtp unix - - n - - smtp
		relay unix - - n - - smtp
		showq unix n - n - - showq
		error unix - - n - - error
		retry unix - - n - - error
		discard unix - - n - - discard
		lmtp unix - - n - - lmtp
		sendward-lmtp unix - - n - 4 lmtp
		anvil unix - - n - 1 anvil
		scache unix - - n - 1 scache
		postlog unix-dgram n - n - 1 postlogd
		END
	} | write_file "$RUN/postfix/etc/master.cf"
}

# Whose mail goes to sendward-feedback, as `setup postfix` prints it.
map_domains()
{
	local map=$RUN/postfix/etc/sendward_domains
	ctl setup postfix | sed '1,/^# ==== .*sendward_domains/d; /^#/d' |
		write_file "$map" || [ ! -e "$map.db" ] || return 0
	postfix_tool postmap "hash:$map" || die "no map of domains: $map"
	# It would see the new map by itself, ten seconds later.
	! is_alive postfix ||
		postfix_run reload >>"$RUN/log/postfix.log" 2>&1
}

# run/env: what scripts source. Secrets are in it: only root reads it.
write_env()
{
	local name
	(
		umask 077
		for name in SMTP_HOST SMTP_PORT SMTPS_PORT SMTP_CA MX_PORT SMTP_USER SMTP_PASS FROM \
			SANDBOX_USER SANDBOX_PASS SANDBOX_FROM SANDBOX_TO \
			AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_REGION \
			AWS_DEFAULT_REGION OUTBOX \
			MILTER_SOCKET POLICY_SOCKET FEEDBACK_SOCKET DNS_SERVER \
			BOUNCE_DOMAIN SIMULATOR_DOMAIN \
			SENDWARD_CONF SENDWARDCTL STORE DB STORE_URL ENDPOINT \
			CONSOLE_URL CONSOLE_USER CONSOLE_PASS \
			CONSOLE_DEMO_USER CONSOLE_DEMO_PASS; do
			[ -z "${!name:-}" ] || printf '%s=%q\n' "$name" "${!name}"
		done >"$RUN/env.new"
	)
	mv "$RUN/env.new" "$RUN/env"
}
