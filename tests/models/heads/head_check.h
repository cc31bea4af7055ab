#pragma once

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "electra/models/head.h"
#include "layers/layer_check.h"
#include "models/small_network.h"
#include "support/kernel_case.h"

namespace electra::test {

inline constexpr Index head_width = small_network().hidden;

/// Numbers of [rows, width], for formulas that are written out in f64.
using Rows = std::vector<std::vector<double>>;

[[nodiscard]] inline Rows rows_of(const ConstTensorView& tensor) {
  Rows rows(static_cast<std::size_t>(tensor.rows()));
  for (Index i = 0; i < tensor.size(); ++i)
    rows[static_cast<std::size_t>(i / tensor.width())].push_back(at(tensor, i));
  return rows;
}

[[nodiscard]] inline std::vector<double> flat(const Rows& rows) {
  std::vector<double> all;
  for (const auto& row : rows) all.insert(all.end(), row.begin(), row.end());
  return all;
}

/// The row of [CLS] of each text, the first.
[[nodiscard]] inline Rows first_rows(const ConstTensorView& hidden, const TextRows& texts) {
  const Rows all = rows_of(hidden);
  Rows first;
  for (Index text = 0; text < texts.batch; ++text)
    first.push_back(all[static_cast<std::size_t>(text * texts.length)]);
  return first;
}

/// x weight^T + bias, 0 from `outputs` to `padded` columns.
[[nodiscard]] inline Rows linear(const LayerCheck& check, const std::string& name, const Rows& x,
                                 Index padded) {
  const Parameter& weight = *check.store.find(name + "/weight");
  const Parameter& bias = *check.store.find(name + "/bias");
  const Rows w = rows_of(check.logical(weight, check.store.master()));
  const TensorView b = check.logical(bias, check.store.master());
  Rows y;
  for (const auto& row : x) {
    std::vector<double>& out = y.emplace_back(static_cast<std::size_t>(padded));
    for (std::size_t o = 0; o < w.size(); ++o) {
      out[o] = at(b, static_cast<Index>(o));
      for (std::size_t i = 0; i < row.size(); ++i) out[o] += row[i] * w[o][i];
    }
  }
  return y;
}

/// As a head drops out at its place of this number; texts have `length` rows.
[[nodiscard]] inline Rows dropped(const Pass& pass, Rows x, int place, float rate, Index length) {
  if (pass.mode == Mode::inference) return x;
  const RandomKey key = pass.key(place, Place::head_dropout);
  for (std::size_t row = 0; row < x.size(); ++row)
    for (std::size_t column = 0; column < x[row].size(); ++column)
      x[row][column] *= dropout_factor(key, rate, static_cast<Index>(row),
                                       static_cast<Index>(column), length, std::ssize(x[row]));
  return x;
}

[[nodiscard]] inline Rows gelu(Rows x) {
  for (auto& row : x)
    for (double& value : row) value *= 0.5 * (1 + std::erf(value / std::sqrt(2.0)));
  return x;
}

/// Numbers of [rows, padded] that are 0 beyond `outputs`, as losses leave their gradients.
[[nodiscard]] inline HostTensor logit_weights(Index rows, Index padded, Index outputs,
                                              std::uint64_t seed) {
  HostTensor weights = random_tensor({rows, padded}, DType::f64, seed);
  for (Index i = 0; i < weights.size(); ++i)
    if (i % padded >= outputs) weights.set(i, 0);
  return weights;
}

/// The largest gradient of any parameter beyond its shape, where there is only padding.
[[nodiscard]] inline double gradient_of_padding(const LayerCheck& check) {
  double largest = 0;
  for (const Parameter& parameter : check.store.parameters()) {
    const TensorView all = check.store.piece(parameter, check.store.gradients());
    for (Index i = parameter.shape.size(); i < all.size(); ++i)
      if (!(std::abs(at(all, i)) <= largest)) largest = std::abs(at(all, i));
  }
  return largest;
}

using HeadForward = std::function<TensorView(Pass&, TensorView)>;

/// What a head says of the second text of a batch when it is alone and has less padding: its
/// number in the step is what it was.
[[nodiscard]] inline Rows second_alone(LayerCheck& check, const HostTensor& hidden,
                                       const HeadForward& forward) {
  constexpr Index length = LayerCheck::real[1];
  std::vector<double> values = hidden.values();
  const auto begin = values.begin() + LayerCheck::length * head_width;
  const HostTensor alone({length, head_width}, DType::f64, {begin, begin + length * head_width});
  const HostTensor lengths({1}, DType::i32, {double{length}});
  Pass pass = check.pass();
  pass.rows = {.batch = 1, .length = length, .lengths = lengths};
  pass.random.first_example = 1;
  return rows_of(forward(pass, alone));
}

}  // namespace electra::test
