#include "model_options.h"

#include "electra/core/device.h"
#include "electra/core/range.h"
#include "support/progress_line.h"

namespace electra {

Predictor open_predictor(const std::string& directory, const Arguments& arguments) {
  const DeviceChoice choice = choose_device(arguments.text("--device", "cpu"));
  if (!choice.remark.empty()) say(choice.remark);
  const Index length = arguments.integer("--length").value_or(0);
  check_range("--length", length, from(0));
  return Predictor(directory, {.device = choice.device,
                               .threads = small_integer(arguments, "--threads").value_or(0),
                               .length = length});
}

}  // namespace electra
