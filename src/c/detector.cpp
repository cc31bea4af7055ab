#include "electra/infer/detector.h"

#include "c/result.h"

using namespace electra;

struct electra_detector {
  electra_detector(const char* directory, const InferenceOptions& options)
      : model(directory, options) {}
  Detector model;
};

namespace {

electra_detection detection_of(const Detection& found, ResultMemory& memory) {
  return {.count = found.ids.size(),
          .ids = memory.copy(found.ids),
          .tokens = memory.texts(found.tokens),
          .probabilities = memory.copy(found.probabilities),
          .spans = memory.spans(found.spans),
          .byte_spans = memory.spans(found.byte_spans),
          .left_out = found.left_out};
}

}  // namespace

electra_error* electra_detector_open(const char* directory, const electra_options* options,
                                     electra_detector** detector) {
  return open_model(directory, options, detector);
}

electra_error* electra_detector_run(const electra_detector* detector, const electra_text* texts,
                                    size_t count, const electra_detections** detections) {
  return run_model(
      detector, detections, [&] { return detector->model.detect(strings_of(texts, count)); },
      detection_of);
}

void electra_detector_free(electra_detector* detector) { delete detector; }
void electra_detections_free(const electra_detections* detections) { free_result(detections); }
