#pragma once

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>

#include "electra/core/error.h"
#include "electra/infer/inference_options.h"
#include "support/progress_line.h"

namespace electra {

/// A file of the bundled data of the applications.
inline std::string bundled(const std::string& name) {
  return (std::filesystem::path(ELECTRA_SHARE_DIR) / "applications" / name).string();
}

/// Options of every program that opens an encoder.
struct EncoderOptions {
  std::string directory;
  std::string device = "cpu";
  int threads = 0;

  void add_to(CLI::App& app) {
    app.add_option("model", directory, "Hugging Face directory of an encoder")->required();
    app.add_option("--device", device, "cpu, cuda, cuda:N, or auto: the first usable GPU")
        ->capture_default_str();
    app.add_option("--threads", threads, "of the device cpu; 0: all processors")
        ->capture_default_str();
  }

  /// Texts that are too long lose their end.
  [[nodiscard]] InferenceOptions opening() const {
    const DeviceChoice choice = choose_device(device);
    if (!choice.remark.empty()) say(choice.remark);
    return {.device = choice.device, .threads = threads, .length = LongText::truncate};
  }
};

/// Throws IoError if what was printed cannot be written.
inline void flush_output() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    throw IoError(std::string("standard output: ") + std::strerror(errno));
}

/// Parses the command line and runs. The exit code: what `run` returns, 2 for a fault of the
/// command line or of a value of the configuration, 1 for any other failure; both say why.
inline int run_application(CLI::App& app, int argc, char** argv, const std::function<int()>& run) {
  try {
    app.parse(argc, argv);
    const int code = run();
    flush_output();
    return code;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const ConfigError& error) {
    say(app.get_name() + ": " + error.what());
    return 2;
  } catch (const std::exception& error) {
    say(app.get_name() + ": " + error.what());
    return 1;
  }
}

}  // namespace electra
