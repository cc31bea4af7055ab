#include "infer/engine_options.h"

#include <string>

#include "electra/core/error.h"

namespace electra {

namespace {

template <class EngineOptions>
void set_precision(EngineOptions& options, InferencePrecision precision) {
  if constexpr (requires { options.precision; })
    options.precision = precision;
  else if (precision != InferencePrecision::f32)
    throw ConfigError("precision: expected f32, found " +
                      std::string(enum_names(precision)[static_cast<std::size_t>(precision)]));
}

}  // namespace

Engine::Options engine_options(const InferenceOptions& options, const HeadConfig& head) {
  Engine::Options engine{.device = options.device,
                         .threads = options.threads,
                         .workers = options.workers,
                         .positions = options.positions,
                         .match_added_tokens = options.match_added_tokens,
                         .head = head};
  set_precision(engine, options.precision);
  return engine;
}

}  // namespace electra
