#include "electra/infer/text_embedder.h"

#include "c/result.h"

using namespace electra;

struct electra_text_embedder {
  electra_text_embedder(const char* directory, const InferenceOptions& options,
                        const VectorOptions& vectors = {})
      : model(directory, options, vectors) {}
  TextEmbedder model;
};

namespace {

std::unique_ptr<OwnedResult<electra_vectors>> result_of(const std::vector<TextVector>& found,
                                                        std::size_t dimension) {
  auto result = std::make_unique<OwnedResult<electra_vectors>>();
  ResultMemory& memory = result->memory;
  if (dimension > 0 && found.size() > ~std::size_t{0} / dimension) throw std::bad_alloc();
  float* next = memory.array<float>(found.size() * dimension);
  result->count = found.size();
  result->dimension = dimension;
  result->values = next;
  result->items = memory.array_of(found, [&](const TextVector& text) {
    const float* values = next;
    next = std::ranges::copy(text.values, next).out;
    return electra_vector{text.ids.size(), memory.copy(text.ids), values, text.left_out};
  });
  return result;
}

/// NULL: as the directory says. The names of C are those of C++ from 1 on, as 0 is none of them.
VectorOptions vector_options_of(const electra_vector_options* options) {
  if (options == nullptr) return {};
  check_size(*options, "electra_vector_options_init");
  check_choice(options->pooling, 1 + enum_names(Pooling{}).size(), "pooling");
  check_choice(options->normalise, 3, "normalise");
  VectorOptions vectors;
  if (options->pooling != ELECTRA_POOL_AS_STORED)
    vectors.pooling = static_cast<Pooling>(options->pooling - 1);
  if (options->normalise != ELECTRA_NORMALISE_AS_STORED)
    vectors.normalise = options->normalise == ELECTRA_NORMALISE;
  return vectors;
}

}  // namespace

electra_error* electra_vector_options_init(electra_vector_options* options, size_t size) {
  return guarded([&] { init_options(options, size, "electra_vector_options"); });
}

electra_error* electra_text_embedder_open(const char* directory, const electra_options* options,
                                          electra_text_embedder** embedder) {
  return electra_text_embedder_open_with(directory, options, nullptr, embedder);
}

electra_error* electra_text_embedder_open_with(const char* directory,
                                               const electra_options* options,
                                               const electra_vector_options* vectors,
                                               electra_text_embedder** embedder) {
  return open_model(directory, options, embedder, [&] { return vector_options_of(vectors); });
}

electra_error* electra_text_embedder_dimension(const electra_text_embedder* embedder,
                                               size_t* dimension) {
  return guarded([&] {
    check_given(dimension, "dimension");
    *dimension = 0;
    check_given(embedder, "the model");
    *dimension = static_cast<size_t>(embedder->model.dimension());
  });
}

electra_error* electra_text_embedder_run(const electra_text_embedder* embedder,
                                         const electra_text* texts, size_t count,
                                         const electra_vectors** vectors) {
  return guarded([&] {
    check_given(vectors, "the place of the result");
    *vectors = nullptr;
    check_given(embedder, "the model");
    const std::vector<TextVector> found = embedder->model.embed(strings_of(texts, count));
    *vectors = result_of(found, static_cast<std::size_t>(embedder->model.dimension())).release();
  });
}

void electra_text_embedder_free(electra_text_embedder* embedder) { delete embedder; }
void electra_vectors_free(const electra_vectors* vectors) { free_result(vectors); }
