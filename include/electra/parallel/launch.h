#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "electra/core/device.h"

namespace electra {

/// What started the ranks of a run, in order of precedence.
enum class Launcher : std::uint8_t {
  flags,       // the command line names rank, size and local rank
  torchrun,    // RANK, WORLD_SIZE, LOCAL_RANK: torchrun and others that set the same
  open_mpi,    // mpirun of Open MPI
  hydra,       // mpiexec of MPICH or Intel MPI
  slurm,       // a step of srun
  one_process  // none of these
};

/// "torchrun", "mpirun", …: as messages name it.
[[nodiscard]] std::string_view to_string(Launcher launcher);

/// Where this process stands among the ranks of its run.
struct Launch {
  Launcher launcher = Launcher::one_process;
  int rank = 0;
  int size = 1;
  int local_rank = 0;  // among the ranks of this machine
  int local_size = 0;  // ranks of this machine; 0: the launcher does not say
  std::string host;    // where rank 0 can be reached; empty: nothing says so
  int port = 0;
  bool has_own_gpu = false;           // CUDA_VISIBLE_DEVICES names one, and not for all ranks
  std::vector<std::string> warnings;  // for people to read

  /// Rank 0 writes logs, checkpoints and exports, and speaks.
  [[nodiscard]] bool leads() const { return rank == 0; }
};

/// What a command line may say of ranks; it wins over every launcher.
struct LaunchFlags {
  std::optional<int> rank = {}, size = {}, local_rank = {};
  std::string master = {};  // host:port
};

/// The value of an environment variable, or nothing.
using Environment = std::function<std::optional<std::string>(const char* name)>;

/// Finds the ranks by the table of docs/distributed.md. Throws ConfigError that names what is
/// missing, not a number, or out of range.
[[nodiscard]] Launch discover_launch(const LaunchFlags& flags, const Environment& environment);
/// In this process's environment.
[[nodiscard]] Launch discover_launch(const LaunchFlags& flags = {});

/// The device of this rank: `configured` is auto, cpu, cuda or, for one process, cuda:N. Ranks of a
/// machine take its GPUs in order. Throws ConfigError where two would share one.
[[nodiscard]] Device device_of(const Launch& launch, std::string_view configured);
/// The same on a machine with so many GPUs.
[[nodiscard]] Device device_of(const Launch& launch, std::string_view configured, int gpus);

}  // namespace electra
