#!/usr/bin/env python3
"""Whether libelectra and transformers give texts the same ids by the same tokenizer files.

    same_ids.py --ids build/release/tests/hugging_face_ids [--directories 200] [--texts 500] [--seed 1] [--keep FOLDER]

Directories are generated so that every pair of values of the switches below occurs in one of them; each gets its own texts,
made of what tokenizers stumble over, and a vocabulary in which all their characters are, so that ids tell words apart. What
transformers cannot open, we must refuse. A byte order mark is compared with what transformers makes of the file without it.
"""
import argparse, itertools, json, os, random, subprocess, sys, tempfile, unicodedata

os.environ["HF_HUB_OFFLINE"] = "1"
try:
    from transformers import AutoTokenizer, logging
except ImportError as missing:
    print(f"skipped: this Python has no {missing.name} (ELECTRA_PYTHON names another)")
    sys.exit(0)
logging.set_verbosity(logging.CRITICAL)

SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
COMPONENTS = ("PreTrainedTokenizerFast", "TokenizersBackend", "KoBertTokenizer")
SWITCHES = {
    "files": ["both", "json", "vocab"],
    "class": ["no file", None, "ElectraTokenizer", "ElectraTokenizerFast", "BertTokenizer",
              "ConvBertTokenizer", *COMPONENTS],
    "class in config.json": [None, "BertTokenizerFast"],
    "do_lower_case": [None, True, False],
    "strip_accents": ["absent", None, True, False],
    "tokenize_chinese_chars": [None, True, False],
    "lowercase": [True, False],
    "json strip_accents": [None, True, False],
    "handle_chinese_chars": [True, False],
    "clean_text": [True, False],
    "max_input_chars_per_word": [5, 100, 200],
    "added_tokens": ["none", "specials", "plain", "flags", "in the vocabulary"],
    "added_tokens_decoder": ["absent", "empty", "specials", "same", "other"],
    "added_tokens.json": [False, True],
    "special_tokens_map.json": [False, "names", "objects"],
    "names": ["none", "strings", "objects", "bos", "extra", "additional", "null mask"],
    "split_special_tokens": [None, True, False],
    "order": ["first", "[CLS] first", "middle", "last"],
    "vocab.txt": ["plain", "blank end", "three blank ends", "CRLF", "blank middle", "twice", "no line end", "BOM"],
    "json vocab": ["whole", "gap"],
    "length": ["none", "truncation", "padding"],
    "sequence": [False, True],
}
WORDS = ["the", "ship", "Ship", "new", "york", "New York", "foo", "covid", "Covid", "naïve", "café", "ΟΔΟΣ", "ΛΌΓΟΣ.", "ΑΣ",
         "İstanbul", "IĞDIR", "ẞtraße", "東京", "任務", "한국어", "ガギ", "ภาษาไทย", "हिन्दी", "שָׁלוֹם", "ﬁn", "Å", "Ω", "½", "①", "Ⓐ", "𝐀"]
SIGNS = [" ", " ", " ", "  ", "\t", "\n", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\xa0", "\u1680", "\u2003", "\u2028", "\u2029",
         "\u202f", "\u3000", "\ufeff", "\ufffd", "\x00", "\x07", "\x7f", "\xad", "\u200b", "\u200c", "\u200d", "\u180e", "\u2060",
         "\u0301", "\u0323", "\u0345", "\u0307", "\u302e", "\U0001d165", "\U0001d16d", "\u08d3", "\u0898", "\u1dfa", "\u1abf",
         "\U00011938", "؝", "৽", "\u2e52", "\u2b820", "\U0002b820", "\U0002b91f", "\U0002b920", "\uf900", "\U0002f800", "\u0378",
         "\ue000", "\U000e0001", "\U0001f468", "\U0001f3fd", ".", ",", "'", "-", "_", "#", "##", "[", "]", "<", ">", "$", "`", "×", "«", "。",
         "\u037e", "\u1fef", "\u166d", "\u1c89", "\U00016ea0", "\ua7cb", "\u10a0", "\u1f88", "1", "٣", "a", "B", "é", "É"]
