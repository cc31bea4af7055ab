#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

/// What instructions made of fixed operands, as text that machines can exchange.
namespace electra::conformance {

/// How far the words of two machines may be apart. Words are bits, or f32 that agree if they differ
/// by at most absolute + relative * |expected|. NaN agrees with any other NaN in both.
struct Rule {
  bool exact = true;
  double relative = 0;
  double absolute = 0;
};

struct Item {
  std::string name;
  Rule rule;
  std::vector<std::uint32_t> words;
};

struct Recording {
  std::string card;
  std::vector<Item> items;
};

void write(std::ostream& out, const Recording& recording);

/// Throws std::runtime_error, with the line, for a file of another form.
[[nodiscard]] Recording read(std::istream& in);

/// One line for each item that `found` lacks or has otherwise, with its first and worst difference;
/// empty if the two agree.
[[nodiscard]] std::vector<std::string> differences(const Recording& expected,
                                                   const Recording& found);

}  // namespace electra::conformance
