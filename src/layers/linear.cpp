#include "electra/layers/linear.h"

#include <algorithm>

#include "electra/kernels/column_sum.h"
#include "electra/kernels/gelu.h"
#include "electra/kernels/matmul.h"
#include "electra/kernels/packed_linear.h"

namespace electra {

namespace {

Index padded_out(const Linear::Config& config) { return std::max(config.out, config.padded_out); }

}  // namespace

Linear::Linear(const ParameterScope& scope, const Config& config)
    : config_(config),
      weight_(&scope.declare("weight", {config.out, config.in},
                             {.init = config.init,
                              .decay = Decay::yes,
                              .padded = Shape{padded_out(config), config.in},
                              .is_linear_weight = true})),
      bias_(&scope.declare(
          "bias", {config.out},
          {.init = Init::zeros, .decay = Decay::no, .padded = Shape{padded_out(config)}})) {}

TensorView Linear::forward(Pass& pass, ConstTensorView x, Saved& saved) const {
  return multiply(pass, x, bias_, saved, {});
}

TensorView Linear::product(Pass& pass, ConstTensorView x, Saved& saved, TensorView y) const {
  return multiply(pass, x, nullptr, saved, y);
}

TensorView Linear::activated(Pass& pass, ConstTensorView x, Gelu form, Saved& saved) const {
  if (weight_->packed) return infer(pass, x, bias_, form);
  const TensorView y = product(pass, x, saved);
  pass.context.run(BiasGeluForward{.x = y, .bias = bias(), .y = y, .form = form});
  return y;
}

TensorView Linear::infer(Pass& pass, ConstTensorView x, const Parameter* bias,
                         std::optional<Gelu> activation) const {
  const TensorView y = pass.tensor({x.rows(), padded_out(config_)}, x.dtype());
  pass.context.run(PackedLinear{.x = x,
                                .weight = weight_->packed,
                                .bias = bias != nullptr ? bias->master : TensorView{},
                                .y = y,
                                .activation = activation});
  return y;
}

TensorView Linear::multiply(Pass& pass, ConstTensorView x, const Parameter* bias, Saved& saved,
                            TensorView y) const {
  saved.x = x;
  if (weight_->packed) return infer(pass, x, bias, std::nullopt);
  if (!y) y = pass.tensor({x.rows(), padded_out(config_)}, x.dtype());
  pass.context.run(Matmul{.a = x,
                          .b = weight_->value,
                          .c = y,
                          .bias = bias != nullptr ? bias->master : TensorView{},
                          .rounded_bias = bias != nullptr ? bias->value : TensorView{},
                          .transpose_b = Transpose::yes});
  return y;
}

void Linear::backward(Pass& pass, const Saved& saved, ConstTensorView dy, Into dx) const {
  pass.context.run(ColumnSum{.x = dy, .y = {bias_->gradient, Write::add}});
  backward_weight(pass, saved, dy);
  backward_input(pass, dy, dx);
}

void Linear::backward_input(Pass& pass, ConstTensorView dy, Into dx) const {
  pass.context.run(Matmul{.a = dy, .b = weight_->value, .c = dx.view, .write = dx.write});
}

void Linear::backward_weight(Pass& pass, const Saved& saved, ConstTensorView dy) const {
  pass.context.run(Matmul{.a = dy,
                          .b = saved.x,
                          .c = weight_->gradient,
                          .transpose_a = Transpose::yes,
                          .write = Write::add});
}

}  // namespace electra
