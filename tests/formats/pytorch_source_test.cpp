#include "formats/pytorch_source.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <random>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/io/stored_values.h"
#include "formats/torch_files.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

const std::vector<float> six{1.5F, -2.0F, 4.0F, 0.25F, -8.0F, 3.0F};

TorchTensor matrix(const std::string& name) {
  return {.name = name, .count = 6, .shape = {2, 3}, .strides = {3, 1}};
}

/// A file of these bytes.
class TorchBin {
 public:
  explicit TorchBin(const std::string& bytes) { write_file(path(), bytes); }
  [[nodiscard]] std::filesystem::path path() const { return folder_ / "pytorch_model.bin"; }
  [[nodiscard]] TensorSource open() const { return open_pytorch(path()); }
  [[nodiscard]] std::string refusal() const {
    const std::string message = message_of<IoError>([&] { (void)open(); });
    CHECK_THAT(message, Contains(path().string() + ": "));
    return message;
  }

 private:
  TemporaryFolder folder_;
};

std::vector<float> values(const TensorSource& source, const std::string& name) {
  const StoredTensor* tensor = source.find(name);
  REQUIRE(tensor != nullptr);
  std::vector<float> found(static_cast<std::size_t>(tensor->size()));
  source.read_f32(*tensor, 0, found);
  return found;
}

/// Without waiting for the disk.
void write_plain(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

std::string refusal_of(const std::vector<TorchTensor>& tensors,
                       const std::vector<TorchStorage>& storages, bool legacy) {
  return TorchBin(torch_file(tensors, storages, legacy)).refusal();
}

}  // namespace

TEST_CASE("both forms of a PyTorch file give the tensors that they hold", "[pytorch_source]") {
  const bool legacy = GENERATE(false, true);
  const TorchBin file(torch_file(
      {matrix("w"),
       {.name = "tied", .count = 6, .shape = {6}, .strides = {1}},
       {.name = "half",
        .storage = "HalfStorage",
        .key = "h",
        .count = 2,
        .shape = {2},
        .strides = {1}},
       {.name = "bf",
        .storage = "BFloat16Storage",
        .key = "b",
        .count = 2,
        .offset = 1,
        .shape = {1, 1},
        .strides = {7, 9}},
       {.name = "i", .storage = "LongStorage", .key = "l", .count = 1, .shape = {}, .strides = {}}},
      {storage_of("0", six), storage_of<std::uint16_t>("h", {0x3c00, 0xc100}),
       storage_of<std::uint16_t>("b", {0x3f80, 0x4040}), storage_of<std::int64_t>("l", {7})},
      legacy));
  const TensorSource source = file.open();
  CHECK(source.tensors().size() == 5);
  CHECK(source.find("w")->shape == std::vector<Index>{2, 3});
  CHECK(values(source, "w") == six);
  CHECK(values(source, "tied") == six);
  CHECK(values(source, "half") == std::vector<float>{1, -2.5F});
  CHECK(values(source, "bf") == std::vector<float>{3});
  CHECK(source.find("i")->dtype == StoredType::i64);
  CHECK(source.find("i")->shape.empty());
}

TEST_CASE("tensors that share a storage lie where offsets say", "[pytorch_source]") {
  const bool legacy = GENERATE(false, true);
  const TorchBin file(
      torch_file({{.name = "a", .count = 6, .shape = {2}, .strides = {1}},
                  {.name = "b", .count = 6, .offset = 2, .shape = {2, 2}, .strides = {2, 1}}},
                 {storage_of("0", six)}, legacy));
  CHECK(values(file.open(), "a") == std::vector<float>{1.5F, -2});
  CHECK(values(file.open(), "b") == std::vector<float>{4, 0.25F, -8, 3});
}

TEST_CASE("an older file may have views of a storage", "[pytorch_source]") {
  TorchTensor view{.name = "v", .count = 6, .offset = 1, .shape = {2}, .strides = {1}};
  view.view = {2, 3};
  CHECK(values(TorchBin(torch_file({view}, {storage_of("0", six)}, true)).open(), "v") ==
        std::vector<float>{0.25F, -8});
  view.view = {2, 2};
  CHECK_THAT(refusal_of({view}, {storage_of("0", six)}, true), Contains("\"v\""));
  view.view = {2, 5};
  CHECK_THAT(refusal_of({view}, {storage_of("0", six)}, true), Contains("a view of 5"));
}

