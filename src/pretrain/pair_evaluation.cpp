#include "electra/pretrain/pair_evaluation.h"

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string>
#include <system_error>

#include "core/system_call.h"
#include "electra/core/error.h"
#include "electra/formats/hugging_face.h"
#include "electra/io/config.h"
#include "electra/parallel/communicator.h"
#include "electra/pretrain/objectives.h"
#include "electra/pretrain/prepared_data.h"
#include "electra/train/trainer.h"
#include "pretrain/initialization.h"

namespace electra {

namespace {

namespace fs = std::filesystem;

/// A folder for what is needed for the moment; goes with this.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (fs::temp_directory_path() / "electra-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) fail_at(name, "cannot be made", errno);
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;  // it is the system's then
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

PretrainConfig config_of(const PretrainFolder& run, const fs::path& text) {
  if (!fs::exists(run.config()))
    throw IoError(run.config().string() +
                  ": expected the configuration of a run of pretraining, found no such file");
  auto config = config_from_file<PretrainConfig>(run.config());
  config.data.corpus = text.string();
  config.data.prepared.clear();
  config.vocabulary.file.clear();
  config.initialize = {.generator = run.generator().string(),
                       .discriminator = run.discriminator().string()};
  config.evaluate.batches = 0;
  return config;
}

}  // namespace

PairEvaluation evaluate_pair(const fs::path& run, const fs::path& text, Context& context,
                             const RunCallbacks& callbacks) {
  const PretrainFolder folder(run);
  PretrainConfig config = config_of(folder, text);
  check_inputs(config);
  const ScratchFolder scratch;
  const PreparedData data(
      config, folder.vocabulary(), scratch.path() / "corpus.etok",
      [&](const std::string& line) {
        if (callbacks.say) callbacks.say(line);
      },
      callbacks.stop_requested, PreparedData::Use::evaluation);
  config.vocabulary.size = data.vocabulary_rows();
  ParameterStore store;
  const auto objective = make_objective(store, config, data.vocabulary().special_ids());
  store.allocate(context, config.precision);
  initialise(config, store, HeadWeights::required);
  const auto alone = Communicator::single_process();
  Trainer trainer(store, *objective, *alone, config);
  const HeldOut all = data.held_out(config);
  return {.documents = data.held_out_documents(),
          .tokens = data.held_out_tokens(),
          .values = trainer.evaluate(*all.source, all.batches, callbacks.stop_requested)};
}

}  // namespace electra
