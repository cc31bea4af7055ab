#pragma once

#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/vector.cuh"
#include "kernels/math/matmul_extents.h"

namespace electra::cuda {

/// What a thread must know of a product.
struct PlainProduct {
  math::MatmulExtents extents;
  Index a_row, a_inner, b_inner, b_column;  // strides within a matrix
  const float* bias;
  bool adds;
};

/// One element of c a thread.
template <class In, class Out>
__global__ void __launch_bounds__(256)
    plain_product(const In* a, const In* b, Out* c, PlainProduct p) {
  const auto [batch, m, n, inner] = p.extents;
  const Index at = static_cast<Index>(blockIdx.x) * 256 + threadIdx.x;
  if (at >= batch * m * n) return;
  const Index matrix = at / (m * n);
  const Index column = at % n;
  const In* row_of_a = a + matrix * m * inner + at / n % m * p.a_row;
  const In* column_of_b = b + matrix * inner * n + column * p.b_column;
  float sum = p.bias != nullptr ? p.bias[column] : 0.0F;
  for (Index i = 0; i < inner; ++i)
    sum += widen(row_of_a[i * p.a_inner]) * widen(column_of_b[i * p.b_inner]);
  c[at] = narrow<Out>(p.adds ? widen(c[at]) + sum : sum);
}

/// A product that the library has no algorithm for: slow, and always right.
inline void run_plain_product(CudaContext& context, const Matmul& k) {
  const auto e = math::extents(k);
  const bool ta = k.transpose_a == Transpose::yes;
  const bool tb = k.transpose_b == Transpose::yes;
  const PlainProduct product{.extents = e,
                             .a_row = ta ? 1 : e.k,
                             .a_inner = ta ? e.m : 1,
                             .b_inner = tb ? 1 : e.n,
                             .b_column = tb ? e.k : 1,
                             .bias = k.bias ? k.bias.data<float>() : nullptr,
                             .adds = k.write == Write::add};
  visit_activation(k.name, k.a.dtype(), [&]<class In>(In) {
    visit_activation(k.name, k.c.dtype(), [&]<class Out>(Out) {
      launch(context, k.name, {blocks_for(e.batch * e.m * e.n, 256), 256}, plain_product<In, Out>,
             k.a.data<In>(), k.b.data<In>(), k.c.data<Out>(), product);
    });
  });
}

}  // namespace electra::cuda
