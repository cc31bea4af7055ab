#include "electra/inspect/attribution.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "electra/core/context.h"
#include "electra/core/error.h"
#include "electra/core/host_copy.h"
#include "electra/formats/hugging_face.h"
#include "electra/formats/hugging_face_config.h"
#include "electra/models/text_model.h"
#include "models/small_pair.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

const std::vector<std::int32_t> ids{2, 11, 30, 11, 64, 3};
const std::vector<std::int32_t> types{0, 0, 0, 1, 1, 1};

struct Case {
  const char* head;
  Index outputs;
};

/// A directory with a small model of this head, whose weights are large enough to matter.
StoredHead save_model(const std::filesystem::path& directory, const Case& of) {
  const StoredHead head{
      .kind = of.head,
      .labels = std::vector<std::string>(std::string(of.head) == "replaced_token" ? 0 : 3, ""),
      .config = {.outputs = of.outputs}};
  StoredHead named = head;
  for (std::size_t i = 0; i < named.labels.size(); ++i)
    named.labels[i] = "label " + std::to_string(i);
  if (std::string(of.head) == "question") named.labels.clear();
  const auto context = Context::create({}, {.threads = 1});
  ParameterStore store;
  const TextModel model(store, network_of(small_model(), Network::discriminator, small_vocabulary),
                        head_kind(of.head), named.config);
  store.allocate(*context, Precision::f32);
  store.initialise(3, 0.4F);
  save_network(directory, model.parts(), store, 0, &named);
  return named;
}

/// The score by inference, with the word vectors of some tokens made longer: a table of as many
/// rows as there are tokens, so that each has its own.
double score_with(const std::filesystem::path& directory, const Case& of, const OutputPlace& place,
                  std::span<const double> lengths) {
  const auto context = Context::create({}, {.threads = 1});
  ParameterStore store;
  NetworkConfig config = read_network_config(directory);
  config.dropout = config.attention_dropout = 0;
  const TextModel model(store, config, head_kind(of.head), {.outputs = of.outputs, .dropout = 0});
  store.allocate(*context, Precision::f64);
  (void)load_network(directory, model.parts(), store);
  const TensorView table = model.tables().word().value;
  const auto width = static_cast<std::size_t>(table.width());
  std::vector<double> rows;
  for (std::size_t i = 0; i < ids.size(); ++i)
    for (std::size_t c = 0; c < width; ++c)
      rows.push_back(lengths[i] *
                     table.data<double>()[static_cast<std::size_t>(ids[i]) * width + c]);
  std::copy(rows.begin(), rows.end(), table.data<double>());
  Arena arena(*context);
  const auto upload = [&](const std::vector<std::int32_t>& values) {
    const TensorView view = arena.allocate({std::ssize(values)}, DType::i32);
    to_device(*context, values, view);
    return view;
  };
  std::vector<std::int32_t> own(ids.size());
  std::iota(own.begin(), own.end(), 0);
  Pass pass{.context = *context,
            .arena = arena,
            .rows = {.batch = 1,
                     .length = std::ssize(ids),
                     .lengths = upload({static_cast<std::int32_t>(ids.size())})},
            .mode = Mode::inference};
  const TensorView answer = model.answer(pass, upload(own), upload(types));
  const Index padded = answer.shape().rank() > 1 ? answer.width() : 1;
  return to_host_f64(*context, answer)[static_cast<std::size_t>(place.row * padded + place.column)];
}

}  // namespace

TEST_CASE("a token's attribution is what the score gains as its word vector grows",
          "[inspect][law]") {
  const auto of = GENERATE(Case{"class", 3}, Case{"linear_class", 3}, Case{"tagging", 3},
                           Case{"question", 2}, Case{"replaced_token", 1});
  CAPTURE(of.head);
  const TemporaryFolder folder;
  (void)save_model(folder.path(), of);
  Attributor attributor(folder.path(), {.precision = Precision::f64, .threads = 1});
  const OutputPlace place{.row = attributor.by_token() ? 4 : 0, .column = of.outputs - 1};
  const Attribution found =
      attributor.attribute(ids, types, [&](std::span<const double>) { return std::vector{place}; });
  REQUIRE(found.tokens.size() == ids.size());
  constexpr double h = 1e-5;
  double sum = 0;
  const auto slope = [&](std::vector<double> lengths, const std::vector<double>& direction) {
    std::vector<double> back = lengths;
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      lengths[i] += h * direction[i];
      back[i] -= h * direction[i];
    }
    return (score_with(folder.path(), of, place, lengths) -
            score_with(folder.path(), of, place, back)) /
           (2 * h);
  };
  const std::vector<double> ones(ids.size(), 1.0);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    std::vector<double> direction(ids.size());
    direction[i] = 1;
    CHECK(found.tokens[i] == Approx(slope(ones, direction)).epsilon(1e-6).margin(1e-9));
    sum += found.tokens[i];
  }
  CHECK(sum == Approx(slope(ones, ones)).epsilon(1e-6).margin(1e-9));
  CHECK(std::abs(found.tokens[2]) > 1e-4);
  CHECK(found.score == Approx(score_with(folder.path(), of, place, ones)).epsilon(1e-9));
  CHECK(found.outputs == attributor.outputs_of(ids, types));
}

