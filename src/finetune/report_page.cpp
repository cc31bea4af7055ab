#include "finetune/report_page.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <numeric>

#include "electra/core/quantity_text.h"
#include "electra/report/page.h"
#include "electra/tasks/scores.h"

namespace electra {

namespace {

constexpr std::size_t most_labels = 40;  // of a confusion matrix
constexpr std::size_t most_wrong = 20;
constexpr Index rounds = 1000;  // of the bootstrap

std::string number(double value, int digits) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

std::string text_of(const ScoreInfo& score, double value) {
  return score.percent ? number(100 * value, 1) + " %" : number(value, 4);
}

/// What a page is made of.
class Builder {
 public:
  Builder(const FinetuneConfig& config, const TaskData& data, const FinetuningResult& result,
          std::span<const Prediction> predictions, const FinetuneFolder& folder,
          const StopRequest& stop)
      : config_(config),
        data_(data),
        result_(result),
        predictions_(predictions),
        folder_(folder),
        stop_(stop),
        scored_{.task = data.task->kind,
                .examples = data.evaluation.examples,
                .labels = data.labels,
                .predictions = predictions} {}

  [[nodiscard]] Page page() const {
    Page page{.title = "Fine-tuning: " + std::string(data_.task->name),
              .lead = config_.model + " on " + config_.files.train + ", judged by " +
                      config_.files.evaluate};
    const ScoreSummary& first = result_.scores.front();
    page.tiles = {{text_of(*first.info, first.mean), std::string(first.info->title)},
                  {count_text(std::ssize(result_.seeds)), "seeds"},
                  {count_text(data_.training.size()), "training examples"},
                  {count_text(data_.evaluation.size()), "evaluation examples"}};
    page.tables = {intervals(), seeds()};
    add_if_filled(confusion_table(), page);
    add_if_filled(label_table(), page);
    add_if_filled(wrong_table(), page);
    page.tables.push_back(facts());
    add_runs(page);
    page.footer =
        "Intervals hold 95 % of 1,000 bootstrap samples of the evaluation file's examples: what "
        "other examples would give, not what another seed would. Scores are of the weights that "
        "were kept, without dropout.";
    return page;
  }

 private:
  static void add_if_filled(PageTable table, Page& page) {
    if (!table.rows.empty()) page.tables.push_back(std::move(table));
  }

  [[nodiscard]] PageTable intervals() const {
    PageTable table{.title = "Scores of the model", .head = {"", "score", "from", "to"}};
    for (const ScoreInterval& each : score_intervals(scored_, rounds, 1, stop_)) {
      const ScoreInfo& info = *each.score.info;
      table.rows.push_back({std::string(info.title), text_of(info, each.score.value),
                            text_of(info, each.low), text_of(info, each.high)});
    }
    table.note = "Of seed " + std::to_string(result_.best) +
                 (result_.seeds.size() > 1 ? ", the best by the first score" : "");
    return table;
  }

  [[nodiscard]] PageTable seeds() const {
    PageTable table{.title = "Seeds", .head = {"seed"}};
    for (const ScoreSummary& score : result_.scores) table.head.emplace_back(score.info->title);
    table.head.insert(table.head.end(), {"begun again", "training", "tokens a second"});
    for (const SeedResult& seed : result_.seeds) {
      std::vector<std::string> row{std::to_string(seed.seed)};
      for (const Score& score : seed.scores) row.push_back(text_of(*score.info, score.value));
      row.push_back(seed.restarts == 0 ? "no" : times(seed.restarts));
      row.push_back(duration_text(seed.seconds));
      row.push_back(count_text(static_cast<Index>(seed.tokens_per_second)));
      table.rows.push_back(std::move(row));
    }
    if (result_.seeds.size() < 2) return table;
    std::vector<std::string> mean{"mean"}, spread{"standard deviation"};
    for (const ScoreSummary& score : result_.scores) {
      mean.push_back(text_of(*score.info, score.mean));
      spread.push_back(text_of(*score.info, score.spread));
    }
    for (auto* row : {&mean, &spread}) {
      row->insert(row->end(), {"", "", ""});
      table.rows.push_back(std::move(*row));
    }
    return table;
  }
  static std::string times(Index count) {
    return count == 1 ? "once" : count_text(count) + " times";
  }

  [[nodiscard]] PageTable confusion_table() const {
    PageTable table{.title = "Confusion matrix", .head = {"right \\ predicted"}};
    const std::vector<Index> counts = confusion(scored_);
    const auto labels = static_cast<std::size_t>(data_.labels.size());
    if (counts.empty() || labels > most_labels) return table;
    for (const std::string& label : data_.labels.names()) table.head.push_back(label);
    for (std::size_t right = 0; right < labels; ++right) {
      const auto row = std::span(counts).subspan(right * labels, labels);
      const auto all = std::max<Index>(1, std::accumulate(row.begin(), row.end(), Index{0}));
      std::vector<std::string> cells{data_.labels.names()[right]};
      std::vector<double> shades;
      for (const Index count : row) {
        cells.push_back(count_text(count));
        shades.push_back(static_cast<double>(count) / static_cast<double>(all));
      }
      table.rows.push_back(std::move(cells));
      table.shades.push_back(std::move(shades));
    }
    return table;
  }

