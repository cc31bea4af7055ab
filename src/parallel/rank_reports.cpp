#include "parallel/rank_reports.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>

#include "electra/core/file.h"
#include "electra/core/quantity_text.h"

namespace electra {

namespace {

constexpr std::array<const char*, 4> state_names{"inside", "between", "failed", "left"};

std::string to_file(const RankReport& r) {
  return std::string("state ") + state_names[static_cast<std::size_t>(r.state)] + "\nstep " +
         std::to_string(r.step) + "\ncall " + std::to_string(r.call) + "\noperation " +
         r.operation + "\nreason " + r.reason.substr(0, r.reason.find('\n')) + "\n";
}

RankReport from_file(const std::string& text) {
  RankReport report;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::string key = line.substr(0, line.find(' '));
    const std::string value = line.substr(std::min(line.size(), key.size() + 1));
    if (key == "state")
      for (std::size_t i = 0; i < state_names.size(); ++i)
        if (value == state_names[i]) report.state = static_cast<RankReport::State>(i);
    if (key == "step") report.step = std::stoll(value);
    if (key == "call") report.call = std::stoull(value);
    if (key == "operation") report.operation = value;
    if (key == "reason") report.reason = value;
  }
  return report;
}

/// Between two times of files; never negative.
std::string time_text(std::filesystem::file_time_type::duration duration) {
  return seconds_text(std::max(0.0, std::chrono::duration<double>(duration).count()));
}

}  // namespace

std::string to_string(const RankReport& r) {
  const std::string step = r.step < 0 ? "before step 0" : "step " + std::to_string(r.step);
  if (r.state == RankReport::State::failed) return step + ", stopped: " + r.reason;
  const std::string call = "call " + std::to_string(r.call) + ", " + r.operation;
  if (r.state == RankReport::State::inside) return step + ", in " + call;
  if (r.call == 0) return step + ", before its first call";
  const bool left = r.state == RankReport::State::left;
  return step + (left ? ", has left after " : ", after ") + call;
}

RankReports::RankReports(std::filesystem::path folder, int rank, int size)
    : folder_(std::move(folder)), rank_(rank), size_(size) {
  if (folder_.empty()) return;
  make_folders(folder_);
  write_file(file(rank_), to_file({}));
  came_ = std::filesystem::last_write_time(file(rank_));
}

std::filesystem::path RankReports::file(int rank) const {
  return folder_ / ("rank-" + std::to_string(rank));
}

void RankReports::write(const RankReport& report) const noexcept {
  if (folder_.empty()) return;
  try {
    write_file(file(rank_), to_file(report));
  } catch (...) {  // the others then hear of this rank later, or not at all
    return;
  }
}

std::optional<RankReports::Found> RankReports::read(int rank) const {
  if (folder_.empty()) return std::nullopt;
  try {
    return Found{from_file(read_file(file(rank))), std::filesystem::last_write_time(file(rank))};
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::optional<std::string> RankReports::failure_elsewhere() const {
  for (int rank = 0; rank < size_; ++rank) {
    if (rank == rank_) continue;
    const auto found = read(rank);
    if (found && found->report.state == RankReport::State::failed && found->time >= came_)
      return "rank " + std::to_string(rank) + " has stopped: " + found->report.reason;
  }
  return std::nullopt;
}

std::string RankReports::describe(const RankReport& own) const {
  std::string text;
  const auto here = read(rank_);
  for (int rank = 0; rank < size_; ++rank) {
    text += "\n  rank " + std::to_string(rank);
    const auto found = read(rank);
    if (rank == rank_)
      text += " (this one): " + to_string(own);
    else if (!found || !here)
      text += ": nothing is known of it";
    else if (found->time < came_)  // perhaps of an earlier attempt: who lives writes again
      text += ": nothing since this one came; " + time_text(came_ - found->time) +
              " before: " + to_string(found->report);
    else
      text += ": " + to_string(found->report) + "; last heard of " +
              time_text(here->time - found->time) + " ago";
  }
  return text;
}

std::string RankReports::disagreement(const RankReport& own) const {
  for (int rank = 0; rank < size_; ++rank) {
    const auto found = rank == rank_ ? std::nullopt : read(rank);
    if (found && found->time >= came_ && found->report.state == RankReport::State::inside &&
        found->report.call == own.call && found->report.operation != own.operation)
      return "rank " + std::to_string(rank) + " is in " + found->report.operation;
  }
  return {};
}

}  // namespace electra
