#include "electra/kernels/text_rows.h"

#include <string>

namespace electra {

namespace {

/// Expects texts that lie behind each other, a row for each token, and rows that know their text.
void check_places(const Checker& checker, const TextRows& rows) {
  const auto* lengths = rows.lengths.data<std::int32_t>();
  const auto* starts = rows.starts.data<std::int32_t>();
  const auto* texts = rows.texts.data<std::int32_t>();
  // A sentence is made where it is needed alone: this is asked before every kernel.
  const auto expect = [&](bool holds, const char* name, Index at, Index expected, Index found) {
    if (holds) return;
    checker.fail("expected rows." + std::string(name) + "[" + std::to_string(at) + "] of " +
                 std::to_string(expected) + ", found " + std::to_string(found));
  };
  Index row = 0;
  for (Index text = 0; text < rows.batch; ++text) {
    const Index tokens = lengths[text];
    expect(starts[text] == row, "starts", text, row, starts[text]);
    if (tokens < 0 || tokens > rows.length || row + tokens > rows.count())
      checker.fail("expected in text " + std::to_string(text) + " 0 to " +
                   std::to_string(rows.length) + " tokens and no more than there are rows, found " +
                   std::to_string(tokens));
    for (const Index after = row + tokens; row < after; ++row)
      expect(texts[row] == text, "texts", row, text, texts[row]);
  }
  expect(starts[rows.batch] == row, "starts", rows.batch, row, starts[rows.batch]);
  if (row != rows.count())
    checker.fail("expected " + std::to_string(row) + " rows, as many as tokens, found " +
                 std::to_string(rows.count()));
}

}  // namespace

void TextRows::check(const Checker& checker) const {
  if (batch < 0 || length < 1)
    checker.fail("expected rows of 0 or more texts, each of length 1 or more, found " +
                 std::to_string(batch) + " of length " + std::to_string(length));
  checker.tensor("rows.lengths", lengths, {batch}, DType::i32);
  if (!packed()) return checker.that(!texts, "no rows.texts without rows.starts");
  checker.that(texts || texts.shape().rank() == 1, "rows.texts beside rows.starts, found nothing");
  checker.tensor("rows.starts", starts, {batch + 1}, DType::i32);
  checker.tensor("rows.texts", texts, {texts.size()}, DType::i32);
  if (starts.device().type == DeviceType::cpu) check_places(checker, *this);
}

}  // namespace electra
