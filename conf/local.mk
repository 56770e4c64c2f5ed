# conf
noinst_LIBRARIES += conf/libconf.a
conf_libconf_a_SOURCES = \
	conf/check.c \
	conf/conf.c conf/conf.h conf/options.h \
	conf/dump.c \
	conf/listen.c \
	conf/networks.c \
	conf/parts.h \
	conf/server.c \
	conf/settings.c \
	conf/source.c \
	conf/table.c

examplesdir = $(docdir)/examples
dist_examples_DATA = \
	conf/examples/dovecot-sendward-pgsql.conf.ext \
	conf/examples/dovecot-sendward-sql.conf.ext \
	conf/examples/dovecot-sendward.conf \
	conf/examples/postfix-main.cf \
	conf/examples/postfix-master.cf \
	conf/examples/sendward-alerts.yml \
	conf/examples/sendward-domains.service \
	conf/examples/sendward-domains.timer \
	conf/examples/sendward-grafana.json \
	conf/examples/sendward.conf
dist_examples_SCRIPTS = conf/examples/sendward-domains
EXTRA_DIST += conf/README.md

unitdir = $(prefix)/lib/systemd/system
unit_DATA = \
	conf/systemd/sendward-apid.service \
	conf/systemd/sendward-feedback.service \
	conf/systemd/sendward-jobd.service \
	conf/systemd/sendward-milter.service \
	conf/systemd/sendward-policyd.service
EXTRA_DIST += conf/apparmor/sendward conf/systemd/sandbox $(unit_DATA:=.in)
CLEANFILES += $(unit_DATA)

$(unit_DATA): %: %.in conf/systemd/sandbox
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)sed -e 's|[@]sbindir[@]|$(sbindir)|' \
	    -e '/^[@]sandbox[@]$$/r $(srcdir)/conf/systemd/sandbox' \
	    -e '/^[@]sandbox[@]$$/d' $< >$@

if HAVE_CMOCKA
check_PROGRAMS += conf/test-conf conf/test-networks
TESTS += conf/test-conf conf/test-networks
conf_test_conf_SOURCES = conf/test-conf.c conf/test-file.c conf/test-file.h
conf_test_conf_LDADD = conf/libconf.a base/libbase.a $(CONFIG_LIBS) \
	$(JANSSON_LIBS) $(CMOCKA_LIBS)
conf_test_networks_SOURCES = conf/test-networks.c conf/test-file.c \
	conf/test-file.h
conf_test_networks_LDADD = conf/libconf.a base/libbase.a $(CONFIG_LIBS) \
	$(JANSSON_LIBS) $(CMOCKA_LIBS)
endif
