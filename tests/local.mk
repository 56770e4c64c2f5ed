# tests: what `make check` runs beside the unit tests of each folder. The
# scenarios are tests/run's.
style_checks = \
	tests/check-commands \
	tests/check-console \
	tests/check-errors \
	tests/check-events \
	tests/check-hardening \
	tests/check-headers \
	tests/check-layers \
	tests/check-man \
	tests/check-metrics \
	tests/check-operations \
	tests/check-options \
	tests/check-reasons \
	tests/check-style \
	tests/check-threats
dist_check_SCRIPTS += $(style_checks)
TESTS += $(style_checks)
AM_TESTS_ENVIRONMENT = \
	CC='$(CC)'; export CC; \
	HEADER_CFLAGS='$(SW_CFLAGS) $(OPENDKIM_CFLAGS) $(GMIME_CFLAGS)'; export HEADER_CFLAGS;

EXTRA_DIST += tests/README.md tests/coverage tests/run tests/lib tests/gate tests/milter \
	tests/policy tests/daemon tests/ctl tests/dns tests/identity tests/jobs tests/api \
	tests/faults tests/feedback tests/post tests/template tests/console tests/hosts tests/package \
	tests/sendmail

include tests/bench/local.mk
include tests/fuzz/local.mk
