#include "parallel/watch.h"

#include <algorithm>

#include "electra/core/error.h"
#include "electra/core/quantity_text.h"

namespace electra {

namespace {

using namespace std::chrono_literals;

constexpr auto preparation = 24h;  // of data, by rank 0, before the first step

/// How often the transport is asked.
std::chrono::milliseconds tick(std::chrono::milliseconds deadline) {
  return std::clamp(deadline / 50, 1ms, 100ms);
}

/// How often a rank gives a sign of life and looks for those of others.
std::chrono::milliseconds interval(std::chrono::milliseconds deadline) {
  return std::clamp(deadline / 20, 1ms, 5000ms);
}

}  // namespace

Watch::Watch(int rank, int size, const RankOptions& options, Transport transport)
    : options_(options),
      transport_(std::move(transport)),
      reports_(options.reports, rank, size),
      looking_([this] { every_tick([this] { look(); }); }) {
  if (transport_.poll) asking_ = std::thread([this] { every_tick([this] { ask(); }); });
}

Watch::~Watch() {
  {
    const std::lock_guard lock(mutex_);
    leave_ = true;
  }
  leaving_.notify_all();
  looking_.join();
  if (asking_.joinable()) asking_.join();
  if (failed_) return;
  RankReport last = report();
  last.state = RankReport::State::left;
  reports_.write(last);
}

void Watch::begin_step(Index step) {
  const std::lock_guard lock(mutex_);
  step_ = step;
}

std::uint64_t Watch::enter(const std::string& operation) {
  const bool preparing = [&] {
    const std::lock_guard lock(mutex_);
    return step_ < 0;
  }();
  return enter(operation,
               preparing ? Clock::duration(preparation) : Clock::duration(options_.deadline));
}

std::uint64_t Watch::enter_meeting(const std::string& operation) {
  return enter(operation, options_.deadline);
}

std::uint64_t Watch::enter(const std::string& operation, Clock::duration limit) {
  check();
  const std::lock_guard lock(mutex_);
  last_ = {last_.number + 1, operation, Clock::now(), limit};
  open_.push_back(last_);
  return last_.number;
}

void Watch::complete(std::uint64_t call) {
  const std::lock_guard lock(mutex_);
  while (!open_.empty() && open_.front().number <= call) open_.pop_front();
  completed_ = Clock::now();
}

void Watch::check() const {
  const std::lock_guard lock(mutex_);
  if (failed_) throw TrainingError(failure_.empty() ? "no memory" : failure_);
}

void Watch::fail(const std::string& reason) noexcept { fail(reason, Origin::here); }

void Watch::fail(const std::string& reason, Origin origin) noexcept try {
  const std::string text = explained(reason);
  {
    const std::lock_guard lock(mutex_);
    if (failed_) return;
    failed_ = true;
    failure_ = text;
    if (origin == Origin::here) reason_ = reason;
  }
  update_values();
  transport_.stop();
} catch (...) {  // no memory for a message
  failed_ = true;
  transport_.stop();
}

void Watch::every_tick(const std::function<void()>& work) {
  std::unique_lock lock(mutex_);
  while (!leaving_.wait_for(lock, tick(options_.deadline), [&] { return leave_ || failed_; })) {
    lock.unlock();
    try {
      work();
    } catch (const std::exception& error) {
      fail(error.what());
    }
    lock.lock();
  }
}

void Watch::ask() {
  if (const std::string wrong = transport_.poll(); !wrong.empty()) fail(wrong);
}

void Watch::look() {
  if (is_to_stop()) return fail(Interrupted().what());
  if (const std::string late = overdue(); !late.empty()) return fail(late);
  if (Clock::now() - reported_ < interval(options_.deadline)) return;
  reported_ = Clock::now();
  update_values();
  if (const auto elsewhere = reports_.failure_elsewhere()) fail(*elsewhere, Origin::elsewhere);
}

bool Watch::is_to_stop() const {
  {
    const std::lock_guard lock(mutex_);
    if (step_ >= 0 || open_.empty()) return false;
  }
  return options_.stop && options_.stop();
}

std::string Watch::overdue() const {
  const std::lock_guard lock(mutex_);
  if (open_.empty()) return {};
  const Call& call = open_.front();
  if (Clock::now() - std::max(call.since, completed_) < call.limit) return {};
  return call.operation + " (call " + std::to_string(call.number) + ") did not end within " +
         seconds_text(std::chrono::duration<double>(call.limit).count());
}

RankReport Watch::report() const {
  const std::lock_guard lock(mutex_);
  const Call& call = open_.empty() ? last_ : open_.front();
  const auto state = !reason_.empty() ? RankReport::State::failed
                     : open_.empty()  ? RankReport::State::between
                                      : RankReport::State::inside;
  return {state, step_, call.number, call.operation, reason_};
}

RankReport Watch::update_values() const {
  const std::lock_guard lock(publishing_);
  const RankReport now = report();
  reports_.write(now);
  return now;
}

std::string Watch::explained(const std::string& reason) const {
  const RankReport own = update_values();
  const std::string other = reports_.disagreement(own);
  const std::string where = own.step < 0 ? "before step 0" : "step " + std::to_string(own.step);
  return where + ": " + reason +
         (other.empty() ? ""
                        : "; the ranks disagree about call " + std::to_string(own.call) +
                              ": this one is in " + own.operation + ", " + other) +
         ". What each rank last reported:" + reports_.describe(own) +
         "\nLook for a rank that is missing or behind in the output of its launcher and in the "
         "kernel's log (killed for memory?); NCCL_DEBUG=INFO shows what NCCL does; ranks.deadline "
         "sets the limit; the run can be resumed from its last checkpoint";
}

}  // namespace electra
