#include "electra/data/token_file.h"

#include <catch2/catch.hpp>
#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "data/token_files.h"
#include "data/token_format.h"
#include "electra/core/checksum.h"
#include "electra/core/error.h"
#include "electra/core/file.h"
#include "support/temporary_folder.h"

using namespace electra;
using Catch::Matchers::Contains;
using electra::test::counting_file;
using electra::test::DocumentLengths;
using electra::test::message_of;
using electra::test::TemporaryFolder;
using electra::test::vocabulary_of;

namespace {

const DocumentLengths documents{{3, 1}, {70000}, {2, 5, 7}};
constexpr Index all_tokens = 70018;

/// Writes a good file, lets `damage` change its bytes, and returns what reading all of it says.
std::string message_after(const std::function<void(std::string&)>& damage) {
  const TemporaryFolder folder;
  const auto path = folder / "train.etok";
  (void)counting_file(path, documents);
  std::string bytes = read_file(path);
  damage(bytes);
  write_file(path, bytes);
  const std::string message = message_of<IoError>([&] { TokenFile::open(path).verify(); });
  CHECK_THAT(message, Contains(path.string()));
  return message;
}

/// The same, for a header that was changed by somebody who knows the checksum.
std::string message_after_header(const std::function<void(token_format::Header&)>& change) {
  return message_after([&](std::string& bytes) {
    token_format::Header header;
    std::memcpy(&header, bytes.data(), sizeof header);
    change(header);
    header.checksum = crc32c(
        std::as_bytes(std::span(&header, 1)).first(offsetof(token_format::Header, checksum)));
    std::memcpy(bytes.data(), &header, sizeof header);
  });
}

void flip(std::string& bytes, Index place) { bytes[static_cast<std::size_t>(place)] ^= 1; }

const token_format::Layout layout = token_format::layout_of(2, all_tokens, 6, 3);

}  // namespace

TEST_CASE("a token file keeps tokens, sentences and documents", "[token_file]") {
  const TemporaryFolder folder;
  for (const Index vocabulary_size : {Index{65535}, Index{65536}}) {
    INFO(vocabulary_size);
    const TokenFile file = counting_file(folder / "a.etok", documents, vocabulary_size);
    CHECK(file.counts() == TokenCounts{.tokens = all_tokens, .sentences = 6, .documents = 3});
    CHECK(file.vocabulary().mask == 4);
    CHECK_FALSE(file.vocabulary().unicode_version.empty());
    Index first_token = 0;
    for (Index number = 0; number < 3; ++number) {
      const auto document = file.document(number);
      CHECK(document.first_token == first_token);
      const std::vector<std::uint32_t> lengths(document.lengths.begin(), document.lengths.end());
      CHECK(lengths == documents[static_cast<std::size_t>(number)]);
      for (const auto length : lengths) first_token += length;
    }
    std::vector<std::int32_t> ids(all_tokens);
    file.read(0, ids);
    Index wrong = 0;
    for (Index i = 0; i < all_tokens; ++i)
      wrong += ids[static_cast<std::size_t>(i)] != electra::test::id_at(i, vocabulary_size);
    CHECK(wrong == 0);
    std::vector<std::int32_t> last(2);
    file.read(all_tokens - 2, last);
    CHECK(last == std::vector<std::int32_t>(ids.end() - 2, ids.end()));
    CHECK_NOTHROW(file.verify());
    CHECK(message_of<IoError>([&] { file.read(all_tokens - 1, last); }).size() > 0);
    CHECK(message_of<IoError>([&] { (void)file.document(3); }).size() > 0);
  }
}

