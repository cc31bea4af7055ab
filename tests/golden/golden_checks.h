#pragma once

#include <catch2/catch.hpp>
#include <iostream>

#include "golden/golden_case.h"
#include "support/shared.h"

/// What every device must reproduce of the golden cases.
namespace electra::test {

inline std::vector<std::filesystem::path> golden_cases() {
  std::vector<std::filesystem::path> found;
  const std::filesystem::path golden = golden_folder();
  if (golden.empty() || !std::filesystem::is_directory(golden / "pretrain")) return found;
  for (const auto& entry : std::filesystem::directory_iterator(golden / "pretrain"))
    if (std::filesystem::exists(entry.path() / "case.json")) found.push_back(entry.path());
  std::ranges::sort(found);
  return found;
}

/// The largest error over tensors, and whose it is.
struct Worst {
  double error = 0;
  std::string tensor = "none";

  void take(double other, const std::string& name) {
    if (!(other <= error)) *this = {other, name};
  }
};

enum class KeyBiases : std::uint8_t { compared, left_out };

inline Worst worst_of(const Values& found, const Values& expected, double floor,
                      KeyBiases keys = KeyBiases::compared) {
  REQUIRE_FALSE(expected.empty());
  Worst worst;
  for (const auto& [name, values] : expected) {
    INFO(name);
    REQUIRE(found.contains(name));
    if (keys == KeyBiases::left_out && name.ends_with("self.key.bias")) continue;
    worst.take(relative_error(found.at(name), values, floor), name);
  }
  return worst;
}

/// One case on one device; errors are printed as they are found.
class GoldenCheck {
 public:
  GoldenCheck(const std::filesystem::path& folder, Precision precision, Device device)
      : folder_(folder),
        golden_(folder, precision, device),
        title_(folder.filename().string() + ", " + to_string(device) + ", " +
               std::string(to_string(golden_.store().values().dtype()))) {}

  [[nodiscard]] double forward_error() {
    return reported("forward",
                    worst_of(golden_.forward(), read_all(folder_ / "forward.safetensors"), 1e-30));
  }
  [[nodiscard]] double gradient_error() {
    const Values expected = read_all(folder_ / "gradients.safetensors");
    golden_.learn(0);
    return reported("gradients", worst_of(golden_.named(golden_.store().gradients()), expected,
                                          1e-3 * norm_of(expected)));
  }
  /// The stated error of PyTorch in bf16.
  [[nodiscard]] double stated(const char* what) const {
    return std::stod(
        golden_.facts().at("pytorch_errors").at("bfloat16").at(what).get<std::string>());
  }
  /// Step `number`, compared with what case.json says of it.
  void take_step(int number) {
    INFO("step " << number);
    const auto& facts = golden_.facts().at("steps").at(static_cast<std::size_t>(number));
    const FigureValues metrics = golden_.learn(number);
    CHECK(*metrics["loss"] == Approx(facts.at("total_loss").get<double>()).epsilon(5e-6));
    golden_.optimize();
    CHECK(golden_.rate() == Approx(facts.at("rate").get<double>()).epsilon(1e-6));
    CHECK(golden_.gradient_norm() == Approx(facts.at("gradient_norm").get<double>()).epsilon(1e-5));
  }
  [[nodiscard]] double parameter_error() { return error_of("parameter", 0, KeyBiases::left_out); }
  [[nodiscard]] double first_moment_error() {
    return error_of("moment_1", 1e-3, KeyBiases::compared);
  }
  [[nodiscard]] double second_moment_error() {
    return error_of("moment_2", 1e-3, KeyBiases::left_out);
  }

 private:
  [[nodiscard]] double error_of(const std::string& what, double floor, KeyBiases keys) {
    const ParameterStore& store = golden_.store();
    const TensorView flat = what == "moment_1"   ? golden_.optimizer().moment_1()
                            : what == "moment_2" ? golden_.optimizer().moment_2()
                                                 : store.master();
    const Values expected = read_all(folder_ / "after_3_steps.safetensors", what + "/");
    return reported(what + " after three steps", worst_of(golden_.named(flat), expected,
                                                          floor * norm_of(expected) + 1e-30, keys));
  }
  double reported(const std::string& what, const Worst& worst) const {
    std::cout << title_ << ": " << what << ": largest error " << worst.error << " (" << worst.tensor
              << ")\n";
    return worst.error;
  }

  std::filesystem::path folder_;
  GoldenCase golden_;
  std::string title_;
};

inline void check_first_step(Device device, double gradient_bound) {
  for (const std::filesystem::path& folder : golden_cases()) {
    INFO(folder.string());
    GoldenCheck golden(folder, Precision::f32, device);
    CHECK(golden.forward_error() < 5e-6);
    CHECK(golden.gradient_error() < gradient_bound);
  }
}

inline void check_three_steps(Device device) {
  for (const std::filesystem::path& folder : golden_cases()) {
    INFO(folder.string());
    GoldenCheck golden(folder, Precision::f32, device);
    for (int step = 0; step < 3; ++step) golden.take_step(step);
    CHECK(golden.parameter_error() < 5e-6);
    CHECK(golden.first_moment_error() < 5e-6);
    CHECK(golden.second_moment_error() < 5e-6);
  }
}

inline void check_bf16(Device device) {
  for (const std::filesystem::path& folder : golden_cases()) {
    INFO(folder.string());
    GoldenCheck golden(folder, Precision::bf16, device);
    CHECK(golden.forward_error() <= 2 * golden.stated("forward"));
    CHECK(golden.gradient_error() <= 2 * golden.stated("gradients"));
  }
}

}  // namespace electra::test
