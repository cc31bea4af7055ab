#include "electra/kernels/column_sum.h"

#include <catch2/catch.hpp>

#include "electra/kernels/cast.h"
#include "support/host_copy.h"
#include "support/twin.h"

namespace electra {
namespace {

using test::host_copy;
using test::HostTensor;

constexpr Index rows = 5, width = 40;

/// x on the GPU and room for its column sums.
struct Columns {
  std::unique_ptr<Context> own = Context::create({DeviceType::cuda, 0});
  Context& context = *own;
  HostTensor x = test::random_tensor({rows, width}, DType::f32, 1);
  Buffer memory{context, 4 * (rows + 1) * width};
  TensorView on_gpu = memory.view({rows, width}, DType::f32);
  TensorView sums = memory.view({width}, DType::f32, 4 * rows * width);
  HostTensor expected{{width}, DType::f32};

  Columns() {
    context.upload(std::as_bytes(x.view().span<float>()), on_gpu);
    context.zero(sums);
    const auto cpu = Context::create({}, {.threads = 1});
    cpu->run(ColumnSum{.x = x, .y = {expected, Write::overwrite}});
  }
  void add() { context.run(ColumnSum{.x = on_gpu, .y = {sums, Write::add}}); }
  [[nodiscard]] double error(const TensorView& found, double times) {
    std::vector<double> target = expected.values();
    for (double& value : target) value *= times;
    return test::relative_error(host_copy(context, found).values(), target);
  }
};

constexpr double bound = 1e-6;

}  // namespace

TEST_CASE("column sums on a GPU agree with the CPU's", "[cuda][kernel][column_sum]") {
  const DType dtype = GENERATE(DType::f32, DType::bf16);
  const Write write = GENERATE(Write::overwrite, Write::add);
  const auto [count, columns] = GENERATE(
      table<Index, Index>({{1, 1}, {3, 8}, {700, 24}, {131, 33}, {5, 1000}, {9000, 8}, {333, 64}}));
  const auto begin = count == 700 ? test::Begin::unaligned : test::Begin::aligned;
  const HostTensor x = test::random_tensor({count, columns}, dtype, 1);
  HostTensor y({columns}, DType::f32);
  if (write == Write::add) y = test::random_tensor({columns}, DType::f32, 2);
  test::Twin twin([&](auto at) { return ColumnSum{.x = at(x), .y = {at(y), write}}; }, begin);
  const double terms = std::sqrt(static_cast<double>(count));
  CHECK(twin.error(y) < 4 * terms * test::unit(DType::f32));
}

// Sums are finished late, and many at once; nobody may notice.
TEST_CASE("whoever reads column sums on a GPU reads them whole",
          "[cuda][kernel][column_sum][law]") {
  Columns c;
  SECTION("a download") {
    c.add();
    CHECK(c.error(c.sums, 1) < bound);
  }
  SECTION("a kernel") {
    Buffer other(c.context, 4 * width);
    c.add();
    c.context.run(Cast{.x = c.sums, .y = other.view({width}, DType::f32)});
    CHECK(c.error(other.view({width}, DType::f32), 1) < bound);
  }
  SECTION("a copy") {
    Buffer other(c.context, 4 * width);
    c.add();
    c.context.copy(c.sums, other.view({width}, DType::f32));
    CHECK(c.error(other.view({width}, DType::f32), 1) < bound);
  }
  SECTION("a readback") {
    const auto readback = c.context.make_readback(4 * width);
    c.add();
    readback->fetch(c.sums);
    HostTensor found({width}, DType::f32);
    std::memcpy(found.view().raw(), readback->wait().data(), 4 * width);
    CHECK(test::relative_error(found.values(), c.expected.values()) < bound);
  }
  SECTION("the next sum into the same place") {
    for (int i = 0; i < 3; ++i) c.add();
    CHECK(c.error(c.sums, 3) < bound);
  }
  SECTION("a fill afterwards") {
    c.add();
    c.context.zero(c.sums);
    c.add();
    CHECK(c.error(c.sums, 1) < bound);
  }
  SECTION("more sums than one kernel takes") {
    Buffer many(c.context, 256 * 100);
    for (Index i = 0; i < 100; ++i)
      c.context.run(ColumnSum{.x = c.on_gpu,
                              .y = {many.view({width}, DType::f32, 256 * i), Write::overwrite}});
    for (const Index i : {0, 31, 32, 99})
      CHECK(c.error(many.view({width}, DType::f32, 256 * i), 1) < bound);
  }
  SECTION("who reads the last column only") {
    c.add();
    CHECK(c.error(c.sums, 1) < bound);
    c.add();
    const TensorView last = c.memory.view({1}, DType::f32, 4 * ((rows + 1) * width - 1));
    CHECK(host_copy(c.context, last)[0] == Approx(2 * c.expected[width - 1]).epsilon(1e-5));
  }
  SECTION("different sums that wait together") {
    Buffer other(c.context, 4 * width);
    const TensorView first_row = other.view({width}, DType::f32);
    c.add();
    c.context.run(
        ColumnSum{.x = c.memory.view({1, width}, DType::f32), .y = {first_row, Write::overwrite}});
    CHECK(c.error(c.sums, 1) < bound);
    const std::vector<double> all = c.x.values();
    CHECK(test::relative_error(host_copy(c.context, first_row).values(),
                               {all.begin(), all.begin() + width}) < bound);
  }
  SECTION("a recording, however often it is replayed") {
    c.add();
    const auto recording = c.context.record([&] { c.add(); });
    REQUIRE(recording != nullptr);
    CHECK(recording->kernels() == 2);
    for (int i = 0; i < 3; ++i) recording->replay();
    CHECK(c.error(c.sums, 4) < bound);
  }
}

TEST_CASE("while work is recorded, nothing is uploaded, downloaded or allocated", "[cuda][law]") {
  Columns c;
  const auto refused = [&](const std::function<void()>& work) {
    CHECK_THROWS_WITH(c.context.record(work),
                      Catch::Matchers::Contains("while work is being recorded"));
  };
  std::vector<float> host(width);
  refused([&] { c.context.upload(std::as_bytes(std::span(host)), c.sums); });
  refused([&] { c.context.download(c.sums, std::as_writable_bytes(std::span(host))); });
  refused([&] { c.context.deallocate(c.context.allocate(4)); });
  c.add();  // and the context is as good as before
  CHECK(c.error(c.sums, 1) < bound);
}

}  // namespace electra
