# Makes the stack's database, the accounts demo and newcomer, their identities
# and credentials; each step only when it is not there yet. Sourced by
# quickstart.

FROM=hello@demo.example
SANDBOX_FROM=owner@newcomer.example
SANDBOX_TO=friend@customer.example

ctl()
{
	"$SENDWARDCTL" -c "$SENDWARD_CONF" "$@"
}

# ctl_must COMMAND...: its output only when it fails.
ctl_must()
{
	local out
	out=$(ctl "$@" 2>&1) || die "sendwardctl $*: $out"
}

migrate()
{
	ctl_must db migrate
	chown -R "$STACK_USER:" "$RUN/store"
}

make_accounts()
{
	# Made by a former start, and neither account was deleted since.
	if [ ! -e "$RUN/secret/accounts-made" ] ||
		! ctl account show demo >/dev/null 2>&1 ||
		! ctl account show newcomer >/dev/null 2>&1; then
		publish_bounce_domain
		make_demo
		make_newcomer
		: >"$RUN/secret/accounts-made"
	fi
	read_credentials
}

# What `config check` looks for.
publish_bounce_domain()
{
	publish "$BOUNCE_DOMAIN" MX "10 mail.sendward.example."
	publish "$BOUNCE_DOMAIN" TXT "v=spf1 ip4:127.0.0.1 -all"
}

# publish NAME TYPE VALUE, in the test zones
publish()
{
	/usr/bin/python3 "$SRC/tools/dnszone.py" "$RUN/dns" "$DNS_SERVER" \
		add "$1" "$2" "$3" || die "could not publish $2 $1"
}

make_demo()
{
	if ! ctl account show demo >/dev/null 2>&1; then
		rm -f "$RUN/secret/demo.json"
		ctl_must account create demo
		ctl_must account set demo --production on --daily 50000 --rate 500
	fi
	verify_domain demo demo.example
	make_credential demo
}

make_newcomer()
{
	if ! ctl account show newcomer >/dev/null 2>&1; then
		rm -f "$RUN/secret/newcomer.json"
		ctl_must account create newcomer
	fi
	verify_address newcomer "$SANDBOX_FROM"
	verify_address newcomer "$SANDBOX_TO"
	make_credential newcomer
}

read_credentials()
{
	local lines
	lines=$(/usr/bin/python3 - "$RUN/secret" <<-'END'
	import json, shlex, sys
	def show(name, **wanted):
	    with open("%s/%s.json" % (sys.argv[1], name)) as f:
	        made = json.load(f)
	    for variable, key in wanted.items():
	        print(variable + "=" + shlex.quote(made[key]))
	show("demo", SMTP_USER="smtp_username", SMTP_PASS="smtp_password",
	     AWS_ACCESS_KEY_ID="access_key_id",
	     AWS_SECRET_ACCESS_KEY="secret_access_key")
	show("newcomer", SANDBOX_USER="smtp_username",
	     SANDBOX_PASS="smtp_password")
	END
	) || die "the credentials in $RUN/secret cannot be read"
	eval "$lines"
}

# A credential's secret is shown once: it is kept in run/secret.
make_credential()
{
	local file=$RUN/secret/$1.json
	[ ! -s "$file" ] || return 0
	(umask 077 && ctl credential create "$1" --json >"$file.new") ||
		die "sendwardctl credential create $1 failed"
	mv "$file.new" "$file"
}

has_identity()
{
	ctl identity show "$1" "$2" >/dev/null 2>&1
}

verify_address()
{
	has_identity "$1" "$2" && return
	ctl_must identity create "$1" "$2"
	ctl_must identity verify "$1" "$2"
}

# Plays the customer: publishes the records that sendward asks for. They alone
# prove the domain; sendward-jobd may have found them before `identity check`.
verify_domain()
{
	local account=$1 domain=$2 out name type value
	has_identity "$account" "$domain" ||
		ctl_must identity create "$account" "$domain"
	say "what \`identity records $account $domain\` asks for is published:"
	while IFS=$'\t' read -r name type value; do
		publish "$name" "$type" "$value"
		echo "    $name $type"
	done < <(ctl identity records "$account" "$domain" --format json |
		record_lines)
	[ -n "${name:-}${type:-}" ] || [ -s "$RUN/dns/records" ] ||
		die "sendwardctl named no record to publish for $domain"
	out=$(ctl identity check "$account" "$domain" 2>&1) ||
		die "DNS does not prove $domain:"$'\n'"$out"
}

record_lines()
{
	/usr/bin/python3 -c 'import json, sys
data = json.load(sys.stdin)
for r in data if isinstance(data, list) else data["records"]:
    print(r["name"].rstrip("."), r["type"], r["value"], sep="\t")'
}
