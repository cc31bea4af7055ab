#!/usr/bin/env python3
"""Fine-tunes a BERT directory to answer questions, in PyTorch and transformers: a peer for quality.

    torch_answering.py --model DIR --train FILE.json --dev FILE.json [--seeds 1 2 3] [--epochs 3]
                       [--rate 3e-4] [--layer-decay 0.9] [--threads 1] [--batch 32]

DIR is a BERT with model.safetensors and tokenizer.json, read as the ELECTRA that computes the same
(embedding size = hidden size, no pooler); the files are SQuAD 1.1's form, and training takes the
first answer of each question. Question and passage are cut into windows of 384 tokens of which
neighbours share 128; where the answer is not within a window, [CLS] is to be chosen twice.

Recipe: AdamW (bias correction, epsilon 1e-6, no weight decay), norm clipped to 1, dropout 0.1 in the
encoder (transformers' head for spans has none), the mean of the cross-entropies of start and end; the
rate rises over the first tenth of the steps and then falls linearly to 0. A block's rate is that of
the head times decay^(layers + 1 - i), i from 0, the tables' times decay^(layers + 2): the published
code's exponents. Batches are of windows of like length: all are shuffled, sorted, cut, and shuffled.

An answer is the span of at most 30 tokens of the passage with the largest start + end, over all
windows of its question. Exact match and F1 are torchmetrics' SQuAD, after the last epoch. Each
seed's figures go to standard error as they come; the last line of standard output is one JSON object
with all of them and their means and standard deviations.
"""

import argparse
import json
import pathlib
import random
import statistics
import sys
import time

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torchmetrics.functional.text import squad
from transformers import AutoConfig, ElectraConfig, ElectraForQuestionAnswering

LENGTH, STRIDE, LONGEST = 384, 128, 30


def questions(path):
    return [{"passage": paragraph["context"], **question}
            for article in json.loads(pathlib.Path(path).read_text(encoding="utf-8"))["data"]
            for paragraph in article["paragraphs"] for question in paragraph["qas"]]


def windows(tokenizer, rows):
    """Of each question its windows: ids, types, characters of each token, the span to learn."""
    result = []
    for number, row in enumerate(rows):
        answer = row["answers"][0]
        begin, end = answer["answer_start"], answer["answer_start"] + len(answer["text"])
        first = tokenizer.encode(row["question"], row["passage"])
        for part in (first, *first.overflowing):
            places = [i for i, sequence in enumerate(part.sequence_ids) if sequence == 1]
            touched = [i for i in places if part.offsets[i][0] < end and part.offsets[i][1] > begin]
            inside = touched and part.offsets[touched[0]][0] <= begin and part.offsets[touched[-1]][1] >= end
            result.append({"question": number, "ids": part.ids, "types": part.type_ids, "offsets": part.offsets,
                           "passage": (places[0], places[-1] + 1),
                           "span": (touched[0], touched[-1]) if inside else (0, 0)})
    return result


def batches(rows, order, size):
    """Lists of windows with what the model is given for them, padded to the longest."""
    for at in range(0, len(order), size):
        part = [rows[i] for i in order[at:at + size]]
        width = max(len(row["ids"]) for row in part)
        ids, types, mask = (torch.tensor([list(of(row)) + [0] * (width - len(row["ids"])) for row in part])
                            for of in (lambda r: r["ids"], lambda r: r["types"], lambda r: [1] * len(r["ids"])))
        yield part, {"input_ids": ids, "token_type_ids": types, "attention_mask": mask}


def model_of(directory):
    config = AutoConfig.from_pretrained(directory)
    kept = ("vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "hidden_act",
            "max_position_embeddings", "type_vocab_size", "layer_norm_eps", "initializer_range")
    model = ElectraForQuestionAnswering(ElectraConfig(
        embedding_size=config.hidden_size, hidden_dropout_prob=0.1, attention_probs_dropout_prob=0.1,
        **{key: getattr(config, key) for key in kept}))
    stored = {name.removeprefix("bert."): value.float()
              for name, value in load_file(pathlib.Path(directory) / "model.safetensors").items()}
    model.electra.load_state_dict({name: value for name, value in stored.items() if name.startswith(
        ("embeddings.", "encoder.")) and "position_ids" not in name})
    return model