ADDED = [dict(content="covid"), dict(content="<laugh>"), dict(content="New York", normalized=True),
         dict(content="foo", single_word=True), dict(content="<l>", lstrip=True), dict(content="<r>", rstrip=True, normalized=True),
         dict(content="<both>", lstrip=True, rstrip=True, single_word=True), dict(content="東京", normalized=True),
         dict(content="Café", normalized=True, single_word=True), dict(content="<s>", special=True),
         dict(content="[MASK] <s>", special=True), dict(content="<l>x", normalized=True), dict(content=" y", lstrip=True)]


def token(content, **flags):
    return dict(dict(content=content, single_word=False, lstrip=False, rstrip=False, normalized=False, special=False), **flags)


def is_possible(row):
    json_needed = row.get("class") in COMPONENTS
    return not (json_needed and row.get("files") == "vocab")


def rows(count, chance):
    """At least `count` rows of switches, in which all pairs of values occur."""
    names = list(SWITCHES)
    missing = {((a, x), (b, y)) for a, b in itertools.combinations(names, 2)
               for x in map(repr, SWITCHES[a]) for y in map(repr, SWITCHES[b])}
    missing -= {(("files", "'vocab'"), ("class", repr(c))) for c in COMPONENTS}

    def pairs(row):
        return set(itertools.combinations([(n, repr(row[n])) for n in names], 2))

    def drawn(wanted=()):
        while True:
            row = {n: chance.choice(v) for n, v in SWITCHES.items()}
            row.update(wanted)
            if is_possible(row):
                return row

    found = []
    while missing or len(found) < count:
        wanted = {}
        if missing:
            values = {(n, repr(v)): v for n in names for v in SWITCHES[n]}
            wanted = {key[0]: values[key] for key in min(missing)}
        best = max((drawn(wanted) for _ in range(40)), key=lambda row: len(pairs(row) & missing))
        missing -= pairs(best)
        found.append(best)
    return found


def text(chance):
    pool = [WORDS, SIGNS, SIGNS, SPECIALS + ["[mask]", "[CLS"], [t["content"] for t in ADDED] + ["NEW YORK", "Foo", "cafe", "COVID"]]
    parts = []
    for _ in range(chance.randrange(12)):
        kind = chance.randrange(8)
        if kind < 5:
            part = chance.choice(pool[kind])
        elif kind == 5:
            part = chance.choice("aéΣ東 ") * chance.choice([4, 5, 6, 99, 100, 101, 199, 200, 201])
        else:
            code = chance.choice([chance.randrange(0x250), chance.randrange(0x3100), chance.randrange(0x20000), chance.randrange(0x110000)])
            part = "x" if 0xD800 <= code < 0xE000 else chr(code)
        parts.append(part)
        if chance.random() < 0.3:
            parts.append(" ")
    return "".join(parts)


