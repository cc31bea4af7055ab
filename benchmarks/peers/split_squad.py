#!/usr/bin/env python3
"""Splits a file of questions in SQuAD's form, and says what word counts find in it.

    split_squad.py FILE.json OUTDIR

Every fifth paragraph of FILE (the 5th, the 10th, ...) goes to dev, the others to train, with all
their questions. OUTDIR receives, as it is made where it is absent:

    train.json dev.json   the same form, for `electra finetune answer`
    train.tsv dev.tsv     a line for each question: question, tab, its paragraph, for
                          `electra finetune embed`; a tab or the end of a line within a text is a blank

Printed is one JSON line: the numbers of paragraphs and questions, and recall at 1 by TF-IDF on dev:
the share of dev's questions of which the paragraph with the largest cosine, among dev's, is their
own. The vectors are scikit-learn's: single words and pairs of neighbours, lower-cased, term
frequency 1 + ln(count), inverse document frequencies from dev's paragraphs alone.
"""

import json
import pathlib
import sys

from sklearn.feature_extraction.text import TfidfVectorizer

EVERY = 5


def split(articles):
    """{"train": articles, "dev": articles}; an article without a paragraph is left out."""
    parts, number = {"train": [], "dev": []}, 0
    for article in articles:
        paragraphs = {"train": [], "dev": []}
        for paragraph in article["paragraphs"]:
            number += 1
            paragraphs["train" if number % EVERY else "dev"].append(paragraph)
        for part, own in paragraphs.items():
            if own:
                parts[part].append({**article, "paragraphs": own})
    return parts


def pairs(articles):
    return [(one_line(question["question"]), one_line(paragraph["context"]))
            for article in articles for paragraph in article["paragraphs"] for question in paragraph["qas"]]


def one_line(text):
    return "".join(" " if c in "\t\n\r" else c for c in text)


def recall_at_1(questions_and_texts):
    """Of two equally near paragraphs the first counts."""
    texts = list(dict.fromkeys(text for _, text in questions_and_texts))
    vectors = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    of_texts = vectors.fit_transform(texts)
    of_questions = vectors.transform([question for question, _ in questions_and_texts])
    nearest = (of_questions @ of_texts.T).toarray().argmax(axis=1)
    return sum(texts[i] == text for i, (_, text) in zip(nearest, questions_and_texts)) / len(questions_and_texts)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    squad = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    folder = pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    said = {}
    for part, articles in split(squad["data"]).items():
        rows = pairs(articles)
        contents = json.dumps({**squad, "data": articles}, ensure_ascii=False) + "\n"
        (folder / f"{part}.json").write_text(contents, encoding="utf-8")
        (folder / f"{part}.tsv").write_text("".join(f"{a}\t{b}\n" for a, b in rows), encoding="utf-8")
        said[part] = {"paragraphs": sum(len(a["paragraphs"]) for a in articles), "questions": len(rows)}
    print(json.dumps({**said, "tfidf_recall_at_1": round(recall_at_1(pairs(split(squad["data"])["dev"])), 4)}))


main()
