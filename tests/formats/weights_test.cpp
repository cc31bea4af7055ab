#include "electra/formats/weights.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/io/safetensors.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

/// Numbers that f16, bf16, f32 and f64 all hold.
std::vector<float> counted(std::size_t count) {
  std::vector<float> values(count);
  std::iota(values.begin(), values.end(), -3.0F);
  return values;
}

template <class T>
void add(SafetensorsWriter& writer, const std::string& name, StoredType type,
         const std::vector<T>& values) {
  writer.add({name, type, {static_cast<Index>(values.size())}, std::as_bytes(std::span(values))});
}

}  // namespace

TEST_CASE("a directory's tensors are found by name and read from anywhere", "[weights]") {
  constexpr std::size_t count = 5000;  // several pages
  const TemporaryFolder folder;
  const std::vector<float> single = counted(count);
  const std::vector<double> wide(single.begin(), single.end());
  std::vector<bf16> brain(100);
  std::transform(single.begin(), single.begin() + 100, brain.begin(), to_bf16);
  const std::vector<std::int32_t> integers{1, 2};
  SafetensorsWriter writer;
  add(writer, "b", StoredType::f32, single);
  add(writer, "a", StoredType::f64, wide);
  add(writer, "c", StoredType::bf16, brain);
  add(writer, "i", StoredType::i32, integers);
  writer.write(folder / "model.safetensors");

  const TensorSource source = open_weights(folder.path());
  CHECK(source.path() == folder / "model.safetensors");
  std::vector<std::string> names;
  for (const StoredTensor& tensor : source.tensors()) names.push_back(tensor.name);
  CHECK(names == std::vector<std::string>{"a", "b", "c", "i"});
  for (const StoredTensor& tensor : source.tensors()) CHECK(source.find(tensor.name) == &tensor);
  for (const char* name : {"", "aa", "d"}) CHECK(source.find(name) == nullptr);

  for (int turn = 0; turn < 2; ++turn)  // what was let go of is read again
    for (const auto& [name, size] :
         {std::pair{"a", count}, std::pair{"b", count}, std::pair{"c", std::size_t{100}}})
      for (const std::size_t first : {std::size_t{0}, std::size_t{7}, size - 1, size}) {
        CAPTURE(name, first);
        std::vector<float> found(size - first);
        source.read_f32(*source.find(name), static_cast<Index>(first), found);
        CHECK(std::equal(found.begin(), found.end(),
                         single.begin() + static_cast<std::ptrdiff_t>(first)));
      }
  std::vector<float> two(2);
  CHECK_THAT(message_of<IoError>([&] { source.read_f32(*source.find("i"), 0, two); }),
             Contains((folder / "model.safetensors").string()) && Contains("\"i\"") &&
                 Contains("found I32"));
}

TEST_CASE("tensors are found in whatever order a file has them", "[weights]") {
  std::vector<StoredTensor> tensors;
  for (const char* name : {"c", "a", "d", "b"}) tensors.push_back({name, StoredType::u8, {0}, {}});
  const TensorSource source("somewhere", {}, tensors);
  for (const StoredTensor& tensor : tensors) {
    REQUIRE(source.find(tensor.name) != nullptr);
    CHECK(source.find(tensor.name)->name == tensor.name);
  }
  CHECK(source.tensors().front().name == "a");
  CHECK(source.tensors().back().name == "d");
}

TEST_CASE("a directory without weights is told which files there could be", "[weights]") {
  const TemporaryFolder folder;
  CHECK_THAT(message_of<IoError>([&] { (void)open_weights(folder.path()); }),
             Contains(folder.path().string()) && Contains("expected one of model.safetensors, ") &&
                 Contains(", found none"));
  const std::filesystem::path endless = folder / std::string(300, 'x');
  CHECK_THAT(message_of<IoError>([&] { (void)open_weights(endless); }), Contains("found none"));
}

TEST_CASE("of two files that keep weights, the one that is read comes first", "[weights]") {
  const TemporaryFolder folder;
  write_file(folder / "pytorch_model.bin", "a pickle");
  CHECK_THROWS_AS(open_weights(folder.path()), IoError);
  SafetensorsWriter writer;
  const std::vector<float> values = counted(3);
  add(writer, "w", StoredType::f32, values);
  writer.write(folder / "model.safetensors");
  CHECK(open_weights(folder.path()).find("w") != nullptr);
}
