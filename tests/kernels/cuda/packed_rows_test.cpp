#include <catch2/catch.hpp>

#include "kernels/kernels_over_texts.h"

namespace electra {
namespace {

using test::Form;
using test::FormedTexts;
using test::Trial;

constexpr Device gpu{DeviceType::cuda, 0};

/// Longer and shorter than the tiles of attention, whose backward is another one up to 64 and 128.
FormedTexts ragged() {
  return FormedTexts(GENERATE(std::vector<std::int32_t>{3, 130, 64, 0, 65},
                              std::vector<std::int32_t>{0, 7, 33, 0},
                              std::vector<std::int32_t>{90, 5}, std::vector<std::int32_t>{1, 1, 1},
                              std::vector<std::int32_t>{0}, std::vector<std::int32_t>{}));
}

/// How far a GPU may be from the CPU.
double distance(const Trial::Kept& kept, DType dtype) {
  if (kept.values.dtype() == DType::i32) return 1e-9;
  return kept.bound + (dtype == DType::f32 ? 1e-4 : 0.05);
}

}  // namespace

TEST_CASE(
    "packed texts come on a GPU to what padded ones do, to the bit but for sums over all rows",
    "[cuda][packed_rows][kernel][law]") {
  const FormedTexts texts = ragged();
  const DType dtype = GENERATE(DType::f32, DType::bf16);
  for (const auto& kernel : test::kernels_over_texts) {
    CAPTURE(kernel.name, dtype, texts.batch(), texts.tokens());
    Trial padded(texts, Form::padded, dtype, gpu), packed(texts, Form::packed, dtype, gpu);
    kernel.run(padded);
    kernel.run(packed);
    test::check_same(padded, packed);
  }
}

TEST_CASE("packed texts come on a GPU to what they do on the CPU", "[cuda][packed_rows][kernel]") {
  const FormedTexts texts(GENERATE(std::vector<std::int32_t>{3, 130, 64, 0, 65},
                                   std::vector<std::int32_t>{0, 7, 33, 0}));
  const DType dtype = GENERATE(DType::f32, DType::bf16);
  for (const auto& kernel : test::kernels_over_texts) {
    CAPTURE(kernel.name, dtype, texts.batch());
    Trial found(texts, Form::packed, dtype, gpu), again(texts, Form::packed, dtype, gpu);
    Trial expected(texts, Form::packed, dtype, {});
    for (Trial* trial : {&found, &again, &expected}) kernel.run(*trial);
    for (std::size_t i = 0; i < found.kept().size(); ++i) {
      const auto& kept = found.kept()[i];
      INFO(kept.name);
      CHECK(kept.values == again.kept()[i].values);
      CHECK(test::worst_error(kept.values, expected.kept()[i].values.values()) <
            distance(kept, dtype));
    }
  }
}

}  // namespace electra
