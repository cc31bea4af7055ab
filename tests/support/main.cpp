/// The entry of every test program: Catch's, and `--write-ctest FILE LABEL`, which writes the test
/// cases to FILE as commands for ctest, labelled with their tags and LABEL.

#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

std::string quoted(const std::string& text) { return "[==[" + text + "]==]"; }

/// A test's name as a pattern that matches nothing else.
std::string pattern_of(const std::string& name) {
  std::string pattern;
  for (const char letter : name) {
    if (letter == ',' || letter == '[' || letter == ']' || letter == '\\') pattern += '\\';
    pattern += letter;
  }
  return pattern;
}

std::string labels_of(const Catch::TestCaseInfo& test, std::string labels) {
  for (const std::string& tag : test.tags) labels += ";" + tag;
  return labels;
}

int write_ctest(const Catch::Config& config, const std::string& program, const std::string& path,
                const std::string& label) {
  std::ofstream file(path);
  for (const Catch::TestCase& test : Catch::getAllTestCasesSorted(config)) {
    if (test.isHidden()) continue;
    file << "add_test(" << quoted(test.name) << ' ' << quoted(program) << ' '
         << quoted(pattern_of(test.name)) << ")\n"
         << "set_tests_properties(" << quoted(test.name) << " PROPERTIES LABELS "
         << quoted(labels_of(test, label))
         // Tests run side by side: a thread that waits must not spin.
         << " ENVIRONMENT OMP_WAIT_POLICY=passive SKIP_REGULAR_EXPRESSION \"(^|\\n)skipped: \")\n";
  }
  file.close();
  return file ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Catch::Session session;
  if (argc == 4 && std::string(argv[1]) == "--write-ctest") {
    const std::string program = std::filesystem::absolute(argv[0]).string();
    return write_ctest(session.config(), program, argv[2], argv[3]);
  }
  return session.run(argc, argv);
}
