#include "core/lock_claim.h"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <random>
#include <sstream>

namespace electra {

namespace {

constexpr std::size_t text_bytes = 512;

std::string first_line(const std::filesystem::path& file) {
  std::string line;
  std::ifstream stream(file);
  std::getline(stream, line);
  return line;
}

/// When a process was started, in clock ticks since its machine was; empty: there is none.
std::string start_of(long process) {
  const std::string line = first_line("/proc/" + std::to_string(process) + "/stat");
  const std::size_t name_end = line.rfind(')');  // the name may hold anything
  if (name_end == std::string::npos) return {};
  std::istringstream fields(line.substr(name_end + 1));
  std::string field;
  constexpr int starttime = 20;  // field 22 of proc(5), counted from behind the name
  for (int i = 0; i < starttime; ++i) fields >> field;
  return field;
}

std::string now_text() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

long number(const std::string& text) { return std::strtol(text.c_str(), nullptr, 10); }

void set(LockClaim& claim, std::string_view key, const std::string& value) {
  if (key == "machine") claim.machine = value;
  if (key == "host") claim.host = value;
  if (key == "process") claim.process = number(value);
  if (key == "started") claim.started = value;
  if (key == "since") claim.since = value;
  if (key == "name") claim.name = value;
  if (key == "beat") claim.beat = number(value);
}

}  // namespace

LockClaim own_claim(const std::string& machine) {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  const std::string boot = first_line("/proc/sys/kernel/random/boot_id");
  return {.machine = !machine.empty() ? machine
                     : !boot.empty()  ? boot
                                      : host.data(),
          .host = host.data(),
          .process = ::getpid(),
          .started = start_of(::getpid()),
          .since = now_text(),
          .name = std::to_string(std::random_device()())};
}

std::string to_text(const LockClaim& claim) {
  std::string text = "machine=" + claim.machine + "\nhost=" + claim.host +
                     "\nprocess=" + std::to_string(claim.process) + "\nstarted=" + claim.started +
                     "\nsince=" + claim.since + "\nname=" + claim.name +
                     "\nbeat=" + std::to_string(claim.beat) + "\n";
  text.resize(text_bytes, '\n');
  return text;
}

std::optional<LockClaim> read_claim(const std::filesystem::path& file) {
  LockClaim claim;
  std::ifstream stream(file);
  std::array<char, text_bytes> bytes{};
  stream.read(bytes.data(), bytes.size());
  std::istringstream lines(std::string(bytes.data(), static_cast<std::size_t>(stream.gcount())));
  for (std::string line; std::getline(lines, line);)
    if (const std::size_t equals = line.find('='); equals != std::string::npos)
      set(claim, std::string_view(line).substr(0, equals), line.substr(equals + 1));
  return claim.process > 0 ? std::optional(claim) : std::nullopt;
}

bool is_alive(const LockClaim& claim) {
  return !claim.started.empty() && start_of(claim.process) == claim.started;
}

}  // namespace electra
