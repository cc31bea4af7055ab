#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <mutex>

#include "electra/core/context.h"
#include "electra/core/error.h"
#include "electra/parallel/communicator.h"

namespace electra {

namespace {

/// Where the ranks of one process meet.
class Meeting {
 public:
  explicit Meeting(int ranks) : views_(static_cast<std::size_t>(ranks)) {}

  [[nodiscard]] int ranks() const { return static_cast<int>(views_.size()); }
  [[nodiscard]] const std::vector<TensorView>& views() const { return views_; }

  void show(int rank, TensorView view) {
    const std::lock_guard lock(mutex_);
    views_[static_cast<std::size_t>(rank)] = view;
  }

  void wait() {
    std::unique_lock lock(mutex_);
    check();
    const auto round = round_;
    if (++arrived_ == ranks()) {
      arrived_ = 0;
      ++round_;
      changed_.notify_all();
      return;
    }
    changed_.wait(lock, [&] { return round_ != round || !reason_.empty(); });
    if (round_ == round) check();
  }

  void abort(const std::string& reason) {
    const std::lock_guard lock(mutex_);
    if (reason_.empty()) reason_ = reason.empty() ? "no reason given" : reason;
    changed_.notify_all();
  }

 private:
  void check() const {
    if (!reason_.empty()) throw TrainingError("another rank has stopped: " + reason_);
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<TensorView> views_;
  std::uint64_t round_ = 0;
  int arrived_ = 0;
  std::string reason_;
};

template <class T>
void sum_piece(const std::vector<TensorView>& views, int rank, Index size) {
  const auto ranks = static_cast<Index>(views.size());
  const Index begin = size * rank / ranks;
  const Index end = size * (rank + 1) / ranks;
  T* first = views[0].data<T>();
  for (std::size_t other = 1; other < views.size(); ++other) {
    const T* x = views[other].data<T>();
    for (Index i = begin; i < end; ++i) first[i] += x[i];
  }
  for (std::size_t other = 1; other < views.size(); ++other)
    std::copy(first + begin, first + end, views[other].data<T>() + begin);
}

class ThreadRank final : public Communicator {
 public:
  ThreadRank(std::shared_ptr<Meeting> meeting, int rank)
      : meeting_(std::move(meeting)), rank_(rank) {}

  [[nodiscard]] int rank() const override { return rank_; }
  [[nodiscard]] int size() const override { return meeting_->ranks(); }

  void all_reduce_sum(Context& context, TensorView view) override {
    meet(context, view, "all_reduce_sum");
    if (view.dtype() == DType::f32)
      sum_piece<float>(meeting_->views(), rank_, view.size());
    else if (view.dtype() == DType::f64)
      sum_piece<double>(meeting_->views(), rank_, view.size());
    else
      sum_piece<std::int32_t>(meeting_->views(), rank_, view.size());
    meeting_->wait();
  }

  void broadcast(Context& context, TensorView view, int root) override {
    meet(context, view, "broadcast");
    if (rank_ != root)
      std::memcpy(view.raw(), meeting_->views()[static_cast<std::size_t>(root)].raw(),
                  static_cast<std::size_t>(view.bytes()));
    meeting_->wait();
  }

  void barrier() override { meeting_->wait(); }
  void abort(const std::string& reason) noexcept override { meeting_->abort(reason); }

 private:
  /// Shows this rank's view to the others and checks that all agree.
  void meet(Context& context, TensorView view, std::string_view operation) {
    if (context.device().type != DeviceType::cpu)
      throw DeviceError("ranks on threads share the memory of the device cpu, found " +
                        to_string(context.device()));
    if (view.dtype() == DType::bf16)
      throw ShapeError(std::string(operation) + ": expected f32, f64 or i32, found bf16");
    meeting_->show(rank_, view);
    meeting_->wait();
    for (const TensorView& other : meeting_->views())
      if (other.size() != view.size() || other.dtype() != view.dtype())
        throw ShapeError(std::string(operation) + ": ranks disagree: " + to_string(view.shape()) +
                         " and " + to_string(other.shape()));
  }

  std::shared_ptr<Meeting> meeting_;
  int rank_;
};

}  // namespace

std::vector<std::unique_ptr<Communicator>> Communicator::threads(int count) {
  if (count < 1) throw ConfigError("ranks: expected 1 or more, found " + std::to_string(count));
  const auto meeting = std::make_shared<Meeting>(count);
  std::vector<std::unique_ptr<Communicator>> ranks;
  for (int rank = 0; rank < count; ++rank)
    ranks.push_back(std::make_unique<ThreadRank>(meeting, rank));
  return ranks;
}

}  // namespace electra
