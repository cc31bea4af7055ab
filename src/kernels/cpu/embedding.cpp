#include "electra/kernels/embedding.h"

#include "core/cpu/cpu_context.h"
#include "kernels/cpu/check_ids.h"
#include "kernels/cpu/dropout.h"
#include "kernels/cpu/norm_rows.h"
#include "kernels/cpu/rows.h"
#include "kernels/cpu/visit.h"

namespace electra {

namespace {

/// Rebuilds rows of x, the rounded sum of the three tables, from a kernel's arguments; the word
/// table may be one of another type.
template <class T, class Word = T>
class Gather {
 public:
  using W = cpu::Wide<T>;

  template <class K>
  explicit Gather(const K& k)
      : ids_(k.ids.template data<std::int32_t>()),
        types_(k.types.template data<std::int32_t>()),
        word_(k.word.template data<Word>()),
        position_(k.position.template data<T>()),
        type_(k.type.template data<T>()),
        places_(math::row_places<Index>(k.rows)),
        width_(k.word.width()) {
    cpu::check_ids(K::name, "ids", k.ids.template span<std::int32_t>(), k.word.rows());
    cpu::check_ids(K::name, "types", k.types.template span<std::int32_t>(), k.type.rows());
  }

  template <class Out>
  void row(Index row, Out* x) const {
    const Word* word = word_ + ids_[row] * width_;
    const T* position = position_ + places_.place_of(row) * width_;
    const T* type = type_ + types_[row] * width_;
    cpu::for_lanes<W>(width_, [&](Index c, auto n) {
      const cpu::Lanes<W> sum =
          cpu::load(word + c, n) + cpu::load(position + c, n) + cpu::load(type + c, n);
      cpu::store(x + c, cpu::rounded<T>(sum), n);
    });
  }

