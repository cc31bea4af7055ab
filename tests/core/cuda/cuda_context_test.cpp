#include "core/cuda/cuda_context.h"

#include <catch2/catch.hpp>
#include <iostream>
#include <numeric>

#include "core/cuda/check.h"
#include "electra/kernels/attention.h"
#include "electra/kernels/cast.h"
#include "electra/kernels/column_sum.h"
#include "support/host_copy.h"
#include "support/own_process.h"

using namespace electra;
using namespace electra::test;
using Catch::Matchers::Contains;

namespace {

std::unique_ptr<Context> gpu() { return Context::create({DeviceType::cuda, 0}); }

/// The message of what `work` throws.
template <class Failure, class Work>
std::string message_of(const Work& work) {
  try {
    work();
  } catch (const Failure& failure) {
    return failure.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("uploads larger than the pinned memory arrive whole, in order", "[cuda][context]") {
  const auto context = gpu();
  constexpr Index count = Index{5} << 20;
  std::vector<std::int32_t> values(count);
  std::iota(values.begin(), values.end(), 1);
  const Buffer buffer(*context, 4 * count);
  const TensorView view = buffer.view({count}, DType::i32);
  context->zero(view);
  context->upload(std::as_bytes(std::span(values)), view);
  const std::int32_t last = -7;
  context->upload(std::as_bytes(std::span(&last, 1)),
                  buffer.view({1}, DType::i32, 4 * (count - 1)));
  values.back() = last;
  std::vector<std::int32_t> found(count);
  context->download(view, std::as_writable_bytes(std::span(found)));
  CHECK((found == values));
}

TEST_CASE("a readback has what was there when it was asked for", "[cuda][context]") {
  const auto context = gpu();
  const Buffer buffer(*context, 4);
  const TensorView number = buffer.view({1}, DType::i32);
  const auto readback = context->make_readback(4);
  for (const double value : {3, 4}) {
    context->run(Fill{.y = number, .value = value});
    readback->fetch(number);
    context->run(Fill{.y = number, .value = -1});
    std::int32_t seen = 0;
    std::memcpy(&seen, readback->wait().data(), sizeof seen);
    CHECK(seen == static_cast<int>(value));
  }
  CHECK_THAT(message_of<ShapeError>([&] { context->make_readback(8)->fetch(number); }),
             Contains("readback: expected 8 bytes, found 4"));
}

TEST_CASE("a GPU that is full says how much was wanted and how much is free", "[cuda][context]") {
  const auto context = gpu();
  CHECK_THAT(message_of<DeviceError>([&] { const Buffer buffer(*context, Index{1} << 50); }),
             Contains("cuda:0: no memory for a block of 1125899906842624 bytes: ") &&
                 Contains(" are free. A smaller train.micro_batch needs less"));
  const Buffer small(*context, 4);  // and is none the worse for it
  context->zero(small.view({1}, DType::i32));
  CHECK(host_copy(*context, small.view({1}, DType::i32))[0] == 0);
}

TEST_CASE("what fails on a GPU names the call and the caller's line", "[cuda][context]") {
  const int line = __LINE__ + 1;
  const auto call = [] { cuda::check(cudaErrorInvalidValue, "cudaSomething"); };
  CHECK_THAT(message_of<DeviceError>(call),
             Contains("cuda: cudaSomething at ") &&
                 Contains("cuda_context_test.cpp:" + std::to_string(line)) &&
                 Contains("cudaErrorInvalidValue"));
}

TEST_CASE("a kernel that cannot be started names itself and who ran it", "[cuda][context]") {
  const auto context = gpu();
  constexpr Index heads = 70000;  // a grid is at most 65,535 blocks wide there
  const Buffer memory(*context, 4 * 6 * heads);
  const TensorView lengths = memory.view({1}, DType::i32);
  const AttentionForward kernel{.qkv = memory.view({1, 3 * heads}, DType::f32, 256),
                                .rows = {.batch = 1, .length = 1, .lengths = lengths},
                                .out = memory.view({1, heads}, DType::f32, 256 + 12 * heads),
                                .log_sum_exp = memory.view({1, heads, 1}, DType::f32, 256),
                                .heads = heads};
  const int line = __LINE__ + 1;
  const auto start = [&] { context->run(kernel); };
  CHECK_THAT(message_of<DeviceError>(start),
             Contains("attention_forward at ") &&
                 Contains("cuda_context_test.cpp:" + std::to_string(line)));
}

TEST_CASE("nothing is uploaded, downloaded or allocated while work is recorded",
          "[cuda][context]") {
  const auto context = gpu();
  const Buffer buffer(*context, 4);
  const TensorView number = buffer.view({1}, DType::i32);
  const std::int32_t value = 1;
  std::int32_t seen = 0;
  const auto refused = [&](const std::function<void()>& work) {
    return message_of<DeviceError>([&] { (void)context->record(work); });
  };
  CHECK_THAT(refused([&] { context->upload(std::as_bytes(std::span(&value, 1)), number); }),
             Contains("cuda:0: upload while work is being recorded"));
  CHECK_THAT(
      refused([&] { context->download(number, std::as_writable_bytes(std::span(&seen, 1))); }),
      Contains("cuda:0: download while work is being recorded"));
  CHECK_THAT(refused([&] { (void)context->allocate(4); }),
             Contains("cuda:0: allocate while work is being recorded"));
  CHECK_THAT(refused([&] { context->synchronize(); }),
             Contains("cuda:0: a wait while work is being recorded"));
  context->run(Fill{.y = number, .value = 5});  // the stream can still be used
  CHECK(host_copy(*context, number)[0] == 5);
}

TEST_CASE("constructs contexts where little memory may be pinned", "[.half_built]") {
  for (int i = 0; i < 3; ++i) {
    std::cout << message_of<DeviceError>([] { (void)gpu(); }) << '\n';
  }
}

TEST_CASE("a context that could not be made leaves nothing behind", "[cuda][context]") {
  if (!emulated()) {
    std::cout << "skipped: no emulated GPU, whose pinned memory can be limited\n";
    return;
  }
  const std::string said =
      output_with("GPU_EMULATOR_PINNED_MB=1 GPU_EMULATOR_STATISTICS=1", "[.half_built]");
  CHECK_THAT(
      said, Contains("cudaMallocHost") && Contains("alive: streams 0, events 0, pinned bytes 0\n"));
}

TEST_CASE("a GPU's observer is told of every kernel, in order, once it is waited for",
          "[cuda][context]") {
  const auto context = gpu();
  constexpr Index rows = 8, width = 64;
  const Buffer memory(*context, 4 * (rows + 1) * width);
  const TensorView x = memory.view({rows, width}, DType::f32);
  const TensorView sums = memory.view({width}, DType::f32, 4 * rows * width);
  context->run(Fill{.y = x, .value = 1});  // not observed
  std::vector<KernelEvent> told;
  context->set_observer([&](const KernelEvent& event) { told.push_back(event); });
  context->run(Fill{.y = sums, .value = 2});
  context->run(ColumnSum{.x = x, .y = {sums, Write::add}});  // makes room, for which it waits
  context->run(Fill{.y = x, .value = 0});
  CHECK(told.empty());  // but nobody else has
  CHECK(host_copy(*context, sums)[0] == 2 + rows);
  std::vector<std::string> names;
  for (const KernelEvent& event : told) {
    names.emplace_back(event.name);
    CHECK(event.seconds >= 0);
  }
  CHECK(names == std::vector<std::string>{"fill", "column_sum", "fill", "finish_column_sums"});
  CHECK(told[1].cost.bytes > 0);
  context->run(Fill{.y = x, .value = 0});
  context->set_observer({});
  CHECK(told.size() == 5);
  context->run(Fill{.y = x, .value = 0});
  context->synchronize();
  CHECK(told.size() == 5);
}

TEST_CASE("a GPU names what decides the bits of its results", "[cuda][context]") {
  CHECK_THAT(gpu()->platform(), Contains("compute capability ") && Contains("driver for CUDA ") &&
                                    Contains("cuBLASLt "));
}
