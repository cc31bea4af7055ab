#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "electra/core/append_file.h"
#include "electra/core/shape.h"

namespace electra {

/// The first record of an event file: TensorFlow's event.proto, version 2, as a framed record
/// (length, masked CRC-32C of it, data, masked CRC-32C of them).
[[nodiscard]] std::string version_record(double wall_time);
/// One scalar as a framed record (event.proto, summary.proto: simple_value).
[[nodiscard]] std::string scalar_record(std::string_view tag, float value, Index step,
                                        double wall_time);
/// Tells readers to forget what earlier files of the folder say of `step` and later.
[[nodiscard]] std::string restart_record(Index step, double wall_time);

/// A TensorBoard event file of scalars; each is with the operating system on return.
class EventFile {
 public:
  /// Creates events.out.tfevents.SECONDS.HOST.PROCESS in the folder; for a run that goes on
  /// from its checkpoint at step `resumed_at`, readers forget later steps. Throws IoError.
  explicit EventFile(const std::filesystem::path& folder,
                     std::optional<Index> resumed_at = std::nullopt);

  void add_scalar(std::string_view tag, double value, Index step);
  [[nodiscard]] const std::filesystem::path& path() const { return file_.path(); }

 private:
  AppendFile file_;
};

}  // namespace electra