TEST_CASE("tokens of 16 bits are used as long as they suffice", "[token_file]") {
  const TemporaryFolder folder;
  (void)counting_file(folder / "short.etok", {{40000}}, 65535);
  (void)counting_file(folder / "long.etok", {{40000}}, 65536);
  CHECK(std::filesystem::file_size(folder / "short.etok") < 100'000);
  CHECK(std::filesystem::file_size(folder / "long.etok") > 160'000);
}

TEST_CASE("another vocabulary is refused, and both are named", "[token_file]") {
  const TemporaryFolder folder;
  (void)counting_file(folder / "a.etok", {{4}}, 100);
  CHECK_NOTHROW(TokenFile::open(folder / "a.etok", vocabulary_of(100)));
  const auto message =
      message_of<IoError>([&] { (void)TokenFile::open(folder / "a.etok", vocabulary_of(101)); });
  std::ostringstream own;
  std::ostringstream other;
  own << std::hex << vocabulary_of(100).hash();
  other << std::hex << vocabulary_of(101).hash();
  CHECK_THAT(message, Contains("another vocabulary") && Contains(own.str()) &&
                          Contains(other.str()) && Contains("of 101 tokens") && Contains("of 100"));
}

TEST_CASE("every damage of a token file has a message", "[token_file]") {
  const TemporaryFolder folder;
  CHECK_THAT(message_of<IoError>([&] { (void)TokenFile::open(folder / "none.etok"); }),
             Contains("none.etok") && Contains("No such file"));
  CHECK_THAT(message_after([](std::string& b) { b.clear(); }),
             Contains("header of 4096 bytes") && Contains("an empty file"));
  CHECK_THAT(message_after([](std::string& b) { b.resize(100); }), Contains("found 100"));
  CHECK_THAT(message_after([](std::string& b) { b = "some text" + std::string(5000, ' '); }),
             Contains("not a token file") && Contains("45 54 4f 4b"));
  CHECK_THAT(message_after([](std::string& b) { b[8] = 9; }),
             Contains("expected format version 1, found 9"));
  CHECK_THAT(message_after([](std::string& b) { flip(b, 20); }),
             Contains("header: damaged: expected the checksum"));
  CHECK_THAT(message_after([](std::string& b) { b.pop_back(); }),
             Contains("truncated: expected") && Contains("bytes, found"));
  CHECK_THAT(message_after([](std::string& b) { b += "x"; }), Contains("bytes, found"));
  CHECK_THAT(message_after([](std::string& b) { flip(b, layout.sentences.begin); }),
             Contains("sentence lengths: damaged"));
  CHECK_THAT(message_after([](std::string& b) { flip(b, layout.documents.begin + 9); }),
             Contains("documents: damaged"));
  CHECK_THAT(message_after([](std::string& b) { flip(b, layout.blocks.begin); }),
             Contains("block checksums: damaged"));
  CHECK_THAT(message_after([](std::string& b) { flip(b, layout.tokens.end() - 1); }),
             Contains("tokens from 65536 on: damaged: expected the checksum"));
  CHECK_THAT(message_after_header([](auto& header) { header.vocabulary_size = 100; }),
             Contains("token 95: expected an id below 100, found 100"));
  CHECK_THAT(message_after_header([](auto& header) { header.tokens = 0; }),
             Contains("expected tokens, found none"));
  CHECK_THAT(message_after_header([](auto& header) { header.tokens = ~std::uint64_t{0} / 2; }),
             Contains("truncated"));
  CHECK_THAT(message_after_header([](auto& header) { header.token_bytes = 3; }),
             Contains("expected tokens of 2 or 4 bytes, found 3"));
}

TEST_CASE("offsets that contradict each other are refused", "[token_file]") {
  const auto after_document_change = [](std::size_t place, std::uint64_t value) {
    return message_after([=](std::string& bytes) {
      const auto begin = static_cast<std::size_t>(layout.documents.begin);
      std::memcpy(bytes.data() + begin + 8 * place, &value, 8);
      token_format::Header header;
      std::memcpy(&header, bytes.data(), sizeof header);
      header.document_checksum = crc32c(
          std::string_view(bytes).substr(begin, static_cast<std::size_t>(layout.documents.bytes)));
      header.checksum = crc32c(
          std::as_bytes(std::span(&header, 1)).first(offsetof(token_format::Header, checksum)));
      std::memcpy(bytes.data(), &header, sizeof header);
    });
  };
  CHECK_THAT(after_document_change(2, 77), Contains("document 1: "));
  CHECK_THAT(after_document_change(3, 5),
             Contains("document 1: expected the first token 4, found 5"));
  CHECK_THAT(after_document_change(6, 5), Contains("document 3: "));
}

TEST_CASE("only what is read is verified", "[token_file]") {
  const TemporaryFolder folder;
  const auto path = folder / "a.etok";
  (void)counting_file(path, documents);
  std::string bytes = read_file(path);
  flip(bytes, layout.tokens.end() - 1);
  write_file(path, bytes);
  const TokenFile file = TokenFile::open(path);
  std::vector<std::int32_t> ids(10);
  CHECK_NOTHROW(file.read(0, ids));
  for (int time = 0; time < 2; ++time)
    CHECK_THAT(message_of<IoError>([&] { file.read(all_tokens - 10, ids); }), Contains("damaged"));
}
