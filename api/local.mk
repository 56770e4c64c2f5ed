# api
sbin_PROGRAMS += api/sendward-apid
api_sendward_apid_SOURCES = api/main.c
api_libs = api/libapi.a post/libpost.a template/libtemplate.a $(SW_LIBS) \
	$(HTTPD_LIBS) $(XML_LIBS) $(CURL_LIBS) $(SW_EXT_LIBS)
api_sendward_apid_LDADD = $(api_libs)

noinst_LIBRARIES += api/libapi.a
api_libapi_a_SOURCES = \
	api/conns.c api/conns.h \
	api/exchange.c api/exchange.h \
	api/front.c \
	api/limits.c api/limits.h \
	api/linger.c api/linger.h \
	api/pool.c api/pool.h \
	api/health.c api/health.h \
	api/rendering.c api/rendering.h \
	api/template.c api/template.h \
	api/verification.c api/verification.h api/verification_parts.h \
	api/verification_send.c \
	api/http.c api/http.h \
	api/metrics.c api/metrics.h \
	api/pages.c api/pages.h \
	api/route.c api/route.h \
	api/server.c api/server.h \
	api/service.c api/service.h \
	api/sns.c api/sns.h \
	api/tls.c api/tls.h \
	api/verify.c api/verify.h \
	api/call.c api/call.h \
	api/caller.c api/caller.h \
	api/keys.c api/keys.h api/sigv4.c api/sigv4.h api/sigv4_read.c \
	api/sigv4_parts.c api/sigv4_parts.h \
	api/throttle.c api/throttle.h \
	api/codec.c api/codec.h \
	api/query.c api/query.h api/rest.c api/rest.h \
	api/unsupported.c api/unsupported.h \
	api/validate.c api/validate.h api/value.c api/value.h \
	api/xml.c api/xml.h \
	api/fault.c api/fault.h \
	api/front.h \
	api/operation.h api/operations.c \
	api/shape.h api/shapes.h \
	api/shapes_v2_send.c api/shapes_v2_identity.c api/shapes_v2_set.c \
	api/shapes_v1.c api/shapes_v1_send.c api/shapes_sns.c \
	api/v2_send.c api/v2_identity.c api/v2_account.c \
	api/v2_suppression.c api/v2_import.c api/v2_import.h api/suppression.h \
	api/listing.c api/listing.h api/set.c api/set.h \
	api/destination.c api/destination.h api/v2_set.c api/v2_template.c api/v2_pool.c \
	api/v2_reputation.c api/v2_tenant.c api/v2_metric.c api/v2_insight.c api/v2_insight.h api/v2_tag.c api/v2_tag.h \
	api/identity.c api/identity.h \
	api/identity_policy.c api/identity_policy.h \
	api/v1_identity_notify.c api/v1_identity_notify.h \
	api/sender.c api/sender.h api/outgoing.c api/outgoing.h \
	api/reply.c api/reply.h api/send_parts.c api/send_parts.h \
	api/v1_send.c api/v1_identity.c api/v1_account.c api/v1_set.c \
	api/v1_template.c \
	api/sns_topic.c
EXTRA_DIST += api/README.md api/fuzz-sigv4.c api/fuzz-json.c api/fuzz-query.c \
	api/fake-operations.c api/fake-operations.h

# For tests/api.
noinst_PROGRAMS += api/make-link
api_make_link_SOURCES = api/make-link.c
api_make_link_LDADD = $(SW_LIBS) $(SW_EXT_LIBS)

# For tests/api: what clients' own serializers write, read back.
noinst_PROGRAMS += api/read-requests
api_read_requests_SOURCES = api/read-requests.c
api_read_requests_LDADD = $(api_libs)
noinst_PROGRAMS += api/read-signature
api_read_signature_SOURCES = api/read-signature.c
api_read_signature_LDADD = $(api_libs)

if HAVE_CMOCKA
# Tests of handlers: one program for each area.
api_call_fixture = api/test-call.c api/test-call.h $(admin_test_fixture)
api_tests = api/test-codec api/test-query api/test-rest api/test-validate \
	api/test-xml api/test-operations api/test-route api/test-pages \
	api/test-account api/test-topic
api_tests += api/test-tag api/test-identity api/test-identity-v1 \
	api/test-identity-policy
api_tests += api/test-tenant api/test-reputation api/test-pool api/test-metric
api_tests += api/test-send api/test-reply
check_PROGRAMS += $(api_tests)
TESTS += $(api_tests)
api_test_tenant_SOURCES = api/test-tenant.c $(api_call_fixture)
api_test_tenant_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_test_reputation_SOURCES = api/test-reputation.c $(api_call_fixture)
api_test_reputation_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_test_pool_SOURCES = api/test-pool.c $(api_call_fixture)
api_test_pool_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_test_metric_SOURCES = api/test-metric.c $(api_call_fixture)
api_test_metric_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_tests += api/test-template
api_test_template_SOURCES = api/test-template.c api/test-smtp.c \
	api/test-smtp.h $(api_call_fixture)
api_test_template_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_test_send_SOURCES = api/test-send.c api/test-smtp.c api/test-smtp.h \
	$(api_call_fixture)
api_test_send_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_test_reply_SOURCES = api/test-reply.c
api_test_reply_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_tests += api/test-suppression api/test-set
api_test_suppression_SOURCES = api/test-suppression.c $(api_call_fixture)
api_test_suppression_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_test_set_SOURCES = api/test-set.c $(api_call_fixture)
api_test_set_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_test_account_SOURCES = api/test-account.c $(api_call_fixture)
api_test_account_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_test_identity_SOURCES = api/test-identity.c $(api_call_fixture)
api_test_identity_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_test_identity_v1_SOURCES = api/test-identity-v1.c $(api_call_fixture)
api_test_identity_v1_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_test_identity_policy_SOURCES = api/test-identity-policy.c \
	$(api_call_fixture)
api_test_identity_policy_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_test_tag_SOURCES = api/test-tag.c $(api_call_fixture)
api_test_tag_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_codec_fixture = api/test-request.c api/test-request.h
api_test_codec_SOURCES = api/test-codec.c $(api_codec_fixture)
api_test_codec_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_test_query_SOURCES = api/test-query.c
api_test_query_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_test_rest_SOURCES = api/test-rest.c $(api_codec_fixture)
api_test_rest_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_test_validate_SOURCES = api/test-validate.c
api_test_validate_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_test_xml_SOURCES = api/test-xml.c
api_test_xml_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_test_operations_SOURCES = api/test-operations.c
api_test_operations_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_tests += api/test-caller api/test-sigv4 api/test-throttle
api_test_caller_SOURCES = api/test-caller.c $(admin_test_fixture)
api_test_caller_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_test_sigv4_SOURCES = api/test-sigv4.c
api_test_sigv4_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_test_throttle_SOURCES = api/test-throttle.c
api_test_throttle_LDADD = $(api_libs) $(CMOCKA_LIBS)
check_PROGRAMS += api/test-way
TESTS += api/test-way
api_test_way_SOURCES = api/test-way.c
api_test_way_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_test_route_SOURCES = api/test-route.c
api_test_route_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_test_pages_SOURCES = api/test-pages.c
api_test_pages_LDADD = $(api_test_route_LDADD)
api_test_topic_SOURCES = api/test-topic.c $(api_call_fixture)
api_test_topic_LDADD = $(api_libs) $(CMOCKA_LIBS)
endif
