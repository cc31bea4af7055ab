#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "arguments.h"
#include "electra/infer/predictor.h"
#include "electra/tasks/scores.h"

namespace electra {

// Options that every verb has which compares a model with labelled examples.
inline constexpr OptionInfo model_option{"--model", OptionInfo::Kind::text, "DIR",
                                         "directory of a fine-tuned model", true};
inline constexpr OptionInfo data_option{"--data", OptionInfo::Kind::text, "FILE",
                                        "labelled examples", true};
inline constexpr OptionInfo text_option{"--text", OptionInfo::Kind::text, "COLUMN",
                                        "the text, by name or number from 1"};
inline constexpr OptionInfo text_b_option{"--text-b", OptionInfo::Kind::text, "COLUMN",
                                          "the second text of a pair"};
inline constexpr OptionInfo label_option{"--label", OptionInfo::Kind::text, "COLUMN",
                                         "the label, the labels or the number"};
inline constexpr OptionInfo comments_option{"--comments", OptionInfo::Kind::flag, "",
                                            "tag: lines that begin with # are comments"};
inline constexpr OptionInfo rounds_option{"--rounds", OptionInfo::Kind::integer, "N",
                                          "samples of the bootstrap (default: 1000)"};
inline constexpr OptionInfo seed_option{"--seed", OptionInfo::Kind::integer, "N",
                                        "of the bootstrap (default: 1)"};

struct Bootstrap {
  Index rounds = 1000;
  std::uint64_t seed = 1;
};
/// As --rounds and --seed say.
[[nodiscard]] Bootstrap bootstrap_of(const Arguments& arguments);

/// Throws ConfigError for an option that is about labelled examples, where `what` has none.
void refuse_labelled_options(const Arguments& arguments, const std::string& what);
/// Throws ConfigError for a task that is not the model's.
void check_task(const Predictor& predictor, const std::string& asked, const std::string& model);
/// Throws IoError if one reads pairs of texts and the other does not.
void check_pairs(const Predictor& predictor, const Examples& examples, const std::string& model);
/// The examples of --data, by the columns that are asked for; says which those are. Throws IoError
/// for what the model, that of --model, cannot have been trained on.
[[nodiscard]] Examples read_examples(const Arguments& arguments, const Predictor& predictor);
/// What the model says of each example.
[[nodiscard]] std::vector<Prediction> predict_all(const Predictor& predictor,
                                                  const Examples& examples);
/// A score's value as people read it: shares in percent.
[[nodiscard]] std::string shown(const ScoreInfo& info, double value);

}  // namespace electra
