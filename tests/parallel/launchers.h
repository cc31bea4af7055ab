#pragma once

#include <map>
#include <optional>
#include <string>

#include "electra/parallel/launch.h"

namespace electra::test {

using Variables = std::map<std::string, std::string>;

inline Launch discovered(const Variables& variables, const LaunchFlags& flags = {}) {
  return discover_launch(flags, [&](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
}

inline Variables with(Variables variables, const Variables& more) {
  for (const auto& [name, value] : more) variables[name] = value;
  return variables;
}

inline std::string address(const Launch& launch) {
  return launch.host + ":" + std::to_string(launch.port);
}

inline const Variables torchrun{{"RANK", "5"},          {"WORLD_SIZE", "8"},
                                {"LOCAL_RANK", "1"},    {"LOCAL_WORLD_SIZE", "4"},
                                {"MASTER_ADDR", "n17"}, {"MASTER_PORT", "29400"}};
inline const Variables mpirun{{"OMPI_COMM_WORLD_RANK", "1"},
                              {"OMPI_COMM_WORLD_SIZE", "2"},
                              {"OMPI_COMM_WORLD_LOCAL_RANK", "1"},
                              {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}};
inline const Variables hydra{{"PMI_RANK", "1"}, {"PMI_SIZE", "4"}, {"MPI_LOCALRANKID", "1"}};
inline const Variables srun{{"SLURM_PROCID", "3"},
                            {"SLURM_STEP_NUM_TASKS", "4"},
                            {"SLURM_LOCALID", "1"},
                            {"SLURM_STEP_NODELIST", "gpu[03,07]"},
                            {"SLURM_JOB_ID", "81234"}};
inline const LaunchFlags by_flags{.rank = 2, .size = 3, .local_rank = 1};

}  // namespace electra::test
