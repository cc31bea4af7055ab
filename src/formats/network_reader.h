#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "electra/core/parameters.h"
#include "electra/formats/hugging_face.h"
#include "electra/formats/weights.h"
#include "formats/hugging_face_names.h"

namespace electra {

/// One network's weights in a directory: all of them are found and fit before one is read. The
/// parts and the store must outlive it; the store need not be allocated until `read_into`.
class NetworkReader {
 public:
  /// Throws IoError as `load_network` does.
  NetworkReader(const std::filesystem::path& directory, const NetworkParts& network,
                const ParameterStore& store, HeadWeights head);

  /// Into the store's weights, in the form in which it keeps them. Throws IoError that names a
  /// value that is not finite.
  void read_into(ParameterStore& store) const;
  /// The same of every value, and nothing is kept.
  void check_values() const;
  /// The first parameter that both have and whose values differ; empty if there is none.
  [[nodiscard]] std::string first_difference(const NetworkReader& other) const;
  [[nodiscard]] const StoredNetwork& taken() const { return taken_; }

 private:
  struct Found {
    NamedPiece piece;
    const StoredTensor* tensor = nullptr;
  };

  [[noreturn]] void fail(const std::string& name, const std::string& what) const;
  void find_all(HeadWeights head);
  void find(NamedPiece piece);
  [[nodiscard]] bool stores_a_head() const;
  [[nodiscard]] bool is_of_another_head(const std::string& tensor) const;
  [[noreturn]] void refuse_another_head(const std::filesystem::path& directory) const;
  void check_head() const;
  void check_tied(const std::filesystem::path& directory);
  void sort_out_the_rest(HeadWeights head);
  void expect_fit(const StoredTensor& tensor, const std::vector<Index>& shape) const;
  [[nodiscard]] bool equal(const StoredTensor& own, const TensorSource& other,
                           const StoredTensor& its) const;
  /// Something of the network that is read at once: a share of a tensor, or all pieces of a
  /// parameter that is kept packed or in place.
  struct Portion {
    const Parameter* parameter = nullptr;
    std::vector<const Found*> pieces;
    Index first = 0, count = 0;  // of the only piece's numbers; not of what is kept
  };
  /// All of it, in the order of the pieces.
  [[nodiscard]] std::vector<Portion> portions() const;
  void read_portion(const Portion& portion, ParameterStore& store,
                    std::vector<float>& scratch) const;
  void read_packed(const Portion& portion, std::vector<float>& scratch) const;
  void read_in_place(const Portion& portion, ParameterStore& store,
                     std::vector<float>& scratch) const;
  [[nodiscard]] Shape shape_of(const Found& found) const;
  /// Every value of a tensor is looked at.
  void check_values(const Found& found, std::vector<float>& scratch) const;
  /// A share of a tensor's values into `to`. Throws IoError if one is not finite.
  void read_share(const Found& found, const Shape& shape, Index first, std::span<float> to) const;

  TensorSource source_;
  const NetworkParts& network_;
  const ParameterStore& store_;
  std::vector<Found> found_;
  std::set<std::string> used_;
  StoredNetwork taken_;
};

}  // namespace electra