  [[nodiscard]] PageTable label_table() const {
    PageTable table{.title = "Labels", .head = {"label", "precision", "recall", "F1", "examples"}};
    for (const LabelScore& score : label_scores(scored_))
      table.rows.push_back({score.label, number(100 * score.precision, 1) + " %",
                            number(100 * score.recall, 1) + " %", number(100 * score.f1, 1) + " %",
                            count_text(score.support)});
    return table;
  }

  /// An example that the model is wrong about, and how sure it was.
  struct Wrong {
    std::size_t row = 0;
    double surety = 0;
    std::string right, predicted;
  };

  [[nodiscard]] std::vector<Wrong> wrong() const {
    std::vector<Wrong> all;
    for (std::size_t i = 0; i < predictions_.size(); ++i) {
      const Prediction& prediction = predictions_[i];
      const Example& example = data_.evaluation.examples.rows[i];
      if (data_.task->kind == TaskKind::classify) {
        const auto best = std::ranges::max_element(prediction.outputs) - prediction.outputs.begin();
        const std::string& said = data_.labels.names()[static_cast<std::size_t>(best)];
        if (said != example.labels.front())
          all.push_back({i, prediction.outputs[static_cast<std::size_t>(best)],
                         example.labels.front(), said});
      } else if (data_.task->kind == TaskKind::regress) {
        const double off = std::abs(prediction.outputs.front() - example.number);
        all.push_back({i, off, number(example.number, 3), number(prediction.outputs.front(), 3)});
      } else if (data_.task->kind == TaskKind::answer) {
        const auto same = [&](const PassageAnswer& a) { return a.text == prediction.answer; };
        const bool right = example.answers.empty() ? prediction.answer.empty()
                                                   : std::ranges::any_of(example.answers, same);
        if (!right)
          all.push_back({i, prediction.score - prediction.null_score,
                         example.answers.empty() ? "(none)" : example.answers.front().text,
                         prediction.answer.empty() ? "(none)" : prediction.answer});
      }
    }
    std::ranges::stable_sort(all, std::greater<>(), &Wrong::surety);
    if (all.size() > most_wrong) all.resize(most_wrong);
    return all;
  }

  [[nodiscard]] PageTable wrong_table() const {
    PageTable table{.title = data_.task->kind == TaskKind::regress ? "The largest differences"
                                                                   : "Surest and wrong",
                    .head = {"line", "text", "right", "predicted", "surety"},
                    .cells = PageTable::Cells::texts};
    for (const Wrong& each : wrong()) {
      const Example& example = data_.evaluation.examples.rows[each.row];
      std::string text = data_.task->kind == TaskKind::answer ? example.text_b : example.text;
      if (data_.evaluation.examples.pairs) text += " | " + example.text_b;
      table.rows.push_back({example.id.empty() ? std::to_string(example.line) : example.id, text,
                            each.right, each.predicted, number(each.surety, 3)});
    }
    return table;
  }

  [[nodiscard]] PageTable facts() const {
    PageTable table{.title = "How it was made", .cells = PageTable::Cells::texts};
    const auto add = [&](const char* name, std::string value) {
      table.rows.push_back({name, std::move(value)});
    };
    add("epochs", count_text(config_.epochs));
    add("batch", count_text(config_.train.batch));
    add("rate", number(config_.schedule.peak, 6));
    add("layer decay", number(config_.layer_decay, 3));
    add("length", count_text(config_.features.length) + " tokens");
    add("cut", count_text(data_.training.cut) + " training and " +
                   count_text(data_.evaluation.cut) + " evaluation texts were longer");
    return table;
  }

  void add_runs(Page& page) const {
    for (const SeedResult& seed : result_.seeds)
      for (Index restart = 0; restart <= seed.restarts; ++restart) {
        const RunFolder run = folder_.run(seed.seed, restart);
        std::string heading = "Curves of seed " + std::to_string(seed.seed);
        if (restart < seed.restarts)
          heading += ", attempt " + count_text(restart + 1) + ", which learned nothing";
        page.runs.push_back({heading, run.log()});
      }
  }

  const FinetuneConfig& config_;
  const TaskData& data_;
  const FinetuningResult& result_;
  std::span<const Prediction> predictions_;
  const FinetuneFolder& folder_;
  const StopRequest& stop_;
  Scored scored_;
};

}  // namespace

std::string finetuning_page(const FinetuneConfig& config, const TaskData& data,
                            const FinetuningResult& result, std::span<const Prediction> predictions,
                            const FinetuneFolder& folder, const StopRequest& stop) {
  return page_html(Builder(config, data, result, predictions, folder, stop).page());
}

}  // namespace electra
