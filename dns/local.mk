# dns/: look-ups, updates of the operator's zone
noinst_LIBRARIES += dns/libdns.a
dns_libdns_a_SOURCES = \
	dns/exchange.c dns/exchange.h \
	dns/rdata.c dns/rdata.h \
	dns/resolver.c dns/resolver.h \
	dns/tsig.c dns/tsig.h \
	dns/update.c dns/update.h
EXTRA_DIST += dns/README.md dns/fuzz-rdata.c

# Ask and change what tests/dns/ wants.
noinst_PROGRAMS += dns/look dns/change
dns_LIBS = dns/libdns.a conf/libconf.a base/libbase.a $(UNBOUND_LIBS) \
	$(LDNS_LIBS) $(CONFIG_LIBS) $(JANSSON_LIBS) $(CRYPTO_LIBS) \
	$(SYSTEMD_LIBS) -lpthread
dns_look_SOURCES = dns/look.c
dns_look_LDADD = $(dns_LIBS)
dns_change_SOURCES = dns/change.c
dns_change_LDADD = $(dns_LIBS)

if HAVE_CMOCKA
dns_tests = dns/test-rdata dns/test-tsig
check_PROGRAMS += $(dns_tests)
TESTS += $(dns_tests)
dns_test_rdata_SOURCES = dns/test-rdata.c
dns_test_rdata_LDADD = $(dns_LIBS) $(CMOCKA_LIBS)
dns_test_tsig_SOURCES = dns/test-tsig.c
dns_test_tsig_LDADD = $(dns_LIBS) $(CMOCKA_LIBS)
endif
