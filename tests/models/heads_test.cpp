#include "electra/models/heads.h"

#include <catch2/catch.hpp>
#include <set>

#include "electra/core/error.h"
#include "layers/layer_check.h"
#include "models/small_network.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

const HeadConfig three{.outputs = 3};

}  // namespace

TEST_CASE("every head is found by its name, and shares no name with another", "[heads]") {
  std::set<std::string_view> names, architectures;
  for (const HeadKind& kind : head_kinds()) {
    CHECK(&head_kind(kind.name) == &kind);
    CHECK(names.insert(kind.name).second);
    CHECK(architectures.insert(kind.architecture).second);
  }
  const std::string message = message_of<ConfigError>([] { (void)head_kind("heads_up"); });
  CHECK_THAT(message, Contains("found \"heads_up\""));
  for (const std::string_view name : names) CHECK_THAT(message, Contains(std::string(name)));
}

TEST_CASE("the table names the parameters that a head declares, no more and no less",
          "[heads][law]") {
  for (const HeadKind& kind : head_kinds()) {
    CAPTURE(kind.name);
    ParameterStore store;
    const EmbeddingTables tables(ParameterScope(store, "tables", Network::none, 0),
                                 small_network());
    const auto head =
        kind.make(tables, ParameterScope(store, "head", Network::none, 1), small_network(), three);
    std::set<std::string> declared, listed, files;
    for (const Parameter& parameter : store.parameters())
      if (!parameter.name.starts_with("tables/")) declared.insert(parameter.name);
    for (const HeadTensor& tensor : kind.tensors) {
      listed.insert("head/" + std::string(tensor.parameter));
      CHECK(files.emplace(tensor.file).second);
    }
    CHECK(listed == declared);
    CHECK_FALSE(files.contains(std::string(kind.tied_to_word)));
  }
}

TEST_CASE("a head has as many answers as the table says", "[heads][law]") {
  for (const HeadKind& kind : head_kinds()) {
    CAPTURE(kind.name);
    LayerCheck check;
    const EmbeddingTables tables(check.scope() / "tables", small_network());
    const auto head = kind.make(tables, check.scope() / "head", small_network(), three);
    check.begin();
    const HostTensor hidden = random_tensor({LayerCheck::rows, 8}, DType::f64, 1);
    Pass pass = check.pass();
    pass.mode = Mode::inference;
    const TensorView answer = head->answer(pass, hidden);
    const bool by_token = kind.answers == HeadKind::Answers::every_token;
    CHECK(answer.shape()[0] == (by_token ? LayerCheck::rows : LayerCheck::batch));
  }
}
