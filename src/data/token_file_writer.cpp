#include "electra/data/token_file_writer.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "data/line_batches.h"
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

/// What a thread makes of a batch of lines.
struct EncodedBatch {
  std::vector<std::int32_t> ids;
  std::vector<std::size_t> ends;  // of each line
  UnknownTokens unknown;          // of all its batches
};

void encode(const LineBatch& batch, const Wordpiece& wordpiece, const StopRequest& stop,
            EncodedBatch& encoded) {
  encoded.ids.clear();
  encoded.ends.clear();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    stop_if(stop);
    wordpiece.append(batch.line(i).text, encoded.ids, encoded.unknown);
    encoded.ends.push_back(encoded.ids.size());
  }
}

void write(const LineBatch& batch, const EncodedBatch& encoded, TokenFileWriter& writer) {
  const std::span<const std::int32_t> ids = encoded.ids;
  for (std::size_t i = 0, begin = 0; i < batch.size(); begin = encoded.ends[i++]) {
    if (batch.line(i).starts_document) writer.begin_document();
    writer.add_sentence(ids.subspan(begin, encoded.ends[i] - begin));
  }
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

template <class Stored>
void TokenFileWriter::add_tokens(std::span<const std::int32_t> ids) {
  while (!ids.empty()) {
    const std::size_t room = (token_format::block_bytes - block_.size()) / sizeof(Stored);
    const auto some = ids.first(std::min(room, ids.size()));
    const std::size_t begin = block_.size();
    block_.resize(begin + some.size() * sizeof(Stored));
    for (std::size_t i = 0; i < some.size(); ++i) {
      const auto stored = static_cast<Stored>(some[i]);
      std::memcpy(&block_[begin + i * sizeof stored], &stored, sizeof stored);
    }
    if (std::ssize(block_) == token_format::block_bytes) finish_block();
    ids = ids.subspan(some.size());
  }
}

void TokenFileWriter::add_sentence(std::span<const std::int32_t> ids) {
  if (ids.empty()) return;
  for (const std::int32_t id : ids)
    if (id < 0 || id >= vocabulary_.size)
      throw Error("token file " + path_.string() + ": expected an id below " +
                  std::to_string(vocabulary_.size) + ", found " + std::to_string(id));
  if (std::exchange(document_is_new_, false)) {
    documents_.insert(documents_.end(),
                      {sentence_lengths_.size(), static_cast<std::uint64_t>(counts_.tokens)});
    ++counts_.documents;
  }
  if (token_bytes_ == 2)
    add_tokens<std::uint16_t>(ids);
  else
    add_tokens<std::int32_t>(ids);
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
  threads = std::max(1, threads);
  std::vector<EncodedBatch> parts(static_cast<std::size_t>(threads));
  each_batch(
      corpus, threads,
      [&](std::size_t thread, const LineBatch& batch) {
        encode(batch, wordpiece, stop, parts[thread]);
      },
      [&](std::size_t thread, const LineBatch& batch) { write(batch, parts[thread], writer); });
  UnknownTokens unknown;
  for (const EncodedBatch& part : parts) unknown += part.unknown;
  check_share(unknown, vocabulary.source());
  return {writer.commit(), std::move(unknown)};
}

}  // namespace electra
