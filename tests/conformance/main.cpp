/// ptx_conformance --record FILE: what instructions do on this machine's first GPU.
/// ptx_conformance --compare FILE …: whether they do what each file recorded; 1 if not. Without
/// files it says that there is nothing to compare with.

#include <cstdio>
#include <exception>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string_view>

#include "instructions.h"

namespace {

using namespace electra::conformance;

int record_to(const char* path) {
  std::ofstream file(path);
  const Recording recording = record();
  write(file, recording);
  file.close();
  if (!file) throw std::runtime_error(std::string(path) + ": could not be written");
  std::printf("%s: %zu instructions on %s\n", path, recording.items.size(), recording.card.c_str());
  return 0;
}

int compare_with(std::span<char*> paths) {
  if (paths.empty()) {
    std::printf("skipped: no recording of a GPU is in the tree (tests/conformance/recorded)\n");
    return 0;
  }
  const Recording here = record();
  std::size_t wrong = 0;
  for (const char* path : paths) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error(std::string(path) + ": could not be read");
    const Recording there = read(file);
    const auto lines = differences(there, here);
    for (const std::string& line : lines) std::printf("%s: %s\n", path, line.c_str());
    std::printf("%s: %s and %s agree in %zu of %zu instructions\n", path, here.card.c_str(),
                there.card.c_str(), there.items.size() - lines.size(), there.items.size());
    wrong += lines.size();
  }
  return wrong == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) try {
  const std::string_view verb = argc > 1 ? argv[1] : "";
  if (verb == "--record" && argc == 3) return record_to(argv[2]);
  if (verb == "--compare") return compare_with({argv + 2, argv + argc});
  std::fprintf(stderr, "usage: ptx_conformance --record FILE | --compare [FILE …]\n");
  return 2;
} catch (const std::exception& error) {
  std::fprintf(stderr, "ptx_conformance: %s\n", error.what());
  return 1;
}
