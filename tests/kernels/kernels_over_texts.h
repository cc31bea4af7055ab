#pragma once

#include "electra/kernels/attention.h"
#include "electra/kernels/dropout.h"
#include "electra/kernels/dropout_residual_norm.h"
#include "electra/kernels/embedding.h"
#include "electra/kernels/pooling.h"
#include "kernels/losses_over_texts.h"

namespace electra::test {

inline void drop_out(Trial& t) {
  const HostTensor x = t.random(20, 1), y = t.result(20);
  t.run(Dropout{.x = t.at(x),
                .y = t.at(y),
                .rows = t.rows(),
                .rate = 0.3F,
                .random = t.key(Place::head_dropout)});
  t.keep_tokens({{"y", &y}});
}

inline void norm_residuals(Trial& t) {
  constexpr Index width = 64;
  const HostTensor x = t.random(width, 1), residual = t.random(width, 2), dy = t.random(width, 3);
  const HostTensor gain = random_tensor({width}, wide(t.dtype()), 4), beta = t.zeros({width});
  const HostTensor sum = t.result(width), y = t.result(width), dx = t.result(width),
                   dresidual = t.result(width), mean = t.statistic(), rstd = t.statistic(),
                   dgain = t.zeros({width}), dbeta = t.zeros({width}), dbias = t.zeros({width});
  const RandomKey key = t.key(Place::attention_out_dropout);
  t.run(DropoutResidualNormForward{.x = t.at(x),
                                   .residual = t.at(residual),
                                   .gain = t.at(gain),
                                   .beta = t.at(beta),
                                   .sum = t.at(sum),
                                   .y = t.at(y),
                                   .mean = t.at(mean),
                                   .rstd = t.at(rstd),
                                   .rows = t.rows(),
                                   .epsilon = 1e-3F,
                                   .dropout = 0.2F,
                                   .random = key});
  t.run(DropoutResidualNormBackward{.dy = t.at(dy),
                                    .sum = t.at(sum),
                                    .gain = t.at(gain),
                                    .mean = t.at(mean),
                                    .rstd = t.at(rstd),
                                    .dresidual = t.at(dresidual),
                                    .dx = t.at(dx),
                                    .dgain = t.at(dgain),
                                    .dbeta = t.at(dbeta),
                                    .dbias = t.at(dbias),
                                    .rows = t.rows(),
                                    .dropout = 0.2F,
                                    .random = key});
  t.keep_tokens({{"sum", &sum},
                 {"y", &y},
                 {"mean", &mean},
                 {"rstd", &rstd},
                 {"dx", &dx},
                 {"dresidual", &dresidual}});
  t.keep_sums({{"dgain", &dgain}, {"dbeta", &dbeta}, {"dbias", &dbias}});
}

inline void embed(Trial& t) {
  constexpr Index width = 64;
  const HostTensor ids = t.integers(11, 1), types = t.integers(3, 2), dy = t.random(width, 3);
  const auto table = [&](Index rows, std::uint64_t seed) {
    return random_tensor({rows, width}, t.dtype(), seed);
  };
  const Index positions = t.texts().length() + 2;
  const HostTensor word = table(11, 4), position = table(positions, 5), type = table(3, 6);
  const HostTensor gain = random_tensor({width}, wide(t.dtype()), 7), bias = t.zeros({width});
  const HostTensor y = t.result(width), dx = t.result(width), mean = t.statistic(),
                   rstd = t.statistic(), dgain = t.zeros({width}), dbias = t.zeros({width}),
                   dword = t.zeros({11, width}), dposition = t.zeros({positions, width}),
                   dtype = t.zeros({3, width});
  const RandomKey key = t.key(Place::embedding_dropout);
  t.run(EmbeddingForward{.ids = t.at(ids),
                         .types = t.at(types),
                         .rows = t.rows(),
                         .word = t.at(word),
                         .position = t.at(position),
                         .type = t.at(type),
                         .gain = t.at(gain),
                         .bias = t.at(bias),
                         .y = t.at(y),
                         .mean = t.at(mean),
                         .rstd = t.at(rstd),
                         .epsilon = 1e-3F,
                         .dropout = 0.2F,
                         .random = key});
  t.run(EmbeddingBackward{.dy = t.at(dy),
                          .ids = t.at(ids),
                          .types = t.at(types),
                          .rows = t.rows(),
                          .word = t.at(word),
                          .position = t.at(position),
                          .type = t.at(type),
                          .gain = t.at(gain),
                          .mean = t.at(mean),
                          .rstd = t.at(rstd),
                          .dx = t.at(dx),
                          .dgain = t.at(dgain),
                          .dbias = t.at(dbias),
                          .dropout = 0.2F,
                          .random = key});
  t.run(EmbeddingScatter{.dx = t.at(dx),
                         .ids = t.at(ids),
                         .types = t.at(types),
                         .rows = t.rows(),
                         .dword = t.at(dword),
                         .dposition = t.at(dposition),
                         .dtype = t.at(dtype)});
  t.keep_tokens({{"y", &y}, {"mean", &mean}, {"rstd", &rstd}, {"dx", &dx}});
  t.keep_sums({{"dgain", &dgain},
               {"dbias", &dbias},
               {"dword", &dword},
               {"dposition", &dposition},
               {"dtype", &dtype}});
}

template <Index heads, Index width>
void attend(Trial& t) {
  constexpr Index hidden = heads * width;
  const HostTensor qkv = t.random(3 * hidden, 1), dout = t.random(hidden, 2);
  const HostTensor out = t.result(hidden), dqkv = t.result(3 * hidden);
  const HostTensor log_sum_exp({t.texts().batch(), heads, t.texts().length()}, wide(t.dtype()));
  const RandomKey key = t.key(Place::attention_dropout);
  t.run(AttentionForward{.qkv = t.at(qkv),
                         .rows = t.rows(),
                         .out = t.at(out),
                         .log_sum_exp = t.at(log_sum_exp),
                         .heads = heads,
                         .dropout = 0.1F,
                         .random = key});
  t.run(AttentionBackward{.dout = t.at(dout),
                          .qkv = t.at(qkv),
                          .out = t.at(out),
                          .log_sum_exp = t.at(log_sum_exp),
                          .rows = t.rows(),
                          .dqkv = t.at(dqkv),
                          .heads = heads,
                          .dropout = 0.1F,
                          .random = key});
  t.keep({{"log_sum_exp", &log_sum_exp}});
  t.keep_tokens({{"out", &out}, {"dqkv", &dqkv}});
}

template <Pooling pooling>
void pool(Trial& t) {
  constexpr Index width = 40;
  const Shape pooled{t.texts().batch(), width};
  const HostTensor x = t.random(width, 1), dy = random_tensor(pooled, t.dtype(), 2);
  const HostTensor y(pooled, t.dtype()), found(pooled, DType::i32), dx = t.result(width),
                                                                    added = t.random(width, 3);
  const TensorView places = pooling == Pooling::max ? t.at(found) : TensorView{};
  t.run(PoolForward{
      .x = t.at(x), .rows = t.rows(), .y = t.at(y), .places = places, .pooling = pooling});
  for (const Into& into : {Into{t.at(dx), Write::overwrite}, Into{t.at(added), Write::add}})
    t.run(PoolBackward{
        .dy = t.at(dy), .rows = t.rows(), .places = places, .dx = into, .pooling = pooling});
  t.keep({{"y", &y}});
  if (pooling == Pooling::max) t.keep({{"places", &found}});
  t.keep_tokens({{"dx", &dx}, {"added", &added}});
}

/// A kernel, or a forward and its backward.
struct KernelOverTexts {
  const char* name;
  void (*run)(Trial&);
};

/// Every kernel that takes TextRows.
inline const KernelOverTexts kernels_over_texts[] = {
    {"dropout", drop_out},
    {"dropout_residual_norm", norm_residuals},
    {"embedding", embed},
    {"attention, heads 64 wide", attend<2, 64>},
    {"attention, heads 20 wide", attend<1, 20>},
    {"pooling cls", pool<Pooling::cls>},
    {"pooling mean", pool<Pooling::mean>},
    {"pooling max", pool<Pooling::max>},
    {"span_loss", find_spans},
    {"replaced_token_loss, metrics", tell_replaced},
    {"mask_tokens", mask<MaskTokens::Draw::without_replacement>},
    {"mask_tokens with replacement", mask<MaskTokens::Draw::with_replacement>},
    {"cross_entropy", predict_masked},
};

}  // namespace electra::test
