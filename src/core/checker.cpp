#include "electra/core/checker.h"

#include "electra/core/context.h"

namespace electra {

namespace {

std::string described(const ConstTensorView& view) {
  return std::string(to_string(view.dtype())) + " " + to_string(view.shape());
}

}  // namespace

void Checker::fail(const std::string& message) const {
  throw ShapeError(to_string(where_) + ": " + std::string(kernel_) + ": " + message);
}

void Checker::tensor(std::string_view name, const ConstTensorView& view, const Shape& shape,
                     DType dtype) const {
  const auto expected = [&] {
    return std::string(name) + ": expected " + std::string(to_string(dtype)) + " " +
           to_string(shape);
  };
  if (!view && shape.size() > 0) fail(expected() + ", found nothing");
  if (view.dtype() != dtype || view.shape() != shape)
    fail(expected() + ", found " + described(view));
  if (!view) return;
  if (view.device() != context_.device())
    fail(std::string(name) + ": expected on " + to_string(context_.device()) + ", found on " +
         to_string(view.device()));
  context_.about_to_use(view);
}

void Checker::optional(std::string_view name, const ConstTensorView& view, const Shape& shape,
                       DType dtype) const {
  if (view) tensor(name, view, shape, dtype);
}

void Checker::floating(std::string_view name, const ConstTensorView& view) const {
  if (view.dtype() == DType::i32)
    fail(std::string(name) + ": expected a floating dtype, found " + described(view));
  tensor(name, view, view.shape(), view.dtype());
}

void Checker::that(bool condition, std::string_view expected) const {
  if (!condition) fail("expected " + std::string(expected));
}

}  // namespace electra
