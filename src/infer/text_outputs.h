#pragma once

#include <span>
#include <string>
#include <vector>

#include "electra/infer/text_pair.h"
#include "infer/task_model.h"

namespace electra {

/// What a head of texts says of one: a row of numbers. Of a text that is read in windows it is the
/// mean of theirs, each as often as it answers for tokens.
struct TextOutput {
  std::vector<float> values;
  Index left_out = 0;  // tokens that were cut off
};

/// Of each text of a call, in order. Throws InputError for what is not finite.
[[nodiscard]] std::vector<TextOutput> outputs_of(const TextCall& call);

/// Of each pair, which is read at once: throws InputError that names the pair, as the list calls
/// it, for one that is too long unless the model's reading is to truncate.
[[nodiscard]] std::vector<TextOutput> outputs_of(const TaskModel& model,
                                                 std::span<const TextPair> pairs,
                                                 const TaskModel::NameOf& name_of);
/// "pair 3".
[[nodiscard]] std::string pair_name(std::size_t number);

}  // namespace electra
