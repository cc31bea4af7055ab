#include "electra/kernels/pooling.h"

#include <array>

namespace electra {

namespace {

/// `whole` is a tensor of all rows, `pooled` one of a row for each text.
void check_pooling(const Checker& checker, const TextRows& rows, const ConstTensorView& whole,
                   const ConstTensorView& pooled, const ConstTensorView& places, Pooling pooling) {
  const Index width = pooled.width();
  rows.check(checker);
  checker.that(whole.shape() == Shape({rows.count(), width}),
               "rows of the texts, " + to_string(Shape{rows.count(), width}) + ", found " +
                   to_string(whole.shape()));
  if (pooling == Pooling::max)
    checker.tensor("places", places, {rows.batch, width}, DType::i32);
  else
    checker.that(!places, "no places where pooling is not max");
}

}  // namespace

std::span<const std::string_view> enum_names(Pooling) {
  static constexpr std::array<std::string_view, 3> names{"cls", "mean", "max"};
  return names;
}

void PoolForward::check(const Checker& checker) const {
  checker.floating("x", x);
  checker.tensor("y", y, {rows.batch, x.width()}, x.dtype());
  check_pooling(checker, rows, x, y, places, pooling);
}

KernelCost PoolForward::cost() const {
  const bool reads_all = pooling != Pooling::cls;
  return {reads_all ? static_cast<double>(x.size()) : 0.0,
          static_cast<double>((reads_all ? x.bytes() : y.bytes()) + y.bytes() + places.bytes() +
                              rows.lengths.bytes())};
}

void PoolBackward::check(const Checker& checker) const {
  checker.floating("dy", dy);
  checker.tensor("dy", dy, {rows.batch, dy.width()}, dy.dtype());
  checker.tensor("dx", dx.view, {rows.count(), dy.width()}, dy.dtype());
  check_pooling(checker, rows, dx.view, dy, places, pooling);
}

KernelCost PoolBackward::cost() const {
  const bool adds = dx.write == Write::add;
  const Index taken = pooling == Pooling::mean ? dx.view.bytes() : dy.bytes();
  return {static_cast<double>(pooling == Pooling::mean ? dx.view.size() : dy.size()),
          static_cast<double>(dy.bytes() + (adds ? 2 * taken : dx.view.bytes()) + places.bytes() +
                              rows.lengths.bytes())};
}

}  // namespace electra
