#include "core/visible_gpu.h"

#include <catch2/catch.hpp>

#include "electra/core/context.h"
#include "support/temporary_folder.h"

namespace electra {

using Catch::Matchers::Contains;

TEST_CASE("a library without CUDA does not pass over a GPU in silence", "[device]") {
  const test::TemporaryFolder root;
  CHECK(best_device_without_cuda(root.path()).remark.empty());
  const std::string sign = GENERATE("dev/nvidia0", "proc/driver/nvidia/version");
  std::filesystem::create_directories(root.path() / sign);
  const DeviceChoice choice = best_device_without_cuda(root.path());
  CHECK(choice.device == Device{});
  CHECK_THAT(choice.remark, Contains("runs on the CPU, although there is an NVIDIA GPU") &&
                                Contains("-DELECTRA_CUDA=ON"));
}

TEST_CASE("a GPU that was asked for is not replaced by the CPU", "[device]") {
  if constexpr (!built_with_cuda)
    CHECK_THROWS_WITH(Context::create({DeviceType::cuda, 0}),
                      Contains("no cuda:0") && Contains("built without CUDA"));
}

}  // namespace electra
