# A domain proved by DNS, the first message, one by the API, an address proved by a
# link, a bounce read, three refusals: with public clients (swaks, curl), and what
# came of them.
# Sourced by quickstart; dies when one is not as it must be.

READER=reader@customer.example

domain_proved()
{
	local facts
	facts=$(ctl identity show demo demo.example --offline) ||
		die "there is no demo.example any more"
	say "\`identity show demo demo.example\`, which was looked for in DNS:"
	grep -E '^(status|proved by|DKIM) ' <<<"$facts" | sed 's/^/    /'
}

# send USER PASS FROM TO HEADER-FROM: swaks's transcript on stdout. The password
# goes by the environment: an argument could be read by every user.
send()
{
	SWAKS_OPT_auth_password=$2 swaks --server "$SMTP_HOST:$SMTP_PORT" \
		--auth PLAIN --auth-user "$1" --from "$3" --to "$4" \
		--header "From: $5" --header "Subject: $SUBJECT" \
		--body "Sent by sendward's quickstart." --timeout 30 2>&1
}

# The files of OUTBOX that hold the message with this subject.
delivered()
{
	grep -lF "Subject: $1" "$OUTBOX"/[0-9]* 2>/dev/null
}

is_delivered()
{
	[ -n "$(delivered "$1")" ]
}

# A machine under load may not have its lease of the quota within three seconds: the
# answer is 451 then, and a client comes again. Sets out.
send_patiently()
{
	local left=5 reply
	until out=$(send "$SMTP_USER" "$SMTP_PASS" "$FROM" \
		jane@customer.example "$FROM"); do
		left=$((left - 1))
		reply=$(sed -n 's/^<\*\* *\(4[0-9][0-9] .*\)/\1/p' <<<"$out")
		[ -n "$reply" ] && [ $left -gt 0 ] || return 1
		say "not yet: $reply"
		sleep 2
	done
}

first_message()
{
	local out file verdict
	SUBJECT="quickstart first message $$-$(date +%s)"
	send_patiently || die "the first message was not accepted:"$'\n'"$out"
	say "a message from $FROM to jane@customer.example was accepted:"
	grep -E '^<-  250 2\.0\.0' <<<"$out" | sed 's/^<-  /    /'
	if [ -n "${NEXT_HOP:-}" ]; then
		say "it goes to $NEXT_HOP"
		return
	fi
	wait_until 20 is_delivered "$SUBJECT" ||
		die "it was not delivered: see $RUN/postfix/log/mail.log"
	file=$(delivered "$SUBJECT" | head -n 1)
	say "delivered, with the return path and signature put on it:"
	sed -n -E '/^X-(Mail|Rcpt)-Args:/s/^/    /p' "$file"
	verdict=$(/usr/bin/python3 "$SRC/tools/dkim-verify.py" "$DNS_SERVER" \
		"$file") || die "its DKIM signature does not verify: $verdict"
	say "dkimpy, an independent verifier: $verdict"
}

# By the API, signed by curl. The secret goes by standard input: an argument could
# be read by every user.
by_api()
{
	curl -sS -m 30 --noproxy '*' -K - --aws-sigv4 "aws:amz:$AWS_REGION:ses" \
		-H 'Content-Type: application/json' "$@" \
		<<<"user = \"$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY\"" 2>&1
}

