# store
STORE_SCHEMA = store/schema/001-gate.sql store/schema/002-identities.sql \
	store/schema/003-feedback.sql store/schema/004-permission.sql \
	store/schema/005-once.sql store/schema/006-template.sql \
	store/schema/007-policy.sql store/schema/008-api.sql \
	store/schema/009-tenant.sql store/schema/010-tag.sql

noinst_LIBRARIES += store/libstore.a
store_libstore_a_SOURCES = store/store.h store/events.h store/topics.h store/brakes.h store/tenants.h store/pools.h \
	store/policies.h store/policy.c store/tag.c \
	store/queries_policies.h \
	store/store.c \
	store/driver.h store/sqlite.c \
	store/imports.h store/import.c store/details.c store/queries_api.h \
	store/queries.h store/queries_events.h store/queries_topics.h \
	store/queries_brakes.h store/queries_tenants.h store/tenant.c store/pool.c \
	store/query.h store/query.c \
	store/migrate.h store/migrate.c store/backup.c \
	store/once.h store/once.c store/queries_once.h \
	store/templates.h store/template.c store/queries_templates.h \
	store/account.c store/login.c store/credential.c store/identity.c \
	store/key.c store/verification.c store/link.c \
	store/letter.c store/grant.c store/request.c store/numbers.c \
	store/suppression.c store/counter.c store/reservation.c \
	store/change.c store/notice.c \
	store/message.c store/event.c store/fate.c store/report.c \
	store/tally.c store/bookmark.c store/purge.c \
	store/set.c store/topic.h store/topic.c store/subscription.c \
	store/publication.c store/certificate.c \
	store/brake.c store/throttle.c store/known.c
nodist_store_libstore_a_SOURCES = store/schema-text.c

schemadir = $(pkgdatadir)/schema
dist_schema_DATA = $(STORE_SCHEMA)
EXTRA_DIST += store/README.md store/embed-schema.awk
BUILT_SOURCES += store/schema-text.c
CLEANFILES += store/schema-text.c

store/schema-text.c: $(STORE_SCHEMA) store/embed-schema.awk
	$(AM_V_GEN)$(MKDIR_P) store && cd $(srcdir) && \
	$(AWK) -f store/embed-schema.awk $(STORE_SCHEMA) \
	    > $(abs_builddir)/store/schema-text.tmp && \
	mv $(abs_builddir)/store/schema-text.tmp \
	    $(abs_builddir)/store/schema-text.c

if HAVE_CMOCKA
store_tests = store/test-store store/test-faults store/test-whole \
	store/test-migrate
check_PROGRAMS += $(store_tests)
TESTS += $(store_tests)
store_test_libs = store/libstore.a rules/librules.a base/libbase.a \
	$(SQLITE_LIBS) $(CRYPTO_LIBS) $(SYSTEMD_LIBS) $(CMOCKA_LIBS) -lpthread
store_test_store_SOURCES = store/test-store.c store/test-store.h \
	store/test-fixture.c store/test-counter.c store/test-change.c \
	store/test-reservation.c store/test-identity.c \
	store/test-letter.c store/test-upgrade.c store/test-events.c \
	store/test-retention.c store/test-topics.c store/test-once.c \
	store/test-imports.c store/test-templates.c \
	store/test-notifications.c store/test-brakes.c \
	store/test-tenants.c \
	store/test-policies.c
store_test_store_LDADD = $(store_test_libs)
# The test counts which statements were run.
store_test_store_LDFLAGS = -Wl,--wrap=query_open
store_test_faults_SOURCES = store/test-faults.c store/test-store.h \
	store/test-fixture.c
store_test_faults_LDADD = $(store_test_libs)
store_test_whole_SOURCES = store/test-whole.c store/test-store.h \
	store/test-fixture.c
store_test_whole_LDADD = $(store_test_libs)
store_test_migrate_SOURCES = store/test-migrate.c
store_test_migrate_LDADD = $(store_test_libs)
endif
