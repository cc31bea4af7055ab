#include "electra/parallel/launch.h"

#include <array>
#include <charconv>
#include <cstdlib>
#include <limits>

#include "electra/core/error.h"
#include "parallel/rendezvous.h"

namespace electra {

namespace {

/// The names under which one launcher tells a rank where it stands.
struct Names {
  Launcher launcher;
  const char* rank;
  const char* size;
  const char* local_rank;
  const char* local_size;  // nullptr: nothing that can be relied on
};

constexpr std::array groups{
    Names{Launcher::torchrun, "RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"},
    Names{Launcher::open_mpi, "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE",
          "OMPI_COMM_WORLD_LOCAL_RANK", "OMPI_COMM_WORLD_LOCAL_SIZE"},
    Names{Launcher::hydra, "PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID", "MPI_LOCALNRANKS"},
    Names{Launcher::slurm, "SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID", nullptr},
};
constexpr Names flag_names{Launcher::flags, "--rank", "--world-size", "--local-rank", nullptr};

/// What one launcher says, as far as it says it.
struct Group {
  Names names;
  std::optional<int> rank = {}, size = {}, local_rank = {}, local_size = {};

  [[nodiscard]] bool complete() const { return rank && size && local_rank; }
  /// A single process needs nobody to say where it stands.
  [[nodiscard]] bool alone() const {
    return size == 1 && rank.value_or(0) == 0 && local_rank.value_or(0) == 0;
  }
  [[nodiscard]] bool empty() const { return !rank && !size && !local_rank; }
};

std::optional<int> number(const char* name, const Environment& environment) {
  if (name == nullptr) return std::nullopt;
  const std::optional<std::string> text = environment(name);
  if (!text || text->empty()) return std::nullopt;
  int value = 0;
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, value);
  if (error != std::errc() || stop != end || value < 0)
    throw ConfigError(std::string(name) + ": expected a number, found \"" + *text + "\"");
  return value;
}

Group read(const Names& names, const Environment& environment) {
  // A batch script has SLURM_PROCID, too; only a step of srun has its number of tasks.
  if (names.launcher == Launcher::slurm && !environment(names.size)) return {.names = names};
  return {.names = names,
          .rank = number(names.rank, environment),
          .size = number(names.size, environment),
          .local_rank = number(names.local_rank, environment),
          .local_size = number(names.local_size, environment)};
}

std::string missing(const Group& group) {
  std::string text;
  for (const auto& [value, name] :
       {std::pair{group.rank, group.names.rank}, std::pair{group.size, group.names.size},
        std::pair{group.local_rank, group.names.local_rank}})
    if (!value) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

[[noreturn]] void fail_incomplete(const Group& group) {
  throw ConfigError("ranks: expected " + std::string(group.names.rank) + ", " + group.names.size +
                    " and " + group.names.local_rank + " together, found no " + missing(group));
}

/// Whether what both say is the same.
bool agree(const Group& a, const Group& b) {
  const auto same = [](const std::optional<int>& x, const std::optional<int>& y) {
    return !x || !y || *x == *y;
  };
  return same(a.rank, b.rank) && same(a.size, b.size) && same(a.local_rank, b.local_rank);
}

void check(const Group& group) {
  const auto expect = [](bool condition, const char* name, const std::string& expected, int found) {
    if (!condition)
      throw ConfigError(std::string(name) + ": expected " + expected + ", found " +
                        std::to_string(found));
  };
  const Names& n = group.names;
  expect(*group.size >= 1, n.size, "1 or more", *group.size);
  expect(*group.rank < *group.size, n.rank,
         "a rank below " + std::string(n.size) + " = " + std::to_string(*group.size), *group.rank);
  const int local = group.local_size.value_or(*group.size);
  expect(*group.local_rank < local, n.local_rank, "a rank below " + std::to_string(local),
         *group.local_rank);
}

/// The first complete group wins; the others must not contradict it without a word. Without one, a
/// part that says "one process" is enough.
Launch choose(const std::vector<Group>& found) {
  Launch launch;
  const Group* chosen = nullptr;
  for (const Group& group : found)
    if (chosen == nullptr && group.complete()) chosen = &group;
  for (const Group& group : found) {
    if (&group == chosen || group.empty()) continue;
    if (chosen != nullptr ? agree(group, *chosen) : group.alone()) continue;
    if (!group.complete()) fail_incomplete(group);
    launch.warnings.push_back(std::string(chosen->names.rank) + " and " + group.names.rank +
                              " disagree about the ranks: " + chosen->names.rank + " counts");
  }
  if (chosen == nullptr) return launch;
  check(*chosen);
  launch.launcher = chosen->names.launcher;
  launch.rank = *chosen->rank;
  launch.size = *chosen->size;
  launch.local_rank = *chosen->local_rank;
  launch.local_size = chosen->local_size.value_or(0);
  return launch;
}

}  // namespace

std::string_view to_string(Launcher launcher) {
  static constexpr std::array<std::string_view, 6> names{"flags",   "torchrun", "mpirun",
                                                         "mpiexec", "srun",     "one process"};
  return names[static_cast<std::size_t>(launcher)];
}

Launch discover_launch(const LaunchFlags& flags, const Environment& environment) {
  std::vector<Group> found{{.names = flag_names,
                            .rank = flags.rank,
                            .size = flags.size,
                            .local_rank = flags.local_rank,
                            .local_size = std::nullopt}};
  for (const Names& names : groups) found.push_back(read(names, environment));
  Launch launch = choose(found);
  const auto visible = environment("CUDA_VISIBLE_DEVICES");
  // torchrun shows all of its ranks the same GPUs: one is then one for all of them.
  launch.has_own_gpu = launch.launcher != Launcher::torchrun && visible && !visible->empty() &&
                       visible->find(',') == std::string::npos;
  if (launch.size > 1) find_rendezvous(launch, flags.master, environment);
  return launch;
}

Launch discover_launch(const LaunchFlags& flags) {
  return discover_launch(flags, [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  });
}

}  // namespace electra
