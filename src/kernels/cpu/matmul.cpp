#include "electra/kernels/matmul.h"

#include "core/cpu/cpu_context.h"
#include "electra/core/instruction_set.h"
#include "kernels/cpu/blocked_product.h"
#include "kernels/math/matmul_extents.h"

#ifdef ELECTRA_WITH_ONEDNN
#include <omp.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <dnnl.hpp>
#include <map>
#include <vector>
#endif

namespace electra {

#ifdef ELECTRA_WITH_ONEDNN
namespace {

/// oneDNN's primitives by shape: to make one costs 0.15 ms, to find it here under 1 µs.
class OnednnProducts final : public CpuContext::ProductCache {
 public:
  void run(const Matmul& kernel) {
    const auto key = key_of(kernel);
    auto found = products_.find(key);
    if (found == products_.end()) found = products_.emplace(key, make(kernel)).first;
    Product& product = found->second;
    product.arguments.at(DNNL_ARG_SRC).set_data_handle(const_cast<void*>(kernel.a.raw()));
    product.arguments.at(DNNL_ARG_WEIGHTS).set_data_handle(const_cast<void*>(kernel.b.raw()));
    product.arguments.at(DNNL_ARG_DST).set_data_handle(kernel.c.raw());
    if (kernel.bias)
      product.arguments.at(DNNL_ARG_BIAS).set_data_handle(const_cast<void*>(kernel.bias.raw()));
    product.primitive.execute(stream_, product.arguments);
    stream_.wait();
  }

 private:
  using Key = std::array<Index, 6>;
  struct Product {
    dnnl::matmul primitive;
    std::unordered_map<int, dnnl::memory> arguments;
  };

  static Key key_of(const Matmul& kernel) {
    const auto [batch, m, n, k] = math::extents(kernel);
    const auto bit = [](bool value, int place) { return value ? Index{1} << place : Index{0}; };
    const Index form = bit(kernel.transpose_a == Transpose::yes, 0) +
                       bit(kernel.transpose_b == Transpose::yes, 1) +
                       bit(kernel.write == Write::add, 2) + bit(static_cast<bool>(kernel.bias), 3);
    const Index types =
        static_cast<Index>(kernel.a.dtype()) * 8 + static_cast<Index>(kernel.c.dtype());
    return {batch, m, n, k, form, types};
  }

  static dnnl::memory::data_type type_of(DType type) {
    return type == DType::bf16 ? dnnl::memory::data_type::bf16 : dnnl::memory::data_type::f32;
  }

  static dnnl::memory::desc layout(Index batch, Index rows, Index columns, Transpose transpose,
                                   DType type) {
    const bool swapped = transpose == Transpose::yes;
    return {{batch, rows, columns},
            type_of(type),
            dnnl::memory::dims{rows * columns, swapped ? 1 : columns, swapped ? rows : 1}};
  }

