#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "electra/data/wordpiece.h"
#include "electra/tasks/features.h"
#include "electra/tasks/task.h"

namespace electra {

/// What may be wrong with labelled examples. Up to unknown_label it ends a training or makes an
/// example worthless; the rest makes it or its scores worse.
enum class DataFault : std::uint8_t {
  bad_file,       // no examples can be read
  bad_row,        // a row, a word's line or a question that cannot be read
  bad_encoding,   // a line that is not UTF-8
  empty_text,     // a text without anything but white space
  unknown_label,  // of the evaluation file, not in the training file
  conflict,       // a text that stands in a file with several labels
  leak,           // a text of the evaluation file that is in the training file
  repeat,         // a text that stands in a file again with the same label
  rare_label,     // a label that the training file has once
  imbalance,      // a label or number that nine of ten examples have
  garbled,        // a line that was read in another encoding once: "Ã©" for "é"
  too_long,       // loses tokens
  unknown_piece   // has words that the vocabulary cannot spell
};

/// "bad_file" and so on, in their order.
[[nodiscard]] std::span<const std::string_view> enum_names(DataFault);
[[nodiscard]] bool is_error(DataFault fault);

/// A fault, and where it is.
struct DataFinding {
  DataFault fault = DataFault::bad_file;
  std::string file;
  Index line = 0;  // from 1; of words the first of the sentence, or the word's; 0: the whole file
  std::string what;
  std::string other_file = {};  // the example that it is compared with; empty: none
  Index other_line = 0;
};

struct DataCheckOptions {
  std::filesystem::path train = {};
  std::filesystem::path evaluate = {};  // empty: none
  ReadOptions read = {};                // but for bad_row
  /// Both must outlive the check; nullptr: tokens are not looked at.
  const FeatureMaker* features = nullptr;
  const Wordpiece* tokenizer = nullptr;
};

/// What a file holds.
struct CheckedFile {
  std::string file;
  Index examples = 0;             // that could be read
  Index tokens = 0, unknown = 0;  // of texts or words, and of them [UNK]
};

/// How many examples have a label, of tags how many words; of questions "answer" and "no answer".
struct LabelCount {
  std::string label;
  Index train = 0, evaluate = 0;
};

struct DataCheck {
  std::vector<DataFinding> findings;  // by fault, then by file and line
  std::vector<CheckedFile> files;     // the training file, and the evaluation file if there is one
  std::vector<LabelCount> labels;     // in the order of their ids; empty for numbers and vectors
  std::vector<std::string> remarks;   // which columns were taken
};

/// Looks for faults that a training would find late or never. Texts are the same if their bytes
/// are, but for white space at their ends; those of a pair, of a question and its passage, and of
/// embed's rows count together. Throws IoError for a file that cannot be opened, ConfigError as
/// readers do.
[[nodiscard]] DataCheck check_data(const TaskInfo& task, const DataCheckOptions& options);

}  // namespace electra
