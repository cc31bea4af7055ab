#include "electra/kernels/pooling.h"

#include <array>

namespace electra {

namespace {

/// Where the values of max were found; no other pooling has such places.
void check_places(const Checker& checker, const ConstTensorView& places, const Shape& pooled,
                  Pooling pooling) {
  if (pooling == Pooling::max) return checker.tensor("places", places, pooled, DType::i32);
  checker.that(!places, "no places where pooling is not max");
}

}  // namespace

std::span<const std::string_view> enum_names(Pooling) {
  static constexpr std::array<std::string_view, 3> names{"cls", "mean", "max"};
  return names;
}

void PoolForward::check(const Checker& checker) const {
  checker.floating("x", x);
  rows.check(checker);
  const Shape pooled{rows.batch, x.width()};
  checker.tensor("x", x, {rows.count(), x.width()}, x.dtype());
  checker.tensor("y", y, pooled, x.dtype());
  check_places(checker, places, pooled, pooling);
}

KernelCost PoolForward::cost() const {
  const bool reads_all = pooling != Pooling::cls;
  return {reads_all ? static_cast<double>(x.size()) : 0.0,
          static_cast<double>((reads_all ? x.bytes() : y.bytes()) + y.bytes() + places.bytes() +
                              rows.lengths.bytes())};
}

void PoolBackward::check(const Checker& checker) const {
  checker.floating("dy", dy);
  rows.check(checker);
  const Shape pooled{rows.batch, dy.width()};
  checker.tensor("dy", dy, pooled, dy.dtype());
  checker.tensor("dx", dx.view, {rows.count(), dy.width()}, dy.dtype());
  check_places(checker, places, pooled, pooling);
}

KernelCost PoolBackward::cost() const {
  const bool adds = dx.write == Write::add;
  const Index taken = pooling == Pooling::mean ? dx.view.bytes() : dy.bytes();
  return {static_cast<double>(pooling == Pooling::mean ? dx.view.size() : dy.size()),
          static_cast<double>(dy.bytes() + (adds ? 2 * taken : dx.view.bytes()) + places.bytes() +
                              rows.lengths.bytes())};
}

}  // namespace electra
