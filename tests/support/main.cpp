/// The entry of every test program: Catch's, and `--write-ctest FILE LABEL`, which writes the test
/// cases to FILE as commands for ctest, labelled with their tags and LABEL. Without a usable GPU
/// the tests tagged [cuda] are skipped, and it says why.

#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "electra/core/build_config.h"
#include "electra/core/device.h"

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

/// ctest starts first what takes longest: on the emulator these are whole steps.
int cost_of(const Catch::TestCaseInfo& test) {
  const std::string tags = test.tagsAsString();
  const auto has = [&](const char* tag) { return tags.find(tag) != std::string::npos; };
  if (has("[slow]") || (has("[cuda]") && (has("[golden]") || has("[pretraining]")))) return 10;
  return has("[cuda]") ? 1 : 0;
}

int write_ctest(const Catch::Config& config, const std::string& program, const std::string& path,
                const std::string& label) {
  std::ofstream file(path);
  for (const Catch::TestCase& test : Catch::getAllTestCasesSorted(config)) {
    if (test.isHidden()) continue;
    file << "add_test(" << quoted(test.name) << ' ' << quoted(program) << ' '
         << quoted(pattern_of(test.name)) << ")\n"
         << "set_tests_properties(" << quoted(test.name) << " PROPERTIES LABELS "
         << quoted(labels_of(test, label)) << " COST "
         << cost_of(test)
         // Tests run side by side: a thread that waits must not spin.
         << " ENVIRONMENT OMP_WAIT_POLICY=passive SKIP_REGULAR_EXPRESSION \"(^|\\n)skipped: \")\n";
  }
  file.close();
  return file ? 0 : 1;
}

/// Whether a test is to be run that needs a GPU.
bool wants_gpu(const Catch::Config& config) {
  for (const Catch::TestCase& test : Catch::getAllTestCasesSorted(config))
    if ((!config.hasTestFilters() || Catch::matchTest(test, config.testSpec(), config)) &&
        test.tagsAsString().find("[cuda]") != std::string::npos)
      return true;
  return false;
}

void skip_without_gpu(Catch::Session& session) {
  if (!electra::built_with_cuda || !wants_gpu(session.config())) return;
  ::setenv("GPU_EMULATOR_DEVICES", "4", 0);  // read at the first call of CUDA
  const electra::DeviceChoice choice = electra::choose_device("auto");
  if (choice.device.type == electra::DeviceType::cuda) return;
  std::cout << "skipped: tests tagged [cuda]; this process " << choice.remark << '\n';
  Catch::ConfigData data = session.configData();
  if (data.testsOrTags.empty()) data.testsOrTags.emplace_back();
  for (std::string& pattern : data.testsOrTags)
    if (pattern != ",") pattern.insert(0, "~[cuda]");
  session.useConfigData(data);
}

}  // namespace

int main(int argc, char** argv) {
  Catch::Session session;
  if (argc == 4 && std::string(argv[1]) == "--write-ctest") {
    const std::string program = std::filesystem::absolute(argv[0]).string();
    return write_ctest(session.config(), program, argv[2], argv[3]);
  }
  if (const int failed = session.applyCommandLine(argc, argv); failed != 0) return failed;
  skip_without_gpu(session);
  return session.run();
}
