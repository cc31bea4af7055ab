#include "electra/data/loader.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "data/shuffle.h"
#include "electra/core/error.h"
#include "electra/core/random.h"

namespace electra {
namespace {

bool trains(const LoaderOptions& options) { return options.mode == LoaderOptions::Mode::training; }

void check(const LoaderOptions& options) {
  if (options.batch < 1)
    throw ConfigError("train.batch: expected at least 1, found " + std::to_string(options.batch));
  if (options.ranks < 1 || options.batch % options.ranks != 0)
    throw ConfigError("train.batch: expected a multiple of the " + std::to_string(options.ranks) +
                      " ranks, found " + std::to_string(options.batch));
  if (options.rank < 0 || options.rank >= options.ranks)
    throw ConfigError("expected a rank below " + std::to_string(options.ranks) + ", found " +
                      std::to_string(options.rank));
}

}  // namespace

Loader::Loader(const TokenFile& file, const std::vector<Index>& documents, LoaderOptions options)
    : file_(&file), options_(std::move(options)) {
  check(options_);
  if (documents.empty())
    throw ConfigError(file.path().string() + ": expected documents to read, found none");
  documents_.reserve(documents.size());
  for (const Index number : documents) documents_.push_back(file.document(number));
  epoch_.packing = pack_epoch(0);
  starts_ = {0, epoch_.packing.count()};
  load_epoch(0);
}

Index Loader::epoch_steps() const {
  return (epoch_examples() + options_.batch - 1) / options_.batch;
}

Packing Loader::pack_epoch(Index number) const {
  return pack(
      documents_,
      {.length = options_.length, .carry_overflow = options_.carry_overflow, .seed = options_.seed},
      number);
}

void Loader::load_epoch(Index number) {
  if (epoch_.number == number) return;
  if (options_.repack && epoch_.number >= 0) epoch_.packing = pack_epoch(number);
  epoch_.number = number;
  epoch_.order.resize(static_cast<std::size_t>(epoch_.packing.count()));
  std::iota(epoch_.order.begin(), epoch_.order.end(), 0U);
  if (trains(options_))
    shuffle(epoch_.order, RandomStream(options_.seed, site(Network::none, 0, Place::shuffle), 0,
                                       static_cast<std::uint32_t>(number)));
}

Index Loader::epoch_of(Index example) {
  if (!options_.repack || !trains(options_)) return example / epoch_examples();
  // How many examples an epoch has is known once it is packed; that takes only sentence lengths.
  while (starts_.back() <= example) {
    stop_if(options_.stop);
    load_epoch(static_cast<Index>(starts_.size()) - 1);
    starts_.push_back(starts_.back() + epoch_.packing.count());
  }
  return std::upper_bound(starts_.begin(), starts_.end(), example) - starts_.begin() - 1;
}

Index Loader::start_of(Index epoch) const {
  return options_.repack && trains(options_) ? starts_[static_cast<std::size_t>(epoch)]
                                             : epoch * epoch_examples();
}

double Loader::progress(Index end) const {
  const Index done = end - start_of(epoch_.number);
  return static_cast<double>(epoch_.number) +
         static_cast<double>(done) / static_cast<double>(epoch_.packing.count());
}

StepBatch Loader::at(Index step) {
  if (step < 0 || (!trains(options_) && step >= epoch_steps()))
    throw Error("expected a step from 0 on" +
                (trains(options_) ? "" : " and below " + std::to_string(epoch_steps())) +
                ", found " + std::to_string(step));
  const Index begin = step * options_.batch;
  const Index end = trains(options_) ? begin + options_.batch
                                     : std::min(begin + options_.batch, epoch_examples());
  HostBatch all = none(end - begin);
  for (Index example = begin; example < end; ++example) {
    load_epoch(epoch_of(example));
    const auto place = static_cast<std::size_t>(example - start_of(epoch_.number));
    append(epoch_.packing[epoch_.order[place]], all);
  }
  if (options_.add_columns) options_.add_columns(all);
  StepBatch result{.batch = {}, .totals = totals_of(all), .epoch = progress(end)};
  const Index share_begin = all.count() * options_.rank / options_.ranks;
  const Index share_end = all.count() * (options_.rank + 1) / options_.ranks;
  result.batch =
      options_.ranks == 1 ? std::move(all) : all.slice(share_begin, share_end - share_begin);
  return result;
}

HostBatch Loader::packed() const {
  const Packing packing = pack_epoch(0);
  HostBatch all = none(packing.count());
  for (Index example = 0; example < packing.count(); ++example) append(packing[example], all);
  return all;
}

HostBatch Loader::none(Index capacity) const {
  HostBatch batch;
  batch.length = options_.length;
  const auto positions = static_cast<std::size_t>(capacity * options_.length);
  batch.ids.reserve(positions);
  batch.types.reserve(positions);
  return batch;
}

void Loader::append(const PackedExample& example, HostBatch& to) const {
  const TokenVocabulary& special = file_->vocabulary();
  const auto begin = static_cast<std::ptrdiff_t>(to.ids.size());
  const auto add_segment = [&](std::span<const TokenRange> ranges, std::int32_t type) {
    for (const TokenRange& range : ranges) {
      const std::size_t old = to.ids.size();
      to.ids.resize(old + static_cast<std::size_t>(range.size()));
      file_->read(range.begin, std::span(to.ids).subspan(old));
    }
    to.ids.push_back(special.sep);
    to.types.resize(to.ids.size(), type);
  };
  to.ids.push_back(special.cls);
  add_segment(example.first, 0);
  if (!example.second.empty()) add_segment(example.second, 1);

  to.lengths.push_back(static_cast<std::int32_t>(std::ssize(to.ids) - begin));
  const auto whole = static_cast<std::size_t>(begin + options_.length);
  to.ids.resize(whole, special.pad);
  to.types.resize(whole, 0);
}

}  // namespace electra
