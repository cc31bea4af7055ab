#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "electra/core/device.h"
#include "electra/core/shape.h"
#include "electra/infer/long_text.h"

namespace electra {

/// What a model computes with: weights and activations in f32; both in bf16, with sums in f32; or
/// products of int8, weights rounded by output channel and activations by row.
enum class InferencePrecision : std::uint8_t { f32, bf16, int8 };
/// "f32", "bf16", "int8".
[[nodiscard]] std::span<const std::string_view> enum_names(InferencePrecision);

/// How a model is opened, whatever it says of texts.
struct InferenceOptions {
  Device device = {};
  int threads = 0;  // of the device cpu, for each call; 0: all processors
  int workers = 0;  // calls that compute at once; 0: processors / threads, on a GPU 1
  InferencePrecision precision = InferencePrecision::f32;
  LongText length = LongText::fail;
  Index positions = 0;             // tokens of a text at most; 0: what the directory says
  bool match_added_tokens = true;  // "[MASK]" in a text is the token; false: text like any other
};

}  // namespace electra
