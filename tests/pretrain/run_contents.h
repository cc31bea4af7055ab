#pragma once

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "electra/core/file.h"
#include "electra/io/checkpoint.h"
#include "electra/pretrain/pretraining.h"

namespace electra::test {

/// What a run has left, as tests compare it.

inline std::vector<nlohmann::json> log_lines(const PretrainFolder& folder) {
  std::vector<nlohmann::json> lines;
  std::istringstream text(read_file(folder.log()));
  for (std::string line; std::getline(text, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

/// What a log says of the training alone: without times, and without the lines on the run itself.
inline std::vector<nlohmann::json> figures(const PretrainFolder& folder) {
  std::vector<nlohmann::json> kept;
  for (nlohmann::json line : log_lines(folder)) {
    if (line["kind"] == "run" || line["kind"] == "resume") continue;
    for (const char* key :
         {"t", "ms", "tokens_per_second", "tokens_per_second_padded", "memory_bytes", "wall_s"})
      line.erase(key);
    kept.push_back(line);
  }
  return kept;
}

inline std::vector<std::filesystem::path> checkpoints_of(const PretrainFolder& folder) {
  return list_checkpoints(folder.checkpoints());
}

inline void check_same_end(const PretrainFolder& a, const PretrainFolder& b) {
  const std::filesystem::path newest = list_checkpoints(a.checkpoints()).at(0).filename();
  for (const char* file : {"parameters", "moment_1", "moment_2", "metrics"}) {
    INFO(file);
    const auto name = newest / (std::string(file) + ".safetensors");
    CHECK(read_file(a.checkpoints() / name) == read_file(b.checkpoints() / name));
  }
  CHECK(figures(a) == figures(b));
}

}  // namespace electra::test
