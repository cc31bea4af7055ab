#include "electra/io/tensorboard.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>

#include "electra/core/checksum.h"
#include "electra/core/file.h"

namespace electra {
namespace {

enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

template <class T>
std::string raw(T value) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value > 127; value >>= 7U) bytes += static_cast<char>(value | 128U);
  return bytes + static_cast<char>(value);
}

std::string key(unsigned field, WireType type) {
  return varint(field << 3U | static_cast<unsigned>(type));
}

std::string message(unsigned field, std::string_view content) {
  return key(field, WireType::bytes) + varint(content.size()) + std::string(content);
}

/// The TFRecord frame.
std::string record(const std::string& data) {
  const auto masked = [](std::string_view bytes) {
    const std::uint32_t checksum = crc32c(bytes);
    return raw<std::uint32_t>((checksum >> 15U | checksum << 17U) + 0xA282EAD8U);
  };
  const std::string length = raw<std::uint64_t>(data.size());
  return length + masked(length) + data + masked(data);
}

/// Event: wall_time 1, step 2.
std::string event(double wall_time, Index step) {
  return key(1, WireType::fixed64) + raw(wall_time) + key(2, WireType::varint) +
         varint(static_cast<std::uint64_t>(step));
}

double now() {
  using Seconds = std::chrono::duration<double>;
  return Seconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
  return name.data();
}

/// Two files of one second get different names: the second one is counted on.
AppendFile create_file(const std::filesystem::path& folder) {
  make_folders(folder);
  for (auto seconds = static_cast<std::int64_t>(now());; ++seconds) {
    const auto path = folder / ("events.out.tfevents." + std::to_string(seconds) + "." +
                                host_name() + "." + std::to_string(::getpid()));
    if (!std::filesystem::exists(path)) return {path, AppendFile::Mode::create_new};
  }
}

}  // namespace

std::string version_record(double wall_time) {
  return record(key(1, WireType::fixed64) + raw(wall_time) + message(3, "brain.Event:2"));
}

std::string scalar_record(std::string_view tag, float value, Index step, double wall_time) {
  const std::string scalar = message(1, tag) + key(2, WireType::fixed32) + raw(value);
  return record(event(wall_time, step) + message(5, message(1, scalar)));
}

std::string restart_record(Index step, double wall_time) {
  const std::string start = key(1, WireType::varint) + varint(1);  // SessionLog: status START
  return record(event(wall_time, step) + message(7, start));
}

EventFile::EventFile(const std::filesystem::path& folder, std::optional<Index> resumed_at)
    : file_(create_file(folder)) {
  file_.write(version_record(now()));
  if (resumed_at) file_.write(restart_record(*resumed_at + 1, now()));
}

void EventFile::add_scalar(std::string_view tag, double value, Index step) {
  file_.write(scalar_record(tag, static_cast<float>(value), step, now()));
}

}  // namespace electra
