#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "electra/core/device.h"
#include "electra/data/vocabulary.h"
#include "electra/data/wordpiece.h"
#include "electra/infer/inference_options.h"
#include "electra/layers/network_config.h"
#include "electra/models/head.h"

namespace electra {

/// What the classes of this floor stand on: one model, opened from a Hugging Face directory, for
/// any number of threads. The weights are in memory once; a call takes one of the workers, each of
/// which has a context and an arena of its own, or waits for one.
class Engine {
 public:
  struct Options {
    Device device = {};
    int threads = 0;  // of the device cpu, for each call; 0: all processors
    int workers = 0;  // calls that compute at once; 0: processors / threads, on a GPU 1
    InferencePrecision precision = InferencePrecision::f32;
    Index positions = 0;             // tokens of a text at most; 0: what the directory says
    bool match_added_tokens = true;  // "[MASK]" in a text is the token; false: text like any other
    HeadConfig head = {};            // of a head that has labels or options (read_head)
  };

  /// What the model reads of a text or a pair: ids, [CLS] and [SEP] included, and as many types;
  /// no types: all 0.
  struct Sequence {
    std::span<const std::int32_t> ids;
    std::span<const std::int32_t> types = {};
    std::span<const std::int32_t> rows = {};  // tokens, from 0, that are to be answered; none: all
  };

  /// How many tokens a text may have, [CLS] and [SEP] included.
  struct Limit {
    Index tokens = 0;
    std::string source;  // who says so: "the model's positions", or a key and its file
  };

  /// Throws IoError that names file and key or tensor if the directory is not that of an encoder
  /// with this head, or if a weight is not finite; ConfigError for options that cannot be,
  /// DeviceError if the device cannot be had.
  Engine(const std::filesystem::path& directory, const HeadKind& head, const Options& options);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  [[nodiscard]] const NetworkConfig& config() const;
  /// What is computed in: as the options say, unless there is no unit for it, where f32 is faster.
  [[nodiscard]] InferencePrecision precision() const;
  /// Why that is another precision than the options say: a sentence; empty if it is not.
  [[nodiscard]] std::string precision_remark() const;
  /// Bytes of all weights as they are kept.
  [[nodiscard]] Index weight_bytes() const;
  /// What the options say, else the directory's files (StoredTokenizer), and never more than the
  /// model has positions.
  [[nodiscard]] const Limit& limit() const;
  [[nodiscard]] const Vocabulary& vocabulary() const;
  [[nodiscard]] const Wordpiece& wordpiece() const;

  /// Given the number of a text and the head's answer to it: a row for each of its tokens that was
  /// chosen, or one for the text, as HeadKind::answers says. A row is as wide as the head's
  /// outputs, if its configuration says how many, without padding.
  using Take = std::function<void(std::size_t text, std::span<const float> answer)>;
  /// Runs texts of 1 to limit().tokens ids each, [CLS] and [SEP] included, through the model:
  /// those of like length together, so the answers come in another order. Safe from any number of
  /// threads; `take` is called on the caller's, while the worker is the caller's: it must not call
  /// `run`. Throws InputError for a text of another length or with an id that the model has not,
  /// before anything is computed.
  void run(std::span<const std::vector<std::int32_t>> texts, const Take& take) const;
  /// The same of texts and pairs; types are 0 or more and below the model's number of them. Rows
  /// are chosen of heads that answer to every token: a head as wide as the vocabulary then costs
  /// what they do alone.
  void run(std::span<const Sequence> texts, const Take& take) const;

 private:
  struct Reading;
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace electra
