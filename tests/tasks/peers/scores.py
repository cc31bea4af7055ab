#!/usr/bin/env python3
"""The right values of tests/tasks/scores_test.cpp and tests/tasks/scores/, by other systems: run by
hand with scikit-learn, seqeval and scipy. Data are drawn by the same generator as in the tests."""
import collections
import re
import string

import numpy as np
from scipy import stats
from seqeval.metrics import f1_score as span_f1
from seqeval.metrics import classification_report
from sklearn import metrics


class Draw:
    """Knuth's MMIX generator, its upper 31 bits."""

    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % bound


def classes(count, labels, seed):
    draw = Draw(seed)
    right, found = [], []
    for _ in range(count):
        right.append(draw.below(labels))
        found.append(right[-1] if draw.below(3) else draw.below(labels))
    return right, found


def show(name, **values):
    print(name, {key: float(f"{value:.12g}") for key, value in values.items()})


def classify():
    for labels in (2, 5):
        right, found = classes(300, labels, labels)
        values = dict(accuracy=metrics.accuracy_score(right, found),
                      macro_f1=metrics.f1_score(right, found, average="macro"))
        if labels == 2:
            values.update(f1=metrics.f1_score(right, found), matthews=metrics.matthews_corrcoef(right, found))
        show(f"classify {labels}", **values)
    # Labels that nobody has: the macro mean goes over those that occur.
    show("absent", macro_f1=metrics.f1_score([0, 0, 2], [0, 3, 2], average="macro"))


def multilabel():
    draw = Draw(7)
    right = np.zeros((200, 6), int)
    found = np.zeros((200, 6), int)
    for i in range(200):
        for label in range(5):  # the last label never occurs
            right[i, label] = draw.below(3) == 0
            found[i, label] = right[i, label] if draw.below(4) else draw.below(2)
    show("multilabel", micro_f1=metrics.f1_score(right, found, average="micro", zero_division=0),
         macro_f1=metrics.f1_score(right, found, average="macro", zero_division=0))


def regress():
    draw = Draw(11)
    right, found = [], []
    for _ in range(200):
        right.append(draw.below(20) / 4)  # with many ties
        found.append(right[-1] + draw.below(1000) / 250 - 2)
    right, found = np.array(right), np.array(found)
    found = np.round(found * 2) / 2
    show("regress", pearson=stats.pearsonr(right, found)[0], spearman=stats.spearmanr(right, found)[0],
         mse=((right - found) ** 2).mean())


def conlleval(sentences):
    """conlleval.pl's own rules, in Python, over (right tag, found tag)."""
    def split(tag):
        match = re.match(r"^([^-]*)-(.*)$", tag)
        return match.groups() if match else (tag, "")

    def end(before, kind_before, tag, kind):
        return ((before, tag) in {("B", "B"), ("B", "O"), ("I", "B"), ("I", "O"), ("E", "E"), ("E", "I"), ("E", "O")}
                or before not in "O." and kind_before != kind)

    def start(before, kind_before, tag, kind):
        return ((before, tag) in {("B", "B"), ("I", "B"), ("O", "B"), ("O", "I"), ("E", "E"), ("E", "I"), ("O", "E")}
                or tag not in "O." and kind_before != kind)

    correct = expected = found = 0
    inside = False
    last = [("O", ""), ("O", "")]
    for sentence in sentences:
        for pair in [*sentence, ("O", "O")]:
            now = [split(tag) for tag in pair]
            ends = [end(*last[i], *now[i]) for i in (0, 1)]
            starts = [start(*last[i], *now[i]) for i in (0, 1)]
            if inside:
                if ends[0] and ends[1] and last[0][1] == last[1][1]:
                    inside = False
                    correct += 1
                elif ends[0] != ends[1] or now[0][1] != now[1][1]:
                    inside = False
            if starts[0] and starts[1] and now[0][1] == now[1][1]:
                inside = True
            expected += starts[0]
            found += starts[1]
            last = now
    return 2 * correct / max(expected + found, 1)


TAGS = {
    "BIO": ["O", "B-X", "I-X", "B-Y", "I-Y"],
    "BIOES": ["O", "B-X", "I-X", "E-X", "S-X", "B-Y", "I-Y", "E-Y", "S-Y"],
    "IOB1": ["O", "I-X", "B-X", "I-Y"],
}


def tag():
    for name, tags in TAGS.items():
        draw = Draw(len(tags))
        right, found = [], []
        for _ in range(150):
            words = 1 + draw.below(12)
            right.append([tags[draw.below(len(tags))] for _ in range(words)])
            found.append([tag if draw.below(4) else tags[draw.below(len(tags))] for tag in right[-1]])
        show(f"tag {name}", seqeval=span_f1(right, found),
             conlleval=conlleval([list(zip(a, b)) for a, b in zip(right, found)]),
             accuracy=metrics.accuracy_score(sum(right, []), sum(found, [])))
        report = classification_report(right, found, output_dict=True, zero_division=0)
        show(f"  {name} X", **{key: report["X"][key] for key in ("precision", "recall", "f1-score", "support")})


def normalize_answer(s):  # evaluate-v2.0.py
    def remove_articles(text):
        return re.sub(re.compile(r"\b(a|an|the)\b", re.UNICODE), " ", text)

    def remove_punc(text):
        exclude = set(string.punctuation)
        return "".join(ch for ch in text if ch not in exclude)

    return " ".join(remove_articles(remove_punc(s.lower())).split())


def compute_f1(a_gold, a_pred):
    gold_toks, pred_toks = normalize_answer(a_gold).split(), normalize_answer(a_pred).split()
    same = sum((collections.Counter(gold_toks) & collections.Counter(pred_toks)).values())
    if not gold_toks or not pred_toks:
        return float(gold_toks == pred_toks)
    if same == 0:
        return 0.0
    precision, recall = same / len(pred_toks), same / len(gold_toks)
    return 2 * precision * recall / (precision + recall)


ANSWERS = ["The  Cat!", "a an the", "An apple a day", "theatre", "A.B.", "it's the-end", "the\u2013end", "the\u0301",
           "\u00c9COLE \u03a3\u039f\u03a6\u039f\u03a3 the\u00b2 x", "\u0130stanbul", "a\u00a0b\u2003c\u3000d\x1fe\x85f", "$5,000 (five)",
           "", "the_a", "\u00abthe\u00bb", "one two two three", "two TWO one", "A\u4e2d the \u4e2d", "na\u00efve\tthe\n",
           "\u1e9e \u01c5", "a\u0661 the\u216b a\u2460"]


def answer():
    for text in ANSWERS:
        print(ascii(text), ascii(normalize_answer(text)))
    for a in (15, 2, 1, 12):
        print(ascii(ANSWERS[a]), [float(f"{compute_f1(ANSWERS[a], b):.12g}") for b in ANSWERS])


if __name__ == "__main__":
    classify()
    multilabel()
    regress()
    tag()
    answer()