  Product make(const Matmul& kernel) {
    const auto [batch, m, n, k] = math::extents(kernel);
    const auto a = layout(batch, m, k, kernel.transpose_a, kernel.a.dtype());
    const auto b = layout(batch, k, n, kernel.transpose_b, kernel.b.dtype());
    const auto c = layout(batch, m, n, Transpose::no, kernel.c.dtype());
    dnnl::memory::desc bias;
    if (kernel.bias) bias = layout(1, 1, n, Transpose::no, kernel.bias.dtype());
    dnnl::primitive_attr attributes;
    if (kernel.write == Write::add) {
      dnnl::post_ops sum;
      sum.append_sum();
      attributes.set_post_ops(sum);
    }
    const dnnl::matmul::desc product =
        kernel.bias ? dnnl::matmul::desc(a, b, bias, c) : dnnl::matmul::desc(a, b, c);
    std::unordered_map<int, dnnl::memory> arguments{{DNNL_ARG_SRC, {a, engine_, nullptr}},
                                                    {DNNL_ARG_WEIGHTS, {b, engine_, nullptr}},
                                                    {DNNL_ARG_DST, {c, engine_, nullptr}}};
    if (kernel.bias) arguments.insert({DNNL_ARG_BIAS, {bias, engine_, nullptr}});
    return {dnnl::matmul({product, attributes, engine_}), std::move(arguments)};
  }

  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
  std::map<Key, Product> products_;
};

/// What oneDNN may use where ELECTRA_ISA has lowered the set.
dnnl::cpu_isa most_of(InstructionSet set) {
  using enum InstructionSet;
  switch (set) {
    case baseline:
      return dnnl::cpu_isa::sse41;
    case avx2:
      return dnnl::cpu_isa::avx2;
    case avx512:
      return dnnl::cpu_isa::avx512_core;
    case avx512_vnni:
      return dnnl::cpu_isa::avx512_core_vnni;
    case avx512_bf16:
      return dnnl::cpu_isa::avx512_core_bf16;
    case amx:
      break;
  }
  return dnnl::cpu_isa::all;
}

/// oneDNN takes a limit before it is first asked what it has, and never again.
dnnl::cpu_isa onednn_set() {
  static const dnnl::cpu_isa set = [] {
    (void)dnnl::set_max_cpu_isa(most_of(instruction_set()));
    return dnnl::get_effective_cpu_isa();
  }();
  return set;
}

bool onednn_has(dnnl::cpu_isa wanted) {
  const int bits = static_cast<int>(wanted);
  return (static_cast<int>(onednn_set()) & bits) == bits;
}

/// The least time of a product of 256 squared bf16, in seconds, by each of two ways in turn.
template <class First, class Second>
std::array<double, 2> least_seconds(const First& first, const Second& second) {
  constexpr Index size = 256;
  std::vector<bf16> a(size * size, to_bf16(1)), b = a, c = a;
  const auto view = [](std::vector<bf16>& matrix) {
    return TensorView(matrix.data(), Shape{size, size}, DType::bf16);
  };
  const Matmul product{.a = view(a), .b = view(b), .c = view(c)};
  std::array least{1.0, 1.0};
  const auto time = [&](const auto& way, double& seconds) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point begin = Clock::now();
    way(product);
    seconds = std::min(seconds, std::chrono::duration<double>(Clock::now() - begin).count());
  };
  for (int round = 0; round < 7; ++round) {
    time(first, least[0]);
    time(second, least[1]);
  }
  return least;
}

/// Units for bf16 differ more than what their instructions are called: without tiles it is measured
/// which way is faster. Runs must not differ by chance, so the library's own tiles have to win by a
/// sixth: the processors known so far differ by less than a tenth or by more than a third.
bool onednn_wins_at_bf16() {
  if (!onednn_has(dnnl::cpu_isa::avx512_core_bf16)) return false;
  if (instruction_set() == InstructionSet::amx) return true;
  CpuContext one(1);
  OnednnProducts products;
  omp_set_num_threads(1);
  const auto [onednn, own] =
      least_seconds([&](const Matmul& product) { products.run(product); },
                    [&](const Matmul& product) { cpu::blocked_product(one, product); });
  return onednn < 7 * own / 6;
}

/// Where vectors have 256 bits, the library's own tiles are faster (docs/decisions/006).
bool suits_onednn(const CpuContext& context, const Matmul& kernel) {
  static const bool wide_vectors = onednn_has(dnnl::cpu_isa::avx512_core);
  if (context.products() == Products::own || math::extents(kernel).k == 0) return false;
  if (kernel.a.dtype() == DType::f32) return wide_vectors;
  if (kernel.a.dtype() != DType::bf16) return false;
  static const bool bf16_products = onednn_wins_at_bf16();
  return bf16_products;
}

}  // namespace
#endif

void run_on(CpuContext& context, const Matmul& kernel) {
  if (kernel.c.size() == 0) return;
#ifdef ELECTRA_WITH_ONEDNN
  if (suits_onednn(context, kernel)) {
    omp_set_num_threads(context.threads());  // of the calling thread alone
    if (!context.product_cache) context.product_cache = std::make_unique<OnednnProducts>();
    try {
      return static_cast<OnednnProducts&>(*context.product_cache).run(kernel);
    } catch (const dnnl::error& error) {
      throw Error("matmul: oneDNN failed: " + std::string(error.what()));
    }
  }
#endif
  cpu::blocked_product(context, kernel);
}

}  // namespace electra
