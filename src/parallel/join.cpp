#include <cstdlib>

#include "electra/core/build_config.h"
#include "electra/core/context.h"
#include "electra/core/error.h"
#include "electra/parallel/communicator.h"
#include "parallel/built_with_mpi.h"
#include "parallel/mpi.h"
#include "parallel/nccl.h"

namespace electra {

namespace {

bool started_by_mpi(const Launch& launch) {
  return launch.launcher == Launcher::open_mpi || launch.launcher == Launcher::hydra;
}

/// NCCL's own way: every rank is told where rank 0 listens.
void name_meeting_point(const Launch& launch) {
  if (std::getenv("NCCL_COMM_ID") != nullptr) return;
  if (launch.host.empty())
    throw ConfigError("ranks: " + std::string(to_string(launch.launcher)) +
                      (launch.launcher == Launcher::flags ? " do not" : " does not") +
                      " say where rank 0 can be reached: give --master host:port, set MASTER_ADDR" +
                      (started_by_mpi(launch) ? ", or build with MPI" : ""));
  const std::string address = launch.host + ":" + std::to_string(launch.port);
  ::setenv("NCCL_COMM_ID", address.c_str(), 0);
}

nccl::UniqueId shared_id(const Launch& launch, const RankOptions& options) {
  nccl::UniqueId id{};
  if constexpr (built_with_nccl) {
    if constexpr (built_with_mpi)
      if (started_by_mpi(launch)) {
        if (launch.leads()) id = nccl::make_id();
        mpi::share(launch, id, options);
        return id;
      }
    name_meeting_point(launch);
    id = nccl::make_id();
  }
  return id;
}

std::unique_ptr<Communicator> join_gpus(const Launch& launch, Context& context,
                                        const RankOptions& options) {
  if constexpr (built_with_nccl)
    return nccl::communicator(launch.rank, launch.size, shared_id(launch, options), context,
                              options);
  throw ConfigError("ranks: this libelectra was built without NCCL, which several GPUs need");
}

std::unique_ptr<Communicator> join_cpus(const Launch& launch, const RankOptions& options) {
  if constexpr (built_with_mpi) return mpi::communicator(launch, options);
  throw ConfigError(
      "ranks: this libelectra was built without MPI, which several ranks on CPUs "
      "need: build it with ELECTRA_MPI=ON");
}

}  // namespace

std::unique_ptr<Communicator> Communicator::join(const Launch& launch, Context& context,
                                                 const RankOptions& options) {
  if (launch.size == 1) return single_process();
  if (context.device().type == DeviceType::cpu) return join_cpus(launch, options);
  return join_gpus(launch, context, options);
}

}  // namespace electra
