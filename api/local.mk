# api
sbin_PROGRAMS += api/sendward-apid
api_sendward_apid_SOURCES = api/main.c
api_sendward_apid_LDADD = api/libapi.a $(SW_LIBS) $(HTTPD_LIBS) $(SW_EXT_LIBS)

noinst_LIBRARIES += api/libapi.a
api_libapi_a_SOURCES = \
	api/conns.c api/conns.h \
	api/exchange.c api/exchange.h \
	api/health.c api/health.h \
	api/http.c api/http.h \
	api/metrics.c api/metrics.h \
	api/pages.c api/pages.h \
	api/route.c api/route.h \
	api/server.c api/server.h \
	api/service.c api/service.h \
	api/sns.c api/sns.h \
	api/tls.c api/tls.h \
	api/verify.c api/verify.h
EXTRA_DIST += api/README.md

# For tests/api.
noinst_PROGRAMS += api/make-link
api_make_link_SOURCES = api/make-link.c
api_make_link_LDADD = $(SW_LIBS) $(SW_EXT_LIBS)

if HAVE_CMOCKA
check_PROGRAMS += api/test-route api/test-pages
TESTS += api/test-route api/test-pages
api_test_route_SOURCES = api/test-route.c
api_test_route_LDADD = api/libapi.a $(SW_LIBS) $(HTTPD_LIBS) $(SW_EXT_LIBS) \
	$(CMOCKA_LIBS)
api_test_pages_SOURCES = api/test-pages.c
api_test_pages_LDADD = $(api_test_route_LDADD)
endif
