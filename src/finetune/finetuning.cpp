#include "electra/finetune/finetuning.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "electra/core/context.h"
#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/core/folder_lock.h"
#include "electra/core/quantity_text.h"
#include "electra/formats/hugging_face_config.h"
#include "electra/formats/tokenizer_files.h"
#include "electra/io/config.h"
#include "electra/train/trainer_config.h"
#include "finetune/attempt.h"
#include "finetune/evaluate_model.h"
#include "finetune/model_folder.h"
#include "finetune/report_page.h"
#include "formats/sentence_modules.h"
#include "train/rank_place.h"

namespace electra {

namespace {

namespace fs = std::filesystem;

/// What a resume may have otherwise: it changes nothing that is learned but for rounding.
bool may_change_on_resume(const std::string& path) {
  return path == "device" || path == "threads" || path.starts_with("ranks.");
}

std::string hash_of_files(const FinetuneConfig& config) {
  return hash_text(read_file(config.files.train) + '\0' + read_file(config.files.evaluate));
}

NetworkConfig network_of(const FinetuneConfig& config) {
  NetworkConfig network = read_network_config(config.model);
  network.dropout = network.attention_dropout = config.dropout;
  if (config.features.length > network.positions)
    throw ConfigError("features.length: expected at most the " + std::to_string(network.positions) +
                      " positions of " + config.model + ", found " +
                      std::to_string(config.features.length));
  return network;
}

/// One rank's part of all seeds.
class Finetuning {
 public:
  Finetuning(const FinetuningOptions& options, FinetuneConfig config, const RunCallbacks& callbacks,
             Context& context, Communicator& ranks)
      : options_(options),
        config_(std::move(config)),
        callbacks_(callbacks),
        folder_{options.out},
        network_(network_of(config_)),
        tokenizer_(load_tokenizer(config_.model)),
        wordpiece_(tokenizer_.vocabulary, tokenizer_.options,
                   AddedTokens(tokenizer_.added, tokenizer_.options)),
        data_(read_task_data(
            config_, wordpiece_, tokenizer_.vocabulary.special_ids(),
            [this, &ranks](const std::string& text) {
              if (ranks.rank() == 0 && callbacks_.say) callbacks_.say(text);
            },
            callbacks.stop_requested)),
        context_(context),
        ranks_(ranks),
        setting_{config_,          data_, folder_,    network_,
                 context,          ranks, callbacks_, hash_of_files(config_),
                 options.arguments} {}

  FinetuningResult run() {
    if (leads()) write_file(folder_.config(), config_to_json(config_) + "\n");
    FinetuningResult result;
    for (Index i = 0; i < config_.seeds; ++i)
      if (!run_seed(config_.seed + static_cast<std::uint64_t>(i), result)) {
        result.end = RunResult::End::interrupted;
        return result;
      }
    summarise(result);
    if (leads()) finish(result);
    ranks_.barrier();
    return result;
  }

 private:
  [[nodiscard]] bool leads() const { return ranks_.rank() == 0; }
  void say(const std::string& text) const {
    if (leads() && callbacks_.say) callbacks_.say(text);
  }

  /// False: interrupted.
  bool run_seed(std::uint64_t asked, FinetuningResult& result) {
    for (Index restart = 0;; ++restart) {
      // No two attempts have the same seed.
      const std::uint64_t seed = asked + static_cast<std::uint64_t>(restart * config_.seeds);
      Attempt attempt(setting_, seed, asked, restart);
      std::optional<AttemptResult> ended = attempt.result();
      if (!ended) ended = attempt.run();
      if (!ended) return false;
      if (ended->failure.empty()) {
        add(asked, restart, *ended, attempt.model(), result);
        return true;
      }
      say("seed " + std::to_string(asked) + ": " + ended->failure);
      if (restart == config_.restarts)
        throw TrainingError("nothing was learned with seed " + std::to_string(asked) + " in " +
                            count_text(restart + 1) + (restart == 0 ? " attempt" : " attempts") +
                            ", the last with a rate of " +
                            number_text(static_cast<float>(ended->rate)) + ": " + ended->failure +
                            "; a lower --rate or other examples may help (" +
                            folder_.runs().string() + ")");
      say("seed " + std::to_string(asked) + " begins again with seed " +
          std::to_string(seed + static_cast<std::uint64_t>(config_.seeds)) + " and a rate of " +
          number_text(static_cast<float>(ended->rate / 3)));
    }
  }

  void add(std::uint64_t seed, Index restarts, const AttemptResult& ended, fs::path model,
           FinetuningResult& result) {
    SeedResult one{.seed = seed,
                   .restarts = restarts,
                   .scores = {},
                   .seconds = ended.seconds,
                   .tokens_per_second = ended.tokens_per_second};
    for (std::size_t i = 0; i < ended.score_keys.size(); ++i) {
      const auto info = std::ranges::find(data_.task->scores, ended.score_keys[i], &ScoreInfo::key);
      if (info != data_.task->scores.end()) one.scores.push_back({&*info, ended.score_values[i]});
    }
    result.seeds.push_back(std::move(one));
    models_.push_back(std::move(model));
  }

