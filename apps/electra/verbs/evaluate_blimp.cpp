#include "verbs/evaluate_blimp.h"

#include <chrono>
#include <nlohmann/json.hpp>

#include "electra/core/quantity_text.h"
#include "electra/core/range.h"
#include "labelled_data.h"
#include "minimal_pairs.h"
#include "model_options.h"
#include "output.h"
#include "support/progress_line.h"
#include "support/stop_signals.h"

namespace electra {

namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

/// Says every few seconds how far it is.
class PairProgress {
 public:
  explicit PairProgress(std::size_t pairs) : pairs_(count_text(static_cast<Index>(pairs))) {}
  ~PairProgress() { line_.close(); }
  PairProgress(const PairProgress&) = delete;
  PairProgress& operator=(const PairProgress&) = delete;

  void show(Index done) {
    if (Clock::now() < next_) return;
    line_.show(count_text(done) + " of " + pairs_ + " pairs");
    next_ = Clock::now() + interval;
  }

 private:
  static constexpr std::chrono::seconds interval{5};

  std::string pairs_;
  ProgressLine line_;
  Clock::time_point next_ = Clock::now() + interval;
};

std::vector<PairCount> counts_of(const MinimalPairs& pairs, const SentenceScorer& scorer) {
  PairProgress progress(pairs.pairs.size());
  return count_pairs(
      pairs, scorer, [&](Index done) { progress.show(done); }, [] { return signal_received != 0; });
}

/// Of those that have pairs.
double mean_share(std::span<const PairCount> counts) {
  double sum = 0, number = 0;
  for (const PairCount& count : counts) {
    if (count.pairs == 0) continue;
    sum += count.share();
    ++number;
  }
  return sum / number;
}

struct BlimpScores {
  std::vector<PhenomenonCount> phenomena;
  double phenomena_mean = 0, paradigms_mean = 0;
  Index paradigms = 0;
  PairCount all;
};

BlimpScores scores_of(const MinimalPairs& pairs, const std::vector<PairCount>& counts) {
  BlimpScores of;
  of.phenomena = by_phenomenon(pairs, counts);
  of.paradigms_mean = mean_share(counts);
  std::vector<PairCount> of_phenomena;
  for (const PhenomenonCount& each : of.phenomena) of_phenomena.push_back(each.count);
  of.phenomena_mean = mean_share(of_phenomena);
  for (const PairCount& count : counts) {
    of.all += count;
    if (count.pairs > 0) ++of.paradigms;
  }
  return of;
}

/// `mean_12` and `mean_67` are called after what BLiMP has, whatever the file has.
void print_object(const BlimpScores& of) {
  Json phenomena = Json::object();
  for (const PhenomenonCount& each : of.phenomena) phenomena[each.name] = each.count.share();
  print_json({{"phenomena", phenomena},
              {"mean_12", of.phenomena_mean},
              {"mean_67", of.paradigms_mean},
              {"pairs", of.all.pairs},
              {"ties", of.all.tied},
              {"cut", of.all.cut}});
}

void print_table(const BlimpScores& of) {
  print_line("phenomenon\tpercent\tpairs");
  const auto row = [](const std::string& name, double share, Index pairs) {
    print_line(text_cell(name) + "\t" + decimal_text(100 * share, 2) + "\t" +
               std::to_string(pairs));
  };
  for (const PhenomenonCount& each : of.phenomena)
    row(each.name, each.count.share(), each.count.pairs);
  row("mean of " + std::to_string(of.phenomena.size()) + " phenomena", of.phenomena_mean,
      of.all.pairs);
  row("mean of " + std::to_string(of.paradigms) + " paradigms", of.paradigms_mean, of.all.pairs);
}

}  // namespace

int evaluate_blimp(const Arguments& arguments) {
  refuse_labelled_options(arguments, "blimp");
  const Index every = arguments.integer("--every").value_or(1);
  check_range("--every", every, from(1));
  const MinimalPairs pairs = read_minimal_pairs(arguments.text("--data"), every);
  const auto scorer =
      open_model<SentenceScorer>(arguments.text("--model"), inference_options(arguments));
  catch_stop_signals();
  std::vector<PairCount> counts;
  try {
    counts = counts_of(pairs, scorer);
  } catch (const Interrupted&) {
    say("interrupted");
    return 128 + signal_received;
  }
  const BlimpScores scores = scores_of(pairs, counts);
  if (scores.all.cut > 0)
    say(count_text(scores.all.cut) + " of " + count_text(scores.all.pairs) +
        " pairs have a sentence that is longer than the model reads, and was cut");
  if (arguments.has("--json"))
    print_object(scores);
  else
    print_table(scores);
  flush_results();
  return 0;
}

}  // namespace electra
