#pragma once

#include <algorithm>
#include <memory>
#include <memory_resource>
#include <new>
#include <string_view>
#include <type_traits>
#include <vector>

#include "c/call.h"
#include "electra/infer/text_span.h"

namespace electra {

/// The memory of a result: what C reads of it, freed at once.
class ResultMemory {
 public:
  template <class T>
  [[nodiscard]] T* array(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    if (count > most / sizeof(T)) throw std::bad_alloc();
    void* memory = memory_.allocate(std::max<std::size_t>(count, 1) * sizeof(T), alignof(T));
    T* items = static_cast<T*>(memory);
    std::uninitialized_value_construct_n(items, count);
    return items;
  }

  /// A copy of what `make` makes of each of these.
  template <class Items, class Make>
  [[nodiscard]] auto array_of(const Items& items, const Make& make) {
    using T = decltype(make(*items.begin()));
    T* copies = array<T>(items.size());
    std::size_t next = 0;
    for (const auto& item : items) copies[next++] = make(item);
    return copies;
  }

  template <class T>
  [[nodiscard]] T* copy(const std::vector<T>& values) {
    T* copied = array<T>(values.size());
    std::ranges::copy(values, copied);
    return copied;
  }

  [[nodiscard]] electra_text text(std::string_view text) {
    char* bytes = array<char>(text.size() + 1);  // the NUL
    std::ranges::copy(text, bytes);
    return {bytes, text.size()};
  }

  [[nodiscard]] electra_text* texts(const std::vector<std::string>& all) {
    return array_of(all, [&](const std::string& each) { return text(each); });
  }

  [[nodiscard]] electra_span* spans(const std::vector<TextSpan>& all) {
    return array_of(all, [](TextSpan each) { return electra_span{each.begin, each.end}; });
  }

 private:
  static constexpr std::size_t most = ~std::size_t{0} / 4;

  std::pmr::monotonic_buffer_resource memory_;
};

/// A result that C sees as a View, and the memory that this points to.
template <class View>
struct OwnedResult : View {
  ResultMemory memory;
};

/// Answers to some of many, as `work` gives them, in what `item` makes of each.
template <class View, class Work, class Item>
[[nodiscard]] electra_error* run_model(const void* model, const View** result, const Work& work,
                                       const Item& item) noexcept {
  return guarded([&] {
    check_given(result, "the place of the result");
    *result = nullptr;
    check_given(model, "the model");
    const auto answers = work();
    auto made = std::make_unique<OwnedResult<View>>();
    made->count = answers.size();
    made->items = made->memory.array_of(
        answers, [&](const auto& answer) { return item(answer, made->memory); });
    *result = made.release();
  });
}

template <class View>
void free_result(const View* result) noexcept {
  delete static_cast<const OwnedResult<View>*>(result);
}

[[nodiscard]] inline electra_span span_of(TextSpan span) { return {span.begin, span.end}; }

/// Labels of a model as C sees them; the names must outlive it.
class LabelNames {
 public:
  explicit LabelNames(const std::vector<std::string>& names) {
    for (const std::string& name : names) names_.push_back({name.c_str(), name.size()});
  }
  [[nodiscard]] electra_labels view() const { return {names_.size(), names_.data()}; }

 private:
  std::vector<electra_text> names_;
};

/// Gives a model's labels.
template <class Model>
[[nodiscard]] electra_error* give_labels(const Model* model, electra_labels* labels) noexcept {
  return guarded([&] {
    check_given(labels, "labels");
    *labels = {};
    check_given(model, "the model");
    *labels = model->names.view();
  });
}

}  // namespace electra
