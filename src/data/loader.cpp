#include "electra/data/loader.h"

#include <algorithm>
#include <string>
#include <utility>

#include "electra/core/error.h"
#include "electra/core/random.h"
#include "electra/data/masking.h"

namespace electra {

namespace {

constexpr std::size_t block_documents = 64;  // packed together, independently of other blocks

}  // namespace

Loader::Loader(const TokenFile& tokens, const Vocabulary& vocabulary, std::vector<Index> documents,
               const LoaderOptions& options)
    : tokens_(tokens),
      vocabulary_(vocabulary),
      documents_(std::move(documents)),
      options_(options) {
  if (options_.batch < 1 || options_.batch % options_.ranks != 0)
    throw ConfigError("train.batch: expected a multiple of the " + std::to_string(options_.ranks) +
                      " ranks, found " + std::to_string(options_.batch));
  if (pack(0).empty())
    throw ConfigError(tokens_.path().string() + ": no example can be packed of " +
                      std::to_string(documents_.size()) + " documents");
}

std::vector<PackedExample> Loader::pack(Index epoch) const {
  const PackingOptions packing{
      .length = options_.length, .overflow = options_.overflow, .seed = options_.seed};
  const Index drawn = options_.repack == LoaderOptions::Repack::each_epoch ? epoch : 0;
  std::vector<PackedExample> examples;
  for (std::size_t begin = 0; begin < documents_.size(); begin += block_documents) {
    std::vector<Segment> block;
    for (std::size_t d = begin; d < std::min(begin + block_documents, documents_.size()); ++d)
      block.push_back(tokens_.document(documents_[d]));
    const auto number = static_cast<std::uint32_t>(begin / block_documents);
    std::ranges::move(pack_block(block, packing, static_cast<std::uint32_t>(drawn), number),
                      std::back_inserter(examples));
  }
  return examples;
}

void Loader::shuffle(Epoch& epoch) const {
  RandomStream random(options_.seed, site(Network::none, 0, Place::shuffle), 0,
                      static_cast<std::uint32_t>(epoch.number));
  for (std::size_t i = epoch.examples.size(); i > 1; --i)
    std::swap(epoch.examples[i - 1], epoch.examples[random.below(static_cast<std::uint32_t>(i))]);
}

/// Makes the epoch that holds this example the current one.
void Loader::go_to(Index example) {
  if (example < epoch_.first) epoch_ = {};
  while (epoch_.number < 0 ||
         example >= epoch_.first + static_cast<Index>(epoch_.examples.size())) {
    Epoch next{.number = epoch_.number + 1,
               .first = epoch_.first + static_cast<Index>(epoch_.examples.size()),
               .examples = {}};
    const auto number = static_cast<std::size_t>(next.number);
    const bool skipped =
        number < epoch_sizes_.size() && example >= next.first + epoch_sizes_[number];
    if (skipped) {
      next.examples.resize(static_cast<std::size_t>(epoch_sizes_[number]));
    } else {
      next.examples = pack(next.number);
      if (number == epoch_sizes_.size())
        epoch_sizes_.push_back(static_cast<Index>(next.examples.size()));
      if (options_.order == ExampleOrder::shuffled) shuffle(next);
    }
    epoch_ = std::move(next);
  }
}

void Loader::append(const PackedExample& packed, Examples& to) const {
  const std::size_t begin = to.ids.size();
  Index candidates = 0;
  const auto put = [&](std::int32_t id, std::int32_t type) {
    to.ids.push_back(id);
    to.types.push_back(type);
  };
  const auto put_segment = [&](const Segment& segment, std::int32_t type) {
    for (const TokenRange& piece : segment)
      for (Index i = piece.begin; i < piece.end; ++i) {
        const std::int32_t id = tokens_.token(i);
        const bool special = id == vocabulary_.pad() || id == vocabulary_.cls() ||
                             id == vocabulary_.sep() || id == vocabulary_.mask();
        candidates += special ? 0 : 1;
        put(id, type);
      }
    put(vocabulary_.sep(), type);
  };
  put(vocabulary_.cls(), 0);
  put_segment(packed.a, 0);
  if (!packed.b.empty()) put_segment(packed.b, 1);
  const auto real = static_cast<Index>(to.ids.size() - begin);
  to.ids.resize(begin + static_cast<std::size_t>(options_.length), vocabulary_.pad());
  to.types.resize(to.ids.size(), 0);
  to.lengths.push_back(static_cast<std::int32_t>(real));
  to.mask_counts.push_back(
      static_cast<std::int32_t>(mask_count(real, candidates, options_.mask_share,
                                           max_predictions(options_.mask_share, options_.length))));
}

namespace {

StepTotals totals_of(const Examples& examples) {
  StepTotals totals;
  for (const std::int32_t length : examples.lengths) totals.tokens += length;
  for (const std::int32_t count : examples.mask_counts) totals.masked += count;
  return totals;
}

}  // namespace

StepExamples Loader::at(Index step) {
  Examples all;
  all.length = options_.length;
  for (Index i = 0; i < options_.batch; ++i) {
    const Index example = step * options_.batch + i;
    go_to(example);
    append(epoch_.examples[static_cast<std::size_t>(example - epoch_.first)], all);
  }
  const Index last = (step + 1) * options_.batch - epoch_.first;
  const double part = static_cast<double>(last) / static_cast<double>(epoch_.examples.size());
  const Index share = options_.batch / options_.ranks;
  return {.examples = options_.ranks == 1 ? all : all.slice(share * options_.rank, share),
          .totals = totals_of(all),
          .epoch = static_cast<double>(epoch_.number) + part};
}

std::vector<StepExamples> Loader::in_order(Index most) {
  const std::vector<PackedExample> packed = pack(0);
  std::vector<StepExamples> batches;
  for (std::size_t begin = 0; begin < packed.size();
       begin += static_cast<std::size_t>(options_.batch)) {
    if (most > 0 && static_cast<Index>(batches.size()) == most) break;
    StepExamples batch;
    batch.examples.length = options_.length;
    const std::size_t end =
        std::min(packed.size(), begin + static_cast<std::size_t>(options_.batch));
    for (std::size_t i = begin; i < end; ++i) append(packed[i], batch.examples);
    batch.totals = totals_of(batch.examples);
    batches.push_back(std::move(batch));
  }
  return batches;
}

Prefetcher::Prefetcher(Loader& loader, Index first_step, std::size_t depth)
    : loader_(loader), depth_(depth), thread_([this, first_step] { work(first_step); }) {}

Prefetcher::~Prefetcher() {
  {
    const std::lock_guard lock(mutex_);
    state_ = State::stopping;
  }
  changed_.notify_all();
  thread_.join();
}

void Prefetcher::work(Index step) {
  try {
    while (true) {
      StepExamples examples = loader_.at(step++);
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return ready_.size() < depth_ || state_ == State::stopping; });
      if (state_ == State::stopping) return;
      ready_.push_back(std::move(examples));
      changed_.notify_all();
    }
  } catch (...) {
    const std::lock_guard lock(mutex_);
    failure_ = std::current_exception();
    changed_.notify_all();
  }
}

StepExamples Prefetcher::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !ready_.empty() || failure_; });
  if (ready_.empty()) std::rethrow_exception(failure_);
  StepExamples examples = std::move(ready_.front());
  ready_.pop_front();
  changed_.notify_all();
  return examples;
}

}  // namespace electra
