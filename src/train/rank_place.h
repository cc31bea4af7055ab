#pragma once

#include <exception>
#include <filesystem>
#include <memory>
#include <string>

#include "electra/core/context.h"
#include "electra/core/interruption.h"
#include "electra/parallel/communicator.h"
#include "electra/parallel/launch.h"
#include "electra/train/run_config.h"

namespace electra {

/// This process's device, and its place among the ranks of a run.
class RankPlace {
 public:
  /// Joins the other ranks, on the device that the configuration and the launch come to; `reports`:
  /// the folder in which ranks say what they do. Throws ConfigError, DeviceError, TrainingError,
  /// Interrupted.
  RankPlace(const Launch& launch, const RunConfig& config, const std::filesystem::path& reports,
            const StopRequest& stop);

  [[nodiscard]] Context& context() const { return *context_; }
  [[nodiscard]] Communicator& ranks() const { return *ranks_; }
  /// What is to be said of the device; may be empty.
  [[nodiscard]] const std::string& remark() const { return remark_; }

  /// What `work` gives. A rank that throws ends all others.
  template <class Work>
  [[nodiscard]] auto run(const Work& work) const {
    try {
      return work();
    } catch (const std::exception& error) {
      ranks_->abort(error.what());
      throw;
    }
  }

 private:
  std::string remark_;
  std::unique_ptr<Context> context_;
  std::unique_ptr<Communicator> ranks_;  // the last: it uses the context
};

/// Whether a rank that was lost ended what was asked to stop anyway: it is no failure then.
[[nodiscard]] bool ended_while_stopping(const Launch& launch, const StopRequest& stop);

}  // namespace electra