def groups(model, decay):
    """One of each depth, with its share of the rate."""
    layers, by_depth = model.config.num_hidden_layers, {}
    for name, parameter in model.named_parameters():
        depth = layers + 2
        if "electra.embeddings" in name:
            depth = 0
        elif "encoder.layer." in name:
            depth = int(name.split("encoder.layer.")[1].split(".")[0]) + 1
        by_depth.setdefault(depth, []).append(parameter)
    return [{"params": those, "share": decay ** (layers + 2 - depth)} for depth, those in by_depth.items()]


def epoch_order(rows, batch):
    order = random.sample(range(len(rows)), len(rows))
    order.sort(key=lambda i: len(rows[i]["ids"]))
    parts = [order[at:at + batch] for at in range(0, len(order), batch)]
    random.shuffle(parts)
    parts.sort(key=lambda part: len(part) < batch)  # the short one last, so that batches stay as cut
    return [i for part in parts for i in part]


def train(arguments, model, rows):
    optimizer = torch.optim.AdamW(groups(model, arguments.layer_decay), eps=1e-6, weight_decay=0.0)
    total = -(-len(rows) // arguments.batch) * arguments.epochs
    warm, step, losses = max(1, total // 10), 0, []
    model.train()
    for _ in range(arguments.epochs):
        for part, inputs in batches(rows, epoch_order(rows, arguments.batch), arguments.batch):
            now = min((step + 1) / warm, (total - step) / (total - warm))
            for group in optimizer.param_groups:
                group["lr"] = arguments.rate * now * group["share"]
            starts, ends = (torch.tensor(side) for side in zip(*(row["span"] for row in part)))
            loss = model(**inputs, start_positions=starts, end_positions=ends).loss
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
            step += 1
    return statistics.mean(losses[-total // arguments.epochs:])


def best_span(start, end, passage):
    """(score, first token, last token) of the passage's tokens."""
    first, behind = passage
    scores = start[first:behind, None] + end[None, first:behind]
    allowed = torch.ones_like(scores).triu().tril(LONGEST - 1).bool()
    scores = scores.masked_fill(~allowed, float("-inf"))
    at = int(scores.argmax())
    return float(scores.flatten()[at]), first + at // (behind - first), first + at % (behind - first)


def evaluate(model, rows, examples):
    """Exact match and F1 in per cent."""
    model.eval()
    best = {}
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]["ids"]))
    with torch.inference_mode():
        for part, inputs in batches(rows, order, 32):
            said = model(**inputs)
            for row, start, end in zip(part, said.start_logits, said.end_logits):
                score, first, last = best_span(start, end, row["passage"])
                if row["question"] not in best or score > best[row["question"]][0]:
                    best[row["question"]] = score, row["offsets"][first][0], row["offsets"][last][1]
    found = [{"id": str(i), "prediction_text": example["passage"][best[i][1]:best[i][2]]}
             for i, example in enumerate(examples)]
    right = [{"id": str(i), "answers": {"text": [a["text"] for a in example["answers"]],
                                        "answer_start": [a["answer_start"] for a in example["answers"]]}}
             for i, example in enumerate(examples)]
    scores = squad(found, right)
    return {"exact_match": float(scores["exact_match"]), "f1": float(scores["f1"])}


def run(arguments, tokenizer, seed):
    random.seed(seed)
    torch.manual_seed(seed)
    learned, asked = questions(arguments.train), questions(arguments.dev)
    rows = windows(tokenizer, learned)
    model = model_of(arguments.model)
    start = time.perf_counter()
    loss = train(arguments, model, rows)
    seconds = time.perf_counter() - start
    result = {"seed": seed, **evaluate(model, windows(tokenizer, asked), asked), "loss": loss, "seconds": seconds,
              "windows": len(rows)}
    print(json.dumps(result), file=sys.stderr, flush=True)
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("model", "train", "dev"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--layer-decay", type=float, default=0.9)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    tokenizer = Tokenizer.from_file(str(pathlib.Path(arguments.model) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LENGTH, stride=STRIDE, strategy="only_second")
    seeds = [run(arguments, tokenizer, seed) for seed in arguments.seeds]
    scores = {name: {"mean": statistics.mean(values), "spread": statistics.stdev(values) if len(values) > 1 else 0.0}
              for name in ("exact_match", "f1") for values in [[seed[name] for seed in seeds]]}
    print(json.dumps({"seeds": seeds, "scores": scores}))


main()
