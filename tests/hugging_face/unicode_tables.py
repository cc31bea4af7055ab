#!/usr/bin/env python3
"""Writes src/data/hugging_face_tables.cpp: how Hugging Face's tokenizers (0.23.3) class every code point.

    unicode_tables.py > src/data/hugging_face_tables.cpp

Its parts have Unicode tables of different ages (classes of Unicode 8, decomposition of 12, lower case of 17, \\w of regex),
which no other library has together, so that every code point is tried on it. What is close to utf8proc (decomposition, \\w)
is written as the difference from it.
"""
import ctypes, sys
import tokenizers
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers

if tokenizers.__version__ != "0.23.3":
    sys.exit(f"expected tokenizers 0.23.3, found {tokenizers.__version__}")
utf8proc = ctypes.CDLL("libutf8proc.so.2")
utf8proc.utf8proc_category_string.restype = ctypes.c_char_p
utf8proc.utf8proc_unicode_version.restype = ctypes.c_char_p
utf8proc.utf8proc_get_property.restype = ctypes.POINTER(ctypes.c_uint16)  # category, combining class, …
CODES = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]


def normalizer(**only):
    flags = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return normalizers.BertNormalizer(**(flags | only)).normalize_str


def category(code):
    return utf8proc.utf8proc_category_string(ctypes.c_int32(code)).decode()


def combining(code):
    return utf8proc.utf8proc_get_property(ctypes.c_int32(code))[1]


def decomposed(code):
    parts, last = (ctypes.c_int32 * 32)(), ctypes.c_int(0)
    count = utf8proc.utf8proc_decompose_char(ctypes.c_int32(code), parts, 32, 1 << 4, ctypes.byref(last))
    return "".join(map(chr, parts[:count]))


def ranges(codes):
    found = []
    for code in codes:
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return found


def lower_runs():
    """[first, last, step, what is added]; U+0130, which becomes two characters, is left to the code."""
    lower, runs = normalizer(lowercase=True), []
    for code in CODES:
        to = lower(chr(code))
        if to == chr(code) or code == 0x130:
            continue
        delta = ord(to) - code
        if runs and runs[-1][3] == delta:
            first, last, step, _ = runs[-1]
            if code - last <= 2 and (first == last or step == code - last):
                runs[-1][1:3] = [code, code - last]
                continue
        runs.append([code, code, 1, delta])
    return runs


def word_characters():
    """What \\w of Rust's regex takes: after it, a token that must be a word of its own is none."""
    found = []
    tokenizer = Tokenizer(models.WordLevel({"u": 0, "zz": 1}, unk_token="u"))
    tokenizer.add_tokens([AddedToken("zz", single_word=True, normalized=False)])
    for first in range(0, len(CODES), 4096):
        share = CODES[first : first + 4096]
        for code, encoding in zip(share, tokenizer.encode_batch(["zz" + chr(c) for c in share])):
            if encoding.ids[0] != 1:
                found.append(code)
    return found


def is_word_by_category(code):
    others = ((0x24B6, 0x24E9), (0x1F130, 0x1F149), (0x1F150, 0x1F169), (0x1F170, 0x1F189), (0x200C, 0x200D))
    kind = category(code)
    return kind[0] in "LM" or kind in ("Nl", "Nd", "Pc") or any(a <= code <= b for a, b in others)


def table(name, values, of="CodeRange", a_line=4):
    print(f"\nconstexpr std::array<{of}, {len(values)}> {name}_table = {{{{")
    for i in range(0, len(values), a_line):
        rows = ("{" + ", ".join(hex(v) if k < 2 else str(v) for k, v in enumerate(row)) + "}" for row in values[i : i + a_line])
        print("    " + ", ".join(rows) + ",")
    print("}};")


def main():
    clean, strip = normalizer(clean_text=True), normalizer(strip_accents=True)
    split = pre_tokenizers.BertPreTokenizer().pre_tokenize_str
    nfd = normalizers.NFD().normalize_str
    dropped = [c for c in CODES if clean("a" + chr(c) + "b") == "ab"]
    punctuation = [c for c in CODES if [w for w, _ in split("a" + chr(c) + "b")] == ["a", chr(c), "b"]]
    marks = [c for c in CODES if strip("a" + chr(c)) == "a"]
    whole = [c for c in CODES if decomposed(c) != chr(c) and nfd(chr(c)) == chr(c)]
    # U+0345 has the highest class, so that a mark behind it with a class of its own goes before it.
    starters = [c for c in CODES if 0 < combining(c) < 240 and nfd("a\u0345" + chr(c)) == "a\u0345" + chr(c)]
    words = word_characters()
    known = {c for c in CODES if is_word_by_category(c)}
    assert known <= set(words), [hex(c) for c in sorted(known - set(words))]
    for c in CODES:
        assert nfd(chr(c)) in (chr(c), decomposed(c)), hex(c)
    print("// Made by tests/hugging_face/unicode_tables.py of tokenizers 0.23.3; not to be edited.\n")
    print('#include "data/hugging_face_tables.h"\n\n#include <array>\n\nnamespace electra::hugging_face {\n\nnamespace {\n\n// clang-format off')
    table("dropped", ranges(dropped))
    table("punctuation", ranges(punctuation))
    table("nonspacing_marks", ranges(marks))
    table("lower_runs", lower_runs(), "LowerRun")
    print(f"\n// Where Unicode {utf8proc.utf8proc_unicode_version().decode()} of utf8proc decomposes.")
    table("not_decomposed", ranges(whole))
    print("\n// Where utf8proc has a combining class.")
    table("starters", ranges(starters))
    print("\n// Beyond the categories L, M, Nd, Nl, Pc of utf8proc and the code points that never change.")
    table("newer_word_characters", ranges([c for c in words if c not in known]))
    print("\n// clang-format on\n\n}  // namespace\n")
    for name in ("dropped", "punctuation", "nonspacing_marks", "not_decomposed", "starters", "newer_word_characters"):
        print(f"std::span<const CodeRange> {name}() {{ return {name}_table; }}")
    print("std::span<const LowerRun> lower_runs() { return lower_runs_table; }")
    print("\n}  // namespace electra::hugging_face")


main()
