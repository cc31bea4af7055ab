#include "formats/safetensors_source.h"

#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/io/safetensors.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

TEST_CASE("a safetensors file stays readable wherever its source is moved",
          "[safetensors_source]") {
  const TemporaryFolder folder;
  const std::vector<float> values{1.5F, -2.0F, 4.0F};
  SafetensorsWriter writer;
  writer.add({"w", StoredType::f32, {3}, std::as_bytes(std::span(values))});
  writer.write(folder / "any.name");
  TensorSource opened = open_safetensors(folder / "any.name");
  const TensorSource source = std::move(opened);
  REQUIRE(source.tensors().size() == 1);
  CHECK(source.path() == folder / "any.name");
  std::vector<float> found(3);
  source.read_f32(*source.find("w"), 0, found);
  CHECK(found == values);
}

TEST_CASE("a file that is no safetensors file is named", "[safetensors_source]") {
  const TemporaryFolder folder;
  write_file(folder / "x", "text");
  CHECK_THAT(message_of<IoError>([&] { (void)open_safetensors(folder / "x"); }),
             Contains((folder / "x").string()));
  CHECK_THAT(message_of<IoError>([&] { (void)open_safetensors(folder / "none"); }),
             Contains((folder / "none").string()));
}
