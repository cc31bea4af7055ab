#include "formats/pytorch_source.h"

#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

TEST_CASE("weights in pytorch_model.bin alone come with the way out", "[pytorch_source]") {
  const TemporaryFolder folder;
  write_file(folder / "pytorch_model.bin", "a pickle");
  const std::string message = message_of<IoError>([&] { (void)open_weights(folder.path()); });
  CHECK_THAT(message, Contains((folder / "model.safetensors").string()) &&
                          Contains("pytorch_model.bin") && Contains("save_pretrained"));
  CHECK(message_of<IoError>([&] { (void)open_pytorch(folder / "pytorch_model.bin"); }) == message);
}
