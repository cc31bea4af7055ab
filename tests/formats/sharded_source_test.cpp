#include "formats/sharded_source.h"

#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/io/safetensors.h"
#include "formats/torch_files.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

const std::vector<float> first{1, 2, 3};
const std::vector<float> second{4, 5};

void write_safetensors(const std::filesystem::path& path, const std::string& name,
                       const std::vector<float>& values) {
  SafetensorsWriter writer;
  writer.add({name, StoredType::f32, {std::ssize(values)}, std::as_bytes(std::span(values))});
  writer.write(path);
}

void write_torch(const std::filesystem::path& path, const std::string& name,
                 const std::vector<float>& values) {
  write_file(path, torch_file({{.name = name,
                                .count = std::ssize(values),
                                .shape = {std::ssize(values)},
                                .strides = {1}}},
                              {storage_of("0", values)}, false));
}

std::vector<float> values(const TensorSource& source, const std::string& name) {
  const StoredTensor* tensor = source.find(name);
  REQUIRE(tensor != nullptr);
  std::vector<float> found(static_cast<std::size_t>(tensor->size()));
  source.read_f32(*tensor, 0, found);
  return found;
}

}  // namespace

TEST_CASE("tensors of several files are one source", "[sharded_source]") {
  const bool torch = GENERATE(false, true);
  const std::string kind = torch ? "pytorch_model" : "model";
  const std::string end = torch ? ".bin" : ".safetensors";
  const TemporaryFolder folder;
  const auto write = torch ? write_torch : write_safetensors;
  write(folder / (kind + "-00001-of-00002" + end), "a", first);
  write(folder / (kind + "-00002-of-00002" + end), "b", second);
  write_file(folder / (kind + end + ".index.json"),
             R"({"metadata": {"total_size": 20}, "weight_map": {"a": ")" + kind +
                 "-00001-of-00002" + end + R"(", "b": ")" + kind + "-00002-of-00002" + end +
                 R"("}})");
  const TensorSource source = open_weights(folder.path());
  CHECK(source.path() == folder / (kind + end + ".index.json"));
  CHECK(source.tensors().size() == 2);
  CHECK(values(source, "a") == first);
  CHECK(values(source, "b") == second);
}

TEST_CASE("an index that does not say what its files hold is refused by name", "[sharded_source]") {
  const TemporaryFolder folder;
  write_safetensors(folder / "x", "a", first);
  const auto refusal = [&](const std::string& map) {
    write_file(folder / "model.safetensors.index.json", R"({"weight_map": )" + map + "}");
    const std::string message = message_of<IoError>(
        [&] { (void)open_safetensors_shards(folder / "model.safetensors.index.json"); });
    CHECK_THAT(message, Contains(folder.path().string()));
    return message;
  };
  CHECK_THAT(refusal(R"({"a": "x", "b": "x"})"), Contains("\"b\": expected in x"));
  CHECK_THAT(refusal(R"({"b": "x"})"), Contains("\"b\""));
  CHECK_THAT(refusal(R"({"a": "../x"})"), Contains("../x") && Contains("beside the index"));
  CHECK_THAT(refusal(R"({"a": "/etc/passwd"})"), Contains("beside the index"));
  CHECK_THAT(refusal(R"({"a": ".."})"), Contains("beside the index"));
  CHECK_THAT(refusal(R"({"a": 1})"), Contains("the number 1"));
  CHECK_THAT(refusal(R"({"a": "missing"})"), Contains("missing"));
  CHECK_THAT(refusal("{}"), Contains("weight_map"));
  CHECK_THAT(refusal("[]"), Contains("weight_map"));
  SafetensorsWriter both;
  for (const char* name : {"a", "b"})
    both.add({name, StoredType::f32, {3}, std::as_bytes(std::span(first))});
  both.write(folder / "z");
  CHECK_THAT(refusal(R"({"a": "z"})"), Contains("\"b\": in z, and the index does not say so"));
  write_safetensors(folder / "y", "a", first);
  CHECK_THAT(refusal(R"({"a": "x", "b": "y"})"), Contains("expected in y") || Contains("\"a\""));
}

TEST_CASE("weights of another system come with the way out", "[weights]") {
  for (const auto& [file, advice] :
       {std::pair{"model.ckpt-1000.index", "convert_electra_original_tf_checkpoint_to_pytorch"},
        std::pair{"tf_model.h5", "from_tf=True"}, std::pair{"flax_model.msgpack", "from_flax=True"},
        std::pair{"model.onnx", "ONNX"}}) {
    const TemporaryFolder folder;
    write_file(folder / file, "x");
    CHECK_THAT(message_of<IoError>([&] { (void)open_weights(folder.path()); }),
               Contains((folder / file).string()) && Contains(advice));
  }
}
