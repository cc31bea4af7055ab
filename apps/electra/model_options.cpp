#include "model_options.h"

#include <algorithm>

#include "electra/core/device.h"
#include "electra/core/error.h"
#include "electra/core/range.h"
#include "electra/formats/stored_head.h"
#include "electra/models/heads.h"
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

Engine open_engine(const std::string& directory, const Arguments& arguments) {
  const InferenceOptions asked = inference_options(arguments);
  const StoredHead head = read_head(directory);
  return {directory, head_kind(head.kind),
          Engine::Options{.device = asked.device,
                          .threads = asked.threads,
                          .precision = asked.precision,
                          .positions = asked.positions,
                          .head = head.config}};
}

void say_precision(const Engine& engine) {
  const std::string remark = engine.precision_remark();
  if (!remark.empty()) say(remark);
}

Predictor open_predictor(const std::string& directory, const Arguments& arguments) {
  return open_predictor(directory, inference_options(arguments));
}

Predictor open_predictor(const std::string& directory, const InferenceOptions& options) {
  Predictor predictor(directory, {.device = options.device,
                                  .threads = options.threads,
                                  .length = options.positions,
                                  .precision = options.precision});
  say_precision(predictor.engine());
  return predictor;
}

}  // namespace electra
