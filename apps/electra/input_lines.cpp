#include "input_lines.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "electra/core/error.h"
#include "support/lines.h"

namespace electra {

namespace {

/// An open file that is read line by line.
class InputFile {
 public:
  explicit InputFile(const std::string& path)
      : number_(path == "-" ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (number_ < 0) throw IoError(path + ": " + std::strerror(errno));
  }
  ~InputFile() {
    if (number_ != STDIN_FILENO) close(number_);
  }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

}  // namespace

std::string input_name(const std::string& path) { return path == "-" ? "standard input" : path; }

void for_input_lines(const std::string& path,
                     const std::function<void(std::span<const std::string>)>& use) {
  const InputFile file(path);
  for_lines(file.number(), input_name(path), use);
}

std::vector<std::string> input_lines(const std::string& path) {
  std::vector<std::string> all;
  for_input_lines(path, [&](std::span<const std::string> lines) {
    all.insert(all.end(), lines.begin(), lines.end());
  });
  return all;
}

}  // namespace electra
