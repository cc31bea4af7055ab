#include "parallel/rendezvous.h"

#include <charconv>

#include "electra/core/error.h"

namespace electra {

namespace {

constexpr int usual_port = 29500;  // torchrun's

int port_of(const std::string& text, const std::string& name) {
  int port = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc() || stop != end || port < 1 || port > 65535)
    throw ConfigError(name + ": expected a port from 1 to 65535, found \"" + text + "\"");
  return port;
}

void set_master(Launch& launch, const std::string& master) {
  const std::size_t colon = master.rfind(':');
  if (colon == std::string::npos || colon == 0)
    throw ConfigError("--master: expected host:port, found \"" + master + "\"");
  launch.host = master.substr(0, colon);
  launch.port = port_of(master.substr(colon + 1), "--master");
}

/// By port variables, or nothing. On torchrun's own port its store listens: the next one is ours.
std::optional<int> named_port(const Environment& environment) {
  if (const auto own = environment("ELECTRA_MASTER_PORT"))
    return port_of(*own, "ELECTRA_MASTER_PORT");
  const auto port = environment("MASTER_PORT");
  if (!port) return std::nullopt;
  const bool taken = environment("TORCHELASTIC_USE_AGENT_STORE").value_or("") == "True";
  return port_of(*port, "MASTER_PORT") + (taken ? 1 : 0);
}

/// The same on every rank, and most likely another for another job on the same node.
int job_port(const Environment& environment) {
  const std::string job = environment("SLURM_JOB_ID").value_or("");
  int id = 0;
  (void)std::from_chars(job.data(), job.data() + job.size(), id);
  return usual_port + id % 1000;
}

}  // namespace

void find_rendezvous(Launch& launch, const std::string& master, const Environment& environment) {
  if (!master.empty()) return set_master(launch, master);
  const auto address = environment("MASTER_ADDR");
  const std::optional<int> port = named_port(environment);
  if (launch.launcher == Launcher::torchrun && (!address || !port))
    throw ConfigError("ranks: RANK and WORLD_SIZE need " +
                      std::string(address ? "MASTER_PORT" : "MASTER_ADDR") +
                      ", where rank 0 can be reached; or give --master host:port");
  launch.port = port.value_or(usual_port);
  if (address) {
    launch.host = *address;
  } else if (launch.launcher == Launcher::slurm) {
    launch.host = first_node(environment("SLURM_STEP_NODELIST").value_or(""));
    launch.port = port.value_or(job_port(environment));
  } else if (launch.local_size == launch.size) {
    launch.host = "127.0.0.1";
  }
}

std::string first_node(const std::string& list) {
  std::string name;
  bool inside = false, skip = false;  // inside brackets; behind the first of their numbers
  for (const char c : list) {
    if (c == ',' && !inside) break;
    if (c == '[') {
      inside = true;
    } else if (c == ']') {
      inside = skip = false;
    } else if (inside && (c == ',' || c == '-')) {
      skip = true;
    } else if (!skip) {
      name += c;
    }
  }
  return name;
}

}  // namespace electra
