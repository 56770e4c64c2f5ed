"""Leases on a hundred hosts, by simulation: what one store would be asked."""

from .procs import generate

# messages a day, accounts; sent from three of a hundred hosts each
LOADS = ((1e8, 10000), (1e9, 10000), (1e9, 100000))


def simulate(ctx, day, accounts):
    return generate(ctx.work, "leasesim", "-d", "%g" % day, "-a", accounts,
                    "-s", 60 if ctx.quick else 300)


def row_leases(ctx):
    """100 hosts on one store, in virtual time; a host dies half-way."""
    for day, accounts in LOADS:
        got = simulate(ctx, day, accounts)
        series = ctx.results.new("leases", "%.0e a day, %d accounts" % (
            day, accounts))
        series.add(**got)
        print("  %s: %.0f %% decided from memory; the store: %.0f "
              "transactions/s, %.0f takes/s, %.0f rows of reports/s; "
              "who asked waited %.1f ms, 1 %% longer than %.1f" % (
                  series.server, 100 * got["from_memory"] / got["messages"],
                  got["transactions_per_second"], got["takes_per_second"],
                  got["reports_per_second"], got["wait_p50_ms"],
                  got["wait_p99_ms"]))
        ctx.results.bar("leases", "passed beyond a limit, " + series.server,
                        got["over_quota"] + got["over_rate"], 0)
