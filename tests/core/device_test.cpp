#include "electra/core/device.h"

#include <catch2/catch.hpp>
#include <string>

#include "electra/core/error.h"

using namespace electra;
using Catch::Matchers::Contains;

TEST_CASE("devices are named and parsed", "[device]") {
  CHECK(to_string(choose_device("cuda:3").device) == "cuda:3");
  CHECK(choose_device("cpu").device == Device{});
  CHECK(choose_device("cpu").remark.empty());
  CHECK_THROWS_WITH(choose_device("gpu"), Contains("expected auto, cpu, cuda or cuda:N"));
  CHECK_THROWS_WITH(choose_device("cuda:-1"), Contains("found \"cuda:-1\""));
}

TEST_CASE("a device's name names it again, without a remark", "[device][law]") {
  for (const Device device :
       {Device{}, Device{DeviceType::cuda, 0}, Device{DeviceType::cuda, 17}}) {
    CHECK(choose_device(to_string(device)).device == device);
    CHECK(choose_device(to_string(device)).remark.empty());
  }
  CHECK(choose_device("cuda").device == Device{DeviceType::cuda, 0});
}

TEST_CASE("a text that is nearly a device is refused as it stands", "[device]") {
  for (const std::string text : {"", "CPU", "cpu ", "cpu:0", "cuda:", "cuda:1x", "cuda: 1",
                                 "cuda:99999999999", "cuda:0x1", "auto "}) {
    CHECK_THROWS_AS(choose_device(text), ConfigError);
    CHECK_THROWS_WITH(choose_device(text), Contains("found \"" + text + "\""));
  }
}

TEST_CASE("devices are compared by kind and number", "[device]") {
  CHECK_FALSE(Device{DeviceType::cuda, 0} == Device{DeviceType::cuda, 1});
  CHECK_FALSE(Device{DeviceType::cuda, 0} == Device{DeviceType::cpu, 0});
}
