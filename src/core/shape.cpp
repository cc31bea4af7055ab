#include "electra/core/shape.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "electra/core/error.h"

namespace electra {

std::string_view to_string(DType type) {
  switch (type) {
    case DType::f32:
      return "f32";
    case DType::bf16:
      return "bf16";
    case DType::i32:
      return "i32";
    case DType::f64:
      return "f64";
  }
  return "unknown";
}

Shape::Shape(std::initializer_list<Index> extents)
    : Shape(std::span<const Index>(extents.begin(), extents.size())) {}

Shape::Shape(std::span<const Index> extents) : rank_(extents.size()) {
  if (extents.size() > max_rank)
    throw ShapeError("a tensor has at most 4 extents, found " + std::to_string(extents.size()));
  std::copy(extents.begin(), extents.end(), extents_.begin());
  if (std::any_of(extents.begin(), extents.end(), [](Index extent) { return extent < 0; }))
    throw ShapeError("a tensor's extents are not negative, found " + to_string(*this));
}

Index Shape::size() const {
  return std::accumulate(extents_.begin(), extents_.begin() + static_cast<std::ptrdiff_t>(rank_),
                         Index{1}, std::multiplies<>());
}

Index Shape::rows() const {
  Index rows = 1;
  for (std::size_t axis = 0; axis + 1 < rank_; ++axis) rows *= extents_[axis];
  return rows;
}

std::string to_string(const Shape& shape) {
  std::string text = "[";
  for (const Index extent : shape.extents()) {
    if (text.size() > 1) text += ", ";
    text += std::to_string(extent);
  }
  return text + "]";
}

}  // namespace electra
