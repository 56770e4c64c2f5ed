"""What was measured, as a picture for people who do not read tables: SVG, one panel
for each row that was measured, a bar for each server."""

import xml.etree.ElementTree as ET

# (row, figure, title, unit, is less better)
PANELS = (
    ("milter", "cpu_us", "Signing a message of 2 KiB", "µs of CPU", True),
    ("milter-200k", "cpu_us", "Signing a message of 200 KiB", "µs of CPU",
     True),
    ("policy", "cpu_us", "A policy decision", "µs of CPU", True),
    ("policy", "per_second", "Policy decisions, 8 connections", "a second",
     False),
    ("postfix", "accepted_per_second", "Through Postfix, 20 sessions",
     "messages accepted a second", False),
)

WIDTH = 760
NAME_WIDTH = 230
VALUE_WIDTH = 90
BAR = 18
GAP = 6
TITLE = 40
STYLE = (
    "text{font:13px sans-serif;fill:#222}"
    ".title{font-weight:bold}.unit{fill:#666}"
    ".ours{fill:#1f6feb}.floor{fill:#c9ced6}.peer{fill:#8c959f}"
    ".back{fill:#fff}"
    "@media (prefers-color-scheme:dark){text{fill:#e6edf3}"
    ".unit{fill:#9aa4af}.back{fill:#0d1117}.floor{fill:#3d444d}"
    ".peer{fill:#6e7681}.ours{fill:#4493f8}}"
)


def kind_of(server):
    """Ours, a floor that does nothing, or what is used today."""
    if server.startswith("sendward"):
        return "ours"
    if server.startswith(("no-op", "noop", "bare", "rsa2048")):
        return "floor"
    return "peer"


def figures(doc, row, key):
    """(server, median) of a row, in the order of their worth to a reader."""
    found = [(s["server"], s["median"][key]) for s in doc["series"]
             if s["row"] == row and s["median"].get(key)]
    return sorted(found, key=lambda f: f[1])


def text(parent, x, y, words, **attributes):
    ET.SubElement(parent, "text", x=str(x), y=str(y),
                  **attributes).text = words


def number(value):
    return "%.1f" % value if value < 20 else "{:,.0f}".format(value)


def panel(svg, top, title, unit, less_is_better, found):
    """Draws one; returns where the next begins."""
    text(svg, 16, top + 22, title, **{"class": "title"})
    text(svg, WIDTH - 16, top + 22, "%s, %s is better" % (
        unit, "less" if less_is_better else "more"),
        **{"class": "unit", "text-anchor": "end"})
    y = top + TITLE
    room = WIDTH - NAME_WIDTH - VALUE_WIDTH - 32
    most = max(value for _, value in found)
    for server, value in found if less_is_better else reversed(found):
        length = max(1, round(room * value / most))
        text(svg, NAME_WIDTH + 8, y + 14, server, **{"text-anchor": "end"})
        ET.SubElement(svg, "rect", x=str(NAME_WIDTH + 16), y=str(y),
                      width=str(length), height=str(BAR), rx="2",
                      **{"class": kind_of(server)})
        text(svg, NAME_WIDTH + 24 + length, y + 14, number(value))
        y += BAR + GAP
    return y + 8


def write_chart(doc, path):
    """doc: what `run` writes as JSON. False: it has none of the panels' rows."""
    svg = ET.Element("svg", xmlns="http://www.w3.org/2000/svg",
                     width=str(WIDTH))
    ET.SubElement(svg, "style").text = STYLE
    ET.SubElement(svg, "rect", width="100%", height="100%",
                  **{"class": "back"})
    y = 8
    for row, key, title, unit, less in PANELS:
        found = figures(doc, row, key)
        if len(found) > 1:
            y = panel(svg, y, title, unit, less, found)
    if y == 8:
        return False
    text(svg, 16, y + 16, "%s, %d cores; medians of %d rounds in turns; %s" % (
        doc["machine"]["cpu"], doc["machine"]["cores"], doc["rounds"],
        doc["date"][:10]), **{"class": "unit"})
    svg.set("height", str(y + 32))
    svg.set("viewBox", "0 0 %d %d" % (WIDTH, y + 32))
    ET.ElementTree(svg).write(path, encoding="unicode")
    with open(path, "a", encoding="utf-8") as f:
        f.write("\n")
    return True
