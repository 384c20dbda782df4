"""Tables and plots of the results: medians of the rounds, and ratios to the floor, which is bare Vert.x."""

import subprocess
from pathlib import Path
from statistics import median

PLOTS = Path(__file__).resolve().parent / "plots.gp"
FLOOR = "bare Vert.x"


def middle(results, contender, traffic, connections, what):
    """The median of the rounds, or None without a measurement."""
    values = [row[what] for row in results["runs"]
              if (row["contender"], row["traffic"], row["connections"]) == (contender, traffic, connections) and row.get(what) is not None]
    return median(values) if values else None


def cells(results):
    """All pairs of contender and traffic, in the order of their first measurement."""
    return list(dict.fromkeys((row["contender"], row["traffic"]) for row in results["runs"]))


def connections_of(results):
    return sorted({row["connections"] for row in results["runs"]})


def table(header, rows):
    aligned = ["---"] + ["---:"] * (len(header) - 1)
    return "\n".join("| " + " | ".join(row) + " |" for row in [header, aligned, *rows]) + "\n"


def starts_table(results):
    rows = []
    for name, values in results["starts"].items():
        plain = results["starts"].get(name.partition(" with ")[0])
        ratio = f"{median(values['seconds']) / median(plain['seconds']):.2f}" if " with " in name and plain else ""
        loaded = results["memory"].get(name)
        rows.append([name, f"{median(values['seconds']):.3f} s", ratio, f"{median(values['resident']):.0f} MiB",
                     f"{loaded:.0f} MiB" if loaded else ""])
    return table(["", "start to first token", "relative to the same without", "memory then", "memory after load"], rows)


def load_table(results, connections):
    floor = {what: middle(results, FLOOR, "fixed", connections, what) for what in ("requests/s", "p99", "cpu")}
    rows = []
    for contender, traffic in cells(results):
        of = {what: middle(results, contender, traffic, connections, what)
              for what in ("requests/s", "p50", "p99", "p99.9", "cpu", "allocated")}
        rows.append([f"{contender}, {traffic}", f"{of['requests/s']:,.0f}", f"{of['requests/s'] / floor['requests/s']:.2f}",
                     f"{of['p50']:.2f}", f"{of['p99']:.2f}", f"{of['p99'] / floor['p99']:.2f}", f"{of['p99.9']:.2f}",
                     f"{of['cpu']:.1f} µs", f"{of['cpu'] / floor['cpu']:.2f}", "" if of["allocated"] is None else f"{of['allocated'] / 1000:.1f} kB"])
    return table([f"{connections} connections" if connections > 1 else "1 connection", "requests/s", "of the floor", "p50, ms",
                  "p99, ms", "of the floor", "p99.9, ms", "CPU/request", "of the floor", "heap/request"], rows)


def aims_table(results):
    """The aims of the project, which are relative to other rows of the same run, and what each number of connections reached."""
    counts = [connections for connections in connections_of(results) if connections >= 64]

    def ratio(what, cell, other):
        return [middle(results, *cell, count, what) / middle(results, *other, count, what) for count in counts]

    rows = []
    for contender in dict.fromkeys(name for name, traffic in cells(results) if traffic == "mcp"):
        cached, fixed = (contender, "cached"), ("Quarkus REST", "fixed")
        aims = [
            ("CPU of cached REST relative to Quarkus REST with a fixed response", "at most 1.05", ratio("cpu", cached, fixed)),
            ("rate of cached REST relative to Quarkus REST with a fixed response", "0.95", ratio("requests/s", cached, fixed)),
            ("p99 of cached REST relative to Quarkus REST with a fixed response", "at most 1.20", ratio("p99", cached, fixed)),
            ("CPU of MCP without a handshake relative to cached REST", "at most 1.40", ratio("cpu", (contender, "mcp-stateless"), cached)),
            ("CPU of MCP in a session relative to cached REST", "at most 1.60", ratio("cpu", (contender, "mcp"), cached)),
            ("rate of cached REST relative to nginx", "1.40", ratio("requests/s", cached, ("nginx", "proxied")))]
        rows += [[f"{contender}: {what}", aim, *(f"{value:.2f}" for value in values)] for what, aim, values in aims]
        missed = [middle(results, contender, "missed", count, "requests/s") for count in counts]
        rows.append([f"{contender}: missed requests/s", "16,000", *(f"{value:,.0f}" for value in missed)])
        heap = [middle(results, *cached, count, "allocated") for count in counts]
        if all(heap):
            rows.append([f"{contender}: heap per cached request", "at most 6 kB", *(f"{value / 1000:.1f} kB" for value in heap)])
    return table(["", "aim", *(f"{count} connections" for count in counts)], rows)


def write(results, folder):
    """Writes report.md and the plots. Returns the text of report.md."""
    parts = [f"{results['machine']}. {results['settings']}.\n", starts_table(results)]
    counts = connections_of(results)
    if counts[-1] >= 64:
        parts.append(aims_table(results))
    parts += [load_table(results, connections) for connections in counts]
    text = "\n".join(parts)
    (folder / "report.md").write_text(text)
    plot(results, folder)
    return text


def plot(results, folder):
    """Writes the data, a column per cell, and draws the plots: all peers, and the service by kind of traffic."""
    service = {contender for contender, traffic in cells(results) if traffic == "mcp"}
    shown = {"peers": [cell for cell in cells(results) if cell[0] not in service or cell[1] == "cached"],
             "traffic": [cell for cell in cells(results) if cell[0] in service]}
    for what, file in (("requests/s", "rate"), ("p99", "p99")):
        for group, columns in shown.items():
            lines = ["connections\t" + "\t".join(", ".join(cell) for cell in columns)]
            lines += [f"{connections}\t" + "\t".join(f"{middle(results, *cell, connections, what):.3f}" for cell in columns)
                      for connections in connections_of(results)]
            (folder / f"{file}-{group}.tsv").write_text("\n".join(lines) + "\n")
    starts = [f"{name}\t{median(values['seconds']):.3f}" for name, values in results["starts"].items()]
    (folder / "starts.tsv").write_text("\n".join(["contender\tseconds", *starts]) + "\n")
    subprocess.run(["gnuplot", str(PLOTS)], cwd=folder, check=True)
