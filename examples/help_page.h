#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "electra/core/error.h"
#include "electra/tasks/task.h"
#include "nearest.h"

namespace electra {

/// The questions of a help page (text), their answers (text_b) and intents (labels), from a table
/// with the columns question, answer and intent. Throws IoError.
inline Examples read_help_page(const std::filesystem::path& file) {
  const TaskInfo& task = task_named("classify");
  return task.read(file, task.kind, {.text = "question", .text_b = "answer", .label = "intent"});
}

/// Questions (text) that are the same as one of a help page's (text_b), and their intents.
inline Examples read_paraphrases(const std::filesystem::path& file) {
  const TaskInfo& task = task_named("classify");
  return task.read(file, task.kind, {.text = "question", .text_b = "same_as", .label = "intent"});
}

/// What is searched: each question with its answer.
inline std::vector<std::string> searched_texts(const Examples& page) {
  std::vector<std::string> texts;
  for (const Example& row : page.rows) texts.push_back(row.text + " " + row.text_b);
  return texts;
}

/// The share of paraphrases whose own question is found first.
inline double recall_at_1(const Examples& page, const Examples& paraphrases, const Embed& embed) {
  const Vectors searched = embed(searched_texts(page));
  std::vector<std::string> texts;
  for (const Example& row : paraphrases.rows) texts.push_back(row.text);
  const Vectors asked = embed(texts);
  double found = 0;
  for (std::size_t i = 0; i < asked.size(); ++i)
    found += page.rows[nearest(asked[i], searched).front()].text == paraphrases.rows[i].text_b;
  return found / static_cast<double>(asked.size());
}

}  // namespace electra
