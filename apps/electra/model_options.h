#pragma once

#include <string>

#include "arguments.h"
#include "electra/infer/engine.h"
#include "electra/infer/inference_options.h"
#include "electra/infer/predictor.h"

namespace electra {

// Options that every verb has which opens a model.
inline constexpr OptionInfo device_option{
    .name = "--device",
    .value = "DEVICE",
    .help = "cpu (default), cuda, cuda:N, or auto: the first GPU",
    .choices = "cpu cuda auto"};
inline constexpr OptionInfo threads_option{"--threads", OptionInfo::Kind::integer, "N",
                                           "of the device cpu (default: all processors)"};
inline constexpr OptionInfo length_option{
    "--length", OptionInfo::Kind::integer, "N",
    "tokens of a text at most (default: as the model was trained)"};
inline constexpr OptionInfo json_option{"--json", OptionInfo::Kind::flag, "",
                                        "results as JSON, an object a line"};

inline constexpr OptionInfo precision_option{
    .name = "--precision",
    .value = "P",
    .help =
        "f32 (default), bf16, or int8: smaller weights, and faster where the processor has "
        "units",
    .choices = "f32 bf16 int8"};

inline constexpr OptionInfo plain_option{
    "--plain", OptionInfo::Kind::flag, "",
    "special and added tokens in a text, such as [MASK], are text like any other"};

/// What --length says; 0: nothing. Throws ConfigError for less.
[[nodiscard]] Index asked_length(const Arguments& arguments);
/// The options of inference that --device, --threads, --precision and --length give; says which GPU
/// was taken, or why none. Texts that are too long are cut.
[[nodiscard]] InferenceOptions inference_options(const Arguments& arguments);

/// What computes any model, whatever its head, as --device, --threads, --precision and --length
/// say.
[[nodiscard]] Engine open_engine(const std::string& directory, const Arguments& arguments);

/// Says so if it computes in another precision than was asked for.
void say_precision(const Engine& engine);

/// A class of the library that opens a directory, such as Detector; says so if it computes in
/// another precision.
template <class Model>
[[nodiscard]] Model open_model(const std::string& directory, const InferenceOptions& options) {
  Model model(directory, options);
  say_precision(model.engine());
  return model;
}

/// Opens the model as --device, --threads, --precision and --length say, and says which GPU was
/// taken, or why none.
[[nodiscard]] Predictor open_predictor(const std::string& directory, const Arguments& arguments);
/// The same as these options say; says so if another precision is computed in.
[[nodiscard]] Predictor open_predictor(const std::string& directory,
                                       const InferenceOptions& options);

}  // namespace electra
