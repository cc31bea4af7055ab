#include "electra/layers/encoder_block.h"

namespace electra {

EncoderBlock::EncoderBlock(const ParameterScope& scope, const Config& config)
    : attention_(scope / "attention", {.hidden = config.hidden,
                                       .heads = config.heads,
                                       .dropout = config.attention_dropout,
                                       .layer = config.layer}),
      attention_norm_(scope / "attention_norm", {.width = config.hidden,
                                                 .epsilon = config.epsilon,
                                                 .dropout = config.dropout,
                                                 .layer = config.layer,
                                                 .place = Place::attention_out_dropout}),
      feed_forward_(scope / "feed_forward", {.hidden = config.hidden,
                                             .intermediate = config.intermediate,
                                             .activation = config.activation}),
      feed_forward_norm_(scope / "feed_forward_norm", {.width = config.hidden,
                                                       .epsilon = config.epsilon,
                                                       .dropout = config.dropout,
                                                       .layer = config.layer,
                                                       .place = Place::feed_forward_dropout}) {}

TensorView EncoderBlock::forward(Pass& pass, ConstTensorView x, Saved& saved) const {
  const TensorView mixed = attention_.forward(pass, x, saved.attention);
  const TensorView a =
      attention_norm_.forward(pass, mixed, attention_.out_bias(), x, saved.attention_norm);
  const TensorView fed = feed_forward_.forward(pass, a, saved.feed_forward);
  return feed_forward_norm_.forward(pass, fed, feed_forward_.out_bias(), a,
                                    saved.feed_forward_norm);
}

void EncoderBlock::backward(Pass& pass, const Saved& saved, ConstTensorView dy,
                            TensorView dx) const {
  // Without dropout dfed and dmixed are dx itself: each sublayer reads its dy before it adds to dx.
  const auto scratch = pass.arena.scope();
  const ConstTensorView dfed = feed_forward_norm_.backward(pass, saved.feed_forward_norm, dy, dx,
                                                           feed_forward_.out_bias_gradient());
  feed_forward_.backward(pass, saved.feed_forward, dfed, {dx, Write::add});
  const ConstTensorView dmixed =
      attention_norm_.backward(pass, saved.attention_norm, dx, dx, attention_.out_bias_gradient());
  attention_.backward(pass, saved.attention, dmixed, {dx, Write::add});
}

}  // namespace electra
