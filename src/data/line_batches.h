#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "electra/data/corpus.h"

namespace electra {

/// Lines of a corpus, one behind the other in one piece of memory.
class LineBatch {
 public:
  static constexpr std::size_t usual_bytes = std::size_t{1} << 20U;

  /// Takes the next lines, about `usual_bytes` of them; false where there are none.
  bool fill(CorpusReader& corpus);

  [[nodiscard]] std::size_t size() const { return lines_.size(); }
  [[nodiscard]] CorpusLine line(std::size_t i) const {
    const auto& [begin, end, starts_document] = lines_[i];
    return {std::string_view(text_).substr(begin, end - begin), starts_document};
  }

 private:
  struct Place {
    std::size_t begin, end;
    bool starts_document;
  };

  std::string text_;
  std::vector<Place> lines_;
};

/// Shares a corpus out to threads: each takes a batch, calls `work(thread, batch)` beside the
/// others, then `finish(thread, batch)` when it is the batch's turn in the order of the corpus, one
/// at a time. No more than a batch for each thread is in memory. What one of them throws ends all,
/// and is thrown.
void each_batch(CorpusReader& corpus, int threads,
                const std::function<void(std::size_t, const LineBatch&)>& work,
                const std::function<void(std::size_t, const LineBatch&)>& finish);

}  // namespace electra