 private:
  const std::int32_t* ids_;
  const std::int32_t* types_;
  const Word* word_;
  const T* position_;
  const T* type_;
  math::RowPlaces<Index> places_;
  Index width_;
};

template <class T, class Word>
void forward(CpuContext& context, const EmbeddingForward& k) {
  using W = cpu::Wide<T>;
  const Index width = k.word.width();
  const Gather<T, Word> gather(k);
  const W* gain = k.gain.data<W>();
  const W* bias = k.bias.data<W>();
  T* y = k.y.data<T>();
  W* mean = k.mean.data<W>();
  W* rstd = k.rstd.data<W>();
  const cpu::RowDropout<W> dropout(k.random, k.dropout, k.rows, width);
  cpu::for_rows<W>(context, k.ids.size(), dropout.scratch(),
                   [&](Index begin, Index end, W* scratch) {
                     for (Index row = begin; row < end; ++row) {
                       T* to = y + row * width;
                       gather.row(row, to);
                       const auto m = cpu::moments(to, width, k.epsilon);
                       cpu::with_dropout(dropout.factors(row, scratch), [&](const auto& dropped) {
                         cpu::normalise_row(to, m, gain, bias, to, width, dropped);
                       });
                       mean[row] = m.mean;
                       rstd[row] = m.rstd;
                     }
                   });
}

template <class T>
void backward(CpuContext& context, const EmbeddingBackward& k) {
  using W = cpu::Wide<T>;
  const Index width = k.word.width();
  const Index row_scratch = cpu::padded(width);
  const Gather<T> gather(k);
  const T* dy = k.dy.data<T>();
  const W* gain = k.gain.data<W>();
  const W* mean = k.mean.data<W>();
  const W* rstd = k.rstd.data<W>();
  T* dx = k.dx.data<T>();
  const cpu::RowDropout<W> dropout(k.random, k.dropout, k.rows, width);
  const std::array into{cpu::SumInto<W>{k.dgain.data<W>()}, cpu::SumInto<W>{k.dbias.data<W>()}};
  const auto rows = [&](Index first, Index last, const std::array<W*, 2>& sums, W* scratch) {
    W* x = scratch;
    W* kept = scratch + row_scratch;
    for (Index row = first; row < last; ++row) {
      const T* from = dy + row * width;
      T* to = dx + row * width;
      gather.row(row, x);
      cpu::with_dropout(dropout.factors(row, kept + row_scratch), [&](const auto& dropped) {
        cpu::for_lanes<W>(width, [&](Index c, auto n) {
          cpu::store(kept + c, dropped(cpu::load(from + c, n), c, n), n);
        });
      });
      cpu::norm_backward_row<W>(
          kept, x, cpu::Moments<W>{mean[row], rstd[row]}, gain, sums[0], sums[1], width,
          [&](cpu::Lanes<W> g, Index c, auto n) { cpu::store(to + c, g, n); });
    }
  };
  cpu::sum_over_rows(context, k.ids.size(), width, 2 * row_scratch + dropout.scratch(), into, rows);
}

/// Adds columns [begin, end) of rows [first, last) of x to the row of `to` that each one's id
/// names; neighbours with the same id are summed before.
template <class T, class Id>
void add_columns(const T* x, Index first, Index last, const Id& id, cpu::Wide<T>* to, Index width,
                 Index begin, Index end) {
  using W = cpu::Wide<T>;
  for (Index row = first; row < last;) {
    Index after = row + 1;
    while (after < last && id(after) == id(row)) ++after;
    W* target = to + id(row) * width + begin;
    cpu::for_lanes<W>(end - begin, [&](Index c, auto n) {
      cpu::Lanes<W> sum = cpu::load(x + row * width + begin + c, n);
      for (Index next = row + 1; next < after; ++next)
        sum += cpu::load(x + next * width + begin + c, n);
      cpu::store(target + c, cpu::load(target + c, n) + sum, n);
    });
    row = after;
  }
}

template <class T>
void scatter(CpuContext& context, const EmbeddingScatter& k) {
  using W = cpu::Wide<T>;
  const Index width = k.dx.width();
  const auto places = math::row_places<Index>(k.rows);
  const Index rows = k.ids.size();
  const T* dx = k.dx.data<T>();
  const std::int32_t* ids = k.ids.data<std::int32_t>();
  const std::int32_t* types = k.types.data<std::int32_t>();
  W* dword = k.dword.data<W>();
  W* dposition = k.dposition.data<W>();
  W* dtype = k.dtype.data<W>();
  cpu::check_ids(k.name, "ids", k.ids.span<std::int32_t>(), k.dword.rows());
  cpu::check_ids(k.name, "types", k.types.span<std::int32_t>(), k.dtype.rows());
  constexpr Index line = 16;  // columns of one cache line go to one thread
  context.parallel_for((width + line - 1) / line, 1, [&](Index first_line, Index last_line) {
    const Index begin = first_line * line;
    const Index end = std::min(last_line * line, width);
    for (Index first = 0; first < rows; first += cpu::rows_per_sum) {
      const Index last = std::min(first + cpu::rows_per_sum, rows);
      add_columns(
          dx, first, last, [&](Index row) { return Index{ids[row]}; }, dword, width, begin, end);
      add_columns(
          dx, first, last, [&](Index row) { return places.place_of(row); }, dposition, width, begin,
          end);
      add_columns(
          dx, first, last, [&](Index row) { return Index{types[row]}; }, dtype, width, begin, end);
    }
  });
}

}  // namespace

void run_on(CpuContext& context, const EmbeddingForward& kernel) {
  if (kernel.word.dtype() != kernel.position.dtype()) return forward<float, bf16>(context, kernel);
  cpu::visit_float(kernel.word.dtype(), [&]<class T>(T) { forward<T, T>(context, kernel); });
}

void run_on(CpuContext& context, const EmbeddingBackward& kernel) {
  cpu::visit_float(kernel.dy.dtype(), [&]<class T>(T) { backward<T>(context, kernel); });
}

void run_on(CpuContext& context, const EmbeddingScatter& kernel) {
  cpu::visit_float(kernel.dx.dtype(), [&]<class T>(T) { scatter<T>(context, kernel); });
}

}  // namespace electra
