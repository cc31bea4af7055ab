#include "electra/core/repeated_work.h"

#include "electra/core/context.h"

namespace electra {

RepeatedWork::Addresses RepeatedWork::addresses() const {
  return {context_.generation(), arena_.generation()};
}

void RepeatedWork::run(const std::function<void()>& work) {
  const Addresses before = addresses();
  if (before != recorded_at_) {
    recording_.reset();
    settled_ = false;
  }
  const bool may_replay = replay_ == Replay::when_possible && !context_.observed();
  if (may_replay && !recording_ && settled_) recording_ = context_.record(work);
  if (may_replay && recording_) return recording_->replay();
  work();
  recorded_at_ = addresses();
  settled_ = recorded_at_ == before;
}

}  // namespace electra
