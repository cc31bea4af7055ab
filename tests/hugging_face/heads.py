#!/usr/bin/env python3
"""Whether transformers and sentence-transformers open what fine-tuning leaves, and make the same of it.

    heads.py --heads build/release/tests/hugging_face_heads

For a model of every head: from_pretrained without a missing or unexpected tensor, labels and problem by the configuration,
and the logits of random sequences; for vectors, those of SentenceTransformer for texts (left out, and said, where it is not
installed). The same of directories that they wrote, ELECTRA's and BERT's. The error is the norm of the difference over the
norm.
"""
import argparse, json, os, random, subprocess, sys, tempfile

try:
    import torch
    from transformers import (BertConfig, BertForQuestionAnswering, BertForTokenClassification, BertModel, ElectraConfig,
                              ElectraForQuestionAnswering, ElectraForSequenceClassification,
                              ElectraForTokenClassification, AutoModelForQuestionAnswering, AutoModelForSequenceClassification,
                              AutoModelForTokenClassification, AutoTokenizer, logging)
except ImportError as missing:
    print(f"skipped: this Python has no {missing.name} (ELECTRA_PYTHON names another)")
    sys.exit(0)
try:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer  # of version 6
except ImportError:
    SentenceTransformer = None

logging.disable_progress_bar()
BOUND = 5e-6
KINDS = {"classify": AutoModelForSequenceClassification, "multilabel": AutoModelForSequenceClassification,
         "regress": AutoModelForSequenceClassification, "tag": AutoModelForTokenClassification,
         "answer": AutoModelForQuestionAnswering}
CONFIGS = {"classify": ("single_label_classification", ["x", "y", "z"]), "multilabel": ("multi_label_classification", ["x", "y"]),
           "regress": ("regression", ["LABEL_0"]), "tag": (None, ["B", "I", "O"]), "answer": (None, ["LABEL_0", "LABEL_1"])}
TEXTS = ["abc", "a b c d e", "", "hello world hello world hello world hello world hello world"]


def error(ours, theirs):
    ours = torch.tensor(ours, dtype=torch.float64)
    theirs = torch.as_tensor(theirs).double()
    value = ((ours - theirs).norm() / theirs.norm()).item() if ours.shape == theirs.shape else float("inf")
    return value if value == value else float("inf")


def open_model(name, folder):
    model, report = KINDS[name].from_pretrained(folder, output_loading_info=True)
    wrong = [key for part in ("missing_keys", "unexpected_keys", "mismatched_keys") for key in report[part]]
    if wrong:
        sys.exit(f"{folder}: missing, unexpected or mismatched: {sorted(wrong)}")
    problem, labels = CONFIGS[name]
    found = [model.config.id2label[i] for i in range(model.config.num_labels)]
    if found != labels or model.config.problem_type != problem:
        sys.exit(f"{folder}: expected {problem} of {labels}, found {model.config.problem_type} of {found}")
    return model.eval()


def logits(model, ids):
    out = model(torch.tensor([ids]))
    if hasattr(out, "start_logits"):
        return torch.stack([out.start_logits[0], out.end_logits[0]], dim=-1)
    return out.logits if out.logits.dim() == 2 else out.logits[0]


