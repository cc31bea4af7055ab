#pragma once

#include "electra/train/progress.h"
#include "electra/train/run.h"
#include "support/progress_line.h"
#include "support/stop_signals.h"

namespace electra {

/// What a program lets people see of a run: sentences, evaluations, a line of progress; a signal
/// asks it to stop. The line must outlive the callbacks.
inline RunCallbacks talk_on(ProgressLine& line) {
  RunCallbacks callbacks;
  callbacks.say = [&line](const std::string& text) {
    line.close();
    say(text);
  };
  callbacks.progress = [&line](const Progress& progress) { line.show(progress_line(progress)); };
  callbacks.evaluated = [&line](Index step, const FigureValues& values) {
    line.close();
    say(evaluation_line(step, values));
  };
  callbacks.stop_requested = [] { return signal_received != 0; };
  return callbacks;
}

}  // namespace electra
