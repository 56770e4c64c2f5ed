noinst_LIBRARIES += rules/librules.a
rules_librules_a_SOURCES = \
	rules/ascii.h \
	rules/display_name.c rules/display_name.h \
	rules/dkim_text.c rules/dkim_text.h \
	rules/dmarc.c rules/dmarc.h \
	rules/field_text.c rules/field_text.h \
	rules/headers.c rules/headers.h \
	rules/identity.c rules/identity.h \
	rules/key_plan.c rules/key_plan.h \
	rules/lease.c rules/lease.h \
	rules/mailbox.c rules/mailbox.h \
	rules/message_tags.c rules/message_tags.h \
	rules/pattern.c rules/pattern.h \
	rules/pool_choice.c rules/pool_choice.h \
	rules/quota.c rules/quota.h \
	rules/rate.c rules/rate.h \
	rules/recipients.c rules/recipients.h \
	rules/reputation.c rules/reputation.h \
	rules/return_path.c rules/return_path.h \
	rules/spf.c rules/spf.h \
	rules/tag_list.c rules/tag_list.h \
	rules/types.c rules/types.h \
	rules/verdict.c rules/verdict.h \
	rules/verification.c rules/verification.h
EXTRA_DIST += rules/README.md rules/fuzz-dns-text.c rules/fuzz-headers.c rules/fuzz-mailbox.c \
	rules/fuzz-message-tags.c \
	rules/fuzz-return-path.c

rules_tests = \
	rules/test-dns-text \
	rules/test-headers \
	rules/test-identity \
	rules/test-key-plan \
	rules/test-lease \
	rules/test-mailbox \
	rules/test-message-tags \
	rules/test-pattern \
	rules/test-pool-choice \
	rules/test-quota \
	rules/test-rate \
	rules/test-recipients \
	rules/test-reputation \
	rules/test-return-path \
	rules/test-types \
	rules/test-verdict \
	rules/test-verification

if HAVE_CMOCKA
check_PROGRAMS += $(rules_tests)
TESTS += $(rules_tests)

rules_test_dns_text_LDADD = rules/librules.a $(CMOCKA_LIBS)
rules_test_headers_LDADD = rules/librules.a $(CMOCKA_LIBS)
rules_test_identity_LDADD = rules/librules.a $(CMOCKA_LIBS)
rules_test_key_plan_LDADD = rules/librules.a $(CMOCKA_LIBS)
rules_test_lease_LDADD = rules/librules.a $(CMOCKA_LIBS)
rules_test_mailbox_LDADD = rules/librules.a $(CMOCKA_LIBS)
rules_test_message_tags_LDADD = rules/librules.a $(CMOCKA_LIBS)
rules_test_pattern_LDADD = rules/librules.a $(CMOCKA_LIBS)
rules_test_pool_choice_LDADD = rules/librules.a $(CMOCKA_LIBS)
rules_test_quota_LDADD = rules/librules.a $(CMOCKA_LIBS)
rules_test_rate_LDADD = rules/librules.a $(CMOCKA_LIBS)
rules_test_recipients_LDADD = rules/librules.a $(CMOCKA_LIBS)
rules_test_reputation_LDADD = rules/librules.a $(CMOCKA_LIBS) -lm
rules_test_return_path_LDADD = rules/librules.a $(CMOCKA_LIBS)
rules_test_types_LDADD = rules/librules.a $(CMOCKA_LIBS)
rules_test_verdict_LDADD = rules/librules.a $(CMOCKA_LIBS)
rules_test_verification_LDADD = rules/librules.a $(CMOCKA_LIBS)
endif

# What the reader accepts beside what Python's readers take it for.
check_PROGRAMS += rules/read-mailboxes
dist_check_SCRIPTS += rules/test-mailbox-peers
TESTS += rules/test-mailbox-peers
rules_read_mailboxes_LDADD = rules/librules.a
