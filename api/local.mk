# api
sbin_PROGRAMS += api/sendward-apid
api_sendward_apid_SOURCES = api/main.c
api_libs = api/libapi.a post/libpost.a template/libtemplate.a $(SW_LIBS) \
	$(HTTPD_LIBS) $(XML_LIBS) $(CURL_LIBS) $(QRENCODE_LIBS) $(ZLIB_LIBS) \
	$(SW_EXT_LIBS)
api_sendward_apid_LDADD = $(api_libs)

noinst_LIBRARIES += api/libapi.a
api_libapi_a_SOURCES = \
	api/conns.c api/conns.h \
	api/console.c api/console.h \
	api/console_files.c api/console_files.h \
	api/exchange.c api/exchange.h \
	api/forwarded.c api/forwarded.h \
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
	api/metric_list.h api/metrics.c api/metrics.h \
	api/pages.c api/pages.h \
	api/route.c api/route.h \
	api/server.c api/server.h \
	api/service.c api/service.h \
	api/sns.c api/sns.h \
	api/tls.c api/tls.h \
	api/verify.c api/verify.h \
	api/call.c api/call.h \
	api/caller.c api/caller.h \
	api/cookie.c api/cookie.h api/session.c api/session.h api/own_session.c api/own_user.c \
	api/shapes_own_session.c api/qr.c api/qr.h \
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
	api/own_identity.c api/own_credential.c api/shapes_own_identity.c \
	api/own_health.c api/own_observed.c api/own_pool.c \
	api/shapes_own_operator.c \
	api/own_export.c api/own_suppression.c api/shapes_own_export.c \
	api/own_overview.c api/own_account.c api/own_account.h api/own_request.c \
	api/shapes_own_account.c \
	api/own_template.c api/shapes_own_template.c \
	api/own_message.c api/own_report.c api/own_report.h \
	api/own_delivery.c api/shapes_own_message.c \
	api/sns_topic.c
EXTRA_DIST += api/README.md api/fuzz-sigv4.c api/fuzz-json.c api/fuzz-query.c \
	api/fuzz-forwarded.c api/fuzz-cookie.c \
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
api_tests += api/test-session api/test-own-session api/test-own-user
api_test_session_SOURCES = api/test-session.c $(admin_test_fixture)
api_test_session_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_test_own_session_SOURCES = api/test-own-session.c $(api_call_fixture)
api_test_own_session_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_test_own_user_SOURCES = api/test-own-user.c $(api_call_fixture)
api_test_own_user_LDADD = $(api_libs) $(CMOCKA_LIBS)
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
api_tests += api/test-own-overview api/test-own-account
api_test_own_overview_SOURCES = api/test-own-overview.c $(api_call_fixture)
api_test_own_overview_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_test_own_account_SOURCES = api/test-own-account.c $(api_call_fixture)
api_test_own_account_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_tests += api/test-own-identity api/test-own-credential
api_test_own_identity_SOURCES = api/test-own-identity.c $(api_call_fixture)
api_test_own_identity_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_test_own_credential_SOURCES = api/test-own-credential.c $(api_call_fixture)
api_test_own_credential_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_tests += api/test-own-export api/test-own-suppression api/test-console
api_test_own_export_SOURCES = api/test-own-export.c $(api_call_fixture)
api_test_own_export_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_test_own_suppression_SOURCES = api/test-own-suppression.c \
	$(api_call_fixture)
api_test_own_suppression_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_test_console_SOURCES = api/test-console.c $(api_call_fixture)
api_test_console_LDADD = $(api_libs) $(CMOCKA_LIBS)
# The test signs in whom it wants.
api_test_console_LDFLAGS = -Wl,--wrap=api_session_page
api_tests += api/test-forwarded
api_test_forwarded_SOURCES = api/test-forwarded.c
api_test_forwarded_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_tests += api/test-own-operator
api_test_own_operator_SOURCES = api/test-own-operator.c $(api_call_fixture)
api_test_own_operator_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_tests += api/test-own-message api/test-own-delivery
api_test_own_message_SOURCES = api/test-own-message.c $(api_call_fixture)
api_test_own_message_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_test_own_delivery_SOURCES = api/test-own-delivery.c $(api_call_fixture)
api_test_own_delivery_LDADD = $(api_libs) $(CMOCKA_LIBS)
api_tests += api/test-own-template
api_test_own_template_SOURCES = api/test-own-template.c $(api_call_fixture)
api_test_own_template_LDADD = $(api_libs) $(CMOCKA_LIBS)
endif
