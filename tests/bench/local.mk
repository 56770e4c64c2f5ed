# The benchmark builds its own programs (tests/bench/Makefile); it is no part
# of `make` or `make check`.
EXTRA_DIST += \
	tests/bench/README.md \
	tests/bench/Makefile \
	tests/bench/figures.json \
	tests/bench/figures.svg \
	tests/bench/run \
	tests/bench/apiload.c \
	tests/bench/console-store \
	tests/bench/leasesim.c \
	tests/bench/load.c \
	tests/bench/load.h \
	tests/bench/milteredit.c \
	tests/bench/milteredit.h \
	tests/bench/milterload.c \
	tests/bench/miltersess.c \
	tests/bench/miltersess.h \
	tests/bench/noop-milter.c \
	tests/bench/noop-policy.c \
	tests/bench/policyload.c \
	tests/bench/sendload.c \
	tests/bench/swbench/__init__.py \
	tests/bench/swbench/api.py \
	tests/bench/swbench/apisend.py \
	tests/bench/swbench/chart.py \
	tests/bench/swbench/console.py \
	tests/bench/swbench/hosts.py \
	tests/bench/swbench/hour.py \
	tests/bench/swbench/leases.py \
	tests/bench/swbench/scale.py \
	tests/bench/swbench/peers.py \
	tests/bench/swbench/postfix.py \
	tests/bench/swbench/procs.py \
	tests/bench/swbench/records.py \
	tests/bench/swbench/reports.py \
	tests/bench/swbench/results.py \
	tests/bench/swbench/rows.py \
	tests/bench/swbench/sendward.py \
	tests/bench/swbench/signing.py \
	tests/bench/swbench/verify.py
