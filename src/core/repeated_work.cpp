#include "electra/core/repeated_work.h"

#include <algorithm>
#include <utility>

#include "electra/core/context.h"

namespace electra {

RepeatedWork::Addresses RepeatedWork::addresses() const {
  return {context_.generation(), arena_.generation()};
}

void RepeatedWork::settle_at(Addresses now) {
  if (std::exchange(settled_at_, now) != now) settled_.clear();
}

bool RepeatedWork::find(const WorkKey& key) {
  const auto found = std::ranges::find(settled_, key, &Settled::key);
  if (found == settled_.end()) return false;
  std::rotate(settled_.begin(), found, found + 1);
  return true;
}

void RepeatedWork::remember(const WorkKey& key) {
  if (settled_.size() == most_keys) settled_.pop_back();
  settled_.insert(settled_.begin(), Settled{key, nullptr});
}

void RepeatedWork::run(const WorkKey& key, const std::function<void()>& work) {
  last_ = nullptr;
  const Addresses before = addresses();
  settle_at(before);
  const bool known = find(key);
  if (known && replay_ == Replay::when_possible && !context_.observed()) {
    auto& recording = settled_.front().recording;
    if (!recording) recording = context_.record(work);
    if (recording) {
      last_ = recording.get();
      return recording->replay();
    }
  }
  work();
  settle_at(addresses());
  if (!known && settled_at_ == before) remember(key);
}

}  // namespace electra
