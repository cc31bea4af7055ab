#include "electra/infer/detector.h"

#include <catch2/catch.hpp>

#include "infer/saved_detector.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;

namespace {

void check_agreement(const Detector& cpu, const Detector& gpu, std::string_view text) {
  const auto expected = cpu.detect(text).probabilities;
  const auto found = gpu.detect(text).probabilities;
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    CHECK(found[i] == Approx(expected[i]).margin(1e-6));
}

}  // namespace

TEST_CASE("a detector on a GPU says what one on the CPU says", "[cuda][detector][law]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  const Detector cpu(folder.path());
  const Detector gpu(folder.path(), {.device = {DeviceType::cuda, 0}});
  for (const char* text : {"The unknown café .", "", "ship"}) check_agreement(cpu, gpu, text);
}

TEST_CASE("a detector on a GPU answers for texts of more than 512 tokens", "[cuda][detector]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12, 600);
  const Detector cpu(folder.path());
  const Detector gpu(folder.path(), {.device = {DeviceType::cuda, 0}});
  std::string text;
  for (int i = 0; i < 560; ++i) text += i % 3 == 0 ? " the" : " ship";
  check_agreement(cpu, gpu, text);
}
