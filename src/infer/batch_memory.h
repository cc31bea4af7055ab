#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "electra/infer/engine.h"
#include "infer/token_batches.h"

namespace electra {

/// Texts of one batch as the model reads them, packed; its memory serves one batch after the other.
class PackedTexts {
 public:
  /// `text_at(number)`: an Engine::Sequence.
  void fill(const TokenBatch& of, const auto& text_at) {
    batch = std::ssize(of.texts);
    length = of.length;
    for (auto* all : {&ids, &types, &text_of_row, &lengths, &starts, &chosen, &chosen_count})
      all->clear();
    starts.push_back(0);
    first_chosen.assign(1, 0);
    chooses = false;
    for (const std::size_t text : of.texts) add(text_at(text));
    chosen_count.push_back(static_cast<std::int32_t>(chosen.size()));
  }

  Index batch = 0, length = 0;
  std::vector<std::int32_t> ids, types, text_of_row, lengths, starts;
  bool chooses = false;                            // whether not all rows in their order
  std::vector<std::int32_t> chosen, chosen_count;  // rows that are answered, and their number
  std::vector<std::size_t> first_chosen;           // of each text, and where the last one's end

 private:
  void add(const Engine::Sequence& text) {
    ids.insert(ids.end(), text.ids.begin(), text.ids.end());
    types.insert(types.end(), text.types.begin(), text.types.end());
    types.resize(ids.size());  // also of a text without types
    chooses = chooses || !text.rows.empty();
    const std::int32_t first = starts.back();
    for (const std::int32_t row : text.rows) chosen.push_back(first + row);
    for (std::size_t row = 0; text.rows.empty() && row < text.ids.size(); ++row)
      chosen.push_back(first + static_cast<std::int32_t>(row));
    first_chosen.push_back(chosen.size());
    text_of_row.resize(ids.size(), static_cast<std::int32_t>(lengths.size()));
    lengths.push_back(static_cast<std::int32_t>(text.ids.size()));
    starts.push_back(static_cast<std::int32_t>(ids.size()));
  }
};

/// What a worker needs beside the arena, kept from call to call: after some calls as large as the
/// largest, none of it grows any more.
struct BatchMemory {
  std::vector<Index> lengths;  // of all texts of a call
  TokenBatches batches;
  PackedTexts texts;
  std::vector<float> answers;  // on the host
};

}  // namespace electra
