# dns/: look-ups, updates of the operator's zone
noinst_LIBRARIES += dns/libdns.a
dns_libdns_a_SOURCES = dns/rdata.c dns/rdata.h dns/resolver.c dns/resolver.h
EXTRA_DIST += dns/README.md

# Asks what tests/dns/ wants to know.
noinst_PROGRAMS += dns/look
dns_look_SOURCES = dns/look.c
dns_look_LDADD = dns/libdns.a conf/libconf.a base/libbase.a $(UNBOUND_LIBS) \
	$(LDNS_LIBS) $(CONFIG_LIBS) $(JANSSON_LIBS) $(CRYPTO_LIBS) \
	$(SYSTEMD_LIBS) -lpthread
