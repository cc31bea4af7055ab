#include "electra/io/safetensors.h"

#include <catch2/catch.hpp>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "support/shared.h"
#include "support/temporary_folder.h"

using namespace electra;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using electra::test::golden_folder;
using electra::test::message_of;
using electra::test::TemporaryFolder;

namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

template <class T>
std::span<const std::byte> bytes_of(const std::vector<T>& values) {
  return std::as_bytes(std::span(values));
}

std::string file_of(const std::string& header, std::size_t data = 0) {
  const std::uint64_t length = header.size();
  std::string file(8, '\0');
  std::memcpy(file.data(), &length, 8);
  return file + header + std::string(data, '\1');
}

SafetensorsContents parse(const std::string& file) {
  return parse_safetensors(bytes_of(file), "model.safetensors");
}

std::string tensor(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return R"({"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

std::string small_file() {
  return file_of(R"({"__metadata__":{"format":"pt"},"a":)" + tensor("F32", "[2,2]", "[0,16]") +
                     R"(,"b":)" + tensor("I64", "[1]", "[16,24]") + R"(,"s":)" +
                     tensor("U8", "[]", "[24,25]") + "}",
                 25);
}

}  // namespace

TEST_CASE("a safetensors file shows its tensors and metadata", "[safetensors]") {
  const auto file = small_file();
  const auto contents = parse(file);
  REQUIRE(contents.tensors.size() == 3);
  CHECK(contents.metadata == StoredMetadata{{"format", "pt"}});
  CHECK(contents.tensors[0].name == "a");
  CHECK(contents.tensors[0].dtype == StoredType::f32);
  CHECK(contents.tensors[0].shape == std::vector<Index>{2, 2});
  CHECK(contents.tensors[1].bytes.size() == 8);
  CHECK(contents.tensors[1].bytes.data() == bytes_of(file).data() + file.size() - 9);
  CHECK(contents.tensors[2].shape.empty());
  CHECK(contents.tensors[2].size() == 1);
}

TEST_CASE("unusual but valid safetensors files are read", "[safetensors]") {
  CHECK(parse(file_of("{}")).tensors.empty());
  CHECK(parse(file_of("{}  \n ")).tensors.empty());
  CHECK(parse(file_of(R"({"__metadata__":{}})")).metadata.empty());
  const auto empty = tensor("F32", "[0,3]", "[4,4]");
  CHECK(parse(file_of(R"({"z":)" + empty + R"(,"a":)" + tensor("F32", "[]", "[0,4]") + R"(,"e":)" +
                          tensor("I8", "[0]", "[0,0]") + "}",
                      4))
            .tensors.size() == 3);
  CHECK(parse(file_of(R"({"":)" + tensor("F4", "[2]", "[0,1]") + "}", 1)).tensors[0].name.empty());
  CHECK(parse(file_of(R"({"a":)" + tensor("U8", "[1,1,1,1,1,1]", "[0,1]") + "}", 1))
            .tensors[0]
            .shape.size() == 6);
}

