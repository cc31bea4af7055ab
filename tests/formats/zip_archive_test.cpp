#include "formats/zip_archive.h"

#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "formats/torch_files.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

std::string text_of(const ZipEntry& entry) {
  return {reinterpret_cast<const char*>(entry.bytes.data()), entry.bytes.size()};
}

std::vector<ZipEntry> read(const std::string& file) {
  return read_zip(std::as_bytes(std::span(file)), "some.bin");
}

std::string refusal_of(const std::string& file) {
  const std::string message = message_of<IoError>([&] { (void)read(file); });
  CHECK_THAT(message, Contains("some.bin: "));
  return message;
}

const std::vector<ZipMember>& two() {
  static const std::vector<ZipMember> members{{.name = "m/b", .bytes = "second"},
                                              {.name = "m/a", .bytes = "first"}};
  return members;
}

}  // namespace

TEST_CASE("stored files are found by name, with or without zip64", "[zip_archive]") {
  for (const bool zip64 : {false, true}) {
    const std::string file = zip_of(two(), zip64);
    const std::vector<ZipEntry> entries = read(file);
    REQUIRE(entries.size() == 2);
    REQUIRE(find_entry(entries, "m/b") != nullptr);
    CHECK(text_of(*find_entry(entries, "m/a")) == "first");
    CHECK(text_of(*find_entry(entries, "m/b")) == "second");
    CHECK(find_entry(entries, "m/c") == nullptr);
  }
  CHECK(read(zip_of({})).empty());
}

TEST_CASE("a comment may follow an archive", "[zip_archive]") {
  std::string file = zip_of(two());
  file[file.size() - 2] = 5;
  CHECK(read(file + "PK\x05\x06.").size() == 2);
}

TEST_CASE("a file that is not stored as it is, or twice, is refused by name", "[zip_archive]") {
  CHECK_THAT(refusal_of(zip_of({{.name = "m/a", .bytes = "x", .method = 8}})),
             Contains("\"m/a\"") && Contains("method 8"));
  CHECK_THAT(refusal_of(zip_of({{.name = "m/a", .bytes = "x", .flags = 1}})),
             Contains("\"m/a\"") && Contains("encrypted"));
  CHECK_THAT(refusal_of(zip_of({{.name = "m/a", .bytes = ""}, {.name = "m/a", .bytes = ""}})),
             Contains("\"m/a\"") && Contains("two files"));
}

TEST_CASE("an archive is refused wherever it is cut off", "[zip_archive]") {
  for (const bool zip64 : {false, true}) {
    const std::string file = zip_of(two(), zip64);
    for (std::size_t size = 0; size < file.size(); ++size) (void)refusal_of(file.substr(0, size));
  }
}

TEST_CASE("sizes and places beyond the file are refused", "[zip_archive]") {
  const std::string file = zip_of({{.name = "m/a", .bytes = "first"}}, true);
  const std::size_t extra = file.rfind(std::string("\x01\0\x18\0", 4));
  REQUIRE(extra != std::string::npos);
  for (const std::uint64_t size :
       {std::uint64_t{1} << 60, ~std::uint64_t{0}, std::uint64_t{100000}}) {
    std::string large = file;
    large.replace(extra + 4, 16, little_endian(size) + little_endian(size));
    CHECK_THAT(refusal_of(large), Contains("\"m/a\"") && Contains(std::to_string(size)));
    std::string far = file;
    far.replace(extra + 20, 8, little_endian(size));
    CHECK_THAT(refusal_of(far), Contains("\"m/a\""));
  }
}

TEST_CASE("files that lie on each other are refused", "[zip_archive]") {
  std::string file = zip_of({{.name = "m/a", .bytes = "1st"}, {.name = "m/b", .bytes = "2nd"}});
  const std::size_t first = file.find(std::string("\x01\0\x18\0", 4));
  const std::size_t second = file.rfind(std::string("\x01\0\x18\0", 4));
  file.replace(second + 20, 8, file.substr(first + 20, 8));
  CHECK_THAT(refusal_of(file), Contains("lies where another file lies"));
}
