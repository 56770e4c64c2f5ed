# Where the stack keeps everything: SQLite, a PostgreSQL of its own in
# run/postgresql, reached by a unix socket alone, by root and the programs' user, or
# a database elsewhere. Sourced by quickstart; needs say(), die(), parts.sh and RUN.

# sqlite, postgresql or a url: what the stack has already, else what STORE says.
choose_store()
{
	local wanted=${STORE:-} has=
	[ ! -e "$RUN/postgresql/data/PG_VERSION" ] || has=postgresql
	[ ! -e "$RUN/store/sendward.db" ] || has=sqlite
	[ ! -s "$RUN/store/url" ] || has=$(cat "$RUN/store/url")
	case $wanted in
	'' | sqlite | postgresql | postgresql://*) ;;
	*) die "STORE=${wanted%%:*}: want sqlite, postgresql, or" \
		"postgresql://…" ;;
	esac
	[ -z "$has" ] || [ -z "$wanted" ] || [ "$has" = "$wanted" ] ||
		die "the stack in $RUN keeps its data elsewhere" \
			"(${has%%:*}); another store needs a folder of its" \
			"own: SENDWARD_RUN=DIR"
	STORE=${has:-${wanted:-sqlite}}
	case $STORE in
	*://*)
		mkdir -p "$RUN/store"
		(umask 077 && echo "$STORE" >"$RUN/store/url")
		;;
	esac
}

store_packages()
{
	[ "$STORE" = sqlite ] || echo "$PACKAGES_POSTGRESQL"
}

# Sets DB, what the option `store` is, and what stands in Dovecot's file.
name_store()
{
	PG_DIR=$RUN/postgresql
	if [ "$STORE" = postgresql ]; then
		DB="postgresql:///sendward?host=$PG_DIR&user=sendward"
		STORE_URL=$DB
		DOVECOT_DRIVER=pgsql
		DOVECOT_CONNECT="host=$PG_DIR dbname=sendward user=sendward"
	elif [ "$STORE" != sqlite ]; then
		DB=$STORE
		STORE_URL=$DB
		DOVECOT_DRIVER=pgsql
		DOVECOT_CONNECT=$DB
	else
		DB=$RUN/store/sendward.db
		STORE_URL=sqlite:$DB
		DOVECOT_DRIVER=sqlite
		DOVECOT_CONNECT=$DB
	fi
}

# The newest server that is installed.
pg_programs()
{
	local newest
	newest=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
	[ -x "$newest/postgres" ] || die "PostgreSQL is not installed"
	echo "$newest"
}

# setpriv, not runuser: the process is then the program itself.
as_postgres()
{
	(cd / && exec setpriv --reuid=postgres --regid=postgres --init-groups \
		-- "$@")
}

pg_sql()
{
	as_postgres psql -X -q -At -v ON_ERROR_STOP=1 -h "$PG_DIR" "$@"
}

make_cluster()
{
	local bin=$1 user
	mkdir -p "$PG_DIR"
	chown postgres: "$PG_DIR"
	chmod 755 "$PG_DIR"
	[ -e "$PG_DIR/data/PG_VERSION" ] || as_postgres "$bin/initdb" \
		-D "$PG_DIR/data" -U postgres -A peer -E UTF8 --locale=C.UTF-8 \
		--no-instructions >"$RUN/log/initdb.log" 2>&1 ||
		die "no cluster was made: $(tail -n 3 "$RUN/log/initdb.log")"
	cat >"$PG_DIR/data/postgresql.conf" <<-END
	listen_addresses = ''
	unix_socket_directories = '$PG_DIR'
	max_connections = 200
	shared_buffers = 64MB
	max_wal_size = 256MB
	log_min_messages = warning
	lc_messages = 'C'
	timezone = 'UTC'
	END
	echo 'local all all peer map=stack' >"$PG_DIR/data/pg_hba.conf"
	{
		echo stack postgres postgres
		for user in root "$STACK_USER" ${SENDWARD_USER:-}; do
			echo "stack $user sendward"
		done
	} >"$PG_DIR/data/pg_ident.conf"
}

pg_ready()
{
	pg_sql -c 'SELECT 1' postgres >/dev/null 2>&1
}

start_postgresql()
{
	local bin
	[ "$STORE" = postgresql ] || return 0
	is_alive postgresql && return
	bin=$(pg_programs) || exit
	make_cluster "$bin"
	launch postgresql setpriv --reuid=postgres --regid=postgres \
		--init-groups -- "$bin/postgres" -D "$PG_DIR/data"
	come_up postgresql pg_ready
	[ -n "$(pg_sql -c "SELECT 1 FROM pg_roles WHERE rolname = 'sendward'" \
		postgres)" ] || pg_sql -c 'CREATE ROLE sendward LOGIN' postgres
	[ -n "$(pg_sql -c \
		"SELECT 1 FROM pg_database WHERE datname = 'sendward'" postgres)" ] ||
		pg_sql -c 'CREATE DATABASE sendward OWNER sendward' postgres ||
		die "no database was made: see $RUN/log/postgresql.log"
}

# At once, not when the last client has gone.
stop_postgresql()
{
	local pid
	pid=$(pid_of postgresql)
	if is_alive postgresql; then
		kill -INT "$pid" 2>/dev/null
		wait_until 15 part_gone postgresql || kill -QUIT "$pid" 2>/dev/null
		wait_until 15 part_gone postgresql
	fi
	stop_part postgresql
}
