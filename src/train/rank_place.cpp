#include "train/rank_place.h"

#include <chrono>

namespace electra {

RankPlace::RankPlace(const Launch& launch, const RunConfig& config,
                     const std::filesystem::path& reports, const StopRequest& stop) {
  DeviceChoice choice = choose_device(config.device);
  if (launch.size > 1) choice.device = device_of(launch, config.device);
  remark_ = std::move(choice.remark);
  context_ = Context::create(choice.device, {.threads = config.threads});
  const std::chrono::duration<double> deadline(config.ranks.deadline);
  ranks_ = Communicator::join(launch, *context_,
                              {.deadline = std::chrono::ceil<std::chrono::milliseconds>(deadline),
                               .reports = reports,
                               .stop = stop});
}

bool ended_while_stopping(const Launch& launch, const StopRequest& stop) {
  return launch.size > 1 && stop && stop();
}

}  // namespace electra