TEST_CASE("what is not a dense tensor in its storage is refused by name", "[pytorch_source]") {
  const bool legacy = GENERATE(false, true);
  constexpr std::int64_t huge = std::int64_t{1} << 60;
  const auto refused = [&](const auto& change, const char* says) {
    TorchTensor tensor = matrix("w");
    change(tensor);
    CHECK_THAT(refusal_of({tensor}, {storage_of("0", six)}, legacy),
               Contains("tensor \"w\": ") && Contains(says));
  };
  using T = TorchTensor;
  refused([](T& t) { t.strides = {1, 2}; }, "row-major, found the strides [1, 2]");
  refused([](T& t) { t.strides = {3}; }, "row-major");
  refused([](T& t) { t.offset = 1; }, "passes the end of its storage, which has 6");
  refused([](T& t) { t.offset = -1; }, "from element -1");
  refused([](T& t) { t.offset = huge; }, "passes the end");
  refused([](T& t) { t.shape = {huge, huge}; }, "no size below 2^63");
  refused([](T& t) { t.shape = {huge >> 8}, t.strides = {1}; }, "passes the end");
  refused([](T& t) { t.shape = {-2, -3}; }, "no size");
  refused([](T& t) { t.shape = t.strides = std::vector<std::int64_t>(9, 1); }, "8 dimensions");
  refused([](T& t) { t.count = -1; }, "a storage of -1");
  refused([](T& t) { t.count = std::numeric_limits<std::int64_t>::max(); }, "a storage of");
}

TEST_CASE("a storage that is not there as it is declared is refused by name", "[pytorch_source]") {
  const bool legacy = GENERATE(false, true);
  TorchTensor large = matrix("w");
  large.count = std::int64_t{1} << 50;
  CHECK_THAT(refusal_of({large}, {storage_of("0", six)}, legacy), Contains("0\": expected"));
  CHECK_THAT(refusal_of({matrix("w")}, {storage_of<float>("0", {1, 2})}, legacy),
             Contains("0\": expected"));
  CHECK_THAT(refusal_of({matrix("w")}, {}, legacy),
             Contains("expected a file") || Contains("not listed"));
  TorchTensor other = matrix("x");
  other.storage = "IntStorage";
  CHECK_THAT(refusal_of({matrix("w"), other}, {storage_of("0", six)}, legacy),
             Contains("tensor \"x\": ") && Contains("F32 [6] elsewhere, I32 [6] here"));
}

TEST_CASE("an older file whose storage has another count than its tensors say is refused",
          "[pytorch_source]") {
  TorchStorage storage = storage_of("0", six);
  storage.count = 5;
  CHECK_THAT(refusal_of({matrix("w")}, {storage}, true),
             Contains("storage \"0\": expected 6 elements, found 5"));
}

TEST_CASE("tensors that lie on a part of each other are refused", "[pytorch_source]") {
  const bool legacy = GENERATE(false, true);
  TorchTensor part{.name = "x", .count = 6, .offset = 1, .shape = {3}, .strides = {1}};
  CHECK_THAT(refusal_of({matrix("w"), part}, {storage_of("0", six)}, legacy),
             Contains("\"x\": lies on a part of \"w\""));
  CHECK_THAT(refusal_of({matrix("w"), matrix("w")}, {storage_of("0", six)}, legacy),
             Contains("\"w\": two of this name"));
}

TEST_CASE("what a file would run is refused by name in both forms", "[pytorch_source]") {
  const TemporaryFolder folder;
  const std::string evil = PickleWriter()
                               .global("os", "system")
                               .raw("(")
                               .text("touch " + (folder / "ran").string())
                               .raw("tR")
                               .stop();
  for (const std::string& bytes : {torch_archive(evil, {}), torch_legacy(evil, {})})
    CHECK_THAT(TorchBin(bytes).refusal(), Contains("\"os.system\""));
  CHECK_FALSE(std::filesystem::exists(folder / "ran"));
}

