"""What was measured: medians of rounds, bars, the table and the JSON."""

import json
import statistics


class Series:
    """One server's rounds in one row."""

    def __init__(self, row, server, unit="msg"):
        self.row = row
        self.server = server
        self.unit = unit
        self.rounds = []
        self.peak_mib = None

    def add(self, **values):
        self.rounds.append(values)

    def median(self, key):
        values = [r[key] for r in self.rounds if r.get(key) is not None]
        return statistics.median(values) if values else None

    def spread(self, key):
        values = [r[key] for r in self.rounds if r.get(key) is not None]
        return (min(values), max(values)) if values else None

    def as_json(self):
        keys = sorted({k for r in self.rounds for k in r})
        return {"row": self.row, "server": self.server, "unit": self.unit,
                "median": {k: self.median(k) for k in keys},
                "peak_mib": self.peak_mib, "rounds": self.rounds}


class Bar:
    def __init__(self, row, text, value, limit, at_most=True, fmt="%.0f"):
        self.row = row
        self.text = text
        self.value = value
        self.limit = limit
        self.at_most = at_most
        self.fmt = fmt
        self.met = value <= limit if at_most else value >= limit

    def as_json(self):
        return {"row": self.row, "text": self.text, "value": self.value,
                "must_reach": "%s %s" % ("<=" if self.at_most else ">=",
                                         self.limit), "met": self.met}


class Results:
    def __init__(self):
        self.series = []
        self.bars = []
        self.failures = []

    def new(self, row, server, unit="msg"):
        s = Series(row, server, unit)
        self.series.append(s)
        return s

    def bar(self, *args, **kw):
        self.bars.append(Bar(*args, **kw))

    def fail(self, row, text):
        self.failures.append({"row": row, "text": text})

    def write_json(self, path, meta):
        """Returns what was written."""
        doc = dict(meta, series=[s.as_json() for s in self.series],
                   bars=[b.as_json() for b in self.bars],
                   failures=self.failures)
        with open(path, "w", encoding="utf-8") as f:
            json.dump(doc, f, indent=1)
            f.write("\n")
        return doc

    def print_table(self):
        head = ("row", "server", "CPU us", "range", "per s", "p50 ms",
                "p99 ms", "max ms", "peak MiB", "others")
        rows = [head] + [series_cells(s) for s in self.series]
        print_columns(rows)
        print()
        head = ("row", "what", "measured", "must reach", "met")
        rows = [head] + [bar_cells(b) for b in self.bars]
        print_columns(rows)
        for f in self.failures:
            print("FAILED %s: %s" % (f["row"], f["text"]))


def cell(fmt, value):
    return "-" if value is None else fmt % value


def series_cells(s):
    spread = s.spread("cpu_us")
    others = s.median("others")
    return (s.row, s.server, cell("%.1f", s.median("cpu_us")),
            "-" if spread is None else "%.1f-%.1f" % spread,
            cell("%.0f", s.median("per_second")),
            cell("%.2f", s.median("p50_ms")),
            cell("%.2f", s.median("p99_ms")),
            cell("%.1f", s.median("max_ms")), cell("%.1f", s.peak_mib),
            "-" if others is None else "%.0f%%" % (others * 100))


def bar_cells(b):
    sign = "at most " if b.at_most else "at least "
    return (b.row, b.text, b.fmt % b.value, sign + b.fmt % b.limit,
            "yes" if b.met else "NO")


def print_columns(rows):
    widths = [max(len(r[i]) for r in rows) for i in range(len(rows[0]))]
    for r in rows:
        cells = [c.ljust(w) if i < 2 else c.rjust(w)
                 for i, (c, w) in enumerate(zip(r, widths))]
        print("  ".join(cells).rstrip())
