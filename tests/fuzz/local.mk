EXTRA_DIST += tests/fuzz/README.md tests/fuzz/run tests/fuzz/standalone.c \
	tests/fuzz/seeds tests/fuzz/test-targets