TEST_CASE("what is no dictionary of tensors is refused", "[pytorch_source]") {
  const auto of = [](const std::string& pickle) {
    return TorchBin(torch_archive(pickle, {})).refusal();
  };
  CHECK_THAT(of(PickleWriter().raw("]").stop()), Contains("expected a dict of tensors"));
  CHECK_THAT(of(PickleWriter().raw("}K\x01Ns").stop()), Contains("expected a tensor's name"));
  CHECK_THAT(of(PickleWriter().raw("}").text("model").raw("}s").stop()),
             Contains("\"model\": expected a tensor, found a dict"));
  CHECK_THAT(of(PickleWriter()
                    .raw("}")
                    .text("w")
                    .global("torch._utils", "_rebuild_tensor_v2")
                    .raw(")Rs")
                    .stop()),
             Contains("\"w\": expected a storage"));
}

TEST_CASE("files that are neither form, or of another byte order, are refused",
          "[pytorch_source]") {
  CHECK_THAT(TorchBin("a pickle").refusal(), Contains("found neither"));
  CHECK_THAT(TorchBin("").refusal(), Contains("found neither"));
  CHECK_THAT(TorchBin(zip_of({{.name = "m/constants.pkl", .bytes = "x"}})).refusal(),
             Contains("data.pkl"));
  CHECK_THAT(TorchBin(zip_of({{.name = "m/data.pkl", .bytes = PickleWriter().raw("}").stop()},
                              {.name = "m/byteorder", .bytes = "big"}}))
                 .refusal(),
             Contains("byteorder: expected little, found \"big\""));
  CHECK_THAT(TorchBin(torch_legacy(PickleWriter().raw("}").stop(), {}, "\x89")).refusal(),
             Contains("little_endian"));
  CHECK_THAT(TorchBin(torch_legacy(PickleWriter().raw("}").stop(), {}) + "more").refusal(),
             Contains("4 bytes follow"));
}

TEST_CASE("bytes at random, in both forms, are read or refused and nothing else",
          "[pytorch_source]") {
  const bool legacy = GENERATE(false, true);
  const char* seconds = std::getenv("ELECTRA_FUZZ_SECONDS");
  const double limit = seconds != nullptr ? std::atof(seconds) : 0.5;
  const std::string good =
      torch_file({matrix("w"), {.name = "b", .key = "1", .count = 2, .shape = {2}, .strides = {1}}},
                 {storage_of("0", six), storage_of<float>("1", {1, 2})}, legacy);
  std::mt19937 random(20260);
  const TemporaryFolder folder;
  const auto start = std::chrono::steady_clock::now();
  const auto elapsed = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  Index read = 0, refused = 0;
  constexpr Index fewest = 500;  // however slow the machine is
  while (elapsed() < limit || read + refused < fewest) {
    std::string bytes = good;
    for (std::uint32_t changes = 1 + random() % 4; changes > 0; --changes) {
      const std::size_t at = random() % bytes.size();
      const std::uint32_t kind = random() % 8;
      if (kind < 5)
        bytes[at] = static_cast<char>(random());
      else if (kind == 5)
        bytes.erase(at, random() % 9);
      else if (kind == 6)
        bytes.insert(at, bytes.substr(random() % bytes.size(), random() % 40));
      else
        bytes.replace(at, 8, little_endian(std::uint64_t{1} << (random() % 64)));
    }
    write_plain(folder / "x", bytes);
    try {
      const TensorSource source = open_pytorch(folder / "x");
      for (const StoredTensor& tensor : source.tensors())
        if (is_floating(tensor.dtype)) (void)values(source, tensor.name);
      ++read;
    } catch (const IoError&) {
      ++refused;
    }
  }
  INFO(read << " files read, " << refused << " refused");
  CHECK(read > 0);
  CHECK(refused > 0);
  if (seconds != nullptr) WARN(read << " files read, " << refused << " refused");
}

TEST_CASE("a long name makes no long message", "[pytorch_source]") {
  const std::string pickle =
      PickleWriter().raw("}").text(std::string(1 << 20, 'a')).raw("Ns").stop();
  CHECK(TorchBin(torch_archive(pickle, {})).refusal().size() < 1000);
}

TEST_CASE("a file that would take much memory takes little", "[pytorch_source]") {
  const std::size_t size = std::size_t{64} << 20;
  for (const char* code : {"N", "]", "(", "}"}) {
    const std::string pickle = PickleWriter().raw(std::string(size, *code)).stop();
    const std::string file = torch_archive(pickle, {});
    const TorchBin bin(file);
    CHECK_THAT(bin.refusal(), Contains("takes at most"));
  }
}
