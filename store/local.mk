# store
STORE_SCHEMA = store/schema/001-gate.sql store/schema/002-identities.sql \
	store/schema/003-feedback.sql store/schema/004-permission.sql \
	store/schema/005-once.sql store/schema/006-template.sql \
	store/schema/007-policy.sql store/schema/008-api.sql \
	store/schema/009-tenant.sql store/schema/010-tag.sql store/schema/011-user.sql store/schema/012-export.sql \
	store/schema/013-figure.sql store/schema/014-message-search.sql \
	store/schema/015-observed.sql store/schema/016-lease.sql store/schema/017-pool.sql \
	store/schema/018-duty.sql store/schema/019-records.sql \
	store/schema/021-reservation.sql store/schema/022-run.sql \
	store/schema/023-ingest.sql
# The same for PostgreSQL, from one base on.
STORE_SCHEMA_PGSQL = store/schema/pgsql/015-base.sql \
	store/schema/pgsql/016-lease.sql store/schema/pgsql/017-pool.sql \
	store/schema/pgsql/018-duty.sql store/schema/pgsql/019-records.sql \
	store/schema/pgsql/021-reservation.sql store/schema/pgsql/022-run.sql \
	store/schema/pgsql/023-ingest.sql

noinst_LIBRARIES += store/libstore.a
store_libstore_a_SOURCES = store/store.h store/events.h store/topics.h store/brakes.h store/tenants.h store/pools.h \
	store/policies.h store/policy.c store/tag.c \
	store/queries_policies.h store/queries_snapshot.h \
	store/users.h store/user.c store/queries_users.h \
	store/sealed.h store/sealed.c store/queries_sealed.h \
	store/store.c \
	store/driver.h store/sqlite.h store/sqlite.c store/sqlite_bind.c store/pgsql.h store/pgsql.c \
	store/pgsql_connect.c store/pgsql_pipe.c store/pgsql_stmt.c \
	store/pgsql_copy.c store/pgsql_gather.c \
	store/pgsql_text.c store/queries_pgsql.h \
	store/exports.h store/export.c store/queries_exports.h \
	store/imports.h store/import.c store/details.c store/queries_api.h \
	store/queries.h store/queries_events.h store/queries_topics.h \
	store/queries_brakes.h store/queries_tenants.h store/tenant.c store/pool.c \
	store/pool_way.c store/queries_pools.h \
	store/query.h store/query.c store/query_rows.c \
	store/migrate.h store/migrate.c store/backup.c \
	store/copy.h store/copy.c store/copy_dialect.c \
	store/once.h store/once.c store/queries_once.h \
	store/figures.h store/figure.c store/queries_figures.h \
	store/observed.h store/observed.c store/heartbeat.c \
	store/duties.h store/duty.c store/queries_duties.h \
	store/queries_observed.h \
	store/templates.h store/template.c store/queries_templates.h \
	store/account.c store/login.c store/credential.c store/identity.c \
	store/key.c store/verification.c store/link.c \
	store/utf8.h store/utf8.c store/letter.c store/grant.c store/request.c store/numbers.c \
	store/suppression.c store/counter.c \
	store/leases.h store/lease.c store/lease_take.c store/queries_leases.h \
	store/change.c store/notice.c \
	store/message_search.c store/messages.h store/queries_messages.h \
	store/message.c store/message_key.c store/message_run.c \
	store/message_tidy.c store/run_entry.c store/runs.h store/queries_runs.h \
	store/event.c store/fate.c \
	store/report.c store/tally.c store/bookmark.c store/purge.c \
	store/set.c store/topic.h store/topic.c store/subscription.c \
	store/publication.c store/certificate.c \
	store/brake.c store/throttle.c store/known.c
nodist_store_libstore_a_SOURCES = store/schema-text.c

schemadir = $(pkgdatadir)/schema
dist_schema_DATA = $(STORE_SCHEMA)
schemapgsqldir = $(pkgdatadir)/schema/pgsql
dist_schemapgsql_DATA = $(STORE_SCHEMA_PGSQL)
EXTRA_DIST += store/README.md store/embed-schema.awk
BUILT_SOURCES += store/schema-text.c
CLEANFILES += store/schema-text.c

store/schema-text.c: $(STORE_SCHEMA) $(STORE_SCHEMA_PGSQL) \
	store/embed-schema.awk
	$(AM_V_GEN)$(MKDIR_P) store && cd $(srcdir) && \
	$(AWK) -f store/embed-schema.awk $(STORE_SCHEMA) \
	    $(STORE_SCHEMA_PGSQL) \
	    > $(abs_builddir)/store/schema-text.tmp && \
	mv $(abs_builddir)/store/schema-text.tmp \
	    $(abs_builddir)/store/schema-text.c

if HAVE_CMOCKA
store_tests = store/test-store store/test-faults store/test-whole \
	store/test-migrate store/test-pgsql
check_PROGRAMS += $(store_tests)
TESTS += $(store_tests)
store_test_libs = store/libstore.a rules/librules.a base/libbase.a \
	$(STORE_LIBS) $(CRYPTO_LIBS) $(SYSTEMD_LIBS) $(JANSSON_LIBS) \
	$(CMOCKA_LIBS) -lpthread
store_test_store_SOURCES = store/test-store.c store/test-store.h \
	store/test-database.h store/test-database.c \
	store/test-fixture.c store/test-counter.c store/test-leases.c store/test-duties.c store/test-change.c \
	store/test-identity.c \
	store/test-letter.c store/test-upgrade.c store/test-events.c \
	store/test-retention.c store/test-topics.c store/test-once.c \
	store/test-exports.c \
	store/test-imports.c store/test-templates.c store/test-figures.c \
	store/test-notifications.c store/test-runs.c store/test-message-search.c \
	store/test-brakes.c \
	store/test-tenants.c store/test-pool-ways.c store/test-observed.c \
	store/test-policies.c store/test-users.c store/test-rows.c
store_test_store_LDADD = $(store_test_libs)
# The test counts which statements were run.
store_test_store_LDFLAGS = -Wl,--wrap=query_open
store_test_faults_SOURCES = store/test-faults.c store/test-store.h \
	store/test-database.h store/test-database.c \
	store/test-fixture.c
store_test_faults_LDADD = $(store_test_libs)
store_test_whole_SOURCES = store/test-whole.c store/test-store.h \
	store/test-database.h store/test-database.c \
	store/test-fixture.c
store_test_whole_LDADD = $(store_test_libs)
store_test_pgsql_SOURCES = store/test-pgsql.c store/test-store.h \
	store/test-database.h store/test-database.c store/test-fixture.c
store_test_pgsql_LDADD = $(store_test_libs)
store_test_migrate_SOURCES = store/test-migrate.c
store_test_migrate_LDADD = $(store_test_libs)
endif
