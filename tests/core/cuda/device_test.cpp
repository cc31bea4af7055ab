#include <catch2/catch.hpp>
#include <iostream>
#include <string>

#include "electra/core/context.h"
#include "support/own_process.h"

namespace electra {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;

std::string choice_with(const std::string& variables) {
  return test::output_with(variables, "[.choice]");
}

std::string refusal(Device device) {
  try {
    (void)Context::create(device);
    return "none";
  } catch (const DeviceError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("prints what auto comes to", "[.choice]") {
  const DeviceChoice choice = choose_device("auto");
  std::cout << "auto: " << to_string(choice.device) << "; " << choice.remark << '\n'
            << "cuda: " << refusal({DeviceType::cuda, 0}) << '\n';
}

TEST_CASE("auto takes a usable GPU, or says why it takes the CPU", "[cuda][device]") {
  if (!test::emulated()) {
    std::cout << "skipped: no emulated GPU, whose age and number can be chosen\n";
    return;
  }
  CHECK_THAT(choice_with("GPU_EMULATOR_DEVICES=1"),
             Contains("auto: cuda:0; runs on cuda:0, GPU emulator\ncuda: none"));

  const std::string none = choice_with("GPU_EMULATOR_DEVICES=0");
  CHECK_THAT(none,
             Contains("auto: cpu; runs on the CPU: no NVIDIA GPU was found\n") &&
                 Contains("cuda: cuda: no NVIDIA GPU was found. Otherwise use the device cpu"));
  CHECK_THAT(choice_with("GPU_EMULATOR_DEVICES=0 CUDA_VISIBLE_DEVICES=7"),
             Contains("no NVIDIA GPU was found; CUDA_VISIBLE_DEVICES is \"7\""));

  const std::string old_card = choice_with("GPU_EMULATOR_COMPUTE_CAPABILITY=75");
  CHECK_THAT(old_card,
             Contains("auto: cpu; runs on the CPU: GPU emulator has compute capability 7.5; "
                      "libelectra needs 8.0 or later") &&
                 Contains("cuda: cuda:0: GPU emulator has compute capability 7.5"));

  const std::string old_driver = choice_with("GPU_EMULATOR_DRIVER_VERSION=11080");
  CHECK_THAT(
      old_driver,
      Contains("auto: cpu; runs on the CPU: the NVIDIA driver, made for CUDA 11.8, is older") &&
          Contains("cuda: cuda: the NVIDIA driver, made for CUDA 11.8") &&
          Contains("update the driver"));
}

TEST_CASE("a GPU that is not there is refused with the numbers of those that are",
          "[cuda][device]") {
  CHECK_THAT(refusal({DeviceType::cuda, 99}),
             Contains("expected a device from cuda:0 to cuda:") && EndsWith("found cuda:99"));
}

}  // namespace electra
