#include "parallel/rendezvous.h"

#include <charconv>

#include "electra/core/error.h"

namespace electra {

namespace {

constexpr int usual_port = 29500;  // torchrun's
constexpr int highest_port = 65535;

int port_of(const std::string& text, const std::string& name) {
  int port = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc() || stop != end || port < 1 || port > highest_port)
    throw ConfigError(name + ": expected a port from 1 to 65535, found \"" + text + "\"");
  return port;
}

void set_master(Launch& launch, const std::string& master) {
  const std::size_t colon = master.rfind(':');
  const bool has_colon = colon != std::string::npos && colon > 0;
  const bool ipv6 = has_colon && colon > 2 && master.front() == '[' && master[colon - 1] == ']';
  if (!has_colon || (!ipv6 && master.find_first_of(":[]") != colon))
    throw ConfigError("--master: expected host:port, or [address]:port for IPv6, found \"" +
                      master + "\"");
  launch.host = master.substr(0, colon);
  launch.port = port_of(master.substr(colon + 1), "--master");
}

/// A variable's value; an empty one says nothing.
std::optional<std::string> value(const Environment& environment, const char* name) {
  auto text = environment(name);
  if (text && text->empty()) text.reset();
  return text;
}

/// By port variables, or nothing. On torchrun's own port its store listens: the next one is ours.
std::optional<int> named_port(const Environment& environment) {
  if (const auto own = value(environment, "ELECTRA_MASTER_PORT"))
    return port_of(*own, "ELECTRA_MASTER_PORT");
  const auto text = value(environment, "MASTER_PORT");
  if (!text) return std::nullopt;
  const int port = port_of(*text, "MASTER_PORT");
  if (value(environment, "TORCHELASTIC_USE_AGENT_STORE") != "True") return port;
  if (port == highest_port)
    throw ConfigError(
        "MASTER_PORT: expected a port below 65535, because torchrun's store is on that one and the "
        "ranks meet on the next, found 65535; ELECTRA_MASTER_PORT names another");
  return port + 1;
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
  const auto address = value(environment, "MASTER_ADDR");
  const std::optional<int> port = named_port(environment);
  if (launch.launcher == Launcher::torchrun && (!address || !port))
    throw ConfigError("ranks: RANK and WORLD_SIZE need " +
                      std::string(address ? "MASTER_PORT" : "MASTER_ADDR") +
                      ", where rank 0 can be reached; or give --master host:port");
  launch.port = port.value_or(usual_port);
  if (address) {
    const bool bare_ipv6 = address->find(':') != std::string::npos && address->front() != '[';
    launch.host = bare_ipv6 ? "[" + *address + "]" : *address;
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
