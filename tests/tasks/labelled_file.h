#pragma once

#include <filesystem>
#include <string>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/tasks/task.h"
#include "support/temporary_folder.h"

namespace electra::test {

/// A file of one test, read by a task's reader.
class LabelledFile {
 public:
  LabelledFile(const std::string& name, const std::string& text) : path_(folder_ / name) {
    write_file(path_, text);
  }
  [[nodiscard]] Examples read(const std::string& task, const ReadOptions& options = {}) const {
    const TaskInfo& info = task_named(task);
    return info.read(path_, info.kind, options);
  }
  /// What IoError says, without the folder.
  [[nodiscard]] std::string refusal(const std::string& task,
                                    const ReadOptions& options = {}) const {
    return without_folder(message_of<IoError>([&] { (void)read(task, options); }));
  }
  [[nodiscard]] std::string without_folder(std::string text) const {
    const std::string folder = folder_.path().string() + "/";
    for (std::size_t at = text.find(folder); at != std::string::npos; at = text.find(folder))
      text.erase(at, folder.size());
    return text;
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  TemporaryFolder folder_;
  std::filesystem::path path_;
};

}  // namespace electra::test
