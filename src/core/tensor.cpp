#include "electra/core/tensor.h"

#include <array>
#include <string>
#include <utility>

#include "electra/core/context.h"

namespace electra {

namespace detail {

void throw_wrong_dtype(DType found, DType asked, Where where) {
  throw ShapeError(to_string(where) + ": the tensor is " + std::string(to_string(found)) +
                   ", not " + std::string(to_string(asked)));
}

void throw_wrong_view(std::string_view what, const Shape& shape, Where where) {
  throw ShapeError(to_string(where) + ": a tensor of shape " + to_string(shape) + " has no " +
                   std::string(what));
}

}  // namespace detail

namespace {

Shape sliced(const ConstTensorView& view, Index first, Index count, Where where) {
  const Shape& shape = view.shape();
  if (shape.rank() == 0 || first < 0 || count < 0 || first + count > shape[0])
    detail::throw_wrong_view(
        "rows [" + std::to_string(first) + ", " + std::to_string(first + count) + ")", shape,
        where);
  std::array<Index, Shape::max_rank> extents{};
  for (std::size_t axis = 0; axis < shape.rank(); ++axis) extents[axis] = shape[axis];
  extents[0] = count;
  return Shape(std::span<const Index>(extents.data(), shape.rank()));
}

Index bytes_before(const ConstTensorView& view, Index first) {
  return view.shape()[0] == 0 ? 0 : view.bytes() / view.shape()[0] * first;
}

void check_same_size(const ConstTensorView& view, const Shape& shape, Where where) {
  if (shape.size() != view.size())
    detail::throw_wrong_view("view of shape " + to_string(shape), view.shape(), where);
}

}  // namespace

ConstTensorView ConstTensorView::reshape(Shape shape, Where where) const {
  check_same_size(*this, shape, where);
  return {data_, shape, dtype_, device_};
}

TensorView TensorView::reshape(Shape shape, Where where) const {
  check_same_size(*this, shape, where);
  return {raw(), shape, dtype_, device_};
}

ConstTensorView ConstTensorView::slice(Index first, Index count, Where where) const {
  const Shape shape = sliced(*this, first, count, where);
  return {static_cast<const std::byte*>(data_) + bytes_before(*this, first), shape, dtype_,
          device_};
}

TensorView TensorView::slice(Index first, Index count, Where where) const {
  const Shape shape = sliced(*this, first, count, where);
  return {static_cast<std::byte*>(raw()) + bytes_before(*this, first), shape, dtype_, device_};
}

Buffer::Buffer(Context& context, Index bytes)
    : context_(&context), data_(context.allocate(bytes)), bytes_(bytes) {}

Buffer::~Buffer() {
  if (data_ != nullptr) context_->deallocate(data_);
}

Buffer::Buffer(Buffer&& other) noexcept
    : context_(std::exchange(other.context_, nullptr)),
      data_(std::exchange(other.data_, nullptr)),
      bytes_(std::exchange(other.bytes_, 0)) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
  std::swap(context_, other.context_);
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

TensorView Buffer::view(Shape shape, DType dtype, Index offset) const {
  if (offset < 0 || offset + shape.size() * size_of(dtype) > bytes_)
    throw ShapeError("a buffer of " + std::to_string(bytes_) + " bytes has no room at byte " +
                     std::to_string(offset) + " for " + std::string(to_string(dtype)) + " " +
                     to_string(shape));
  return {static_cast<std::byte*>(data_) + offset, shape, dtype,
          context_ == nullptr ? Device{} : context_->device()};
}

}  // namespace electra
