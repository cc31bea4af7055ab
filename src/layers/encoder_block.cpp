#include "electra/layers/encoder_block.h"

namespace electra {

EncoderBlock::EncoderBlock(const ParameterScope& scope, const NetworkConfig& config, int layer)
    : attention_(scope / "attention", config, layer),
      attention_norm_(scope / "attention_norm", config, {layer, Place::attention_out_dropout}),
      feed_forward_(scope / "feed_forward", config),
      feed_forward_norm_(scope / "feed_forward_norm", config,
                         {layer, Place::feed_forward_dropout}) {}

TensorView EncoderBlock::forward(Pass& pass, ConstTensorView x, Saved& saved, TensorView y) const {
  if (pass.recompute == Recompute::block && pass.mode == Mode::training) {
    if (!y) y = pass.tensor(x.shape(), x.dtype());
    saved.x = x;
    const auto scratch = pass.arena.scope();
    Pass whole = pass.keeping_all();
    Saved gone;
    return forward(whole, x, gone, y);
  }
  const TensorView mixed = attention_.forward(pass, x, saved.attention);
  const TensorView a =
      attention_norm_.forward(pass, mixed, attention_.out_bias(), x, saved.attention_norm);
  const TensorView fed = feed_forward_.forward(pass, a, saved.feed_forward);
  return feed_forward_norm_.forward(pass, fed, feed_forward_.out_bias(), a, saved.feed_forward_norm,
                                    y);
}

void EncoderBlock::backward(Pass& pass, const Saved& saved, ConstTensorView dy,
                            TensorView dx) const {
  if (saved.x) {
    const auto again = pass.arena.scope();
    Pass whole = pass.keeping_all();
    Saved all;
    (void)forward(whole, saved.x, all);
    return backward(whole, all, dy, dx);
  }
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
