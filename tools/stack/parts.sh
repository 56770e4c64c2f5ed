# Starts, watches and stops the parts of the private stack, each by the process
# id in run/pids. Sourced by quickstart; needs say() and die() and RUN.

# A pid counts only while it is the process that was started: the file
# NAME.born holds its start time (field 22 of /proc/PID/stat).
born_of()
{
	sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20
}

pid_of()
{
	cat "$RUN/pids/$1" 2>/dev/null
}

is_alive()
{
	local pid
	pid=$(pid_of "$1")
	[ -n "$pid" ] && [ -n "$(born_of "$pid")" ] &&
		[ "$(born_of "$pid")" = "$(cat "$RUN/pids/$1.born" 2>/dev/null)" ] &&
		! grep -q '^State:[[:space:]]*Z' "/proc/$pid/status"
}

note_pid()
{
	echo "$2" >"$RUN/pids/$1.new"
	born_of "$2" >"$RUN/pids/$1.born"
	mv "$RUN/pids/$1.new" "$RUN/pids/$1"
}

# launch NAME COMMAND...: in the background, in its own session, output to
# run/log/NAME.log.
launch()
{
	local name=$1
	shift
	setsid "$@" </dev/null >>"$RUN/log/$name.log" 2>&1 9>&- &
	note_pid "$name" $!
	disown
}

# wait_until SECONDS COMMAND...
wait_until()
{
	local left=$(($1 * 20))
	shift
	until "$@"; do
		left=$((left - 1))
		[ $left -gt 0 ] || return 1
		sleep 0.05
	done
}

port_open()
{
	(exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

socket_open()
{
	/usr/bin/python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])' "$1" 2>/dev/null
}

start_failed()
{
	tail -n 12 "$RUN/log/$1.log" >&2
	die "$1 did not start; its log: $RUN/log/$1.log"
}

# come_up NAME TEST...: waits for a launched part, dies with its log.
come_up()
{
	local name=$1 left=400
	shift
	until "$@"; do
		left=$((left - 1))
		[ $left -gt 0 ] && is_alive "$name" || start_failed "$name"
		sleep 0.05
	done
}

# stop_part NAME: TERM, then KILL after 15 s; only the process that we started.
stop_part()
{
	local name=$1 pid
	if is_alive "$name"; then
		pid=$(pid_of "$name")
		kill -TERM "$pid" 2>/dev/null
		wait_until 15 part_gone "$name" || kill -KILL "$pid" 2>/dev/null
	fi
	rm -f "$RUN/pids/$name" "$RUN/pids/$name.born"
}

part_gone()
{
	! is_alive "$1"
}

start_dns()
{
	is_alive dns && return
	"$SRC/tools/dnszone.py" "$RUN/dns" "$DNS_SERVER" init
	launch dns knotd -c "$RUN/dns/knot.conf"
	come_up dns dns_answers
}

dns_answers()
{
	/usr/bin/python3 - "$DNS_PORT" <<-'END' 2>/dev/null
	import dns.message, dns.query, sys
	q = dns.message.make_query("example.", "SOA")
	a = dns.query.udp(q, "127.0.0.1", port=int(sys.argv[1]), timeout=0.5)
	sys.exit(0 if a.answer else 1)
	END
}

start_nexthop()
{
	is_alive nexthop && return
	launch nexthop /usr/bin/python3 "$SRC/tools/nexthop.py" \
		--port "$NEXTHOP_PORT" --outbox "$RUN/outbox"
	come_up nexthop port_open "$NEXTHOP_PORT"
}

start_dovecot()
{
	is_alive dovecot && return
	# Left behind when the master was killed.
	rm -f "$SOCKETS/dovecot/master.pid"
	launch dovecot dovecot -F -c "$RUN/dovecot/dovecot.conf"
	come_up dovecot socket_open "$SOCKETS/auth.sock"
}

# start_ours NAME PROGRAM SOCKET
start_ours()
{
	is_alive "$1" && return
	launch "$1" "$2" -c "$RUN/sendward.conf" -f
	come_up "$1" socket_open "$3"
}

start_apid()
{
	is_alive apid && return
	launch apid "$BUILD/api/sendward-apid" -c "$RUN/sendward.conf" -f
	come_up apid port_open "$API_PORT"
}

start_jobd()
{
	is_alive jobd || [ ! -x "$BUILD/jobs/sendward-jobd" ] && return
	# It listens nowhere: its log says when it is ready.
	launch jobd "$BUILD/jobs/sendward-jobd" -c "$RUN/sendward.conf" -f
	come_up jobd grep -qF "[$(pid_of jobd)]: daemon.start" \
		"$RUN/log/jobd.log"
}

reload_part()
{
	! is_alive "$1" || kill -HUP "$(pid_of "$1")"
}

# stop_outdated NAME PROGRAM: when the binary is newer than the process.
stop_outdated()
{
	if is_alive "$1" && [ "$2" -nt "$RUN/pids/$1" ]; then
		say "$1 was built anew: restarting it"
		stop_part "$1"
	fi
}

# postfix_tool NAME ARGUMENT...
postfix_tool()
{
	local name=$1
	shift
	LD_LIBRARY_PATH=${POSTFIX_ROOT:+$POSTFIX_ROOT/usr/lib/postfix} \
		"$POSTFIX_ROOT/usr/sbin/$name" -c "$RUN/postfix/etc" "$@"
}

postfix_run()
{
	postfix_tool postfix "$@"
}

start_postfix()
{
	local pid
	if is_alive postfix; then
		return
	fi
	# `postfix start` says why it fails only to a terminal; `check` does not.
	postfix_run start >>"$RUN/log/postfix.log" 2>&1 </dev/null 9>&- ||
		{ tail -n 12 "$RUN/log/postfix.log" "$RUN/postfix/log/mail.log" >&2
		die "Postfix did not start; its log: $RUN/postfix/log/mail.log"; }
	pid=$(tr -d ' ' <"$RUN/postfix/spool/pid/master.pid")
	note_pid postfix "$pid"
	come_up postfix port_open "$SMTP_PORT"
	come_up postfix port_open "$MX_PORT"
}

stop_postfix()
{
	# Stops what `kill` on the master alone would leave behind.
	is_alive postfix && postfix_run stop >>"$RUN/log/postfix.log" 2>&1
	stop_part postfix
}