TEST_CASE("every rule of the safetensors format is enforced, naming file and tensor",
          "[safetensors]") {
  struct Case {
    std::string file, says;
  };
  const auto one = [](const std::string& entry, std::size_t data) {
    return file_of(R"({"w":)" + entry + "}", data);
  };
  const auto two = [](const std::string& first, const std::string& second, std::size_t data) {
    return file_of(R"({"v":)" + first + R"(,"w":)" + second + "}", data);
  };
  const std::vector<Case> cases{
      {"", "8 bytes or more, found 0"},
      {"1234567", "8 bytes or more, found 7"},
      {std::string(8, '\0'), "starts with {"},
      {std::string("\x01\xe1\xf5\x05\0\0\0\0", 8) + "{}", "at most 100000000"},
      {std::string(8, '\xff') + "{}", "at most 100000000"},
      {std::string("\x03\0\0\0\0\0\0\0{}", 10), "expected a header of 3 bytes, found 2"},
      {small_file().substr(0, 60), "cut off"},
      {small_file().substr(0, small_file().size() - 1), "tensor \"s\": data_offsets [24, 25] pass"},
      {small_file() + "x", "expected the data to end at 25, found 26"},
      {file_of(" {}"), "starts with {"},
      {file_of("[]"), "starts with {"},
      {file_of("{"), "not JSON"},
      {file_of("{}x"), "not JSON"},
      {file_of("{\"\xff\":1}"), "not JSON"},
      {file_of("{}", 4), "expected the data to end at 0, found 4"},
      {file_of(R"({"__metadata__":[]})"), "__metadata__, found an array"},
      {file_of(R"({"__metadata__":{"a":1}})"), "metadata \"a\", found the number 1"},
      {file_of(R"({"__metadata__":{"a":"1","a":"1"}})"), "\"a\" appears twice"},
      {file_of(R"({"__metadata__":{},"__metadata__":{}})"), "\"__metadata__\" appears twice"},
      {file_of(R"({"w":)" + tensor("U8", "[0]", "[0,0]") + R"(,"w":)" +
               tensor("U8", "[0]", "[0,0]") + "}"),
       "\"w\" appears twice"},
      {one("3", 0), "tensor \"w\": expected an object, found the number 3"},
      {one("{}", 0), "tensor \"w\": expected \"dtype\", found none"},
      {one(R"({"dtype":"F32","shape":[1]})", 4), "tensor \"w\": expected \"data_offsets\""},
      {one(R"({"dtype":"F32","data_offsets":[0,4]})", 4), "tensor \"w\": expected \"shape\""},
      {one(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1})", 4), "unknown key \"x\""},
      {one(R"({"dtype":7,"shape":[1],"data_offsets":[0,4]})", 4), "expected a string as dtype"},
      {one(tensor("F31", "[1]", "[0,4]"), 4), "tensor \"w\": unknown dtype: the string \"F31\""},
      {one(tensor("f32", "[1]", "[0,4]"), 4), "unknown dtype"},
      {one(tensor("F32", "1", "[0,4]"), 4), "expected an array as shape"},
      {one(tensor("F32", "[-1]", "[0,4]"), 4),
       "non-negative integer in shape, found the number -1"},
      {one(tensor("F32", "[1.0]", "[0,4]"), 4), "non-negative integer in shape"},
      {one(tensor("F32", "[\"1\"]", "[0,4]"), 4), "non-negative integer in shape"},
      {one(tensor("F32", "[9223372036854775808]", "[0,4]"), 4), "non-negative integer in shape"},
      {one(tensor("F32", "[99999999999999999999]", "[0,4]"), 4), "non-negative integer in shape"},
      {one(tensor("U8", "[4294967296,4294967296]", "[0,0]"), 0), "no whole number of bytes"},
      {one(tensor("F64", "[1152921504606846976]", "[0,0]"), 0), "no whole number of bytes"},
      {one(tensor("F4", "[3]", "[0,1]"), 1), "no whole number of bytes"},
      {one(tensor("F32", "[1]", "[0]"), 4), "expected 2 data_offsets, found 1"},
      {one(tensor("F32", "[1]", "[0,4,4]"), 4), "expected 2 data_offsets, found 3"},
      {one(tensor("F32", "[1]", "{}"), 4), "expected an array as data_offsets"},
      {one(tensor("F32", "[1]", "[4,0]"), 4), "data_offsets run backwards: [4, 0]"},
      {one(tensor("F32", "[1]", "[-4,0]"), 4), "non-negative integer in data_offsets"},
      {one(tensor("F32", "[1]", "[0,18446744073709551615]"), 4), "non-negative integer"},
      {one(tensor("F32", "[2]", "[0,8]"), 4), "pass the end of the data, which has 4 bytes"},
      {one(tensor("F32", "[2]", "[0,4]"), 4), "F32 [2] takes 8 bytes, found 4"},
      {one(tensor("F16", "[]", "[0,4]"), 4), "F16 [] takes 2 bytes, found 4"},
      {one(tensor("F32", "[1]", "[4,8]"), 8), "expected its data to start at 0, found 4: a hole"},
      {one(tensor("F32", "[1]", "[0,4]"), 8), "expected the data to end at 4, found 8"},
      {two(tensor("F32", "[1]", "[0,4]"), tensor("F32", "[1]", "[8,12]"), 12), "a hole"},
      {two(tensor("F32", "[2]", "[0,8]"), tensor("F32", "[1]", "[4,8]"), 8),
       "tensor \"w\": expected its data to start at 8, found 4: an overlap"},
      {two(tensor("F32", "[1]", "[0,4]"), tensor("F32", "[1]", "[0,4]"), 4), "an overlap"},
      {two(tensor("U8", "[0]", "[2,2]"), tensor("F32", "[1]", "[0,4]"), 4), "an overlap"},
  };
  CHECK(cases.size() >= 25);
  for (const auto& [file, says] : cases) {
    INFO(says);
    CHECK_THAT(message_of<IoError>([&] { (void)parse(file); }),
               StartsWith("model.safetensors: ") && Contains(says));
  }
}

