#include "electra/data/token_file_writer.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <exception>
#include <string>
#include <thread>
#include <utility>

#include "data/token_format.h"
#include "electra/core/checksum.h"
#include "electra/core/error.h"
#include "electra/data/unicode.h"

namespace electra {
namespace {

TokenVocabulary describe(const Vocabulary& vocabulary) {
  return {.hash = vocabulary.hash(),
          .size = vocabulary.size(),
          .pad = vocabulary.pad(),
          .unknown = vocabulary.unknown(),
          .cls = vocabulary.cls(),
          .sep = vocabulary.sep(),
          .mask = vocabulary.mask(),
          .unicode_version = std::string(unicode_version())};
}

token_format::Header header_of(const TokenVocabulary& vocabulary, const TokenCounts& counts) {
  token_format::Header header;
  std::ranges::copy(token_format::magic, header.magic.begin());
  header.version = token_format::version;
  header.vocabulary_hash = vocabulary.hash;
  header.vocabulary_size = static_cast<std::uint64_t>(vocabulary.size);
  header.tokens = static_cast<std::uint64_t>(counts.tokens);
  header.sentences = static_cast<std::uint64_t>(counts.sentences);
  header.documents = static_cast<std::uint64_t>(counts.documents);
  header.special = {vocabulary.pad, vocabulary.unknown, vocabulary.cls, vocabulary.sep,
                    vocabulary.mask};
  vocabulary.unicode_version.copy(header.unicode_version.data(), header.unicode_version.size());
  return header;
}

struct Line {
  std::string text;
  bool starts_document;
};

/// At most about this many bytes of text wait to be tokenised.
constexpr std::size_t batch_bytes = std::size_t{4} << 20U;

std::vector<Line> read_batch(CorpusReader& corpus) {
  std::vector<Line> lines;
  std::size_t bytes = 0;
  while (bytes < batch_bytes) {
    const auto line = corpus.next();
    if (!line) break;
    lines.push_back({std::string(line->text), line->starts_document});
    bytes += line->text.size() + sizeof(Line);
  }
  return lines;
}

using Sentences = std::vector<std::vector<std::int32_t>>;

/// Adds to `unknown` what of the lines became [UNK].
Sentences encode(const std::vector<Line>& lines, const Wordpiece& wordpiece, int threads,
                 UnknownTokens& unknown, const StopRequest& stop) {
  struct Part {
    UnknownTokens unknown;
    std::exception_ptr error;
  };
  constexpr std::size_t portion = 64;
  Sentences sentences(lines.size());
  std::atomic<std::size_t> next{0};
  std::vector<Part> parts(static_cast<std::size_t>(std::max(1, threads)));
  const auto work = [&](Part& part) {
    try {
      for (std::size_t i; (i = next.fetch_add(portion)) < lines.size();)
        for (std::size_t j = i; j < std::min(i + portion, lines.size()); ++j) {
          stop_if(stop);
          sentences[j] = wordpiece.encode(lines[j].text, part.unknown);
        }
    } catch (...) {
      part.error = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < parts.size(); ++i) others.emplace_back(work, std::ref(parts[i]));
    work(parts[0]);
  }
  for (const Part& part : parts) {
    if (part.error) std::rethrow_exception(part.error);
    unknown += part.unknown;
  }
  return sentences;
}

}  // namespace

TokenFileWriter::TokenFileWriter(std::filesystem::path path, const Vocabulary& vocabulary)
    : path_(std::move(path)),
      file_(path_),
      vocabulary_(describe(vocabulary)),
      token_bytes_(vocabulary_.size <= token_format::largest_short_vocabulary ? 2 : 4) {
  block_.reserve(token_format::block_bytes);
  pad_to(token_format::page, 0);
}

void TokenFileWriter::pad_to(Index offset, Index written) {
  file_.write(std::vector<std::byte>(static_cast<std::size_t>(offset - written)));
}

void TokenFileWriter::finish_block() {
  block_checksums_.push_back(crc32c(block_));
  file_.write(block_);
  block_.clear();
}

void TokenFileWriter::add_token(std::int32_t id) {
  if (id < 0 || id >= vocabulary_.size)
    throw Error("token file " + path_.string() + ": expected an id below " +
                std::to_string(vocabulary_.size) + ", found " + std::to_string(id));
  const auto bytes = std::as_bytes(std::span(&id, 1)).first(static_cast<std::size_t>(token_bytes_));
  block_.insert(block_.end(), bytes.begin(), bytes.end());
  if (std::ssize(block_) == token_format::block_bytes) finish_block();
}

void TokenFileWriter::add_sentence(std::span<const std::int32_t> ids) {
  if (ids.empty()) return;
  if (std::exchange(document_is_new_, false)) {
    documents_.insert(documents_.end(),
                      {sentence_lengths_.size(), static_cast<std::uint64_t>(counts_.tokens)});
    ++counts_.documents;
  }
  for (const std::int32_t id : ids) add_token(id);
  sentence_lengths_.push_back(static_cast<std::uint32_t>(ids.size()));
  counts_.tokens += std::ssize(ids);
  ++counts_.sentences;
}

TokenCounts TokenFileWriter::commit() {
  if (counts_.tokens == 0)
    throw IoError("token file " + path_.string() + ": expected tokens to write, found none");
  if (!block_.empty()) finish_block();
  documents_.insert(documents_.end(),
                    {sentence_lengths_.size(), static_cast<std::uint64_t>(counts_.tokens)});
  const auto layout =
      token_format::layout_of(token_bytes_, counts_.tokens, counts_.sentences, counts_.documents);
  auto header = header_of(vocabulary_, counts_);
  header.token_bytes = static_cast<std::uint32_t>(token_bytes_);
  Index written = layout.tokens.end();
  const auto write_section = [&](token_format::Section place, std::span<const std::byte> bytes) {
    pad_to(place.begin, written);
    file_.write(bytes);
    written = place.end();
    return crc32c(bytes);
  };
  header.sentence_checksum =
      write_section(layout.sentences, std::as_bytes(std::span(sentence_lengths_)));
  header.document_checksum = write_section(layout.documents, std::as_bytes(std::span(documents_)));
  header.block_checksum = write_section(layout.blocks, std::as_bytes(std::span(block_checksums_)));
  const auto bytes = std::as_bytes(std::span(&header, 1));
  header.checksum = crc32c(bytes.first(offsetof(token_format::Header, checksum)));
  file_.overwrite(0, bytes);
  file_.commit();
  return counts_;
}

TokenizedCorpus write_token_file(const std::filesystem::path& path, CorpusReader& corpus,
                                 const Wordpiece& wordpiece, const Vocabulary& vocabulary,
                                 int threads, const StopRequest& stop) {
  TokenFileWriter writer(path, vocabulary);
  UnknownTokens unknown;
  while (true) {
    const std::vector<Line> lines = read_batch(corpus);
    if (lines.empty()) break;
    const Sentences sentences = encode(lines, wordpiece, threads, unknown, stop);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (lines[i].starts_document) writer.begin_document();
      writer.add_sentence(sentences[i]);
    }
  }
  check_share(unknown, vocabulary.source());
  return {writer.commit(), std::move(unknown)};
}

}  // namespace electra
