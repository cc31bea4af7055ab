#include "electra/io/train_log.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/io/json_lines.h"
#include "io/json.h"
#include "io/log_lines.h"

namespace electra {
namespace {

OrderedJson to_json(const LogRecord& record);

struct ToJson {
  OrderedJson operator()(const LogRecord& record) const { return to_json(record); }
  OrderedJson operator()(const auto& value) const { return value; }
};

OrderedJson to_json(const LogRecord& record) {
  OrderedJson object = OrderedJson::object();
  for (const auto& [key, value] : record.fields()) object[key] = std::visit(ToJson{}, value);
  return object;
}

bool stays(const Json& line, Index step, TrainLog::Evaluation evaluation) {
  const auto kind = line.find("kind");
  const auto is = [&](const char* name) { return kind != line.end() && *kind == name; };
  if (is("end")) return false;
  const auto at = line.find("step");
  if (at == line.end() || !at->is_number()) return true;
  const auto last = static_cast<double>(step);
  const bool repeated = is("evaluation") && evaluation == TrainLog::Evaluation::repeated;
  return repeated ? at->get<double>() < last : at->get<double>() <= last;
}

/// The lines that a run going on from `step` keeps.
std::string kept_lines(const std::string& text, const std::filesystem::path& path, Index step,
                       TrainLog::Evaluation evaluation) {
  std::string kept;
  for_each_log_line(text, path.string(), [&](const Json& object, std::string_view line) {
    if (stays(object, step, evaluation)) kept.append(line) += '\n';
  });
  return kept;
}

/// To the millisecond.
double seconds_since_1970() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto count = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  return static_cast<double>(count) / 1000.0;
}

}  // namespace

LogRecord& LogRecord::add(std::string_view key, double number) {
  if (std::isfinite(number)) fields_.push_back({std::string(key), number});
  return *this;
}

LogRecord& LogRecord::add(std::string_view key, std::int64_t number) {
  fields_.push_back({std::string(key), number});
  return *this;
}

LogRecord& LogRecord::add(std::string_view key, std::uint64_t number) {
  fields_.push_back({std::string(key), number});
  return *this;
}

LogRecord& LogRecord::add(std::string_view key, std::string_view text) {
  fields_.push_back({std::string(key), std::string(text)});
  return *this;
}

LogRecord& LogRecord::add(std::string_view key, Texts texts) {
  fields_.push_back({std::string(key), std::move(texts)});
  return *this;
}

LogRecord& LogRecord::add(std::string_view key, LogRecord record) {
  fields_.push_back({std::string(key), std::move(record)});
  return *this;
}

std::string to_json_line(const LogRecord& record) {
  return to_json(record).dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

std::optional<double> LoggedLine::operator[](std::string_view key) const {
  const auto found = numbers.find(key);
  return found == numbers.end() ? std::nullopt : std::optional(found->second);
}

std::vector<LoggedLine> logged_lines(const std::filesystem::path& path, std::string_view kind,
                                     Index last_step) {
  std::vector<LoggedLine> lines;
  if (!std::filesystem::exists(path)) return lines;
  for_each_log_line(read_file(path), path.string(), [&](const Json& object, std::string_view) {
    if (!object.contains("kind") || object["kind"] != kind) return;
    LoggedLine line;
    for (const auto& [key, value] : object.items())
      if (value.is_number()) line.numbers[key] = value.get<double>();
    const auto step = line["step"];
    if (!step || *step < 0 || *step > static_cast<double>(last_step)) return;
    line.step = static_cast<Index>(*step);
    lines.push_back(std::move(line));
  });
  return lines;
}

TrainLog TrainLog::create(const std::filesystem::path& path) {
  return TrainLog(AppendFile(path, AppendFile::Mode::replace));
}

TrainLog TrainLog::continue_from(const std::filesystem::path& path, Index step,
                                 Evaluation evaluation) {
  if (!std::filesystem::exists(path)) return create(path);
  write_file(path, kept_lines(read_file(path), path, step, evaluation));
  return TrainLog(AppendFile(path, AppendFile::Mode::append));
}

void TrainLog::write(std::string_view kind, const LogRecord& record) {
  LogRecord line;
  line.add("t", seconds_since_1970()).add("kind", kind);
  OrderedJson object = to_json(line);
  object.update(to_json(record));
  file_.write(object.dump(-1, ' ', false, OrderedJson::error_handler_t::replace) + "\n");
}

}  // namespace electra
