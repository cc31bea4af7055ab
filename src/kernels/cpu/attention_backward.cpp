#include "electra/kernels/attention.h"
#include "kernels/cpu/attention_heads.h"
#include "kernels/cpu/attention_mask.h"
#include "kernels/cpu/product_operands.h"
#include "kernels/cpu/vector_math.h"

namespace electra {

namespace {

using cpu::Computed;
using cpu::Heads;
using cpu::Part;
using cpu::Scratch;
using cpu::Strided;

constexpr Index query_block = 48;  // rows of scores that one thread holds at once

/// One thread's backward, a head after another: docs/math/attention.md.
template <class S>
class Backward {
 public:
  using T = Computed<S>;
  using Operands = cpu::OperandsOf<S>;
  using Word = typename Operands::Word;

  Backward(const AttentionBackward& kernel, const Heads& heads, Scratch<T> scratch)
      : heads_(heads),
        mask_(kernel.dropout, kernel.random),
        dout_(kernel.dout.data<S>()),
        qkv_(kernel.qkv.data<S>()),
        out_(kernel.out.data<S>()),
        log_sum_exp_(kernel.log_sum_exp.data<T>()),
        dqkv_(kernel.dqkv.data<S>()),
        sizes_(heads),
        keys_transposed_(scratch.template take<Word>(sizes_.transposed)),
        values_transposed_(scratch.template take<Word>(sizes_.transposed)),
        keys_(scratch.template take<Word>(sizes_.panels)),
        key_gradient_(scratch.take(sizes_.gradient)),
        value_gradient_(scratch.take(sizes_.gradient)),
        query_panels_(scratch.template take<Word>(sizes_.block_panels)),
        dout_panels_(scratch.template take<Word>(sizes_.block_panels)),
        queries_(scratch.template take<Word>(sizes_.block)),
        douts_(scratch.template take<Word>(sizes_.block)),
        rounded_(scratch.template take<Word>(sizes_.rounded)),
        query_gradient_(scratch.take(sizes_.block)),
        probabilities_(scratch.take(sizes_.scores)),
        masked_(scratch.take(sizes_.scores)),
        score_gradient_(scratch.take(sizes_.scores)) {}

  [[nodiscard]] static Index scratch_size(const Heads& heads) {
    const Sizes s(heads);
    const auto padded = Scratch<T>::padded;
    return 2 * padded(s.transposed) + padded(s.panels) + 2 * padded(s.gradient) +
           2 * padded(s.block_panels) + 3 * padded(s.block) + padded(s.rounded) +
           3 * padded(s.scores);
  }

  void run(Index head) {
    const Index keys = heads_.keys(head);
    if (keys > 0) {
      pack(head, keys);
      for (Index begin = 0; begin < keys; begin += query_block)
        block(head, begin, std::min(keys, begin + query_block));
      store(key_gradient_, keys, head, Part::key, 0);
      store(value_gradient_, keys, head, Part::value, 0);
    }
    for (const Part part : {Part::query, Part::key, Part::value})
      cpu::zero_rows(keys, heads_.rows(head), heads_.width(), dqkv_ + heads_.offset(head, part),
                     heads_.part_row());
  }

 private:
  /// Elements of what is kept for a head and for a block of its queries.
  struct Sizes {
    explicit Sizes(const Heads& heads)
        : transposed(cpu::panel_size<Word>(Operands::words(heads.width()), heads.length())),
          panels(cpu::panel_size<Word>(Operands::words(heads.length()), heads.width())),
          gradient(heads.length() * heads.width()),
          block_panels(cpu::panel_size<Word>(Operands::words(query_block), heads.width())),
          block(query_block * heads.width()),
          rounded(Operands::score_words(query_block, cpu::score_row<T>(heads.length()))),
          scores(query_block * cpu::score_row<T>(heads.length())) {}
    Index transposed, panels, gradient, block_panels, block, rounded, scores;
  };

  void pack(Index head, Index keys) {
    const Index width = heads_.width();
    const auto key = heads_.part(qkv_, head, Part::key);
    const auto value = heads_.part(qkv_, head, Part::value);
    Operands::pack_transposed(key, width, keys, keys_transposed_);
    Operands::pack_transposed(value, width, keys, values_transposed_);
    Operands::pack(key, keys, width, keys_);
  }

  void store(const T* gradient, Index rows, Index head, Part part, Index first) {
    cpu::store_rows(gradient, rows, heads_.width(),
                    dqkv_ + heads_.offset(head, part) + first * heads_.part_row(),
                    heads_.part_row());
  }