  void summarise(FinetuningResult& result) const {
    const std::vector<SeedResult>& seeds = result.seeds;
    const auto n = static_cast<double>(seeds.size());
    for (std::size_t s = 0; s < seeds.front().scores.size(); ++s) {
      double sum = 0, squares = 0;
      for (const SeedResult& seed : seeds) sum += seed.scores[s].value;
      for (const SeedResult& seed : seeds) squares += std::pow(seed.scores[s].value - sum / n, 2);
      result.scores.push_back({.info = seeds.front().scores[s].info,
                               .mean = sum / n,
                               .spread = n > 1 ? std::sqrt(squares / (n - 1)) : 0});
    }
    result.best = seeds[best_of(seeds)].seed;
  }

  static std::size_t best_of(const std::vector<SeedResult>& seeds) {
    std::size_t best = 0;
    const bool more = seeds.front().scores.front().info->better == ScoreInfo::Better::more;
    for (std::size_t i = 1; i < seeds.size(); ++i) {
      const double now = seeds[i].scores.front().value, then = seeds[best].scores.front().value;
      if (more ? now > then : now < then) best = i;
    }
    return best;
  }

  void finish(const FinetuningResult& result) const {
    const std::size_t best = best_of(result.seeds);
    publish_model(models_[best], config_.model, folder_.root);
    if (data_.task->kind == TaskKind::embed)
      save_sentence_modules(folder_.root, {.pooling = config_.head.pooling}, network_.hidden,
                            config_.features.length);
    const StopRequest& stop = callbacks_.stop_requested;
    const std::vector<Prediction> predictions =
        evaluate_model(folder_.root, data_, config_.precision, context_, stop);
    write_file(folder_.report(),
               finetuning_page(config_, data_, result, predictions, folder_, stop));
    say("report: " + folder_.report().string());
    say("model: " + folder_.root.string() +
        (result.seeds.size() > 1 ? ", of seed " + std::to_string(result.best) : std::string()));
  }

  const FinetuningOptions& options_;
  FinetuneConfig config_;
  const RunCallbacks& callbacks_;
  FinetuneFolder folder_;
  NetworkConfig network_;
  StoredTokenizer tokenizer_;
  Wordpiece wordpiece_;
  TaskData data_;
  Context& context_;
  Communicator& ranks_;
  AttemptSetting setting_;
  std::vector<fs::path> models_;  // of finished seeds
};

/// The configuration that is gone on with.
FinetuneConfig resumed(const FinetuningOptions& options, const FinetuneFolder& folder) {
  const FinetuneConfig before = finetune_configuration(folder);
  FinetuneConfig config = before;
  for (const ChangedField& field : changed_fields(before, options.config)) {
    if (!may_change_on_resume(field.path))
      throw ConfigError(field.path + ": expected " + field.before + ", which " +
                        folder.config().string() + " began with, found " + field.now);
    config = with_field_of(config, options.config, field.path);
  }
  return config;
}

FinetuneConfig checked(const FinetuningOptions& options, const FinetuneFolder& folder) {
  if (options.start == Start::resume) return resumed(options, folder);
  check(options.config);
  if (fs::exists(folder.config()))
    throw ConfigError(folder.root.string() +
                      ": there is a fine-tuned model already; resume it, or choose another folder");
  check_free(folder.root);
  return options.config;
}

FinetuningResult interrupted() {
  FinetuningResult result;
  result.end = RunResult::End::interrupted;
  return result;
}

FinetuningResult finetune_as(const Launch& launch, const FinetuningOptions& options,
                             const RunCallbacks& callbacks) {
  const FinetuneFolder folder{options.out};
  std::optional<FolderLock> lock;
  if (launch.leads())
    lock.emplace(options.out,
                 FolderLock::Options{.say = callbacks.say, .stop = callbacks.stop_requested});
  FinetuneConfig config = checked(options, folder);
  (void)micro_batch_of(config, launch.size);
  const RankPlace place(launch, config, folder.root / "ranks", callbacks.stop_requested);
  if (launch.leads() && !place.remark().empty() && callbacks.say) callbacks.say(place.remark());
  return place.run([&] {
    return Finetuning(options, std::move(config), callbacks, place.context(), place.ranks()).run();
  });
}

}  // namespace

RunFolder FinetuneFolder::run(std::uint64_t seed, Index restart) const {
  std::string name = "seed_" + std::to_string(seed);
  if (restart > 0) name += "_restart_" + std::to_string(restart);
  return {.root = runs() / name, .prepared = {}, .exports = {"model"}};
}

FinetuningResult finetune(const FinetuningOptions& options, const RunCallbacks& callbacks) {
  const Launch launch = options.launch ? *options.launch : discover_launch();
  try {
    return finetune_as(launch, options, callbacks);
  } catch (const Interrupted&) {
    return interrupted();
  } catch (const TrainingError&) {  // by another rank, which was asked to stop, too
    if (!ended_while_stopping(launch, callbacks.stop_requested)) throw;
    return interrupted();
  }
}

FinetuneConfig finetune_configuration(const std::string& task, const std::string& model,
                                      const FilesConfig& files,
                                      const std::vector<std::string>& assignments) {
  const TaskInfo& info = task_named(task);
  const NetworkConfig network = read_network_config(model);
  const Index examples = std::ssize(info.read(files.train, info.kind, read_options(files)).rows);
  FinetuneConfig config = finetune_defaults(task, network, examples);
  config.model = model;
  config.files = files;
  for (const std::string& assignment : assignments)
    config = with_assignment(std::move(config), assignment);
  return config;
}

FinetuneConfig finetune_configuration(const FinetuneFolder& folder) {
  return config_from_file<FinetuneConfig>(folder.config());
}

}  // namespace electra
