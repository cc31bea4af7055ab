#include "data/byte_source.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <string>

#include "data/corpora.h"
#include "data/packed_text.h"
#include "electra/core/checksum.h"
#include "electra/core/error.h"
#include "electra/core/file.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using namespace std::string_literals;
using Catch::Matchers::Contains;

namespace {

std::string read(ByteSource& source) {
  std::string text;
  while (true) {
    const std::string_view piece = source.next();
    if (piece.empty()) return text;
    text += piece;
  }
}

/// What a file of these bytes says, by a name that has no say.
std::string unpacked(const std::string& bytes) {
  const TemporaryFolder folder;
  write_file(folder / "a.txt", bytes);
  ByteSource source(folder / "a.txt");
  const std::string text = read(source);
  CHECK(source.file().bytes() == std::ssize(bytes));
  CHECK(source.file().checksum() == crc32c(bytes));
  CHECK(source.next().empty());
  return text;
}

std::string message_for(const std::string& bytes) {
  const TemporaryFolder folder;
  write_file(folder / "a.txt", bytes);
  const std::string message = message_of<IoError>([&] {
    ByteSource source(folder / "a.txt");
    (void)read(source);
  });
  CHECK_THAT(message, Contains((folder / "a.txt").string()));
  return message;
}

}  // namespace

TEST_CASE("a file is unpacked if its first bytes say that it is packed", "[byte_source]") {
  const std::string large = noise(900'000);
  for (const std::string& text : {std::string("a\nb\n"), std::string(), large}) {
    CHECK(unpacked(text) == text);
    CHECK(unpacked(gzip(text)) == text);
    CHECK(unpacked(zstd(text)) == text);
  }
  CHECK(unpacked(gzip(repeated("a", 3'000'000))) == repeated("a", 3'000'000));
  CHECK(unpacked(zstd(repeated("a", 3'000'000))) == repeated("a", 3'000'000));
}

TEST_CASE("packed streams one after the other are one", "[byte_source]") {
  const std::string large = noise(400'000);
  CHECK(unpacked(gzip("a\n") + gzip("") + gzip("b\n")) == "a\nb\n");
  CHECK(unpacked(gzip(large) + gzip(large)) == large + large);
  CHECK(unpacked(gzip("a\n") + repeated("\0"s, 5000)) == "a\n");
  CHECK(unpacked(zstd("a\n") + zstd("") + zstd("b\n")) == "a\nb\n");
  CHECK(unpacked(skippable_frame("index") + zstd("a\n") + skippable_frame("") + zstd("b\n")) ==
        "a\nb\n");
  CHECK(unpacked(zstd(large) + zstd(large)) == large + large);
  std::string many;
  for (int i = 0; i < 20'000; ++i) many += gzip("x");
  CHECK(unpacked(many) == repeated("x", 20'000));
}

TEST_CASE("a packed file that is cut off or damaged is refused", "[byte_source]") {
  const std::string text = noise(400'000);
  for (const std::string& packed : {gzip(text), zstd(text), gzip("a"), zstd("a")}) {
    for (const std::size_t rest : {packed.size() - 1, packed.size() - 4, packed.size() / 2})
      CHECK_THAT(message_for(packed.substr(0, rest)), Contains("cut off"));
  }
  for (std::string packed : {gzip(text), zstd(text)}) {
    packed[packed.size() / 2] = static_cast<char>(~packed[packed.size() / 2]);
    packed[packed.size() / 2 + 1] = static_cast<char>(~packed[packed.size() / 2 + 1]);
    CHECK_THAT(message_for(packed), Contains("damaged"));
  }
  CHECK_THAT(message_for(gzip("a") + "more"), Contains("damaged") && Contains("not gzip"));
  CHECK_THAT(message_for(zstd("a") + "more"), Contains("damaged"));
}

TEST_CASE("only what can be read more than once is", "[byte_source]") {
  const TemporaryFolder folder;
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK_THAT(message_of<IoError>([&] { ByteSource source(folder / "pipe"); }),
             Contains("regular file"));
  CHECK_THAT(message_of<IoError>([&] { ByteSource source(folder / "none"); }),
             Contains("No such file"));
  CHECK_THAT(message_of<IoError>([&] { ByteSource source(folder.path()); }),
             Contains("Is a directory"));
}