  void block(Index head, Index begin, Index end) {
    const Index rows = end - begin, width = heads_.width(), keys = heads_.keys(head);
    const Index row = cpu::score_row<T>(heads_.length());
    const auto query_rows = heads_.part(qkv_, head, Part::query).at(begin, 0);
    const auto dout_rows = heads_.mixed(dout_, head).at(begin, 0);
    const Index depth = Operands::words(width);
    Operands::pack(query_rows, rows, width, query_panels_);
    Operands::pack(dout_rows, rows, width, dout_panels_);
    cpu::multiply(rows, keys, depth, Operands::left(query_rows, rows, width, queries_),
                  keys_transposed_, probabilities_, row, Write::overwrite);
    cpu::multiply(rows, keys, depth, Operands::left(dout_rows, rows, width, douts_),
                  values_transposed_, score_gradient_, row, Write::overwrite);
    const auto out_rows = heads_.mixed(out_, head).at(begin, 0);
    for (Index i = 0; i < rows; ++i) {
      probabilities_of_row(head, begin + i, i * row);
      differentiate_row(
          keys, i * row,
          shared_of_row(i * row, keys, dout_rows.at(i, 0).data, out_rows.at(i, 0).data));
    }
    const Write write = begin == 0 ? Write::overwrite : Write::add;
    Operands::left(masked_row(0), row, rows, keys, rounded_);
    cpu::multiply(keys, width, Operands::words(rows),
                  Operands::left_transposed(masked_row(0), row, rows, keys, rounded_), dout_panels_,
                  value_gradient_, width, write);
    const auto gradient = Operands::left(score_gradient_, row, rows, keys, rounded_);
    cpu::multiply(keys, width, Operands::words(rows),
                  Operands::left_transposed(score_gradient_, row, rows, keys, rounded_),
                  query_panels_, key_gradient_, width, write);
    cpu::multiply(rows, width, Operands::words(keys), gradient, keys_, query_gradient_, width,
                  Write::overwrite);
    store(query_gradient_, rows, head, Part::query, begin);
  }

  /// Where the masked probabilities of a row are: apart where they are not the probabilities, or
  /// will be rounded.
  [[nodiscard]] T* masked_row(Index offset) const {
    return (mask_.drops() || rounds ? masked_ : probabilities_) + offset;
  }

  /// From scores: the probabilities, and the masked ones.
  void probabilities_of_row(Index head, Index query, Index offset) {
    const Index keys = heads_.keys(head);
    T* probability = probabilities_ + offset;
    T* masked = masked_row(offset);
    cpu::exponential_row(probability, keys, heads_.scale<T>(),
                         log_sum_exp_[head * heads_.length() + query]);
    if (mask_.drops())
      mask_.apply(heads_.sequence(head), heads_.number(head), query, keys, T{1}, probability,
                  masked);
    else if (rounds)
      std::copy_n(probability, keys, masked);
  }

  /// D of a row: in bf16 from the probabilities, for out is rounded.
  [[nodiscard]] T shared_of_row(Index offset, Index keys, [[maybe_unused]] const S* dout,
                                [[maybe_unused]] const S* out) const {
    if constexpr (rounds)
      return cpu::dot(masked_ + offset, score_gradient_ + offset, keys);
    else
      return cpu::dot(dout, out, heads_.width());
  }

  /// From the gradient of the masked probabilities that of the scores; then the masked ones are
  /// rounded.
  void differentiate_row(Index keys, Index offset, T shared) {
    const T scale = heads_.scale<T>();
    T* probability = probabilities_ + offset;
    T* gradient = score_gradient_ + offset;
    T* masked = masked_row(offset);
    for (Index k = 0; k < keys; k += cpu::lanes<T>) {
      const auto difference =
          cpu::load(masked + k) * cpu::load(gradient + k) - cpu::load(probability + k) * shared;
      cpu::store<T>(difference * scale, gradient + k);
    }
    Operands::round(masked, keys);
  }

  static constexpr bool rounds = std::is_same_v<S, bf16>;

  Heads heads_;
  cpu::AttentionMask mask_;
  const S *dout_, *qkv_, *out_;
  const T* log_sum_exp_;
  S* dqkv_;
  Sizes sizes_;
  Word *keys_transposed_, *values_transposed_, *keys_;
  T *key_gradient_, *value_gradient_;
  Word *query_panels_, *dout_panels_, *queries_, *douts_, *rounded_;
  T *query_gradient_, *probabilities_, *masked_, *score_gradient_;
};

template <class S>
void backward(CpuContext& context, const AttentionBackward& kernel) {
  using T = Computed<S>;
  const Heads heads(kernel.qkv, kernel.rows, kernel.heads);
  cpu::share_out<T>(context, heads.count(), Backward<S>::scratch_size(heads),
                    [&](Scratch<T> scratch, Index begin, Index end) {
                      Backward<S> worker(kernel, heads, scratch);
                      for (Index head = begin; head < end; ++head) worker.run(head);
                    });
}

}  // namespace

void run_on(CpuContext& context, const AttentionBackward& kernel) {
  switch (kernel.qkv.dtype()) {
    case DType::f64:
      return backward<double>(context, kernel);
    case DType::bf16:
      return backward<bf16>(context, kernel);
    default:
      return backward<float>(context, kernel);
  }
}

}  // namespace electra
