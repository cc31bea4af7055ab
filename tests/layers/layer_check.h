#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "electra/core/parameters.h"
#include "electra/layers/pass.h"
#include "support/gradient_check.h"

namespace electra::test {

/// What a layer needs around it in f64, with three sequences of unequal length and dropout at work:
/// the key is fixed, so that a layer is a smooth function all the same.
class LayerCheck {
 public:
  static constexpr Index batch = 3;
  static constexpr Index length = 5;
  static constexpr Index rows = batch * length;

  LayerCheck() { step.fill(4); }

  [[nodiscard]] ParameterScope scope() { return {store, "layer", Network::discriminator, 1}; }

  /// After the layer has declared its parameters: gives each of them values of order one.
  void begin() {
    store.allocate(*context, Precision::f64);
    store.with_gradients();
    std::uint64_t seed = 100;
    for (const Parameter& parameter : store.parameters()) {
      const TensorView values = logical(parameter, store.master());
      const HostTensor random = random_tensor(values.shape(), DType::f64, seed++, 0.4,
                                              parameter.init == Init::ones ? 1 : 0);
      for (Index i = 0; i < values.size(); ++i) set(values, i, random[i]);
    }
  }

  [[nodiscard]] Pass pass() {
    arena.reset();
    return {.context = *context,
            .arena = arena,
            .rows = {.batch = batch, .length = length, .lengths = lengths},
            .random = {.seed = 3, .step = step.view()},
            .mode = Mode::training,
            .network = Network::discriminator};
  }

  /// Numbers of [rows, width] that are 0 at padding: no layer owes anything there.
  [[nodiscard]] static HostTensor real_rows(Index width, std::uint64_t seed) {
    HostTensor tensor = random_tensor({rows, width}, DType::f64, seed);
    for (Index i = 0; i < tensor.size(); ++i) {
      const Index row = i / width;
      if (row % length >= real[static_cast<std::size_t>(row / length)]) tensor.set(i, 0);
    }
    return tensor;
  }

  /// Room for dx [rows, columns], for a backward that overwrites it.
  [[nodiscard]] static Into fresh(const Pass& pass, Index columns) {
    return {pass.tensor({rows, columns}, DType::f64), Write::overwrite};
  }

  using Forward = std::function<TensorView(Pass&)>;
  /// Given dy, returns the gradient by the input; an absent view if there is none.
  using Backward = std::function<ConstTensorView(Pass&, ConstTensorView)>;

  /// The largest error of any gradient against central differences of sum(weights * y), a
  /// parameter's or the input's, over its norm plus a thousandth of the norm of all.
  [[nodiscard]] double worst_error(const HostTensor& weights, const Forward& forward,
                                   const Backward& backward, const HostTensor* input = nullptr) {
    const auto loss = [&] {
      Pass p = pass();
      return weighted_sum(forward(p), weights);
    };
    store.zero_gradients();
    Pass p = pass();
    (void)forward(p);
    const ConstTensorView dx = backward(p, weights);
    std::vector<std::pair<std::vector<double>, TensorView>> pairs;
    if (input != nullptr) pairs.emplace_back(values(dx), input->view());
    for (const Parameter& parameter : store.parameters())
      pairs.emplace_back(values(logical(parameter, store.gradients())),
                         logical(parameter, store.master()));
    double all = 0;
    for (const auto& [found, at] : pairs)
      for (const double value : found) all += value * value;
    double worst = 0;
    for (const auto& [found, at] : pairs) {
      const double error = relative_error(found, numeric_gradient(at, loss), 1e-3 * std::sqrt(all));
      if (!(error <= worst)) worst = error;
    }
    return worst;
  }

  /// A parameter's elements without the padding of its rows.
  [[nodiscard]] TensorView logical(const Parameter& parameter, TensorView flat) const {
    return {store.piece(parameter, flat).raw(), parameter.shape, flat.dtype()};
  }

  static constexpr std::array<Index, 3> real{5, 3, 1};

  std::unique_ptr<Context> context = Context::create({}, {.threads = 1});
  ParameterStore store;
  Arena arena{*context, 0, Arena::Debug::poison};
  HostTensor lengths{{batch}, DType::i32, {real.begin(), real.end()}};
  HostTensor step{{1}, DType::i32};
};

/// Central differences of fourth order in f64 leave about 1e-9.
inline constexpr double gradient_bound = 1e-7;

}  // namespace electra::test
