#include "electra/data/token_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <thread>

#include "electra/core/checksum.h"
#include "electra/core/error.h"
#include "electra/core/random.h"

namespace electra {

namespace {

constexpr std::array<char, 8> magic{'E', 'L', 'E', 'C', 'T', 'O', 'K', '1'};
constexpr Index largest_narrow = 65536;  // ids that two bytes hold

/// The first 128 bytes of the file; sections follow in the order of their sizes here.
struct Header {
  std::array<char, 8> magic;
  std::uint32_t id_bytes;    // 2 or 4
  std::uint32_t header_crc;  // of the header with this field 0
  std::uint64_t vocabulary_hash;
  std::uint64_t vocabulary_size;
  std::uint64_t tokens;
  std::uint64_t sentences;
  std::uint64_t documents;
  std::uint32_t tokens_crc;
  std::uint32_t sentences_crc;
  std::uint32_t documents_crc;
  std::array<std::uint32_t, 15> unused;
};
static_assert(sizeof(Header) == 128);

std::uint32_t header_checksum(Header header) {
  header.header_crc = 0;
  return crc32c(std::as_bytes(std::span(&header, 1)));
}

Index padded(Index bytes) { return (bytes + 63) / 64 * 64; }

/// Where the sections of a file with this header lie.
struct Sections {
  explicit Sections(const Header& h)
      : token_bytes(static_cast<Index>(h.tokens * h.id_bytes)),
        sentence_bytes(static_cast<Index>((h.sentences + 1) * 8)),
        document_bytes(static_cast<Index>((h.documents + 1) * 8)),
        sentences(static_cast<Index>(sizeof(Header)) + padded(token_bytes)),
        documents(sentences + padded(sentence_bytes)),
        end(documents + document_bytes) {}
  Index token_bytes, sentence_bytes, document_bytes;
  Index sentences, documents, end;
};

/// A tokenised corpus in memory, before it is written.
struct Tokens {
  std::vector<std::int32_t> ids;
  std::vector<std::uint64_t> sentences{0};
  std::vector<std::uint64_t> documents{0};
};

/// Tokenises batches of documents on several threads and appends them in order.
class Tokeniser {
 public:
  Tokeniser(const Encode& encode, int threads) : encode_(encode), threads_(std::max(threads, 1)) {}

  void add(const Document& document) {
    waiting_.push_back(document);
    for (const std::string& line : document) waiting_bytes_ += line.size();
    if (waiting_bytes_ > batch_bytes) flush();
  }

  Tokens take() {
    flush();
    return std::move(tokens_);
  }

 private:
  static constexpr std::size_t batch_bytes = std::size_t{1} << 22;
  using Encoded = std::vector<std::vector<std::int32_t>>;

  void flush() {
    std::vector<Encoded> encoded(waiting_.size());
    const auto work = [&](std::size_t first) {
      for (std::size_t d = first; d < waiting_.size(); d += static_cast<std::size_t>(threads_))
        for (const std::string& line : waiting_[d]) encoded[d].push_back(encode_(line));
    };
    std::vector<std::thread> team;
    for (int t = 1; t < threads_; ++t) team.emplace_back(work, static_cast<std::size_t>(t));
    work(0);
    for (std::thread& thread : team) thread.join();
    for (const Encoded& document : encoded) append(document);
    waiting_.clear();
    waiting_bytes_ = 0;
  }

  void append(const Encoded& document) {
    const std::size_t before = tokens_.sentences.size();
    for (const std::vector<std::int32_t>& sentence : document) {
      if (sentence.empty()) continue;
      tokens_.ids.insert(tokens_.ids.end(), sentence.begin(), sentence.end());
      tokens_.sentences.push_back(tokens_.ids.size());
    }
    if (tokens_.sentences.size() > before)
      tokens_.documents.push_back(tokens_.sentences.size() - 1);
  }

