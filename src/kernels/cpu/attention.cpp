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

constexpr Index query_block = 48;  // rows of scores that one thread holds at once

/// One thread's forward: blocks of queries, one head after another.
template <class S>
class Forward {
 public:
  using T = Computed<S>;
  using Operands = cpu::OperandsOf<S>;
  using Word = typename Operands::Word;

  Forward(const AttentionForward& kernel, Scratch<T> scratch)
      : heads_(kernel.qkv, kernel.rows, kernel.heads),
        mask_(kernel.dropout, kernel.random),
        qkv_(kernel.qkv.data<S>()),
        out_(kernel.out.data<S>()),
        log_sum_exp_(kernel.log_sum_exp.data<T>()),
        score_row_(cpu::score_row<T>(heads_.length())),
        keys_(scratch.template take<Word>(sizes(heads_).keys)),
        values_(scratch.template take<Word>(sizes(heads_).values)),
        queries_(scratch.template take<Word>(query_block * Operands::words(heads_.width()))),
        rounded_(scratch.template take<Word>(sizes(heads_).rounded)),
        scores_(scratch.take(query_block * score_row_)),
        mixed_(scratch.take(query_block * heads_.width())) {}

  [[nodiscard]] static Index scratch_size(const Heads& heads) {
    const Sizes s = sizes(heads);
    const auto padded = Scratch<T>::padded;
    return padded(s.keys) + padded(s.values) + padded(s.rounded) +
           padded(query_block * Operands::words(heads.width())) +
           padded(query_block * cpu::score_row<T>(heads.length())) +
           padded(query_block * heads.width());
  }

  void run(Index head, Index block) {
    const Index begin = block * query_block;
    const Index end = std::min(heads_.length(), begin + query_block);
    const Index used = std::clamp(heads_.keys(head), begin, end);
    S* out = out_ + heads_.offset(head);
    T* statistic = log_sum_exp_ + head * heads_.length();
    cpu::zero_rows(used, std::min(end, heads_.rows(head)), heads_.width(), out, heads_.row());
    std::fill(statistic + used, statistic + end, T{0});
    if (used == begin) return;
    if (head != packed_) pack(head);
    attend(head, begin, used, statistic);
    cpu::store_rows(mixed_, used - begin, heads_.width(), out + begin * heads_.row(), heads_.row());
  }

 private:
  struct Sizes {
    Index keys, values, rounded;
  };
  [[nodiscard]] static Sizes sizes(const Heads& heads) {
    const Index width = heads.width(), length = heads.length();
    return {.keys = cpu::panel_size<Word>(Operands::words(width), length),
            .values = cpu::panel_size<Word>(Operands::words(length), width),
            .rounded = Operands::score_words(query_block, cpu::score_row<T>(length))};
  }

  void pack(Index head) {
    const Index width = heads_.width(), keys = heads_.keys(head);
    Operands::pack_transposed(heads_.part(qkv_, head, Part::key), width, keys, keys_);
    Operands::pack(heads_.part(qkv_, head, Part::value), keys, width, values_);
    packed_ = head;
  }

  void attend(Index head, Index begin, Index end, T* statistic) {
    const Index width = heads_.width();
    const Index keys = heads_.keys(head);
    const Index rows = end - begin;
    const auto queries =
        Operands::left(heads_.part(qkv_, head, Part::query).at(begin, 0), rows, width, queries_);
    cpu::multiply(rows, keys, Operands::words(width), queries, keys_, scores_, score_row_,
                  Write::overwrite);
    for (Index i = 0; i < rows; ++i) {
      T* row = scores_ + i * score_row_;
      const auto [log_sum_exp, sum] = cpu::exponentials(row, keys, heads_.scale<T>());
      statistic[begin + i] = log_sum_exp;
      if (mask_.drops())
        mask_.apply(heads_.sequence(head), heads_.number(head), begin + i, keys, 1 / sum, row, row);
      else
        cpu::scale_row(row, keys, 1 / sum);
      Operands::round(row, keys);
    }
    cpu::multiply(rows, width, Operands::words(keys),
                  Operands::left(scores_, score_row_, rows, keys, rounded_), values_, mixed_, width,
                  Write::overwrite);
  }

  Heads heads_;
  cpu::AttentionMask mask_;
  const S* qkv_;
  S* out_;
  T* log_sum_exp_;
  Index score_row_;
  Word *keys_, *values_, *queries_, *rounded_;
  T *scores_, *mixed_;
  Index packed_ = -1;
};

template <class S>
void forward(CpuContext& context, const AttentionForward& kernel) {
  using T = Computed<S>;
  const Heads heads(kernel.qkv, kernel.rows, kernel.heads);
  const Index blocks = (heads.length() + query_block - 1) / query_block;
  cpu::share_out<T>(context, heads.count() * blocks, Forward<S>::scratch_size(heads),
                    [&](Scratch<T> scratch, Index begin, Index end) {
                      Forward<S> worker(kernel, scratch);
                      for (Index i = begin; i < end; ++i) worker.run(i / blocks, i % blocks);
                    });
}

}  // namespace

void run_on(CpuContext& context, const AttentionForward& kernel) {
  switch (kernel.qkv.dtype()) {
    case DType::f64:
      return forward<double>(context, kernel);
    case DType::bf16:
      return forward<bf16>(context, kernel);
    default:
      return forward<float>(context, kernel);
  }
}

}  // namespace electra
