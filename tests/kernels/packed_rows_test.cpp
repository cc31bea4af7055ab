#include <catch2/catch.hpp>

#include "kernels/kernels_over_texts.h"

namespace electra {
namespace {

using test::Form;
using test::FormedTexts;
using test::Trial;

FormedTexts ragged() {
  return FormedTexts(GENERATE(std::vector<std::int32_t>{1, 512, 65, 0, 2, 130, 64},
                              std::vector<std::int32_t>{0, 5, 0, 0, 3, 0},
                              std::vector<std::int32_t>{17}, std::vector<std::int32_t>{6, 6, 6},
                              std::vector<std::int32_t>{1, 1, 1, 1}, std::vector<std::int32_t>{0},
                              std::vector<std::int32_t>{}));
}

}  // namespace

TEST_CASE("packed texts come to what padded ones do, to the bit but for sums over all rows",
          "[text_rows][packed_rows][kernel][law]") {
  const FormedTexts texts = ragged();
  const DType dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  for (const auto& kernel : test::kernels_over_texts) {
    CAPTURE(kernel.name, dtype, texts.batch(), texts.tokens());
    Trial padded(texts, Form::padded, dtype, {}), packed(texts, Form::packed, dtype, {});
    kernel.run(padded);
    kernel.run(packed);
    test::check_same(padded, packed);
  }
}

TEST_CASE("a packed text's attention has the same bits whatever lies behind it",
          "[packed_rows][attention][law]") {
  const FormedTexts alone({70}), first({70, 300, 0, 5});
  const DType dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  Trial one(alone, Form::packed, dtype, {}), many(first, Form::packed, dtype, {});
  test::attend<2, 64>(one);
  test::attend<2, 64>(many);
  for (std::size_t i = 0; i < one.kept().size(); ++i) {
    const auto& [name, expected, bound] = one.kept()[i];
    if (name == "log_sum_exp") continue;  // is as wide as the longest text
    Index different = 0;
    for (Index k = 0; k < expected.size(); ++k)
      different += many.kept()[i].values[k] == expected[k] ? 0 : 1;
    INFO(name);
    CHECK(different == 0);
  }
}

}  // namespace electra
