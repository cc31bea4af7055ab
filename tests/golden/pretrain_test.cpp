#include <catch2/catch.hpp>
#include <iostream>

#include "golden_case.h"
#include "support/shared.h"

using namespace electra;
using namespace electra::test;

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> cases() {
  std::vector<fs::path> found;
  const fs::path golden = test::golden_folder();
  if (golden.empty() || !fs::is_directory(golden / "pretrain")) return found;
  for (const auto& entry : fs::directory_iterator(golden / "pretrain"))
    if (fs::exists(entry.path() / "case.json")) found.push_back(entry.path());
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

bool is_key_bias(const std::string& name) { return name.ends_with("self.key.bias"); }

enum class KeyBiases : std::uint8_t { compared, left_out };

Worst worst_of(const Values& found, const Values& expected, double floor,
               KeyBiases keys = KeyBiases::compared) {
  REQUIRE_FALSE(expected.empty());
  Worst worst;
  for (const auto& [name, values] : expected) {
    INFO(name);
    REQUIRE(found.contains(name));
    if (keys == KeyBiases::left_out && is_key_bias(name)) continue;
    worst.take(relative_error(found.at(name), values, floor), name);
  }
  return worst;
}

void report(const fs::path& folder, const std::string& what, const Worst& worst) {
  std::cout << folder.filename().string() << ": " << what << ": largest error " << worst.error
            << " (" << worst.tensor << ")\n";
}

Worst forward_error(GoldenCase& golden, const fs::path& folder) {
  return worst_of(golden.forward(), read_all(folder / "forward.safetensors"), 1e-30);
}

Worst gradient_error(GoldenCase& golden, const fs::path& folder) {
  const Values expected = read_all(folder / "gradients.safetensors");
  golden.learn(0);
  return worst_of(golden.named(golden.store().gradients()), expected, 1e-3 * norm_of(expected));
}

}  // namespace

TEST_CASE("forward, losses and gradients are those of the golden cases", "[golden]") {
  for (const fs::path& folder : cases()) {
    INFO(folder.string());
    GoldenCase golden(folder, Precision::f32);
    const Worst forward = forward_error(golden, folder);
    report(folder, "forward in f32", forward);
    CHECK(forward.error < 5e-6);
    const Worst gradients = gradient_error(golden, folder);
    report(folder, "gradients in f32", gradients);
    CHECK(gradients.error < 1e-5);
  }
}

TEST_CASE("in f64 the golden cases are met to the rounding of their files", "[golden]") {
  for (const fs::path& folder : cases()) {
    INFO(folder.string());
    GoldenCase golden(folder, Precision::f64);
    const Worst forward = forward_error(golden, folder);
    report(folder, "forward in f64", forward);
    CHECK(forward.error < 1e-7);
    const Worst gradients = gradient_error(golden, folder);
    report(folder, "gradients in f64", gradients);
    CHECK(gradients.error < 1e-7);
  }
}

TEST_CASE("three optimizer steps end where those of the golden cases do", "[golden]") {
  for (const fs::path& folder : cases()) {
    INFO(folder.string());
    GoldenCase golden(folder, Precision::f32);
    for (int step = 0; step < 3; ++step) {
      INFO("step " << step);
      const auto& facts = golden.facts().at("steps").at(static_cast<std::size_t>(step));
      const PretrainingMetrics metrics = golden.learn(step);
      CHECK(*metrics.loss == Approx(facts.at("total_loss").get<double>()).epsilon(5e-6));
      golden.optimize();
      CHECK(golden.rate() == Approx(facts.at("rate").get<double>()).epsilon(1e-6));
      CHECK(golden.gradient_norm() ==
            Approx(facts.at("gradient_norm").get<double>()).epsilon(1e-5));
    }
    const fs::path file = folder / "after_3_steps.safetensors";
    const ParameterStore& store = golden.store();
    const Worst parameters = worst_of(golden.named(store.master()), read_all(file, "parameter/"),
                                      1e-30, KeyBiases::left_out);
    report(folder, "parameters after three steps", parameters);
    CHECK(parameters.error < 5e-6);
    const Values first = read_all(file, "moment_1/");
    const Worst moment_1 = worst_of(golden.named(store.moment_1()), first, 1e-3 * norm_of(first));
    report(folder, "first moments after three steps", moment_1);
    CHECK(moment_1.error < 5e-6);
    const Values second = read_all(file, "moment_2/");
    const Worst moment_2 = worst_of(golden.named(store.moment_2()), second, 1e-3 * norm_of(second),
                                    KeyBiases::left_out);
    report(folder, "second moments after three steps", moment_2);
    CHECK(moment_2.error < 5e-6);
  }
}

TEST_CASE("bf16 errs at most twice as much as PyTorch in bf16", "[golden]") {
  for (const fs::path& folder : cases()) {
    INFO(folder.string());
    GoldenCase golden(folder, Precision::bf16);
    const auto stated = [&](const char* what) {
      return std::stod(
          golden.facts().at("pytorch_errors").at("bfloat16").at(what).get<std::string>());
    };
    const Worst forward = forward_error(golden, folder);
    report(folder, "forward in bf16", forward);
    CHECK(forward.error <= 2 * stated("forward"));
    const Worst gradients = gradient_error(golden, folder);
    report(folder, "gradients in bf16", gradients);
    CHECK(gradients.error <= 2 * stated("gradients"));
  }
}
