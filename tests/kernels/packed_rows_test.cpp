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

}  // namespace electra
