# ops: each owner adds lines of its own.
noinst_LIBRARIES += ops/libops.a
ops_libops_a_SOURCES =
EXTRA_DIST += ops/README.md

# What sendwardctl does.
EXTRA_DIST += ops/fuzz-suppression.c ops/fuzz-feedback.c
ops_libops_a_SOURCES += \
	ops/account.c ops/account.h \
	ops/admin.c ops/admin.h \
	ops/credential.c ops/credential.h \
	ops/explain.c ops/explain.h \
	ops/identity.c ops/identity.h ops/identity_import.c \
	ops/identity_dkim.c ops/identity_dkim.h \
	ops/identity_keys.c ops/identity_keys.h ops/identity_setup.c \
	ops/login.c ops/login.h \
	ops/suppression.c ops/suppression.h \
	ops/suppression_line.c ops/suppression_line.h \
	ops/tag.c ops/tag.h \
	ops/statistics.c ops/statistics.h \
	ops/import.c ops/import.h \
	ops/files.c ops/files.h \
	ops/export.c ops/export.h ops/export_parts.h \
	ops/export_suppression.c ops/export_message.c
if HAVE_CMOCKA
admin_tests = ops/test-account ops/test-credential ops/test-identity \
	ops/test-identity-dkim \
	ops/test-identity-setup ops/test-suppression ops/test-import \
	ops/test-export
check_PROGRAMS += $(admin_tests)
TESTS += $(admin_tests)
admin_test_fixture = ops/test-admin-fixture.c ops/test-admin.h \
	ops/fake-password-cost.c \
	store/test-database.c store/test-database.h
admin_test_libs = $(SW_LIBS) $(SW_EXT_LIBS) $(CMOCKA_LIBS)
ops_test_account_SOURCES = ops/test-account.c $(admin_test_fixture)
ops_test_account_LDADD = $(admin_test_libs)
ops_test_credential_SOURCES = ops/test-credential.c $(admin_test_fixture)
ops_test_credential_LDADD = $(admin_test_libs)
ops_test_identity_dkim_SOURCES = ops/test-identity-dkim.c \
	$(admin_test_fixture)
ops_test_identity_dkim_LDADD = $(admin_test_libs)
ops_test_identity_SOURCES = ops/test-identity.c $(admin_test_fixture)
ops_test_identity_LDADD = $(admin_test_libs)
ops_test_identity_setup_SOURCES = ops/test-identity-setup.c \
	$(admin_test_fixture)
ops_test_identity_setup_LDADD = $(admin_test_libs)
ops_test_export_SOURCES = ops/test-export.c $(admin_test_fixture)
ops_test_export_LDADD = $(admin_test_libs)
ops_test_import_SOURCES = ops/test-import.c $(admin_test_fixture)
ops_test_import_LDADD = $(admin_test_libs)
ops_test_suppression_SOURCES = ops/test-suppression.c $(admin_test_fixture)
ops_test_suppression_LDADD = $(admin_test_libs)
endif

ops_libops_a_SOURCES += ops/counting.c ops/counting.h \
	ops/reserve.c ops/reserve.h \
	ops/reserve_table.c ops/reserve_table.h ops/look.c ops/look.h \
	ops/public_url.c ops/public_url.h
if HAVE_CMOCKA
check_PROGRAMS += ops/test-reserve
TESTS += ops/test-reserve
ops_test_reserve_SOURCES = ops/test-reserve.c
ops_test_reserve_LDADD = $(SW_LIBS) $(SW_EXT_LIBS) $(CMOCKA_LIBS)
endif

# The gate: what the milter (and explain) decides with, and its threads.
ops_libops_a_SOURCES += \
	ops/admit.c ops/admit.h \
	ops/brake_pool.c ops/brake_pool.h \
	ops/freshener.c ops/freshener.h \
	ops/handles.c ops/handles.h \
	ops/releaser.c ops/releaser.h \
	ops/return_mac.c ops/return_mac.h \
	ops/signing_keys.c ops/signing_keys.h