def write_foreign(out, tokenizer):
    """Models that transformers and sentence-transformers write, by name."""
    torch.manual_seed(1)
    sizes = dict(vocab_size=57, hidden_size=24, num_hidden_layers=2, num_attention_heads=2, intermediate_size=40,
                 max_position_embeddings=32, initializer_range=0.3)
    electra, bert = ElectraConfig(embedding_size=12, **sizes), BertConfig(**sizes)
    names = {"B": 0, "I": 1, "O": 2}
    three = dict(id2label={i: name for name, i in names.items()}, label2id=names)
    made = {"electra_classify": ElectraForSequenceClassification(ElectraConfig(embedding_size=12, **sizes, **three)),
            "electra_two": ElectraForSequenceClassification(electra),
            "electra_regress": ElectraForSequenceClassification(ElectraConfig(embedding_size=12, num_labels=1, **sizes)),
            "electra_tag": ElectraForTokenClassification(ElectraConfig(embedding_size=12, **sizes, **three)),
            "electra_answer": ElectraForQuestionAnswering(electra),
            "bert_tag": BertForTokenClassification(BertConfig(**sizes, **three)),
            "bert_answer": BertForQuestionAnswering(bert)}
    for name, model in made.items():
        model.eval().save_pretrained(os.path.join(out, name))
    vectors = {}
    if SentenceTransformer is not None:
        plain = os.path.join(out, "plain")
        BertModel(bert).save_pretrained(plain)
        tokenizer.save_pretrained(plain)
        for mode, normalise in (("mean", True), ("cls", False), ("max", True)):
            modules = [Transformer(plain, max_seq_length=32), Pooling(24, pooling_mode=mode)] + [Normalize()] * normalise
            name = f"sentences_{mode}"
            vectors[name] = SentenceTransformer(modules=modules, device="cpu")
            vectors[name].save(os.path.join(out, name))
    return made, vectors


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--heads", required=True)
    a = p.parse_args()
    with tempfile.TemporaryDirectory() as out:
        def run(sequences, *directories):
            text = "".join(json.dumps(s) + "\n" for s in sequences)
            result = subprocess.run([a.heads, out, *directories], input=text, capture_output=True, text=True)
            if result.returncode != 0:
                sys.exit(result.stderr)
            return [json.loads(line) for line in result.stdout.splitlines()]

        draw = random.Random(1)
        sequences = [[2] + [draw.randrange(5, 57) for _ in range(n)] + [3] for n in (0, 1, 9, 30)]
        errors = {}
        with torch.no_grad():
            for ids, found in zip(sequences, run(sequences)):
                for name in KINDS:
                    model = open_model(name, os.path.join(out, name))
                    errors[name] = max(errors.get(name, 0), error(found[name], logits(model, ids)))
        names = [name for name in sorted(os.listdir(out)) if name.startswith("embed")]
        if SentenceTransformer is None:
            print("skipped: vectors, for this Python has no sentence_transformers")
            names = []
        for name in names:
            model = SentenceTransformer(os.path.join(out, name), device="cpu")
            tokenizer = AutoTokenizer.from_pretrained(os.path.join(out, name))
            ids = [tokenizer(text, truncation=True, max_length=model.max_seq_length)["input_ids"] for text in TEXTS]
            if model.max_seq_length != 32 or len(ids[-1]) != 32:
                sys.exit(f"{name}: expected texts of 32 tokens, found {model.max_seq_length}")
            vectors = model.encode(TEXTS)
            for found, vector in zip(run(ids), vectors):
                errors[name] = max(errors.get(name, 0), error(found[name][0], vector))
        tokenizer = AutoTokenizer.from_pretrained(os.path.join(out, "classify"))
        with tempfile.TemporaryDirectory() as foreign, torch.no_grad():
            made, vectors = write_foreign(foreign, tokenizer)
            folders = [os.path.join(foreign, name) for name in (*made, *vectors)]
            for ids, found in zip(sequences, run(sequences, *folders)):
                for name, model in made.items():
                    errors[name] = max(errors.get(name, 0), error(found[name], logits(model, ids)))
            ids = [tokenizer(text, truncation=True, max_length=32)["input_ids"] for text in TEXTS]
            answers = run(ids, *folders)
            for name, model in vectors.items():
                for found, vector in zip(answers, model.encode(TEXTS)):
                    errors[name] = max(errors.get(name, 0), error(found[name][0], vector))
        print(", ".join(f"{name} {value:.1e}" for name, value in errors.items()))
        if any(not value <= BOUND for value in errors.values()):
            sys.exit(f"errors above {BOUND}")


if __name__ == "__main__":
    main()
