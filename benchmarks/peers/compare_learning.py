#!/usr/bin/env python3
"""Whether libelectra learns what PyTorch learns: several seeds of each, held against one another.

    compare_learning.py --ours RUN/train.jsonl … --peer PEER.jsonl …
                        [--out FILE.json] [--figure FILE.svg] [--title TEXT]

Reads the "evaluation" lines of both, takes mean and spread over seeds at the last step, and says
for each figure whether ours lies within the peer's mean +- the larger of twice the peer's spread
(standard deviation over seeds) and 3 %. Also says from which step on each run's AUC stays above
0.65 (linear between evaluations; it also peaks in the first few steps, when replacements are as
good as uniform and thus rare tokens), and whether the two ranges overlap.
"""

import argparse
import json
import pathlib
import statistics
import sys

FIGURES = ("mlm_loss", "mlm_accuracy", "disc_loss", "disc_auc")
LABELS = {"mlm_loss": "held-out MLM loss (nats)", "mlm_accuracy": "held-out MLM accuracy",
          "disc_loss": "held-out discriminator loss (nats)",
          "disc_auc": "held-out discriminator AUC"}
COLOURS = {"ours": "#0072b2", "peer": "#d55e00"}
WIDTH, HEIGHT = 350, 220  # of a panel


def curve(path):
    text = pathlib.Path(path).read_text()
    lines = [json.loads(line) for line in text.splitlines() if line.strip()]
    seen = {line["step"]: line for line in lines if line.get("kind") == "evaluation"}
    return [seen[step] for step in sorted(seen)]


def passes(points, bound):
    for before, after in reversed(list(zip(points, points[1:]))):
        if before["disc_auc"] < bound <= after["disc_auc"]:
            part = (bound - before["disc_auc"]) / (after["disc_auc"] - before["disc_auc"])
            return before["step"] + part * (after["step"] - before["step"])
    return None


def compared_figure(ours, peers):
    """One figure at the last step, of each seed."""
    mean, spread = statistics.mean(peers), statistics.stdev(peers) if len(peers) > 1 else 0.0
    allowed = max(2 * spread, 0.03 * abs(mean))
    ours_mean = statistics.mean(ours)
    return {"ours": ours, "peer": peers, "ours_mean": ours_mean, "peer_mean": mean,
            "peer_spread": spread, "allowed": allowed,
            "within": abs(ours_mean - mean) <= allowed}


def compare(ours, peers, bound):
    a, b = [passes(points, bound) for points in ours], [passes(points, bound) for points in peers]
    known = None not in a + b
    return {"last_step": ours[0][-1]["step"],
            "figures": {name: compared_figure([points[-1][name] for points in ours],
                                              [points[-1][name] for points in peers])
                        for name in FIGURES},
            "auc_passes": {"bound": bound, "ours": a, "peer": b,
                           "overlap": known and max(min(a), min(b)) <= min(max(a), max(b))},
            "peers_left_plateau": all(points[-1]["disc_auc"] > 0.70 for points in peers)}


def axes(name, x0, y0, low, high, last):
    """The frame of a panel, its title and its scales."""
    yield f'<rect x="{x0}" y="{y0}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#888"/>'
    yield f'<text x="{x0}" y="{y0 - 8}" font-weight="bold">{LABELS[name]}</text>'
    for i in range(5):
        value = low + (high - low) * i / 4
        y = y0 + HEIGHT * (high - value) / (high - low)
        yield (f'<line x1="{x0}" x2="{x0 + WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
               f'<text x="{x0 - 6}" y="{y + 4:.1f}" text-anchor="end">{value:.3g}</text>')
    for i in range(5):
        yield (f'<text x="{x0 + WIDTH * i / 4:.1f}" y="{y0 + HEIGHT + 16}" '
               f'text-anchor="middle">{last * i // 4:,}</text>')


def panel(curves, name, x0, y0, last):
    values = [point[name] for group in curves.values() for points in group for point in points]
    margin = 0.05 * (max(values) - min(values))
    low, high = min(values) - margin, max(values) + margin
    lines = list(axes(name, x0, y0, low, high, last))
    for system, group in curves.items():
        for points in group:
            at = " ".join(f"{x0 + WIDTH * p['step'] / last:.1f},"
                          f"{y0 + HEIGHT * (high - p[name]) / (high - low):.1f}" for p in points)
            lines.append(f'<polyline points="{at}" fill="none" stroke="{COLOURS[system]}" '
                         'stroke-width="1.6" opacity="0.8"/>')
    return "\n".join(lines)


def drawing(curves, title):
    last = max(points[-1]["step"] for group in curves.values() for points in group)

    def legend(system, name, x):
        return (f'<text x="{x}" y="50" fill="{COLOURS[system]}">{name}, '
                f'{len(curves[system])} seeds</text>')

    panels = [panel(curves, name, 70 + 430 * (i % 2), 80 + 290 * (i // 2), last)
              for i, name in enumerate(FIGURES)]
    return "\n".join([
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 880 650" font-family="sans-serif" '
        'font-size="12">',
        '<rect width="880" height="650" fill="white"/>'
        f'<text x="70" y="30" font-size="16">{title}</text>',
        legend("ours", "libelectra", 70), legend("peer", "PyTorch", 220),
        *panels, '<text x="440" y="640" text-anchor="middle">step</text>', "</svg>", ""])


def parsed_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ours", nargs="+", required=True)
    parser.add_argument("--peer", nargs="+", required=True)
    parser.add_argument("--bound", type=float, default=0.65)
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--figure", type=pathlib.Path)
    parser.add_argument("--title", default="The same examples and first weights")
    return parser.parse_args()


def main():
    arguments = parsed_arguments()
    curves = {"ours": [curve(path) for path in arguments.ours],
              "peer": [curve(path) for path in arguments.peer]}
    result = compare(curves["ours"], curves["peer"], arguments.bound)
    for name, row in result["figures"].items():
        print(f"{name:14s} ours {row['ours_mean']:.4f}  peer {row['peer_mean']:.4f} "
              f"+- {row['allowed']:.4f}  {'within' if row['within'] else 'OUTSIDE'}")
    print("AUC passes", result["auc_passes"])
    if arguments.out:
        kept = {system: [[{key: point[key] for key in ("step", *FIGURES)} for point in points]
                         for points in group] for system, group in curves.items()}
        content = result | {"title": arguments.title, "curves": kept}
        arguments.out.write_text(json.dumps(content))
    if arguments.figure:
        arguments.figure.write_text(drawing(curves, arguments.title))
    within = all(row["within"] for row in result["figures"].values())
    return 0 if within and result["auc_passes"]["overlap"] else 1


if __name__ == "__main__":
    sys.exit(main())