def vocabulary(row, texts, chance):
    characters = {c for t in texts + WORDS for s in (t, t.lower(), t.upper()) for f in (s, unicodedata.normalize("NFD", s)) for c in f}
    characters = sorted(c for c in characters if not c.isspace())
    words = ["the", "ship", "new", "york", "foo", "cafe", "café", "naive", "οδοσ", "οδος", "東京", "##ship", "mask", "ab", "##ab"]
    tokens = words + characters + ["##" + c for c in characters]
    tokens = list(dict.fromkeys(t for t in tokens if t not in SPECIALS))
    if row["added_tokens"] == "in the vocabulary":
        tokens += [t["content"] for t in ADDED[:6] if t["content"] not in tokens]
    tokens = [t for t in tokens if t.rstrip() == t and t.strip()]
    special = ["[CLS]", "[PAD]", "[SEP]", "[UNK]", "[MASK]"] if row["order"] == "[CLS] first" else SPECIALS
    at = {"middle": len(tokens) // 2, "last": len(tokens)}.get(row["order"], 0)
    return tokens[:at] + special + tokens[at:]


def vocabulary_text(tokens, kind):
    tokens = list(tokens)
    if kind == "blank middle":
        tokens.insert(len(tokens) // 3, "")
    if kind == "twice":
        tokens.insert(len(tokens) // 3, "ship")
    ends = {"blank end": "\n\n", "three blank ends": "\n\n \n\n", "no line end": ""}.get(kind, "\n")
    text = "\n".join(tokens) + ends
    return text.replace("\n", "\r\n") if kind == "CRLF" else text


def tokenizer_json(row, tokens):
    ids = {t: i for i, t in enumerate(tokens)}
    if row["json vocab"] == "gap":
        ids = {t: i + (i > len(tokens) // 2) * 3 for t, i in ids.items()}
    added = [token(t, special=True) for t in SPECIALS] if row["added_tokens"] != "none" else []
    added += {"plain": ADDED[:2], "flags": ADDED, "in the vocabulary": ADDED[:6]}.get(row["added_tokens"], [])
    next_id = max(ids.values()) + 1
    entries = []
    for t in added:
        at = ids.get(t["content"])
        if at is None:
            at, next_id = next_id, next_id + 1
        entries.append(dict(id=at, **token(**t)))
    piece = lambda kind, name: {kind: {"id": name, "type_id": 0}}
    single = [piece("SpecialToken", "[CLS]"), piece("Sequence", "A"), piece("SpecialToken", "[SEP]")]
    normalizer = dict(type="BertNormalizer", clean_text=row["clean_text"], handle_chinese_chars=row["handle_chinese_chars"],
                      strip_accents=row["json strip_accents"], lowercase=row["lowercase"])
    pre_tokenizer = dict(type="BertPreTokenizer")
    if row["sequence"]:
        normalizer = dict(type="Sequence", normalizers=[normalizer])
        pre_tokenizer = dict(type="Sequence", pretokenizers=[pre_tokenizer])
    return dict(
        version="1.0",
        truncation=dict(direction="Right", max_length=6, strategy="LongestFirst", stride=0) if row["length"] == "truncation" else None,
        padding=dict(strategy=dict(Fixed=40), direction="Right", pad_to_multiple_of=None, pad_id=ids["[PAD]"], pad_type_id=0,
                     pad_token="[PAD]") if row["length"] == "padding" else None,
        added_tokens=entries, normalizer=normalizer, pre_tokenizer=pre_tokenizer,
        post_processor=dict(type="TemplateProcessing", single=single, pair=single + [dict(Sequence=dict(id="B", type_id=1))], special_tokens={
            t: dict(id=t, ids=[ids[t]], tokens=[t]) for t in ("[CLS]", "[SEP]")}),
        decoder=dict(type="WordPiece", prefix="##", cleanup=True),
        model=dict(type="WordPiece", unk_token="[UNK]", continuing_subword_prefix="##",
                   max_input_chars_per_word=row["max_input_chars_per_word"], vocab=ids)), entries


def tokenizer_config(row, entries, ids):
    config = {}
    for key, name in (("tokenizer_class", "class"), ("do_lower_case", "do_lower_case"), ("tokenize_chinese_chars",) * 2,
                      ("split_special_tokens",) * 2):
        if row[name] is not None:
            config[key] = row[name]
    if row["strip_accents"] != "absent":
        config["strip_accents"] = row["strip_accents"]
    names = dict(pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]")
    config.update({
        "none": {}, "strings": names, "bos": dict(names, bos_token="<s>"), "null mask": dict(names, mask_token=None),
        "objects": dict(names, mask_token=dict(__type="AddedToken", content="[MASK]", lstrip=True, rstrip=False, normalized=True, single_word=False)),
        "extra": dict(extra_special_tokens=["covid", "<s>"]), "additional": dict(names, additional_special_tokens=["<laugh>", "foo"]),
    }[row["names"]])
    decoder = {
        "empty": {}, "specials": {str(ids[t]): token(t, special=True) for t in SPECIALS},
        "same": {str(e["id"]): {k: v for k, v in e.items() if k != "id"} for e in entries},
        "other": {str(ids["[MASK]"]): token("[MASK]", lstrip=True, special=True), "99999": token("covid", normalized=True), "99998": token("<new>")},
    }
    if row["added_tokens_decoder"] != "absent":
        config["added_tokens_decoder"] = decoder[row["added_tokens_decoder"]]
    return config


def write(folder, row, tokens):
    def put(name, value):
        with open(os.path.join(folder, name), "w", encoding="utf8", newline="") as file:
            file.write(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))

    os.makedirs(folder)
    config = dict(model_type="electra", vocab_size=len(tokens) + 50)
    if row["class in config.json"]:
        config["tokenizer_class"] = row["class in config.json"]
    put("config.json", config)
    whole, entries = tokenizer_json(row, tokens)
    if row["files"] != "vocab":
        put("tokenizer.json", whole)
    if row["files"] != "json":
        put("vocab.txt", vocabulary_text(tokens if row["files"] == "vocab" else tokens[: len(tokens) - 1], row["vocab.txt"]))
    if row["class"] != "no file":
        put("tokenizer_config.json", tokenizer_config(row, entries, whole["model"]["vocab"]))
    if row["added_tokens.json"]:
        put("added_tokens.json", {"<laugh>": 70001, "New York": 70000, "[MASK]": 4})
    if row["special_tokens_map.json"] == "names":
        put("special_tokens_map.json", dict(mask_token="[MASK]", cls_token="[CLS]", bos_token="<s>"))
    if row["special_tokens_map.json"] == "objects":
        put("special_tokens_map.json", dict(mask_token=token("[MASK]", lstrip=True), sep_token=token("[SEP]", normalized=True)))


def ours(program, folder, texts):
    done = subprocess.run([program, folder], input="".join(json.dumps(t) + "\n" for t in texts), capture_output=True, text=True)
    if done.returncode == 1:
        return done.stderr.strip()
    if done.returncode != 0:
        sys.exit(f"{folder}: {program} ended with {done.returncode}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def theirs(folder, texts):
    try:
        return AutoTokenizer.from_pretrained(folder)(texts)["input_ids"]
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def add_byte_order_mark(folder):
    path = os.path.join(folder, "vocab.txt")
    if os.path.exists(path):
        content = open(path, encoding="utf8", newline="").read()
        open(path, "w", encoding="utf8", newline="").write("\ufeff" + content)


def compare(program, folder, row, texts):
    expected = theirs(folder, texts)
    if row["vocab.txt"] == "BOM":
        add_byte_order_mark(folder)
    found = ours(program, folder, texts)
    if isinstance(found, str) or isinstance(expected, str):
        if isinstance(found, str) and isinstance(expected, str):
            return "refused"
        return f"ours: {found[:1] if isinstance(found, list) else found}; theirs: {expected[:1] if isinstance(expected, list) else expected}"
    wrong = [i for i in range(len(texts)) if found[i] != expected[i]]
    if not wrong:
        return "equal"
    i = min(wrong, key=lambda n: len(texts[n]))
    return f"{len(wrong)} of {len(texts)} texts differ, such as {texts[i]!a}: ours {found[i]}, theirs {expected[i]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ids", required=True)
    parser.add_argument("--directories", type=int, default=200)
    parser.add_argument("--texts", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep")
    options = parser.parse_args()
    base = options.keep or tempfile.mkdtemp()
    chance = random.Random(options.seed)
    counts = {}
    for number, row in enumerate(rows(options.directories, chance)):
        texts = [text(chance) for _ in range(options.texts)]
        folder = os.path.join(base, str(number))
        write(folder, row, vocabulary(row, texts, chance))
        outcome = compare(options.ids, folder, row, texts)
        kind = outcome if outcome in ("equal", "refused") else "different"
        counts[kind] = counts.get(kind, 0) + 1
        if kind == "different":
            print(f"{folder}: {outcome}\n    {row}")
    print(f"{sum(counts.values())} directories of {options.texts} texts: {counts}")
    sys.exit(1 if counts.get("different") or not counts.get("equal") else 0)


main()
