# The console's users: the operator, and one of the account demo. Sourced by
# quickstart.

make_console_users()
{
	CONSOLE_URL=$ENDPOINT/console/
	CONSOLE_USER=operator
	CONSOLE_DEMO_USER=demo
	CONSOLE_PASS=$(make_user "$CONSOLE_USER" --operator) || exit
	CONSOLE_DEMO_PASS=$(make_user "$CONSOLE_DEMO_USER" --account demo) ||
		exit
}

# make_user NAME OPTION...: prints the password, which run/secret keeps.
make_user()
{
	local name=$1 file=$RUN/secret/console-$1
	shift
	[ -s "$file" ] || (umask 077 && openssl rand -base64 15 >"$file")
	ctl user list --json | grep -q "\"name\": *\"$name\"" ||
		ctl_must user create "$name" "$@" --password-file "$file" >&2
	cat "$file"
}
