#!/usr/bin/env python3
"""Whether `electra explain` says what PyTorch says of a fine-tuned classifier: attention and gradient x input.

    explanation.py --electra build/release/apps/electra --model out/sentiment --texts share/labelled/sentences.txt

For each text the attention probabilities of every layer and head, and for the likeliest label's logit the gradient by each
token's word vector, times that vector, by autograd. Prints the greatest differences; fails above the bounds.
"""
import argparse, json, subprocess, sys

try:
    import torch
    from transformers import AutoModelForSequenceClassification, logging
except ImportError as missing:
    print(f"skipped: this Python has no {missing.name} (ELECTRA_PYTHON names another)")
    sys.exit(0)

ATTENTION_BOUND = 3e-5  # both sides are f32
ATTRIBUTION_BOUND = 1e-4  # of the greatest attribution of a text


def explained(a):
    command = [a.electra, "explain", a.model, a.texts, "--json", "--attention"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return [json.loads(line) for line in lines]


def attributions(model, ids, label):
    words = model.get_input_embeddings()(ids).detach().requires_grad_()
    logits = model(inputs_embeds=words, attention_mask=torch.ones_like(ids)).logits
    logits[0, label].backward()
    return logits[0, label].item(), (words.grad * words.detach()).sum(-1)[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("electra", "model", "texts"):
        parser.add_argument("--" + name, required=True)
    a = parser.parse_args()
    logging.disable_progress_bar()
    model = AutoModelForSequenceClassification.from_pretrained(a.model, attn_implementation="eager").eval()
    worst_attention = worst_attribution = worst_score = 0.0
    found = explained(a)
    for text in found:
        ids = torch.tensor([text["ids"]])
        with torch.no_grad():
            answer = model(input_ids=ids, attention_mask=torch.ones_like(ids), output_attentions=True)
        theirs = torch.stack([layer[0] for layer in answer.attentions])
        worst_attention = max(worst_attention, (theirs - torch.tensor(text["attention"])).abs().max().item())
        score, tokens = attributions(model, ids, model.config.label2id[text["target"]])
        worst_score = max(worst_score, abs(score - text["score"]))
        difference = (tokens - torch.tensor(text["attributions"])).abs().max() / tokens.abs().max()
        worst_attribution = max(worst_attribution, difference.item())
    print(f"{len(found)} texts: attention {worst_attention:.1e} (at most {ATTENTION_BOUND:.0e}), attribution "
          f"{worst_attribution:.1e} of the greatest (at most {ATTRIBUTION_BOUND:.0e}), score {worst_score:.1e}")
    sys.exit(not (found and worst_attention <= ATTENTION_BOUND and worst_attribution <= ATTRIBUTION_BOUND))


main()
