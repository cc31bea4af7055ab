#include "electra/kernels/pooling.h"

#include <algorithm>
#include <string>

#include "core/cpu/cpu_context.h"
#include "kernels/cpu/lanes.h"
#include "kernels/cpu/visit.h"
#include "kernels/math/row_places.h"

namespace electra {

namespace {

/// y = the mean of `length` > 0 rows; of one row: a copy.
template <class T>
void mean_row(const T* x, Index length, T* y, Index width) {
  using W = cpu::Wide<T>;
  cpu::for_lanes<W>(width, [&](Index c, auto n) {
    cpu::Lanes<W> sum{};
    for (Index place = 0; place < length; ++place) sum += cpu::load(x + place * width + c, n);
    cpu::store(y + c, sum / static_cast<W>(length), n);
  });
}

/// y = the largest of `length` > 0 rows, column by column, and the first place that has it. NaN is
/// larger than all, so that none is lost.
template <class T>
void largest_row(const T* x, Index length, T* y, std::int32_t* places, Index width) {
  using W = cpu::Wide<T>;
  cpu::for_lanes<W>(width, [&](Index c, auto n) {
    cpu::Lanes<W> largest = cpu::load(x + c, n);
    cpu::Lanes<W> first{};
    for (Index place = 1; place < length; ++place) {
      const cpu::Lanes<W> value = cpu::load(x + place * width + c, n);
      const auto stays = (value <= largest) | (largest != largest);
      largest = stays ? largest : value;
      first = stays ? first : cpu::broadcast(static_cast<W>(place));
    }
    cpu::store(y + c, largest, n);
    for (Index i = 0; i < n; ++i) places[c + i] = static_cast<std::int32_t>(first[i]);
  });
}

template <class T>
void forward(CpuContext& context, const PoolForward& k) {
  const Index width = k.x.width();
  const auto texts = math::row_places<Index>(k.rows);
  const T* x = k.x.data<T>();
  T* y = k.y.data<T>();
  std::int32_t* places = k.places ? k.places.data<std::int32_t>() : nullptr;
  context.parallel_for(k.rows.batch, 1, [&](Index begin, Index end) {
    for (Index text = begin; text < end; ++text) {
      const T* from = x + texts.first_row(text) * width;
      T* to = y + text * width;
      const Index length = texts.length_of(text);
      if (length == 0) {
        std::fill_n(to, width, T{});
        if (places != nullptr) std::fill_n(places + text * width, width, -1);
      } else if (k.pooling == Pooling::max) {
        largest_row(from, length, to, places + text * width, width);
      } else {
        mean_row(from, k.pooling == Pooling::cls ? 1 : length, to, width);
      }
    }
  });
}

/// Throws ShapeError unless each place is one of its text, or -1.
void check_places(const PoolBackward& k) {
  const auto texts = math::row_places<Index>(k.rows);
  const auto* places = k.places.data<std::int32_t>();
  for (Index i = 0; i < k.places.size(); ++i) {
    const Index length = texts.length_of(i / k.dy.width());
    if (places[i] >= -1 && places[i] < length) continue;
    throw ShapeError(std::string(k.name) + ": places, text " + std::to_string(i / k.dy.width()) +
                     ", column " + std::to_string(i % k.dy.width()) + ": expected -1 to " +
                     std::to_string(length - 1) + ", found " + std::to_string(places[i]));
  }
}

/// dx += dy / share.
template <class T>
void add_share(const T* dy, Index share, T* dx, Index width) {
  using W = cpu::Wide<T>;
  cpu::for_lanes<W>(width, [&](Index c, auto n) {
    cpu::store(dx + c, cpu::load(dx + c, n) + cpu::load(dy + c, n) / static_cast<W>(share), n);
  });
}

/// Adds each column of dy where its value was taken from.
template <class T>
void add_taken(const T* dy, const std::int32_t* places, T* dx, Index width) {
  for (Index c = 0; c < width; ++c) {
    if (places[c] < 0) continue;
    T* to = dx + places[c] * width + c;
    cpu::store(to, cpu::load(to, 1) + cpu::load(dy + c, 1), 1);
  }
}

template <class T>
void backward(CpuContext& context, const PoolBackward& k) {
  const Index width = k.dy.width();
  const auto texts = math::row_places<Index>(k.rows);
  const T* dy = k.dy.data<T>();
  T* dx = k.dx.view.data<T>();
  const auto* places = k.places ? k.places.data<std::int32_t>() : nullptr;
  if (places != nullptr) check_places(k);
  context.parallel_for(k.rows.batch, 1, [&](Index begin, Index end) {
    for (Index text = begin; text < end; ++text) {
      const T* from = dy + text * width;
      T* to = dx + texts.first_row(text) * width;
      if (k.dx.write == Write::overwrite) std::fill_n(to, texts.rows_of(text) * width, T{});
      const Index length = texts.length_of(text);
      if (k.pooling == Pooling::max) add_taken(from, places + text * width, to, width);
      if (k.pooling == Pooling::cls && length > 0) add_share(from, 1, to, width);
      for (Index row = 0; k.pooling == Pooling::mean && row < length; ++row)
        add_share(from, length, to + row * width, width);
    }
  });
}

}  // namespace

void run_on(CpuContext& context, const PoolForward& kernel) {
  cpu::visit_float(kernel.x.dtype(), [&]<class T>(T) { forward<T>(context, kernel); });
}

void run_on(CpuContext& context, const PoolBackward& kernel) {
  cpu::visit_float(kernel.dy.dtype(), [&]<class T>(T) { backward<T>(context, kernel); });
}

}  // namespace electra
