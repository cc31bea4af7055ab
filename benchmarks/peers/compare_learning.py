#!/usr/bin/env python3
"""Whether libelectra learns what PyTorch learns: several seeds of each, held against one another.

    compare_learning.py --ours RUN/train.jsonl … --peer PEER.jsonl … [--out FILE.json] [--figure FILE.svg] [--title TEXT]

Reads the "evaluation" lines of both, takes mean and spread over seeds at the last step, and says for each figure whether
ours lies within the peer's mean +- the larger of twice the peer's spread (standard deviation over seeds) and 3 %. Also
says from which step on each run's AUC stays above 0.65 (linear between evaluations; it also peaks in the first few steps,
when replacements are as good as uniform and thus rare tokens), and whether the two ranges overlap.
"""
import argparse, json, statistics, sys

FIGURES = ("mlm_loss", "mlm_accuracy", "disc_loss", "disc_auc")
COLOURS = {"ours": "#0072b2", "peer": "#d55e00"}


def curve(path):
    lines = [json.loads(line) for line in open(path) if line.strip()]
    seen = {line["step"]: line for line in lines if line.get("kind") == "evaluation"}
    return [seen[step] for step in sorted(seen)]


def passes(points, bound):
    for before, after in reversed(list(zip(points, points[1:]))):
        if before["disc_auc"] < bound <= after["disc_auc"]:
            part = (bound - before["disc_auc"]) / (after["disc_auc"] - before["disc_auc"])
            return before["step"] + part * (after["step"] - before["step"])
    return None


def compare(ours, peers, bound):
    rows = {}
    for name in FIGURES:
        mine, theirs = [c[-1][name] for c in ours], [c[-1][name] for c in peers]
        mean, spread = statistics.mean(theirs), statistics.stdev(theirs) if len(theirs) > 1 else 0.0
        allowed = max(2 * spread, 0.03 * abs(mean))
        rows[name] = {"ours": mine, "peer": theirs, "ours_mean": statistics.mean(mine), "peer_mean": mean, "peer_spread": spread,
                      "allowed": allowed, "within": abs(statistics.mean(mine) - mean) <= allowed}
    a, b = [passes(c, bound) for c in ours], [passes(c, bound) for c in peers]
    known = None not in a + b
    return {"last_step": ours[0][-1]["step"], "figures": rows,
            "auc_passes": {"bound": bound, "ours": a, "peer": b,
                           "overlap": known and max(min(a), min(b)) <= min(max(a), max(b))},
            "peers_left_plateau": all(c[-1]["disc_auc"] > 0.70 for c in peers)}


def panel(curves, name, label, x0, y0, width, height, last):
    values = [point[name] for group in curves.values() for c in group for point in c]
    low, high = min(values), max(values)
    low, high = low - 0.05 * (high - low), high + 0.05 * (high - low)
    at = lambda step, value: (x0 + width * step / last, y0 + height * (high - value) / (high - low))
    out = [f'<rect x="{x0}" y="{y0}" width="{width}" height="{height}" fill="none" stroke="#888"/>',
           f'<text x="{x0}" y="{y0 - 8}" font-weight="bold">{label}</text>']
    for i in range(5):
        value = low + (high - low) * i / 4
        y = at(0, value)[1]
        out.append(f'<line x1="{x0}" x2="{x0 + width}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
                   f'<text x="{x0 - 6}" y="{y + 4:.1f}" text-anchor="end">{value:.3g}</text>')
    for i in range(5):
        out.append(f'<text x="{x0 + width * i / 4:.1f}" y="{y0 + height + 16}" text-anchor="middle">{last * i // 4:,}</text>')
    for system, group in curves.items():
        for c in group:
            points = " ".join("%.1f,%.1f" % at(p["step"], p[name]) for p in c)
            out.append(f'<polyline points="{points}" fill="none" stroke="{COLOURS[system]}" stroke-width="1.6" opacity="0.8"/>')
    return "\n".join(out)


def draw(curves, title, path):
    last = max(c[-1]["step"] for group in curves.values() for c in group)
    labels = {"mlm_loss": "held-out MLM loss (nats)", "mlm_accuracy": "held-out MLM accuracy",
              "disc_loss": "held-out discriminator loss (nats)", "disc_auc": "held-out discriminator AUC"}
    panels = [panel(curves, name, labels[name], 70 + 430 * (i % 2), 80 + 290 * (i // 2), 350, 220, last)
              for i, name in enumerate(FIGURES)]
    with open(path, "w") as file:
        file.write('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 880 650" font-family="sans-serif" font-size="12">\n'
                   f'<rect width="880" height="650" fill="white"/><text x="70" y="30" font-size="16">{title}</text>\n'
                   f'<text x="70" y="50" fill="{COLOURS["ours"]}">libelectra, {len(curves["ours"])} seeds</text>\n'
                   f'<text x="220" y="50" fill="{COLOURS["peer"]}">PyTorch, {len(curves["peer"])} seeds</text>\n'
                   + "\n".join(panels) + '\n<text x="440" y="640" text-anchor="middle">step</text>\n</svg>\n')


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--ours", nargs="+", required=True)
    p.add_argument("--peer", nargs="+", required=True)
    p.add_argument("--bound", type=float, default=0.65)
    p.add_argument("--out")
    p.add_argument("--figure")
    p.add_argument("--title", default="The same examples and first weights")
    a = p.parse_args()
    curves = {"ours": [curve(path) for path in a.ours], "peer": [curve(path) for path in a.peer]}
    result = compare(curves["ours"], curves["peer"], a.bound)
    for name, row in result["figures"].items():
        print(f"{name:14s} ours {row['ours_mean']:.4f}  peer {row['peer_mean']:.4f} +- {row['allowed']:.4f}  "
              f"{'within' if row['within'] else 'OUTSIDE'}")
    print("AUC passes", result["auc_passes"])
    if a.out:
        keep = {k: [[{f: point[f] for f in ("step", *FIGURES)} for point in c] for c in group] for k, group in curves.items()}
        with open(a.out, "w") as file:
            json.dump(result | {"title": a.title, "curves": keep}, file)
    if a.figure:
        draw(curves, a.title, a.figure)
    sys.exit(0 if all(row["within"] for row in result["figures"].values()) and result["auc_passes"]["overlap"] else 1)


if __name__ == "__main__":
    main()
