#pragma once

namespace electra::cuda {

/// Binary cross-entropy of one logit against a label, 0 or 1; NaN stays NaN.
struct Logistic {
  float loss;   // max(z, 0) - z label + log1p(exp(-|z|))
  float slope;  // sigmoid(z) - label
};

__device__ inline Logistic logistic(float z, float label) {
  const float decay = expf(-fabsf(z));
  const float probability = (z >= 0 ? 1.0F : decay) / (1.0F + decay);
  return {fmaxf(z, 0.0F) - z * label + log1pf(decay), probability - label};
}

}  // namespace electra::cuda
