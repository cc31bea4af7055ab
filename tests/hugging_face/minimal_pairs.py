#!/usr/bin/env python3
"""Whether `electra evaluate blimp` counts as a plain program with transformers does.

    minimal_pairs.py --electra build/release/apps/electra --data FILE [--every N] DIRECTORY …

Each DIRECTORY holds `generator/` and `discriminator/`. A sentence's score is the sum over its tokens of the
log-probability of each where it alone is masked, or of log(1 - p), p that of having been replaced. Pairs whose scores
differ by rounding alone may be counted either way; there are few, and said.
"""
import argparse, json, os, subprocess, sys

try:
    import torch
    from transformers import AutoTokenizer, ElectraForMaskedLM, ElectraForPreTraining
except ImportError as missing:
    print(f"skipped: this Python has no {missing.name} (ELECTRA_PYTHON names another)")
    sys.exit(0)

ROUNDING = 1e-4
PUBLISHED = {"s-selection": "argument_structure"}  # under which the published tables count it


def pairs_of(path, every):
    with open(path, encoding="utf-8", newline="") as file:
        names, *rows = (line.rstrip("\r\n").split("\t") for line in file)
    rows = [dict(zip(names, row, strict=True)) for row in rows if row != [""]]
    return rows[::every]


def by_generator(network, tokenizer, text):
    ids = tokenizer(text, return_tensors="pt")["input_ids"][0]
    places = torch.arange(1, len(ids) - 1)
    masked = ids.repeat(len(places), 1)
    masked[torch.arange(len(places)), places] = tokenizer.mask_token_id
    logits = network(masked).logits[torch.arange(len(places)), places]
    return logits.double().log_softmax(-1)[torch.arange(len(places)), ids[places]].sum().item()


def by_discriminator(network, tokenizer, text):
    logits = network(**tokenizer(text, return_tensors="pt")).logits[0, 1:-1]
    return torch.nn.functional.logsigmoid(-logits.double()).sum().item()


def shares(points):
    return {name: sum(values) / len(values) for name, values in points.items()}


def count(score, pairs):
    phenomena, paradigms, close = {}, {}, 0
    for pair in pairs:
        gain = score(pair["good"]) - score(pair["bad"])
        close += 0 < abs(gain) < ROUNDING
        point = 0.5 if gain == 0 else float(gain > 0)
        phenomenon = PUBLISHED.get(pair["phenomenon"], pair["phenomenon"])
        phenomena.setdefault(phenomenon, []).append(point)
        paradigms.setdefault(pair["paradigm"], []).append(point)
    mean = lambda of: sum(of.values()) / len(of)
    sizes = {name: len(values) for name, values in phenomena.items()}
    return shares(phenomena), mean(shares(phenomena)), mean(shares(paradigms)), sizes, close


def check(electra, directory, kind, score_of, data, every):
    command = [electra, "evaluate", "blimp", "--model", directory, "--data", data, "--every", str(every), "--json"]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    network, tokenizer = kind.from_pretrained(directory).eval(), AutoTokenizer.from_pretrained(directory)
    pairs = pairs_of(data, every)
    with torch.no_grad():
        phenomena, mean_12, mean_67, sizes, close = count(lambda text: score_of(network, tokenizer, text), pairs)
    other = sum(abs(phenomena[name] - found["phenomena"][name]) * sizes[name] for name in phenomena)
    print(f"{directory}: {len(pairs)} pairs, {close} of them close; counted otherwise: {other:.4g}; "
          f"means {found['mean_12']:.6f} and {mean_12:.6f}, {found['mean_67']:.6f} and {mean_67:.6f}")
    same_means = max(abs(found["mean_12"] - mean_12), abs(found["mean_67"] - mean_67)) < 1e-9
    if found["pairs"] != len(pairs) or other > close + 1e-9 or (close == 0 and not same_means):
        sys.exit(f"{directory}: evaluate blimp counts otherwise")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--electra", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("folders", nargs="+", metavar="DIRECTORY")
    options = parser.parse_args()
    for folder in options.folders:
        for name, kind, score in (("discriminator", ElectraForPreTraining, by_discriminator),
                                  ("generator", ElectraForMaskedLM, by_generator)):
            check(options.electra, os.path.join(folder, name), kind, score, options.data, options.every)


if __name__ == "__main__":
    main()