  const Encode& encode_;
  int threads_;
  std::vector<Document> waiting_;
  std::size_t waiting_bytes_ = 0;
  Tokens tokens_;
};

void write_section(AtomicFile& out, std::span<const std::byte> bytes) {
  out.write(bytes);
  const auto size = static_cast<Index>(bytes.size());
  const std::vector<std::byte> zeros(static_cast<std::size_t>(padded(size) - size));
  out.write(zeros);
}

void write(const Tokens& tokens, const Vocabulary& vocabulary, const std::filesystem::path& file) {
  std::vector<std::uint16_t> narrow;
  auto id_bytes = std::as_bytes(std::span(tokens.ids));
  if (vocabulary.size() <= largest_narrow) {
    std::ranges::transform(tokens.ids, std::back_inserter(narrow),
                           [](std::int32_t id) { return static_cast<std::uint16_t>(id); });
    id_bytes = std::as_bytes(std::span(narrow));
  }
  const auto sentences = std::as_bytes(std::span(tokens.sentences));
  const auto documents = std::as_bytes(std::span(tokens.documents));
  Header header{.magic = magic,
                .id_bytes = vocabulary.size() <= largest_narrow ? 2U : 4U,
                .header_crc = 0,
                .vocabulary_hash = vocabulary.hash(),
                .vocabulary_size = static_cast<std::uint64_t>(vocabulary.size()),
                .tokens = tokens.ids.size(),
                .sentences = tokens.sentences.size() - 1,
                .documents = tokens.documents.size() - 1,
                .tokens_crc = crc32c(id_bytes),
                .sentences_crc = crc32c(sentences),
                .documents_crc = crc32c(documents),
                .unused = {}};
  header.header_crc = header_checksum(header);
  AtomicFile out(file);
  out.write(std::as_bytes(std::span(&header, 1)));
  write_section(out, id_bytes);
  write_section(out, sentences);
  out.write(documents);
  out.commit();
}

[[noreturn]] void damaged(const std::filesystem::path& file, const std::string& what) {
  throw IoError(file.string() + ": " + what + "; prepare the corpus again");
}

Header read_header(const MappedFile& file) {
  Header header{};
  if (file.bytes().size() < sizeof header)
    damaged(file.path(), "expected a header of 128 bytes, found a file of " +
                             std::to_string(file.bytes().size()));
  std::memcpy(&header, file.bytes().data(), sizeof header);
  if (header.magic != magic)
    damaged(file.path(), "expected a token file (ELECTOK1), found another");
  if (header.header_crc != header_checksum(header))
    damaged(file.path(), "the header's checksum is wrong");
  const auto found = static_cast<Index>(file.bytes().size());
  if (const Sections sections(header); sections.end != found)
    damaged(file.path(),
            "expected " + std::to_string(sections.end) + " bytes, found " + std::to_string(found));
  return header;
}

std::string hexadecimal(std::uint64_t value) {
  char text[20];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
  return text;
}

}  // namespace

void TokenFile::build(const std::filesystem::path& corpus, const CorpusOptions& options,
                      const Vocabulary& vocabulary, const Encode& encode, int threads,
                      const std::filesystem::path& file) {
  Tokeniser tokeniser(encode, threads);
  read_corpus(corpus, options, [&](const Document& document) { tokeniser.add(document); });
  const Tokens tokens = tokeniser.take();
  if (tokens.ids.empty()) throw IoError(corpus.string() + ": the text has no tokens");
  write(tokens, vocabulary, file);
}

TokenFile::TokenFile(const std::filesystem::path& file, const Vocabulary& vocabulary)
    : file_(file) {
  const Header header = read_header(file_);
  if (header.vocabulary_hash != vocabulary.hash())
    throw IoError(file.string() + ": made with another vocabulary: expected hash " +
                  hexadecimal(vocabulary.hash()) + " (" + std::to_string(vocabulary.size()) +
                  " entries), found " + hexadecimal(header.vocabulary_hash) + " (" +
                  std::to_string(header.vocabulary_size) + " entries)");
  const Sections at(header);
  const auto section = [&](Index begin, Index size, std::uint32_t checksum, const char* name) {
    const auto bytes =
        file_.bytes().subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(size));
    if (crc32c(bytes) != checksum)
      damaged(file_.path(), "the checksum of its " + std::string(name) + " is wrong");
    return bytes;
  };
  const auto ids = section(sizeof(Header), at.token_bytes, header.tokens_crc, "tokens");
  const auto sentences =
      section(at.sentences, at.sentence_bytes, header.sentences_crc, "sentences");
  const auto documents =
      section(at.documents, at.document_bytes, header.documents_crc, "documents");
  tokens_ = static_cast<Index>(header.tokens);
  const auto count = static_cast<std::size_t>(tokens_);
  if (header.id_bytes == 2)
    narrow_ = {reinterpret_cast<const std::uint16_t*>(ids.data()), count};
  else
    wide_ = {reinterpret_cast<const std::int32_t*>(ids.data()), count};
  sentences_ = {reinterpret_cast<const std::uint64_t*>(sentences.data()), sentences.size() / 8};
  documents_ = {reinterpret_cast<const std::uint64_t*>(documents.data()), documents.size() / 8};
  check_ids(vocabulary.size());
}

void TokenFile::check_ids(Index vocabulary) const {
  for (Index i = 0; i < tokens_; ++i)
    if (token(i) < 0 || token(i) >= vocabulary)
      damaged(file_.path(), "token " + std::to_string(i) + ": expected an id below " +
                                std::to_string(vocabulary) + ", found " + std::to_string(token(i)));
}

Segment TokenFile::document(Index number) const {
  const auto d = static_cast<std::size_t>(number);
  Segment sentences;
  for (std::size_t s = documents_[d]; s < documents_[d + 1]; ++s)
    sentences.push_back({static_cast<Index>(sentences_[s]), static_cast<Index>(sentences_[s + 1])});
  return sentences;
}

Index TokenFile::tokens_of_document(Index number) const {
  const auto d = static_cast<std::size_t>(number);
  return static_cast<Index>(sentences_[documents_[d + 1]] - sentences_[documents_[d]]);
}

DocumentSplit split_documents(Index documents, double held_out_share, std::uint64_t seed) {
  if (documents < 2)
    throw ConfigError("data.held_out: expected a corpus of at least 2 documents, found " +
                      std::to_string(documents) + "; documents are separated by empty lines");
  std::vector<std::pair<std::uint32_t, Index>> order;
  for (Index d = 0; d < documents; ++d)
    order.emplace_back(philox(seed, static_cast<std::uint32_t>(d), 0,
                              site(Network::none, 0, Place::held_out), 0)[0],
                       d);
  std::ranges::sort(order);
  const auto wanted =
      static_cast<Index>(std::nearbyint(held_out_share * static_cast<double>(documents)));
  const Index kept = std::clamp<Index>(wanted, 1, documents - 1);
  DocumentSplit split;
  for (Index i = 0; i < documents; ++i)
    (i < kept ? split.held_out : split.training)
        .push_back(order[static_cast<std::size_t>(i)].second);
  std::ranges::sort(split.training);
  std::ranges::sort(split.held_out);
  return split;
}

}  // namespace electra
