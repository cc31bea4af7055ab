#include "model_options.h"

#include <algorithm>

#include "electra/core/device.h"
#include "electra/core/error.h"
#include "electra/core/range.h"
#include "support/progress_line.h"

namespace electra {

namespace {

InferencePrecision precision_named(const std::string& name) {
  const auto names = enum_names(InferencePrecision{});
  const auto found = std::ranges::find(names, name);
  if (found == names.end())
    throw ConfigError("--precision: expected f32, bf16 or int8, found \"" + name + "\"");
  return static_cast<InferencePrecision>(found - names.begin());
}

}  // namespace

Index asked_length(const Arguments& arguments) {
  const Index length = arguments.integer("--length").value_or(0);
  check_range("--length", length, from(0));
  return length;
}

InferenceOptions inference_options(const Arguments& arguments) {
  const DeviceChoice choice = choose_device(arguments.text("--device", "cpu"));
  if (!choice.remark.empty()) say(choice.remark);
  return {.device = choice.device,
          .threads = small_integer(arguments, "--threads").value_or(0),
          .precision = precision_named(arguments.text("--precision", "f32")),
          .length = LongText::truncate,
          .positions = asked_length(arguments)};
}

Predictor open_predictor(const std::string& directory, const Arguments& arguments) {
  return open_predictor(directory, inference_options(arguments));
}

Predictor open_predictor(const std::string& directory, const InferenceOptions& options) {
  Predictor predictor(directory, {.device = options.device,
                                  .threads = options.threads,
                                  .length = options.positions,
                                  .precision = options.precision});
  const std::string remark = predictor.engine().precision_remark();
  if (!remark.empty()) say(remark);
  return predictor;
}

}  // namespace electra