if HAVE_CMOCKA
gate_tests = ops/test-admit ops/test-brake-pool ops/test-explain \
	ops/test-freshener
check_PROGRAMS += $(gate_tests)
TESTS += $(gate_tests)
ops_test_explain_SOURCES = ops/test-explain.c $(admin_test_fixture)
ops_test_explain_LDADD = $(SW_LIBS) $(SW_EXT_LIBS) $(CMOCKA_LIBS)
ops_test_brake_pool_SOURCES = ops/test-brake-pool.c $(admin_test_fixture)
ops_test_brake_pool_LDADD = $(SW_LIBS) $(SW_EXT_LIBS) $(CMOCKA_LIBS)
ops_test_freshener_SOURCES = ops/test-freshener.c \
	store/test-database.c store/test-database.h
ops_test_freshener_LDADD = $(SW_LIBS) $(SW_EXT_LIBS) $(CMOCKA_LIBS)
ops_test_admit_SOURCES = ops/test-admit.c ops/fake-snapshot.c \
	ops/fake-snapshot.h
ops_test_admit_LDADD = $(SW_LIBS) $(SW_EXT_LIBS) $(CMOCKA_LIBS)
endif

# What the mail path knows, in memory.
ops_libops_a_SOURCES += \
	ops/snapshot.c ops/snapshot.h \
	ops/snapshot_content.c ops/snapshot_content.h \
	ops/snapshot_filter.c ops/snapshot_filter.h \
	ops/snapshot_follow.c ops/snapshot_late.c ops/snapshot_rows.c \
	ops/snapshot_grants.c ops/snapshot_grants.h \
	ops/snapshot_look.c ops/snapshot_parts.h \
	ops/snapshot_named.c ops/snapshot_named.h \
	ops/snapshot_sets.c ops/snapshot_sets.h \
	ops/snapshot_tenants.c ops/snapshot_tenants.h \
	ops/tenant.c ops/tenant.h ops/pool.c ops/pool.h \
	ops/pool_route.c ops/pool_route.h ops/pool_table.c ops/pool_table.h \
	ops/transport.c ops/transport.h ops/pool_figure.c ops/pool_figure.h \
	ops/metric.c ops/metric.h ops/figure.c ops/figure.h
