#include "core/cuda/cuda_context.h"

#include <catch2/catch.hpp>
#include <numeric>

#include "core/cuda/check.h"
#include "electra/kernels/attention.h"
#include "electra/kernels/cast.h"
#include "support/host_copy.h"

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
  const AttentionForward kernel{.qkv = memory.view({1, 1, 3 * heads}, DType::f32, 256),
                                .lengths = lengths,
                                .out = memory.view({1, 1, heads}, DType::f32, 256 + 12 * heads),
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
  context->run(Fill{.y = number, .value = 5});  // the stream can still be used
  CHECK(host_copy(*context, number)[0] == 5);
}
