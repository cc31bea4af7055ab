#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "electra/infer/engine.h"
#include "electra/infer/long_text.h"
#include "electra/infer/text_span.h"

namespace electra {

/// How a class reads texts.
struct TextReading {
  const Engine& engine;
  LongText length = LongText::fail;
  Engine::Limit limit;  // of tokens, [CLS] and [SEP] included; the engine's, or less
};

/// One text of a call.
struct CallText {
  std::string_view text;      // the caller's
  std::string name;           // what messages call it
  std::vector<Token> tokens;  // without those that were cut off
  Index left_out = 0;         // tokens that were cut off at its end
};

/// What the model reads at once: [CLS], some tokens of a text, [SEP].
struct CallWindow {
  std::size_t text = 0;  // its number in the call
  Window window;         // of the text's tokens
  Index tokens = 0;      // of the text

  /// Rows of the text, in which [CLS] is 0 and its tokens follow, that this window answers for: its
  /// own row i is the text's row i + window.begin. The first window answers for the text's [CLS],
  /// the last for its [SEP].
  [[nodiscard]] TextSpan answered_rows() const;
};

/// The texts of a call as windows for an engine, and where their answers belong.
class TextCall {
 public:
  explicit TextCall(TextReading reading) : reading_(std::move(reading)) {}
  /// One text, "the text"; or many, "text 0" and so on.
  TextCall(TextReading reading, std::string_view text);
  TextCall(TextReading reading, std::span<const std::string> texts);

  /// Throws InputError for a text that is too long, if the reading is to fail. The text must
  /// outlive the call.
  void add(std::string_view text, std::string name);
  /// The same of a text whose tokens are known.
  void add(std::string_view text, std::string name, std::vector<Token> tokens);

  [[nodiscard]] const Engine& engine() const { return reading_.engine; }
  [[nodiscard]] std::span<const CallText> texts() const { return texts_; }
  [[nodiscard]] std::span<const CallWindow> windows() const { return windows_; }
  /// What the model reads of a window: [CLS] … [SEP].
  [[nodiscard]] std::vector<std::int32_t> ids_of(const CallWindow& window) const;
  /// A text's ids, [CLS] and [SEP] included.
  [[nodiscard]] std::vector<std::int32_t> ids_of(const CallText& text) const;

  using Take = std::function<void(const CallWindow& window, std::span<const float> answer)>;
  /// Runs all windows; `take` is given each one's answer, in another order.
  void run(const Take& take) const;

 private:
  TextReading reading_;
  std::vector<CallText> texts_;
  std::vector<CallWindow> windows_;
};

/// Spans in bytes of a text, of spans in code points.
class ByteSpans {
 public:
  explicit ByteSpans(std::string_view text);
  [[nodiscard]] TextSpan operator()(TextSpan characters) const;

 private:
  std::vector<Index> starts_;
};

/// Whether every number is finite.
[[nodiscard]] bool all_finite(std::span<const float> answer);
/// Throws InputError that names the text and the first number that is not.
[[noreturn]] void refuse_answer(const std::string& name, std::span<const float> answer);

}  // namespace electra
