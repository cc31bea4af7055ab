#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "electra/kernels/text_rows.h"
#include "support/twin.h"

namespace electra::test {

/// How the rows of texts lie: electra/kernels/text_rows.h.
enum class Form : std::uint8_t { padded, packed };

/// Texts of these lengths, in both forms.
class FormedTexts {
 public:
  explicit FormedTexts(std::vector<std::int32_t> lengths)
      : each_(std::move(lengths)),
        length_(
            std::max<Index>(1, each_.empty() ? 1 : *std::max_element(each_.begin(), each_.end()))) {
    for (const std::int32_t length : each_) {
      texts_.resize(texts_.size() + static_cast<std::size_t>(length), std::ssize(starts_) - 1);
      starts_.push_back(std::ssize(texts_));
    }
    host_lengths_ = integers({each_.begin(), each_.end()});
    host_starts_ = integers(starts_);
    host_texts_ = integers(texts_);
  }

  [[nodiscard]] Index batch() const { return std::ssize(each_); }
  [[nodiscard]] Index length() const { return length_; }
  [[nodiscard]] Index tokens() const { return std::ssize(texts_); }
  [[nodiscard]] Index length_of(Index text) const { return each_[static_cast<std::size_t>(text)]; }
  [[nodiscard]] Index rows(Form form) const {
    return form == Form::packed ? tokens() : batch() * length();
  }
  /// The row of a text's place; that of the token of this number.
  [[nodiscard]] Index row(Form form, Index text, Index place) const {
    return form == Form::packed ? starts_[static_cast<std::size_t>(text)] + place
                                : text * length() + place;
  }
  [[nodiscard]] Index row(Form form, Index token) const {
    const Index text = texts_[static_cast<std::size_t>(token)];
    return row(form, text, token - starts_[static_cast<std::size_t>(text)]);
  }
  /// As kernels take them; at(tensor) says where its values lie.
  template <class At>
  [[nodiscard]] TextRows text_rows(Form form, const At& at) const {
    TextRows rows{.batch = batch(), .length = length(), .lengths = at(host_lengths_)};
    if (form == Form::padded) return rows;
    rows.starts = at(host_starts_);
    rows.texts = at(host_texts_);
    return rows;
  }

  /// From a row for each token to this form, 0 at padding; and back.
  [[nodiscard]] HostTensor spread(Form form, const HostTensor& tokens) const {
    const Index width = width_of(tokens);
    HostTensor spread(tokens.shape().rank() == 1 ? Shape{rows(form)} : Shape{rows(form), width},
                      tokens.dtype());
    spread.fill(0);
    for (Index i = 0; i < tokens.size(); ++i)
      spread.set(row(form, i / width) * width + i % width, tokens[i]);
    return spread;
  }
  [[nodiscard]] HostTensor tokens_of(Form form, const HostTensor& found) const {
    const Index width = width_of(found);
    HostTensor own({tokens(), width}, found.dtype());
    for (Index i = 0; i < own.size(); ++i)
      own.set(i, found[row(form, i / width) * width + i % width]);
    return own;
  }

 private:
  [[nodiscard]] static Index width_of(const HostTensor& rows) {
    return rows.shape().rank() == 1 ? 1 : rows.shape().width();
  }
  [[nodiscard]] static HostTensor integers(const std::vector<Index>& values) {
    return {{std::ssize(values)}, DType::i32, {values.begin(), values.end()}};
  }

  std::vector<std::int32_t> each_;
  Index length_;
  std::vector<Index> starts_{0}, texts_;
  HostTensor host_lengths_{{0}, DType::i32}, host_starts_ = host_lengths_,
                                             host_texts_ = host_lengths_;
};

/// Kernels run on one device over texts in one form, and what they leave.
class Trial {
 public:
  /// Of a tensor what does not depend on the form; two may differ by `bound`, 0: by no bit.
  struct Kept {
    std::string name;
    HostTensor values;
    double bound = 0;
  };

