#include "electra/infer/regressor.h"

#include <array>

#include "infer/head_check.h"
#include "infer/text_outputs.h"

namespace electra {

namespace {

constexpr std::array<std::string_view, 1> opened{"regress"};

TextValue regression_of(const TextOutput& output) {
  return {output.values.front(), output.left_out};
}

std::vector<TextValue> regressions_of(std::span<const TextOutput> outputs) {
  std::vector<TextValue> found;
  for (const TextOutput& output : outputs) found.push_back(regression_of(output));
  return found;
}

}  // namespace

struct Regressor::Parts {
  TaskModel model;
};

Regressor::Regressor(const std::filesystem::path& directory) : Regressor(directory, Options{}) {}
Regressor::Regressor(const std::filesystem::path& directory, const Options& options)
    : parts_(new Parts{TaskModel(directory, head_for(directory, "Regressor", opened), options)}) {}
Regressor::~Regressor() = default;
Regressor::Regressor(Regressor&&) noexcept = default;
Regressor& Regressor::operator=(Regressor&&) noexcept = default;

TextValue Regressor::regress(std::string_view text) const {
  return regression_of(outputs_of(TextCall(parts_->model.reading(), text)).front());
}

std::vector<TextValue> Regressor::regress(std::span<const std::string> texts) const {
  return regressions_of(outputs_of(TextCall(parts_->model.reading(), texts)));
}

std::vector<TextValue> Regressor::regress(std::initializer_list<std::string> texts) const {
  return regress(std::span(texts.begin(), texts.size()));
}

TextValue Regressor::regress(const TextPair& pair) const {
  return regression_of(
      outputs_of(parts_->model, {&pair, 1}, [](std::size_t) { return "the pair"; }).front());
}

std::vector<TextValue> Regressor::regress(std::span<const TextPair> pairs) const {
  return regressions_of(outputs_of(parts_->model, pairs, pair_name));
}

std::vector<TextValue> Regressor::regress(std::initializer_list<TextPair> pairs) const {
  return regress(std::span(pairs.begin(), pairs.size()));
}

}  // namespace electra