TEST_CASE("a score of several numbers has the sum of their attributions", "[inspect][law]") {
  const TemporaryFolder folder;
  (void)save_model(folder.path(), {"question", 2});
  Attributor attributor(folder.path(), {.precision = Precision::f64, .threads = 1});
  const auto of = [&](std::vector<OutputPlace> places) {
    return attributor.attribute(ids, types, [&](std::span<const double>) { return places; });
  };
  const Attribution start = of({{1, 0}}), end = of({{4, 1}}), both = of({{1, 0}, {4, 1}});
  CHECK(both.score == Approx(start.score + end.score));
  for (std::size_t i = 0; i < ids.size(); ++i)
    CHECK(both.tokens[i] == Approx(start.tokens[i] + end.tokens[i]).epsilon(1e-9).margin(1e-12));
}

TEST_CASE("the attention of every query sums to 1, and f32 says what f64 says", "[inspect]") {
  const TemporaryFolder folder;
  (void)save_model(folder.path(), {"class", 3});
  const auto first = [](std::span<const double>) { return std::vector<OutputPlace>{{0, 0}}; };
  Attributor exact(folder.path(), {.precision = Precision::f64, .threads = 1});
  Attributor usual(folder.path(), {.threads = 2});
  const Attribution a = exact.attribute(ids, types, first);
  const Attribution b = usual.attribute(ids, types, first);
  CHECK(a.layers == 2);
  CHECK(a.heads == 2);
  REQUIRE(a.attention.size() == 2 * 2 * ids.size() * ids.size());
  for (std::size_t row = 0; row < a.attention.size(); row += ids.size()) {
    const auto query = std::span(a.attention).subspan(row, ids.size());
    CHECK(std::accumulate(query.begin(), query.end(), 0.0) == Approx(1).epsilon(1e-5));
    CHECK(*std::ranges::min_element(query) > 0);
  }
  for (std::size_t i = 0; i < a.attention.size(); ++i)
    CHECK(b.attention[i] == Approx(a.attention[i]).margin(1e-5));
  for (std::size_t i = 0; i < ids.size(); ++i)
    CHECK(b.tokens[i] == Approx(a.tokens[i]).epsilon(1e-3).margin(1e-5));
}

TEST_CASE("heads without a backward and tokens that do not fit are refused", "[inspect]") {
  const TemporaryFolder folder;
  const auto context = Context::create({}, {.threads = 1});
  ParameterStore store;
  const TextModel model(store, network_of(small_model(), Network::generator, small_vocabulary),
                        head_kind("masked_token"));
  store.allocate(*context, Precision::f32);
  save_network(folder.path(), model.parts(), store, 0);
  CHECK_THAT(message_of<IoError>([&] { const Attributor of(folder.path()); }),
             Contains("config.json: architectures: expected a head of classes") &&
                 Contains("found ElectraForMaskedLM"));
  const TemporaryFolder other;
  (void)save_model(other.path(), {"class", 3});
  Attributor attributor(other.path());
  const std::vector<std::int32_t> long_ids(10, 1), long_types(10, 0), bad{1, 70, 1}, three(3, 0);
  CHECK_THAT(message_of<InputError>([&] { (void)attributor.outputs_of(long_ids, long_types); }),
             Contains("expected 1 to 9 tokens") && Contains("found 10"));
  CHECK_THAT(message_of<InputError>([&] { (void)attributor.outputs_of(bad, three); }),
             Contains("token 1: expected an id below 70") && Contains("found 70"));
}
