#pragma once

#include "electra/models/pair.h"

namespace electra::test {

inline constexpr Index small_vocabulary = 70;

/// A pair of few weights, whose sizes all differ.
inline ModelConfig small_model(Sharing sharing = Sharing::embeddings) {
  ModelConfig c;
  c.embedding = 12;
  c.hidden = 16;
  c.layers = 2;
  c.heads = 2;
  c.intermediate = 20;
  c.positions = 9;
  c.generator = {.hidden = 8, .layers = 1, .heads = 1, .intermediate = 12};
  c.sharing = sharing;
  if (sharing == Sharing::all)
    c.generator = {
        .hidden = c.hidden, .layers = c.layers, .heads = c.heads, .intermediate = c.intermediate};
  return c;
}

}  // namespace electra::test