  Trial(const FormedTexts& texts, Form form, DType dtype, Device device)
      : texts_(texts),
        form_(form),
        dtype_(dtype),
        context_(Context::create(device, {.threads = 2})),
        mirror_(std::make_unique<Mirror>(*context_)) {}

  [[nodiscard]] const FormedTexts& texts() const { return texts_; }
  [[nodiscard]] Form form() const { return form_; }
  [[nodiscard]] DType dtype() const { return dtype_; }
  [[nodiscard]] TextRows rows() {
    return texts_.text_rows(form_, [this](const HostTensor& host) { return at(host); });
  }
  [[nodiscard]] RandomKey key(Place place, int layer = 2) {
    return {.seed = 0x123456789abcdefULL,
            .step = at(step_),
            .first_example = 5,
            .site = site(Network::generator, layer, place)};
  }
  /// Where a tensor of the host lies on the device.
  [[nodiscard]] TensorView at(const HostTensor& host) { return (*mirror_)(host); }

  /// Random numbers, the same for each token in either form; and a place for results.
  [[nodiscard]] HostTensor random(Index width, std::uint64_t seed) const {
    return texts_.spread(form_, random_tensor({texts_.tokens(), width}, dtype_, seed));
  }
  [[nodiscard]] HostTensor integers(std::uint32_t bound, std::uint64_t seed) const {
    return texts_.spread(form_, random_integers({texts_.tokens()}, bound, seed));
  }
  [[nodiscard]] HostTensor result(Index width) const {
    return {{texts_.rows(form_), width}, dtype_};
  }
  [[nodiscard]] HostTensor statistic() const { return {{texts_.rows(form_)}, wide(dtype_)}; }
  [[nodiscard]] HostTensor zeros(const Shape& shape) const { return zeros(shape, wide(dtype_)); }
  [[nodiscard]] static HostTensor zeros(const Shape& shape, DType dtype) {
    HostTensor tensor(shape, dtype);
    tensor.fill(0);
    return tensor;
  }

  template <class K>
  void run(const K& kernel) {
    context_->run(kernel);
  }
  using Named = std::pair<const char*, const HostTensor*>;
  void keep(std::initializer_list<Named> tensors) {
    for (const auto& [name, host] : tensors) kept_.push_back({name, read(*host)});
  }
  void keep_tokens(std::initializer_list<Named> tensors) {
    for (const auto& [name, host] : tensors)
      kept_.push_back({name, texts_.tokens_of(form_, read(*host))});
  }
  /// Sums over rows of order one, whose order depends on the form.
  void keep_sums(std::initializer_list<Named> tensors) {
    const double rows = static_cast<double>(1 + texts_.tokens());
    for (const auto& [name, host] : tensors)
      kept_.push_back({name, read(*host), 4 * unit(wide(dtype_)) * std::sqrt(rows)});
  }
  [[nodiscard]] HostTensor read(const HostTensor& host) { return mirror_->read(host); }
  void keep_values(const std::string& name, HostTensor values) {
    kept_.push_back({name, std::move(values)});
  }
  [[nodiscard]] const std::vector<Kept>& kept() const { return kept_; }

 private:
  const FormedTexts& texts_;
  Form form_;
  DType dtype_;
  HostTensor step_{{1}, DType::i32, {17}};
  std::unique_ptr<Context> context_;
  std::unique_ptr<Mirror> mirror_;
  std::vector<Kept> kept_;
};

/// Every number is written, and the same in both forms.
inline void check_same(const Trial& padded, const Trial& packed) {
  REQUIRE(padded.kept().size() == packed.kept().size());
  for (std::size_t i = 0; i < padded.kept().size(); ++i) {
    const Trial::Kept& expected = padded.kept()[i];
    const Trial::Kept& found = packed.kept()[i];
    INFO(expected.name);
    CHECK(std::isfinite(worst_error(expected.values, expected.values.values())));
    if (expected.bound == 0)
      CHECK(found.values == expected.values);
    else
      CHECK(worst_error(found.values, expected.values.values()) < expected.bound);
  }
}

}  // namespace electra::test
