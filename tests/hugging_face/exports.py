#!/usr/bin/env python3
"""Whether transformers opens what `electra import` and `electra export` write, and makes the same of it.

    exports.py --electra build/release/apps/electra [DIRECTORY …]

Models of transformers, ELECTRA's and BERT's, stored as model.safetensors, in shards and as pytorch_model.bin, are imported;
what was made is exported, and, where embeddings are as wide as layers, exported as a BERT. Each of them is opened by its
class without a missing or unexpected tensor, and gives the outputs of the first for random sequences; the tokenizer gives
the same ids. Each DIRECTORY holds an encoder of others, which goes the same way. The figure is the largest difference.
"""
import argparse, json, os, random, subprocess, sys, tempfile

try:
    import torch
    from transformers import (AutoConfig, AutoModel, AutoModelForMaskedLM, AutoModelForPreTraining,
                              AutoModelForQuestionAnswering, AutoModelForSequenceClassification,
                              AutoModelForTokenClassification, AutoTokenizer, BertConfig, BertForMaskedLM,
                              BertForQuestionAnswering, BertForSequenceClassification, BertForTokenClassification,
                              BertModel, BertTokenizer, ElectraConfig, ElectraForMaskedLM, ElectraForPreTraining,
                              ElectraForQuestionAnswering, ElectraForSequenceClassification, ElectraForTokenClassification,
                              logging)
except ImportError as missing:
    print(f"skipped: this Python has no {missing.name} (ELECTRA_PYTHON names another)")
    sys.exit(0)

logging.disable_progress_bar()
logging.set_verbosity_error()
BOUND = 1e-5
TEXTS = ["abc a b c", "", "Hello, World", "caf\u00e9 \u4e2d"]
SIZES = dict(vocab_size=57, hidden_size=24, num_hidden_layers=2, num_attention_heads=2, intermediate_size=40,
             max_position_embeddings=32, initializer_range=0.3)
OPENERS = {"ForMaskedLM": AutoModelForMaskedLM, "ForPreTraining": AutoModelForPreTraining,
           "ForSequenceClassification": AutoModelForSequenceClassification,
           "ForTokenClassification": AutoModelForTokenClassification, "ForQuestionAnswering": AutoModelForQuestionAnswering,
           "Model": AutoModel}
# BertModel makes a pooler that an encoder's files need not have; what is tied is stored once.
NOT_STORED = ("pooler.", "generator_lm_head.weight", "generator_lm_head.bias", "cls.predictions.decoder.")


def write_tokenizer(folder):
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + [p + chr(97 + i) for i in range(26) for p in ("", "##")]
    with open(os.path.join(folder, "vocab.txt"), "w") as file:
        file.write("\n".join(tokens) + "\n")
    BertTokenizer(os.path.join(folder, "vocab.txt")).save_pretrained(folder)


def write_models(out):
    torch.manual_seed(1)
    bert, electras = BertConfig(**SIZES), [ElectraConfig(embedding_size=width, **SIZES) for width in (12, 24)]
    made = [kind(config) for config in electras for kind in
            (ElectraForPreTraining, ElectraForMaskedLM, ElectraForSequenceClassification, ElectraForTokenClassification,
             ElectraForQuestionAnswering)]
    made += [kind(bert) for kind in (BertModel, BertForMaskedLM, BertForSequenceClassification, BertForTokenClassification,
                                     BertForQuestionAnswering)]
    folders = []
    for number, model in enumerate(made):
        folder = os.path.join(out, f"{number}_{type(model).__name__}")
        model.eval().save_pretrained(folder, **({"max_shard_size": "9KB"} if number % 3 == 1 else {}))
        if number % 3 == 2:
            torch.save(model.state_dict(), os.path.join(folder, "pytorch_model.bin"))
            os.remove(os.path.join(folder, "model.safetensors"))
        write_tokenizer(folder)
        folders.append((folder, model))
    return folders


def open_model(folder):
    with open(os.path.join(folder, "config.json")) as file:
        name = json.load(file)["architectures"][0]
    opener = next(opener for suffix, opener in OPENERS.items() if name.endswith(suffix))
    model, report = opener.from_pretrained(folder, output_loading_info=True)
    wrong = [key for part in ("missing_keys", "unexpected_keys", "mismatched_keys") for key in report[part]]
    wrong = [key for key in wrong if not any(each in key for each in NOT_STORED)]
    if wrong or type(model).__name__ != name:
        sys.exit(f"{folder}: {type(model).__name__} for {name}; missing, unexpected or mismatched: {sorted(wrong)}")
    return model.eval()


def outputs(model, ids, is_encoder):
    found = (model.base_model if is_encoder else model)(torch.tensor([ids]))
    if hasattr(found, "start_logits"):
        return torch.stack([found.start_logits, found.end_logits])
    return found.last_hidden_state if hasattr(found, "last_hidden_state") else found.logits


def difference(ours, theirs, sequences):
    """Of the models, or of their encoders where one is an encoder alone."""
    is_encoder = any(type(model).__name__ in ("BertModel", "ElectraModel") for model in (ours, theirs))
    with torch.no_grad():
        return max((outputs(ours, ids, is_encoder) - outputs(theirs, ids, is_encoder)).abs().max().item()
                   for ids in sequences)


def ids_of(folder):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    return [tokenizer(text)["input_ids"] for text in TEXTS]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--electra", required=True)
    p.add_argument("directories", nargs="*")
    a = p.parse_args()

    def write(verb, source, out, *more):
        result = subprocess.run([a.electra, verb, source, "--out", out, *more], capture_output=True, text=True)
        if result.returncode != 0:
            sys.exit(result.stderr)
        return out

    worst, opened = 0.0, 0
    with tempfile.TemporaryDirectory() as out:
        models = write_models(out) + [(each, AutoModel.from_pretrained(each).eval()) for each in a.directories]
        for number, (folder, model) in enumerate(models):
            draw = random.Random(number)
            sequences = [[2] + [draw.randrange(5, model.config.vocab_size) for _ in range(n)] + [3] for n in (0, 1, 9, 30)]
            made = os.path.join(out, f"made_{number}")
            copies = [write("import", folder, made)]
            is_pooled = type(model).__name__ == "BertForSequenceClassification"
            if not is_pooled:
                copies.append(write("export", made, made + "_electra"))
            config = AutoConfig.from_pretrained(made)
            is_square = getattr(config, "embedding_size", config.hidden_size) == config.hidden_size
            if is_square and type(model).__name__ != "ElectraForSequenceClassification":
                copies.append(write("export", made, made + "_bert", "--as", "bert"))
            for copy in copies:
                found = difference(open_model(copy), model, sequences)
                if not found <= BOUND:
                    sys.exit(f"{copy} of {folder}: differs by {found:.1e}")
                if ids_of(copy) != ids_of(folder):
                    sys.exit(f"{copy} of {folder}: another tokenizer")
                worst, opened = max(worst, found), opened + 1
    print(f"exports: {opened} directories of {len(models)} models, at most {worst:.1e} apart")


if __name__ == "__main__":
    main()
