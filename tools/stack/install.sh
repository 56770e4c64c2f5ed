# Installs Debian packages without starting a service and without touching an
# MTA that is there. Sourced by quickstart and tests/run; needs say() and die().

PACKAGES_BUILD="gcc libc6-dev make autoconf automake pkg-config libmilter-dev
libopendkim-dev libssl-dev libconfig-dev libsqlite3-dev libevent-dev
libsystemd-dev libjansson-dev libunbound-dev libldns-dev libcurl4-openssl-dev
libpq-dev libgmime-3.0-dev libpcre2-dev libmicrohttpd-dev libxml2-dev libsodium-dev libseccomp-dev
liboath-dev libqrencode-dev zlib1g-dev"
PACKAGES_STACK="knot dovecot-core dovecot-sqlite swaks python3 python3-dkim
python3-dnspython sqlite3 curl openssl libjs-chart.js"
PACKAGES_POSTGRESQL="postgresql dovecot-pgsql"
# Unpacked by tests/sendmail, never installed; what they need besides is installed.
PACKAGES_SENDMAIL="sendmail-bin sendmail-cf sasl2-bin"
PACKAGES_SENDMAIL_NEEDS="m4 libdb5.3 libldap-2.5-0 libnsl2 libsasl2-2
libsasl2-modules libsasl2-modules-db libwrap0"
# What builds and looks at the Debian packages.
PACKAGES_DEB="dpkg-dev debhelper dh-apparmor fakeroot lintian debootstrap
apparmor bash-completion strace systemd"
PACKAGES_TEST="libcmocka-dev $PACKAGES_POSTGRESQL python3-psycopg2 iproute2 libmail-dkim-perl miltertest opendkim
opendkim-tools mandoc chromium chromium-driver python3-selenium
python3-boto3 awscli php-cli php-async-aws-ses ruby-aws-sdk
libphp-phpmailer python3-django
$PACKAGES_SENDMAIL_NEEDS
$PACKAGES_DEB"
# Node.js may have come from elsewhere, with npm in the same package.
command -v node >/dev/null || PACKAGES_TEST="$PACKAGES_TEST nodejs"
command -v npm >/dev/null || PACKAGES_TEST="$PACKAGES_TEST npm"
# What these packages would start at the next boot.
SERVICE_UNITS="postfix knot dovecot opendkim postgresql"

package_installed()
{
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = \
		installed ]
}

packages_missing()
{
	local name
	for name; do
		package_installed "$name" || printf '%s ' "$name"
	done
}

# The installed package that is this machine's MTA; empty when there is none.
installed_mta()
{
	dpkg-query -W -f '${Package} ${db:Status-Status} ${Provides}\n' |
		awk '$2 == "installed" && /mail-transport-agent/ { print $1 }' |
		head -n 1
}

POLICY_RC=/usr/sbin/policy-rc.d

# While packages are installed, invoke-rc.d asks this file and starts nothing.
# A file of the administrator's is put aside and put back.
forbid_services()
{
	if [ -e $POLICY_RC ] && [ ! -e $POLICY_RC.before-sendward ]; then
		mv $POLICY_RC $POLICY_RC.before-sendward
	fi
	printf '#!/bin/sh\n# for the time of an installation by sendward\nexit 101\n' \
		>$POLICY_RC
	chmod 755 $POLICY_RC
	trap allow_services EXIT
}

allow_services()
{
	rm -f $POLICY_RC
	if [ -e $POLICY_RC.before-sendward ]; then
		mv $POLICY_RC.before-sendward $POLICY_RC
	fi
	trap - EXIT
}

apt_run()
{
	DEBIAN_FRONTEND=noninteractive apt-get -q \
		-o DPkg::Lock::Timeout=300 "$@" </dev/null
}

# install_packages LOG NAME...: prints nothing when all is there.
install_packages()
{
	local log=$1 missing unit fresh=
	shift
	missing=$(packages_missing "$@")
	[ -n "$missing" ] || return 0
	command -v apt-get >/dev/null ||
		die "missing: $missing (and there is no apt-get to install them)"
	say "installing: $missing"
	exec 8>/var/lock/sendward-install
	flock 8
	for unit in $SERVICE_UNITS; do
		[ -e "/lib/systemd/system/$unit.service" ] || fresh="$fresh $unit"
	done
	forbid_services
	if ! { apt_run update && apt_run install -y --no-install-recommends \
		$missing; } >>"$log" 2>&1; then
		allow_services
		tail -n 15 "$log" >&2
		die "the installation failed; all of its output: $log"
	fi
	allow_services
	disable_units "$log" $fresh
	exec 8>&-
}

# What was installed only for the private stack shall not start at boot.
disable_units()
{
	local log=$1 unit
	shift
	command -v systemctl >/dev/null || return 0
	for unit; do
		[ -e "/lib/systemd/system/$unit.service" ] || continue
		systemctl disable "$unit.service" >>"$log" 2>&1 ||
			say "note: could not disable $unit.service; it may start at boot"
	done
}

# Sets POSTFIX_ROOT: empty when Postfix is installed, else the folder where its
# package was unpacked, because another MTA owns this machine.
provide_postfix()
{
	local log=$1 unpacked=$2 mta
	POSTFIX_ROOT=
	mta=$(installed_mta)
	if [ -z "${SENDWARD_UNPACK_POSTFIX:-}" ]; then
		if package_installed postfix; then
			return 0
		elif [ -z "$mta" ]; then
			echo "postfix postfix/main_mailer_type select No configuration" |
				debconf-set-selections >>"$log" 2>&1 || true
			install_packages "$log" postfix
			return 0
		fi
		say "$mta is this machine's MTA and stays; Postfix is unpacked beside"
	fi
	POSTFIX_ROOT=$unpacked
	[ -x "$unpacked/usr/sbin/postfix" ] || unpack_postfix "$log" "$unpacked"
	getent passwd postfix >/dev/null || useradd --system --user-group \
		--no-create-home --home-dir /nonexistent \
		--shell /usr/sbin/nologin postfix
	getent group postdrop >/dev/null || groupadd --system postdrop
}

# unpack_packages LOG FOLDER NAME...: with dpkg -x, so that no maintainer script runs
# and nothing outside the folder changes.
unpack_packages()
{
	local log=$1 unpacked=$2 scratch deb
	shift 2
	scratch=$(mktemp -d)
	chmod 755 "$scratch"
	(cd "$scratch" && { apt_run download "$@" ||
		{ apt_run update && apt_run download "$@"; }; }) \
		>>"$log" 2>&1 || {
		rm -rf "$scratch"
		die "could not be fetched to be unpacked (is there a network?):" \
			"$*: $(grep '^[EW]:' "$log" | tail -n 1) (all of it: $log)"
	}
	mkdir -p "$unpacked"
	for deb in "$scratch"/*.deb; do
		dpkg -x "$deb" "$unpacked"
	done
	rm -rf "$scratch"
}

unpack_postfix()
{
	local log=$1 unpacked=$2
	install_packages "$log" libdb5.3 libicu72 libnsl2 libsasl2-2 libssl3
	unpack_packages "$log" "$unpacked" postfix
	mkdir -p "$unpacked/var/spool/postfix" "$unpacked/var/lib/postfix"
}