TEST_CASE("a damaged safetensors file is an error or valid, never a crash", "[safetensors][law]") {
  const std::string valid = small_file();
  std::mt19937 random(7);
  const auto below = [&](std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
  };
  int refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string file = valid;
    for (std::size_t change = below(4) + 1; change > 0; --change) {
      const std::size_t at = below(file.size());
      switch (below(5)) {
        case 0:
          file[at] = static_cast<char>(below(256));
          break;
        case 1:
          file[at] ^= static_cast<char>(1U << below(8));
          break;
        case 2:
          file.resize(at + 1);
          break;
        case 3:
          file.insert(at, 1, "0129[]{},:\"-"[below(12)]);
          break;
        default:
          file.erase(at, file.size() > 1 ? 1 : 0);
          break;
      }
    }
    try {
      const auto contents = parse(file);
      std::size_t total = 0;
      for (const StoredTensor& found : contents.tensors) {
        total += found.bytes.size();
        REQUIRE(stored_bytes(found.dtype, found.shape) == static_cast<Index>(found.bytes.size()));
      }
      REQUIRE(total <= file.size());
    } catch (const IoError&) {
      ++refused;
    }
  }
  CHECK(refused > 10'000);
  CHECK(refused < 20'000);
}

TEST_CASE("a file's tensors are found by name and read whole", "[safetensors]") {
  const TemporaryFolder folder;
  const std::vector<double> wide{1.5, 0.1};
  const std::vector<std::int32_t> small{3, -4};
  SafetensorsWriter writer;
  writer.add({"f64", StoredType::f64, {2, 1}, bytes_of(wide)});
  writer.add("i32", ConstTensorView(small.data(), {2}, DType::i32));
  writer.write(folder / "x.safetensors");

  const auto file = SafetensorsFile::open(folder / "x.safetensors");
  CHECK(file.names() == std::vector<std::string_view>{"f64", "i32"});
  CHECK(file.find("none") == nullptr);
  const auto floats = [&](const char* name, std::size_t size) {
    std::vector<float> values(size, std::numeric_limits<float>::quiet_NaN());
    file.read_f32(*file.find(name), values);
    return values;
  };
  CHECK(floats("f64", 2) == std::vector<float>{1.5F, 0.1F});
  std::vector<std::int32_t> integers(2);
  file.read_i32(*file.find("i32"), integers);
  CHECK(integers == small);

  CHECK_THAT(message_of<IoError>([&] { file.read_i32(*file.find("f64"), integers); }),
             Contains("x.safetensors: tensor \"f64\"") && Contains("found F64"));
  CHECK_THAT(message_of<IoError>([&] { (void)floats("i32", 2); }),
             Contains("x.safetensors: tensor \"i32\"") && Contains("found I32"));
  CHECK_THAT(message_of<IoError>([&] { (void)floats("f64", 4); }),
             Contains("expected 4 numbers, found 2"));
  const std::vector<Index> shape{1, 2};
  CHECK_THAT(message_of<IoError>([&] { (void)file.get("f64", shape); }),
             Contains("tensor \"f64\": expected the shape [1, 2], found [2, 1]"));
  CHECK_THAT(message_of<IoError>([&] { (void)file.get("none", shape); }),
             Contains("tensor \"none\": missing"));
}

TEST_CASE("tensors are ordered and named as the reference writer does", "[safetensors]") {
  // The header that safetensors 0.8.0 (PyPI) writes for these tensors and this metadata.
  const std::string expected =
      "{\"__metadata__\":{\"a\x7f/\xc3\xa9\\u0001\":\"x\\n\\\"\\\\\"},"
      R"("uint64":{"dtype":"U64","shape":[8],"data_offsets":[0,64]},)"
      R"("int64":{"dtype":"I64","shape":[8],"data_offsets":[64,128]},)"
      R"("float64":{"dtype":"F64","shape":[8],"data_offsets":[128,192]},)"
      R"("complex64":{"dtype":"C64","shape":[8],"data_offsets":[192,256]},)"
      R"("float32":{"dtype":"F32","shape":[8],"data_offsets":[256,288]},)"
      R"("uint32":{"dtype":"U32","shape":[8],"data_offsets":[288,320]},)"
      R"("int32":{"dtype":"I32","shape":[8],"data_offsets":[320,352]},)"
      R"("bfloat16":{"dtype":"BF16","shape":[8],"data_offsets":[352,368]},)"
      R"("float16":{"dtype":"F16","shape":[8],"data_offsets":[368,384]},)"
      R"("uint16":{"dtype":"U16","shape":[8],"data_offsets":[384,400]},)"
      R"("int16":{"dtype":"I16","shape":[8],"data_offsets":[400,416]},)"
      R"("float8_e5m2fnuz":{"dtype":"F8_E5M2FNUZ","shape":[8],"data_offsets":[416,424]},)"
      R"("float8_e4m3fnuz":{"dtype":"F8_E4M3FNUZ","shape":[8],"data_offsets":[424,432]},)"
      R"("float8_e8m0fnu":{"dtype":"F8_E8M0","shape":[8],"data_offsets":[432,440]},)"
      R"("float8_e4m3fn":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[440,448]},)"
      R"("float8_e5m2":{"dtype":"F8_E5M2","shape":[8],"data_offsets":[448,456]},)"
      R"("int8":{"dtype":"I8","shape":[8],"data_offsets":[456,464]},)"
      R"("uint8":{"dtype":"U8","shape":[8],"data_offsets":[464,472]},)"
      R"("float4_e2m1fn_x2":{"dtype":"F4","shape":[16],"data_offsets":[472,480]},)"
      R"("bool":{"dtype":"BOOL","shape":[8],"data_offsets":[480,488]}})";
  const TemporaryFolder folder;
  const std::string source = file_of(expected, 488);
  SafetensorsWriter writer;
  for (const StoredTensor& found : parse(source).tensors) writer.add(found);
  writer.write(folder / "x", {{"a\x7f/\xc3\xa9\x01", "x\n\"\\"}});
  const std::string written = read_file(folder / "x");
  std::uint64_t length = 0;
  std::memcpy(&length, written.data(), 8);
  CHECK(length % 8 == 0);
  CHECK(length - expected.size() < 8);
  CHECK(written.substr(8, length) == expected + std::string(length - expected.size(), ' '));
  CHECK(written.substr(8 + length) == std::string(488, '\1'));
}

TEST_CASE("the writer refuses what would be no valid file", "[safetensors]") {
  SafetensorsWriter writer;
  writer.add({"a", StoredType::u8, {1}, bytes_of("x")});
  const auto message = [&](const StoredTensor& added) {
    return message_of<IoError>([&] { writer.add(added); });
  };
  CHECK_THAT(message({"a", StoredType::u8, {1}, bytes_of("x")}), Contains("\"a\": added twice"));
  CHECK_THAT(message({"b", StoredType::u8, {2}, bytes_of("x")}), Contains("does not fit 1 bytes"));
  CHECK_THAT(message({"b", StoredType::u8, {-1}, {}}), Contains("U8 [-1] does not fit"));
  CHECK_THAT(message({"__metadata__", StoredType::u8, {0}, {}}), Contains("taken by the format"));
}

TEST_CASE("what the reference writer wrote is written again byte for byte",
          "[safetensors][golden]") {
  const auto golden = golden_folder();
  if (golden.empty()) return;
  const TemporaryFolder folder;
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(golden)) {
    if (entry.path().extension() != ".safetensors") continue;
    INFO(entry.path());
    const auto file = SafetensorsFile::open(entry.path());
    SafetensorsWriter writer;
    for (const StoredTensor& found : file.tensors()) writer.add(found);
    writer.write(folder / "again", file.metadata());
    CHECK((read_file(folder / "again") == read_file(entry.path())));
    ++files;
  }
  CHECK(files > 0);
}
