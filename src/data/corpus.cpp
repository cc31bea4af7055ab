#include "electra/data/corpus.h"

#include <utility>

#include "data/corpus_reading.h"

namespace electra {

bool is_corpus_encoding(std::string_view name) { return is_encoding(name); }

CorpusReader::CorpusReader(const std::filesystem::path& path, CorpusOptions options)
    : reading_(std::make_unique<CorpusReading>(path, std::move(options))) {}

CorpusReader::~CorpusReader() = default;
CorpusReader::CorpusReader(CorpusReader&& other) noexcept = default;
CorpusReader& CorpusReader::operator=(CorpusReader&& other) noexcept = default;

const std::vector<std::filesystem::path>& CorpusReader::files() const { return reading_->files(); }

std::optional<CorpusLine> CorpusReader::next() { return reading_->next(); }

const CorpusFindings& CorpusReader::findings() const { return reading_->findings(); }

CorpusRecord CorpusReader::record() const { return reading_->record(); }

void check_corpus(const std::filesystem::path& path, const CorpusOptions& options) {
  CorpusReading(path, options).check();
}

}  // namespace electra
