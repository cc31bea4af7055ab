#!/usr/bin/env python3
"""Whether transformers and libelectra make the same of the same directories, both ways.

    compare.py --logits build/release/tests/hugging_face_logits [--detect build/release/examples/detect] DIRECTORY …

Each DIRECTORY holds `generator/` and `discriminator/`. For each pair: our logits for random sequences against those of
ElectraForMaskedLM and ElectraForPreTraining; then the pair that we wrote anew, read by from_pretrained without a missing
or unexpected tensor, against the same. Where the discriminator has a tokenizer, also the ids that AutoTokenizer gives, and
the probabilities that `detect` gives. The error is the norm of the difference over the norm.
"""
import argparse, json, os, random, subprocess, sys, tempfile

try:
    import torch
    from transformers import AutoTokenizer, ElectraForMaskedLM, ElectraForPreTraining, logging
except ImportError as missing:
    print(f"skipped: this Python has no {missing.name} (ELECTRA_PYTHON names another)")
    sys.exit(0)

logging.disable_progress_bar()
BOUND = 5e-6
TEXTS = ["The captain stood upon the deck, and looked out over the umbrella.", "Café, naïve façade: 1,234 ½!", "", "x" * 300]


def read(folder):
    networks = []
    for kind, name in ((ElectraForMaskedLM, "generator"), (ElectraForPreTraining, "discriminator")):
        network, report = kind.from_pretrained(os.path.join(folder, name), output_loading_info=True)
        tied = {"generator_lm_head.weight", "generator_lm_head.bias"}
        wrong = set(report["missing_keys"]) - tied | set(report["unexpected_keys"]) | set(report["mismatched_keys"])
        if wrong:
            sys.exit(f"{folder}/{name}: missing, unexpected or mismatched: {sorted(wrong)}")
        networks.append(network.eval())
    return networks


def error(ours, theirs):
    ours = torch.tensor(ours, dtype=torch.float64)
    value = ((ours - theirs.double()).norm() / theirs.double().norm()).item()
    return value if value == value else float("inf")


def compare(networks, sequences, ours):
    worst = 0.0
    with torch.no_grad():
        for ids, found in zip(sequences, ours):
            text = torch.tensor([ids])
            for network, name in zip(networks, ("mlm", "rtd")):
                worst = max(worst, error(found[name], network(text).logits[0]))
    return worst


def compare_detection(detect, folder, networks):
    directory = os.path.join(folder, "discriminator")
    tokenizer = AutoTokenizer.from_pretrained(directory)
    lines = subprocess.run([detect, directory, "--json", "--", *TEXTS], capture_output=True, text=True, check=True).stdout
    worst = 0.0
    for text, line in zip(TEXTS, lines.splitlines(), strict=True):
        found = json.loads(line)
        ids = tokenizer(text)["input_ids"]
        if found["ids"] != ids:
            sys.exit(f"{directory}: {text!r}: expected the ids {ids}, found {found['ids']}")
        if found["text"] != text or found["tokens"] != tokenizer.convert_ids_to_tokens(ids):
            sys.exit(f"{directory}: {text!r}: other tokens than transformers'")
        with torch.no_grad():
            worst = max(worst, error(found["probabilities"], torch.sigmoid(networks[1](torch.tensor([ids])).logits[0])))
    return worst


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--logits", required=True)
    p.add_argument("--detect")
    p.add_argument("folders", nargs="*")
    a = p.parse_args()
    if not a.folders:
        print("skipped: no directories to compare")
        return
    failures = 0
    for folder in a.folders:
        networks = read(folder)
        sizes = networks[1].config
        draw = random.Random(1)
        longest = min(sizes.max_position_embeddings, 40)
        sequences = [[draw.randrange(sizes.vocab_size) for _ in range(n)] for n in (1, 2, longest // 2, longest)]
        with tempfile.TemporaryDirectory() as out:
            command = [a.logits, os.path.join(folder, "generator"), os.path.join(folder, "discriminator"), out]
            text = "".join(json.dumps(s) + "\n" for s in sequences)
            result = subprocess.run(command, input=text, capture_output=True, text=True)
            if result.returncode != 0:
                sys.exit(result.stderr)
            ours = [json.loads(line) for line in result.stdout.splitlines()]
            errors = {"read by us": compare(networks, sequences, ours),
                      "written by us": compare(read(out), sequences, ours)}
        if a.detect and os.path.exists(os.path.join(folder, "discriminator", "vocab.txt")):
            errors["detected by us"] = compare_detection(a.detect, folder, networks)
        failures += sum(not value <= BOUND for value in errors.values())
        print(folder + ": " + ", ".join(f"{what} {value:.1e}" for what, value in errors.items()), flush=True)
    if failures:
        sys.exit(f"{failures} errors above {BOUND}")


if __name__ == "__main__":
    main()
