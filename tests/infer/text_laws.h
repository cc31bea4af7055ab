#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

namespace electra::test {

/// Texts of several lengths: none, with a byte that is not UTF-8, with a NUL.
inline const std::vector<std::string> some_texts{"the ship .", "",    "unknown caf\xc3\xa9 the",
                                                 ".",          "the", "the\xff ship \xc3"};

/// `many(texts)` has an answer for each text in its order, and it is that of `one(text)`, as
/// `check_same(found, expected)` has it.
template <class Many, class One, class CheckSame>
void check_order(const Many& many, const One& one, const CheckSame& check_same) {
  const auto together = many(some_texts);
  const std::vector<std::string> reversed(some_texts.rbegin(), some_texts.rend());
  const auto backwards = many(reversed);
  REQUIRE(together.size() == some_texts.size());
  REQUIRE(backwards.size() == some_texts.size());
  for (std::size_t i = 0; i < some_texts.size(); ++i) {
    CAPTURE(i, some_texts[i]);
    check_same(together[i], one(some_texts[i]));
    check_same(together[i], backwards[some_texts.size() - 1 - i]);
  }
  CHECK(many(std::vector<std::string>{}).empty());
}

/// Eight threads that call at once get what one gets, bit for bit; `is_same(found, expected)`.
template <class Many, class IsSame>
void check_threads(const Many& many, const IsSame& is_same) {
  const auto expected = many(some_texts);
  std::vector<int> differences(8, 0);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < differences.size(); ++t)
    threads.emplace_back([&, t] {
      for (int turn = 0; turn < 5; ++turn) {
        const auto found = many(some_texts);
        for (std::size_t i = 0; i < some_texts.size(); ++i)
          differences[t] += is_same(found[i], expected[i]) ? 0 : 1;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(differences == std::vector<int>(8, 0));
}

/// Numbers that differ by rounding alone.
template <class Numbers>
void check_close(const Numbers& found, const Numbers& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    CHECK(static_cast<double>(found[i]) == Approx(static_cast<double>(expected[i])).margin(1e-5));
}

}  // namespace electra::test