if HAVE_CMOCKA
check_PROGRAMS += ops/test-pool-route
TESTS += ops/test-pool-route
ops_test_pool_route_SOURCES = ops/test-pool-route.c $(admin_test_fixture)
ops_test_pool_route_LDADD = $(SW_LIBS) $(SW_EXT_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += ops/test-figure
TESTS += ops/test-figure
ops_test_figure_SOURCES = ops/test-figure.c $(admin_test_fixture)
ops_test_figure_LDADD = $(SW_LIBS) $(SW_EXT_LIBS) $(CMOCKA_LIBS) -lm
snapshot_tests = ops/test-snapshot ops/test-snapshot-refresh \
	ops/test-snapshot-late ops/test-snapshot-filter ops/test-handles \
	ops/test-many-suppressions
ops_test_snapshot_late_SOURCES = ops/test-snapshot-late.c \
	store/test-database.c store/test-database.h
ops_test_snapshot_late_LDADD = $(SW_LIBS) $(SW_EXT_LIBS) $(CMOCKA_LIBS)
ops_test_handles_SOURCES = ops/test-handles.c \
	store/test-database.c store/test-database.h
ops_test_handles_LDADD = $(SW_LIBS) $(SW_EXT_LIBS) $(CMOCKA_LIBS)
ops_test_snapshot_filter_SOURCES = ops/test-snapshot-filter.c
ops_test_snapshot_filter_LDADD = $(SW_LIBS) $(SW_EXT_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += $(snapshot_tests)
TESTS += $(snapshot_tests)
snapshot_test_fixture = ops/test-snapshot-fixture.c ops/test-snapshot.h \
	store/test-database.c store/test-database.h
ops_test_many_suppressions_SOURCES = ops/test-many-suppressions.c \
	store/test-database.c store/test-database.h
ops_test_many_suppressions_LDADD = $(SW_LIBS) $(SW_EXT_LIBS) $(CMOCKA_LIBS)
ops_test_snapshot_SOURCES = ops/test-snapshot.c $(snapshot_test_fixture)
ops_test_snapshot_LDADD = $(SW_LIBS) $(SW_EXT_LIBS) $(CMOCKA_LIBS)
ops_test_snapshot_refresh_SOURCES = ops/test-snapshot-refresh.c \
	$(snapshot_test_fixture)
ops_test_snapshot_refresh_LDADD = $(SW_LIBS) $(SW_EXT_LIBS) $(CMOCKA_LIBS)
endif

# Successors of signing keys.
ops_libops_a_SOURCES += ops/rotation.c ops/rotation.h \
	ops/rotation_calendar.c ops/rotation_parts.h ops/rotation_zone.c
if HAVE_CMOCKA
check_PROGRAMS += ops/test-rotation
TESTS += ops/test-rotation
ops_test_rotation_SOURCES = ops/test-rotation.c $(admin_test_fixture)
ops_test_rotation_LDADD = $(admin_test_libs)
endif

# The operator's own signature.
ops_libops_a_SOURCES += ops/operator_key.c ops/operator_key.h

# Letters, sending authorization, requests for production access.
ops_libops_a_SOURCES += ops/letter.c ops/letter.h ops/grant.c ops/grant.h \
	ops/policy.c ops/policy.h ops/policy_document.c ops/policy_document.h \
	ops/template.c ops/template.h \
	ops/verification_template.c ops/verification_template.h \
	ops/request.c ops/request.h
if HAVE_CMOCKA
letter_tests = ops/test-letter ops/test-grant ops/test-policy ops/test-request
check_PROGRAMS += $(letter_tests)
TESTS += $(letter_tests)
ops_test_letter_SOURCES = ops/test-letter.c $(admin_test_fixture)
ops_test_letter_LDADD = $(admin_test_libs)
ops_test_grant_SOURCES = ops/test-grant.c $(admin_test_fixture)
ops_test_grant_LDADD = $(admin_test_libs)
ops_test_policy_SOURCES = ops/test-policy.c $(admin_test_fixture)
ops_test_policy_LDADD = $(admin_test_libs)
ops_test_request_SOURCES = ops/test-request.c $(admin_test_fixture)
ops_test_request_LDADD = $(admin_test_libs)
endif

# What sendward-jobd moves in time.
ops_libops_a_SOURCES += ops/schedule.c ops/schedule.h

# What is wanted in DNS, what is there, and what follows.
ops_libops_a_SOURCES += ops/records.c ops/records.h \
	ops/check.c ops/check.h ops/check_parts.h \
	ops/check_judge.c ops/check_key.c ops/check_apply.c \
	ops/advice.c ops/advice.h
if HAVE_CMOCKA
check_tests = ops/test-advice ops/test-check ops/test-check-findings \
	ops/test-records
check_PROGRAMS += $(check_tests)
TESTS += $(check_tests)
ops_test_advice_SOURCES = ops/test-advice.c
ops_test_advice_LDADD = $(admin_test_libs)
check_test_fixture = ops/test-check-house.c ops/test-check.h \
	$(admin_test_fixture)
ops_test_check_SOURCES = ops/test-check.c $(check_test_fixture)
ops_test_check_LDADD = $(admin_test_libs)
ops_test_check_findings_SOURCES = ops/test-check-findings.c \
	$(check_test_fixture)
ops_test_check_findings_LDADD = $(admin_test_libs)
ops_test_records_SOURCES = ops/test-records.c $(admin_test_fixture)
ops_test_records_LDADD = $(admin_test_libs)
endif

# Links that confirm addresses.
ops_libops_a_SOURCES += ops/link.c ops/link.h
if HAVE_CMOCKA
check_PROGRAMS += ops/test-link
TESTS += ops/test-link
ops_test_link_SOURCES = ops/test-link.c $(admin_test_fixture)
ops_test_link_LDADD = $(admin_test_libs)
endif

# People who sign in.
ops_libops_a_SOURCES += ops/lockout.c ops/lockout.h \
	ops/password.c ops/password.h ops/password_cost.c \
	ops/password_cost.h ops/second_factor.c ops/second_factor.h \
	ops/sign_in.c ops/sign_in.h ops/user.c ops/user.h \
	ops/user_session.c ops/user_session.h
if HAVE_CMOCKA
user_tests = ops/test-lockout ops/test-password ops/test-second-factor ops/test-sign-in \
	ops/test-user
check_PROGRAMS += $(user_tests)
TESTS += $(user_tests)
ops_test_lockout_SOURCES = ops/test-lockout.c $(admin_test_fixture)
ops_test_lockout_LDADD = $(admin_test_libs)
ops_test_password_SOURCES = ops/test-password.c
ops_test_password_LDADD = $(admin_test_libs)
# The test changes things meanwhile.
ops_test_sign_in_LDFLAGS = -Wl,--wrap=crypto_pwhash_str_verify
ops_test_second_factor_SOURCES = ops/test-second-factor.c
ops_test_second_factor_LDADD = $(admin_test_libs)
ops_test_sign_in_SOURCES = ops/test-sign-in.c $(admin_test_fixture)
ops_test_sign_in_LDADD = $(admin_test_libs)
ops_test_user_SOURCES = ops/test-user.c $(admin_test_fixture)
ops_test_user_LDADD = $(admin_test_libs)
endif

# Deliveries and delays, from the MTA's log.
ops_libops_a_SOURCES += ops/maillog.c ops/maillog.h ops/maillog_line.c
if HAVE_CMOCKA
check_PROGRAMS += ops/test-maillog
TESTS += ops/test-maillog
ops_test_maillog_SOURCES = ops/test-maillog.c $(admin_test_fixture)
ops_test_maillog_LDADD = $(admin_test_libs)
endif

# What administrators see of mail that left, and of who is told.
ops_libops_a_SOURCES += ops/message.c ops/message.h \
	ops/listing.c ops/listing.h ops/outbox.c ops/outbox.h \
	ops/identity_notify.c ops/identity_notify.h
if HAVE_CMOCKA
check_PROGRAMS += ops/test-message
TESTS += ops/test-message
ops_test_message_SOURCES = ops/test-message.c $(admin_test_fixture)
ops_test_message_LDADD = $(admin_test_libs)
endif

# Messages, looked for.
ops_libops_a_SOURCES += ops/message_search.c ops/message_search.h \
	ops/story.c ops/story.h
if HAVE_CMOCKA
check_PROGRAMS += ops/test-message-search
TESTS += ops/test-message-search
ops_test_message_search_SOURCES = ops/test-message-search.c \
	$(admin_test_fixture)
ops_test_message_search_LDADD = $(admin_test_libs)
endif

# What leaves is noted, and comes into the store.
ops_libops_a_SOURCES += ops/journal.c ops/journal.h \
	ops/journal_group.c ops/journal_group.h \
	ops/once.c ops/once.h \
	ops/text_json.c ops/text_json.h
if HAVE_CMOCKA
check_PROGRAMS += ops/test-once
TESTS += ops/test-once
ops_test_once_SOURCES = ops/test-once.c $(admin_test_fixture)
ops_test_once_LDADD = $(admin_test_libs)
check_PROGRAMS += ops/test-journal ops/test-journal-group
TESTS += ops/test-journal ops/test-journal-group
ops_test_journal_group_SOURCES = ops/test-journal-group.c
ops_test_journal_group_LDADD = $(admin_test_libs)
ops_test_journal_SOURCES = ops/test-journal.c
ops_test_journal_LDADD = $(admin_test_libs)
endif

# Who is told of events, and how it gets to him.
ops_libops_a_SOURCES += ops/endpoint.c ops/endpoint.h \
	ops/publish.c ops/publish.h ops/publish_event.c ops/publish_parts.h \
	ops/topic.c ops/topic.h ops/topic_certificate.c
if HAVE_CMOCKA
topic_tests = ops/test-endpoint ops/test-publish ops/test-topic
check_PROGRAMS += $(topic_tests)
TESTS += $(topic_tests)
ops_test_endpoint_SOURCES = ops/test-endpoint.c
ops_test_endpoint_LDADD = $(admin_test_libs)
ops_test_publish_SOURCES = ops/test-publish.c $(admin_test_fixture)
ops_test_publish_LDADD = $(admin_test_libs)
ops_test_topic_SOURCES = ops/test-topic.c $(admin_test_fixture)
ops_test_topic_LDADD = $(admin_test_libs)
endif

# Who is paused for his bounces and complaints, who is held for what he sends, and
# configuration sets.
ops_libops_a_SOURCES += \
	ops/brake.c ops/brake.h ops/brake_parts.h ops/brake_setup.c \
	ops/reputation.c ops/reputation.h ops/reputation_history.c \
	ops/reputation_parts.h \
	ops/set.c ops/set.h \
	ops/tell.c ops/tell.h
if HAVE_CMOCKA
reputation_tests = ops/test-brake ops/test-brake-release \
	ops/test-reputation ops/test-reputation-history ops/test-set
check_PROGRAMS += $(reputation_tests)
TESTS += $(reputation_tests)
contact_test_fixture = ops/test-contact.c ops/test-contact.h \
	$(admin_test_fixture)
brake_test_fixture = ops/test-brake-fixture.c ops/test-brake.h \
	$(contact_test_fixture)
ops_test_brake_SOURCES = ops/test-brake.c $(brake_test_fixture)
ops_test_brake_LDADD = $(admin_test_libs)
ops_test_brake_release_SOURCES = ops/test-brake-release.c \
	$(brake_test_fixture)
ops_test_brake_release_LDADD = $(admin_test_libs)
reputation_test_fixture = ops/test-reputation-fixture.c \
	ops/test-reputation.h $(contact_test_fixture)
ops_test_reputation_SOURCES = ops/test-reputation.c \
	$(reputation_test_fixture)
ops_test_reputation_LDADD = $(admin_test_libs)
ops_test_reputation_history_SOURCES = ops/test-reputation-history.c \
	$(reputation_test_fixture)
ops_test_reputation_history_LDADD = $(admin_test_libs)
ops_test_set_SOURCES = ops/test-set.c $(admin_test_fixture)
ops_test_set_LDADD = $(admin_test_libs)
endif

# What leaves comes into the store; what comes back finds its message.
ops_libops_a_SOURCES += ops/event.c ops/event.h \
	ops/ingest.c ops/ingest.h ops/ingest_facts.c ops/ingest_line.c \
	ops/ingest_parts.h ops/ingest_batch.c ops/ingest_scan.c \
	ops/ingest_table.c ops/duty.c ops/duty.h \
	ops/feedback.c ops/feedback.h ops/feedback_bounce.c \
	ops/feedback_case.c ops/feedback_complaint.c ops/feedback_follow.c \
	ops/feedback_message.c ops/feedback_parts.h ops/feedback_record.c \
	ops/feedback_replay.c ops/feedback_tell.c ops/feedback_token.c
if HAVE_CMOCKA
feedback_tests = ops/test-event ops/test-feedback ops/test-feedback-match \
	ops/test-feedback-reclassify ops/test-ingest ops/test-ingest-lines \
	ops/test-ingest-scan ops/test-duty
check_PROGRAMS += $(feedback_tests)
TESTS += $(feedback_tests)
ops_test_event_SOURCES = ops/test-event.c
ops_test_event_LDADD = $(admin_test_libs)
feedback_test_fixture = ops/test-feedback-house.c ops/test-feedback.h \
	$(admin_test_fixture)
ops_test_feedback_SOURCES = ops/test-feedback.c $(feedback_test_fixture)
ops_test_feedback_LDADD = $(admin_test_libs)
ops_test_feedback_match_SOURCES = ops/test-feedback-match.c \
	$(feedback_test_fixture)
ops_test_feedback_match_LDADD = $(admin_test_libs)
ops_test_feedback_reclassify_SOURCES = ops/test-feedback-reclassify.c \
	$(feedback_test_fixture)
ops_test_feedback_reclassify_LDADD = $(admin_test_libs)
ingest_test_fixture = ops/test-ingest-fixture.c ops/test-ingest.h \
	$(admin_test_fixture)
ops_test_ingest_SOURCES = ops/test-ingest.c $(ingest_test_fixture)
ops_test_ingest_LDADD = $(admin_test_libs)
ops_test_ingest_lines_SOURCES = ops/test-ingest-lines.c \
	$(ingest_test_fixture)
ops_test_ingest_lines_LDADD = $(admin_test_libs)
ops_test_ingest_scan_SOURCES = ops/test-ingest-scan.c
ops_test_ingest_scan_LDADD = $(admin_test_libs)
ops_test_duty_SOURCES = ops/test-duty.c $(admin_test_fixture)
ops_test_duty_LDADD = $(admin_test_libs)
endif

# For tests/ctl.
noinst_PROGRAMS += ops/make-mail
ops_make_mail_SOURCES = ops/make-mail.c
ops_make_mail_LDADD = $(SW_LIBS) $(SW_EXT_LIBS)

# Another master key.
ops_libops_a_SOURCES += ops/master_key.c ops/master_key.h
if HAVE_CMOCKA
check_PROGRAMS += ops/test-master-key
TESTS += ops/test-master-key
ops_test_master_key_SOURCES = ops/test-master-key.c $(admin_test_fixture)
ops_test_master_key_LDADD = $(admin_test_libs)
endif

# Is everything well; who sends while nothing is refused.
ops_libops_a_SOURCES += ops/heartbeat.c ops/heartbeat.h \
	ops/health.c ops/health.h ops/health_parts.h ops/health_probe.c \
	ops/health_judge.c \
	ops/observed.c ops/observed.h ops/observer.c ops/observer.h
if HAVE_CMOCKA
check_PROGRAMS += ops/test-health ops/test-observed
TESTS += ops/test-health ops/test-observed
ops_test_observed_SOURCES = ops/test-observed.c $(admin_test_fixture)
ops_test_observed_LDADD = $(admin_test_libs)
ops_test_health_SOURCES = ops/test-health.c $(admin_test_fixture)
ops_test_health_LDADD = $(admin_test_libs)
endif

# Parts of quotas and rates that a process spends from memory.
ops_libops_a_SOURCES += ops/lease.c ops/lease.h ops/lease_parts.h \
	ops/lease_open.c ops/lease_keeper.c ops/lease_turn.c ops/lease_turn.h \
	ops/lease_take.c \
	ops/lease_report.c ops/lease_holder.c \
	ops/lease_map.c ops/lease_map.h \
	ops/lease_admin.c ops/lease_admin.h
if HAVE_CMOCKA
lease_tests = ops/test-lease ops/test-lease-model
check_PROGRAMS += $(lease_tests)
TESTS += $(lease_tests)
lease_test_fixture = ops/test-lease.h ops/test-lease-house.c \
	store/test-database.c store/test-database.h
ops_test_lease_SOURCES = ops/test-lease.c $(lease_test_fixture)
ops_test_lease_LDADD = $(SW_LIBS) $(SW_EXT_LIBS) $(CMOCKA_LIBS)
ops_test_lease_model_SOURCES = ops/test-lease-model.c $(lease_test_fixture)
ops_test_lease_model_LDADD = $(SW_LIBS) $(SW_EXT_LIBS) $(CMOCKA_LIBS)
endif
