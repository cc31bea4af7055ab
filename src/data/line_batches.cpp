#include "data/line_batches.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

namespace electra {
namespace {

using Use = std::function<void(std::size_t, const LineBatch&)>;

class Sharing {
 public:
  Sharing(CorpusReader& corpus, const Use& work, const Use& finish)
      : corpus_(corpus), work_(work), finish_(finish) {}

  void take_part(std::size_t thread) {
    try {
      LineBatch batch;
      for (Index number; (number = read(batch)) >= 0;) {
        work_(thread, batch);
        if (!finish(thread, batch, number)) return;
      }
    } catch (...) {
      end_with(std::current_exception());
    }
  }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  /// The batch's number, from 0; -1 if there is none.
  Index read(LineBatch& batch) {
    const std::scoped_lock lock(reading_);
    return !ended_ && batch.fill(corpus_) ? read_++ : -1;
  }

  /// False if somebody has failed.
  bool finish(std::size_t thread, const LineBatch& batch, Index number) {
    std::unique_lock lock(finishing_);
    turn_.wait(lock, [&] { return error_ || finished_ == number; });
    if (error_) return false;
    finish_(thread, batch);
    ++finished_;
    lock.unlock();
    turn_.notify_all();
    return true;
  }

  void end_with(std::exception_ptr error) {
    {
      const std::scoped_lock lock(reading_);
      ended_ = true;
    }
    {
      const std::scoped_lock lock(finishing_);
      if (!error_) error_ = std::move(error);
    }
    turn_.notify_all();
  }

  CorpusReader& corpus_;
  const Use& work_;
  const Use& finish_;
  std::mutex reading_;  // guards corpus_, read_ and ended_
  Index read_ = 0;
  bool ended_ = false;
  std::mutex finishing_;  // guards the rest
  std::condition_variable turn_;
  Index finished_ = 0;
  std::exception_ptr error_;
};

}  // namespace

bool LineBatch::fill(CorpusReader& corpus) {
  text_.clear();
  lines_.clear();
  while (text_.size() + lines_.size() * sizeof(Place) < usual_bytes) {
    const auto line = corpus.next();
    if (!line) break;
    const std::size_t begin = text_.size();
    text_ += line->text;
    lines_.push_back({begin, text_.size(), line->starts_document});
  }
  return !lines_.empty();
}

void each_batch(CorpusReader& corpus, int threads, const Use& work, const Use& finish) {
  Sharing sharing(corpus, work, finish);
  {
    std::vector<std::jthread> others;
    for (int i = 1; i < threads; ++i)
      others.emplace_back([&, i] { sharing.take_part(static_cast<std::size_t>(i)); });
    sharing.take_part(0);
  }
  sharing.rethrow();
}

}  // namespace electra
