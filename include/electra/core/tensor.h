#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "electra/core/device.h"
#include "electra/core/error.h"
#include "electra/core/shape.h"

namespace electra {

namespace detail {
[[noreturn]] void throw_wrong_dtype(DType found, DType asked, Where where);
[[noreturn]] void throw_wrong_view(std::string_view what, const Shape& shape, Where where);
}  // namespace detail

/// A dense tensor somewhere in memory, not owned, read-only. A view without data is "absent".
class ConstTensorView {
 public:
  ConstTensorView() = default;
  ConstTensorView(const void* data, Shape shape, DType dtype, Device device = {})
      : data_(data), shape_(shape), dtype_(dtype), device_(device) {}

  [[nodiscard]] explicit operator bool() const { return data_ != nullptr; }
  [[nodiscard]] const Shape& shape() const { return shape_; }
  [[nodiscard]] DType dtype() const { return dtype_; }
  [[nodiscard]] Device device() const { return device_; }
  [[nodiscard]] Index size() const { return shape_.size(); }
  [[nodiscard]] Index rows() const { return shape_.rows(); }
  [[nodiscard]] Index width() const { return shape_.width(); }
  [[nodiscard]] Index bytes() const { return size() * size_of(dtype_); }
  [[nodiscard]] const void* raw() const { return data_; }

  /// Typed access; throws ShapeError if T is not this tensor's dtype.
  template <class T>
  [[nodiscard]] const T* data(Where where = Where::here()) const {
    if (dtype_ != dtype_of<T>()) detail::throw_wrong_dtype(dtype_, dtype_of<T>(), where);
    return static_cast<const T*>(data_);
  }
  /// Host access as a span.
  template <class T>
  [[nodiscard]] std::span<const T> span(Where where = Where::here()) const {
    return {data<T>(where), static_cast<std::size_t>(size())};
  }
  /// The same elements with other extents; throws ShapeError if the sizes differ.
  [[nodiscard]] ConstTensorView reshape(Shape shape, Where where = Where::here()) const;
  /// Rows [first, first + count) along the first axis.
  [[nodiscard]] ConstTensorView slice(Index first, Index count, Where where = Where::here()) const;

 protected:
  const void* data_ = nullptr;
  Shape shape_;
  DType dtype_ = DType::f32;
  Device device_;
};

/// A dense tensor somewhere in memory, not owned, writable.
class TensorView : public ConstTensorView {
 public:
  TensorView() = default;
  TensorView(void* data, Shape shape, DType dtype, Device device = {})
      : ConstTensorView(data, shape, dtype, device) {}

  [[nodiscard]] void* raw() const { return const_cast<void*>(data_); }
  template <class T>
  [[nodiscard]] T* data(Where where = Where::here()) const {
    return const_cast<T*>(ConstTensorView::data<T>(where));
  }
  template <class T>
  [[nodiscard]] std::span<T> span(Where where = Where::here()) const {
    return {data<T>(where), static_cast<std::size_t>(size())};
  }
  [[nodiscard]] TensorView reshape(Shape shape, Where where = Where::here()) const;
  [[nodiscard]] TensorView slice(Index first, Index count, Where where = Where::here()) const;
};

/// Whether a kernel replaces what a destination holds, or adds to it.
enum class Write : std::uint8_t { overwrite, add };

/// A destination that the caller owns, and how to write it.
struct Into {
  TensorView view;
  Write write = Write::overwrite;
};

class Context;

/// The only owner of memory: move-only, aligned to 256 bytes. Its context must outlive it.
class Buffer {
 public:
  Buffer() = default;
  Buffer(Context& context, Index bytes);
  ~Buffer();
  Buffer(Buffer&& other) noexcept;
  Buffer& operator=(Buffer&& other) noexcept;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  [[nodiscard]] Index bytes() const { return bytes_; }
  [[nodiscard]] void* data() const { return data_; }
  /// A view of the bytes from `offset` on. Throws ShapeError if it does not fit.
  [[nodiscard]] TensorView view(Shape shape, DType dtype, Index offset = 0) const;

 private:
  Context* context_ = nullptr;
  void* data_ = nullptr;
  Index bytes_ = 0;
};

}  // namespace electra
