#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "electra/io/checkpoint.h"
#include "electra/pretrain/config.h"
#include "electra/train/run_folder.h"

namespace electra {

/// How a run was made, as its checkpoints keep it.
struct RunOrigin {
  PretrainConfig used = {};   // whole and final
  PretrainConfig asked = {};  // before the data were prepared and minutes chose the steps
  std::string preset = {};    // the one that `asked` began with; empty: not known
};

/// What a checkpoint keeps of it: "config", "config_asked" and "preset".
[[nodiscard]] CheckpointState state_of(const RunOrigin& origin);
/// What the newest checkpoint of the folder says; for those of earlier versions, which say nothing,
/// the folder's config.resolved.json. Throws Error.
[[nodiscard]] RunOrigin origin_of(const RunFolder& folder);

/// Whether a resume may have another value here: train.steps, and what changes nothing that is
/// learned but for rounding.
[[nodiscard]] bool may_change_on_resume(std::string_view path);

/// The configuration that a resume goes on with, and what is to be said of it.
struct Resumption {
  PretrainConfig config;
  std::vector<std::string> remarks = {};
};

/// What a resume is asked for.
struct ResumeRequest {
  PretrainConfig config = {};
  std::string preset = {};  // empty: not named
  bool minutes = false;     // whether minutes are to choose the steps, which a resume keeps
  /// The run was ended before its first checkpoint, so that it begins again with what it has
  /// prepared, and nobody knows any more what it was asked for.
  bool from_start = false;
};

/// The run as it was made, with the values of `now` that may change. Values that the run was first
/// asked for mean what came of them, so that the same command line goes on with the same run.
/// Throws ConfigError that names every other value that differs, as it was and as it is now; and
/// if the values do not fit together. `from_start`: warm-up, falling temperature and steps are
/// those of now, for minutes may have chosen others, and the size of the vocabulary is the prepared
/// one's.
[[nodiscard]] Resumption resume_with(const RunOrigin& before, const ResumeRequest& now);

}  // namespace electra