api_message()
{
	local out
	SUBJECT="quickstart message by the API $$-$(date +%s)"
	out=$(by_api "$ENDPOINT/v2/email/outbound-emails" -d '{
		"FromEmailAddress": "'"$FROM"'",
		"Destination": {"ToAddresses": ["jane@customer.example"]},
		"Content": {"Simple": {"Subject": {"Data": "'"$SUBJECT"'"},
		"Body": {"Text": {"Data": "Sent by the API."}}}}}')
	[[ $out =~ \"MessageId\" ]] || die "the API did not send: $out"
	say "the same by Amazon SES's API, POST $ENDPOINT/v2/email/outbound-emails:"
	echo "    $out"
	[ -n "${NEXT_HOP:-}" ] || wait_until 20 is_delivered "$SUBJECT" ||
		die "it was not delivered: see $RUN/postfix/log/mail.log"
}

# The letters to READER, the newest last.
letters()
{
	grep -lF "X-Rcpt-Args: <$READER>" "$OUTBOX"/[0-9]* 2>/dev/null
}

has_new_letter()
{
	[ "$(letters | wc -l)" -gt "$1" ]
}

reader_status()
{
	ctl identity show newcomer $READER --offline 2>/dev/null |
		sed -n 's/^status  *\([A-Z_]*\).*/\1/p'
}

# An address is proved by who reads its mail. Needs the letter: not for NEXT_HOP.
address_proved()
{
	local verb=create before link
	[ -z "${NEXT_HOP:-}" ] && [ "$(reader_status)" != SUCCESS ] || return 0
	before=$(letters | wc -l)
	[ -z "$(reader_status)" ] || verb=resend
	ctl_must identity $verb newcomer $READER
	wait_until 20 has_new_letter "$before" ||
		die "no letter with a link came: see $RUN/log/jobd.log"
	link=$(grep -m 1 -oE "$ENDPOINT/verify/[A-Za-z0-9_-]+" \
		"$(letters | tail -n 1)")
	say "a letter to $READER has this link; its button is pressed:"
	echo "    curl -X POST $link"
	curl -sf -m 10 -o /dev/null -X POST "$link" ||
		die "the link is not taken: see $RUN/log/apid.log"
	[ "$(reader_status)" = SUCCESS ] || die "$READER is $(reader_status)"
	say "$READER is SUCCESS: newcomer may send from it, and to it"
}

story()
{
	ctl message show "$1" 2>/dev/null
}

has_bounced()
{
	story "$1" | grep -qi bounce
}

# The next hop refuses the recipient, Postfix writes the bounce, sendward reads it.
bounce_read()
{
	local out id to=reply-550-5.1.1@dead.example
	[ -z "${NEXT_HOP:-}" ] || return 0
	ctl suppression remove demo $to >/dev/null 2>&1
	SUBJECT="quickstart bounce $$-$(date +%s)"
	out=$(send "$SMTP_USER" "$SMTP_PASS" "$FROM" $to "$FROM") ||
		die "a message to a dead address was not accepted:"$'\n'"$out"
	id=$(sed -n 's/^<-  250 2\.0\.0 .*queued as //p' <<<"$out" | head -n 1)
	wait_until 30 has_bounced "$id" ||
		die "its bounce was not read: see $RUN/log/feedback.log"
	say "a message to $to, a dead address, came back;" \
		"\`message show $id\`:"
	story "$id" | sed 's/^/    /'
	ctl suppression list demo | grep -q "$to" ||
		die "the dead address is not on demo's suppression list"
	say "$to is on demo's suppression list now"
}

# refused PATTERN WHAT USER PASS FROM TO HEADER-FROM
refused()
{
	local pattern=$1 what=$2 out reply
	shift 2
	SUBJECT="quickstart refusal $$-$(date +%s%N)"
	out=$(send "$@") && die "$what: was accepted, and must not be"
	reply=$(sed -n 's/^<\*\* *//p' <<<"$out" | head -n 1)
	[[ $reply =~ $pattern ]] ||
		die "$what: refused with another reply than expected:"$'\n'"$out"
	REFUSED_SUBJECTS+=("$SUBJECT")
	say "refused: $what"
	echo "    $reply"
}

three_refusals()
{
	local subject
	REFUSED_SUBJECTS=()
	refused '^554 5\.7\.1 .*not verified.*boss@bank\.example' \
		"a sender address that demo has not verified" \
		"$SMTP_USER" "$SMTP_PASS" "$FROM" jane@customer.example \
		boss@bank.example
	refused '^554 5\.7\.1 .*not verified.*stranger@customer\.example' \
		"newcomer, still in the sandbox, to an unverified recipient" \
		"$SANDBOX_USER" "$SANDBOX_PASS" "$SANDBOX_FROM" \
		stranger@customer.example "$SANDBOX_FROM"
	refused '^535 ' "a wrong password" "$SMTP_USER" "not-$SMTP_PASS" \
		"$FROM" jane@customer.example "$FROM"
	for subject in "${REFUSED_SUBJECTS[@]}"; do
		is_delivered "$subject" && die "a refused message was delivered"
	done
}

whats_next()
{
	cat <<-END

	The stack is up. Try next:
	  the console, $CONSOLE_URL
	      as the operator: name \$CONSOLE_USER, password \$CONSOLE_PASS of $RUN/env;
	      as a customer: \$CONSOLE_DEMO_USER and \$CONSOLE_DEMO_PASS
	  . $RUN/env; export SWAKS_OPT_auth_password=\$SMTP_PASS
	  swaks --server \$SMTP_HOST:\$SMTP_PORT --auth PLAIN --auth-user \$SMTP_USER \\
	      --from \$FROM --to anyone@customer.example
	  ls \$OUTBOX                                  what was delivered
	  export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_DEFAULT_REGION
	  aws --endpoint-url \$ENDPOINT sesv2 get-account         (package awscli)
	  aws --endpoint-url \$ENDPOINT sesv2 send-email --from-email-address \$FROM \\
	      --destination ToAddresses=anyone@customer.example --content \\
	      'Simple={Subject={Data=Hello},Body={Text={Data="It works."}}}'
	  curl --aws-sigv4 aws:amz:\$AWS_REGION:ses --user \\
	      \$AWS_ACCESS_KEY_ID:\$AWS_SECRET_ACCESS_KEY \$ENDPOINT/v2/email/identities
	  \$SENDWARDCTL -c \$SENDWARD_CONF identity create demo shop.example
	  ./quickstart dns add NAME TYPE VALUE         one of its records; then:
	  \$SENDWARDCTL -c \$SENDWARD_CONF identity check demo shop.example
	  \$SENDWARDCTL -c \$SENDWARD_CONF quota show demo
	  \$SENDWARDCTL -c \$SENDWARD_CONF account pause demo
	  \$SENDWARDCTL -c \$SENDWARD_CONF explain --login \$SMTP_USER \\
	      --from \$FROM --to anyone@customer.example
	  \$SENDWARDCTL -c \$SENDWARD_CONF message list demo        then message show ID
	  \$SENDWARDCTL -c \$SENDWARD_CONF event list demo
	  \$SENDWARDCTL -c \$SENDWARD_CONF suppression list demo
	  \$SENDWARDCTL -c \$SENDWARD_CONF reputation show
	The mailbox simulator (--to): success, bounce, ooto, complaint and
	suppressionlist @$SIMULATOR_DOMAIN
	The next hop refuses reply-550-5.1.1@ANYTHING.example: write to two dozen of
	them, and reputation pauses demo until account resume demo --fresh-start.
	Letters to senders and operator are in OUTBOX, too.
	  ./quickstart status; ./quickstart down
	END
}

tour()
{
	domain_proved
	first_message
	api_message
	address_proved
	bounce_read
	three_refusals
	whats_next
}
