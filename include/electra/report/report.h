#pragma once

#include <filesystem>
#include <string>

namespace electra {

/// A page that shows a run: facts, final metrics, and curves as inline SVG. It needs no network and
/// no script, and reads well on light and dark. Throws IoError if the log (a train.jsonl) is
/// missing or a line before its last is damaged. The log of a run that still goes on will do.
[[nodiscard]] std::string report_html(const std::filesystem::path& train_log);

/// Writes report_html to a file, at once.
void write_report(const std::filesystem::path& train_log, const std::filesystem::path& report);

}  // namespace electra
