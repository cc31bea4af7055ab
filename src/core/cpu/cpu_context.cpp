#include "core/cpu/cpu_context.h"

#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "electra/core/instruction_set.h"

namespace electra {

namespace {

constexpr std::size_t alignment = 256;
constexpr std::size_t huge_page = std::size_t{2} << 20U;

int usable_processors() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

/// In training, blocks of several huge pages ask for them: with small ones, finding pages would
/// take a quarter of a step's time. In inference they make no call faster, and opening a model
/// several times as slow on a virtual machine whose host has to find them first.
void* aligned_bytes(std::size_t bytes, Waiting waiting) {
  const bool huge = waiting == Waiting::ready && bytes >= 2 * huge_page;
  const std::size_t unit = huge ? huge_page : alignment;
  const std::size_t rounded = (std::max<std::size_t>(bytes, 1) + unit - 1) / unit * unit;
  void* data = std::aligned_alloc(unit, rounded);
  if (data == nullptr)
    throw DeviceError("cpu: no memory for a block of " + std::to_string(bytes) + " bytes");
  if (huge) (void)madvise(data, rounded, MADV_HUGEPAGE);  // a wish: without, it works too
  return data;
}

/// Complete on return.
class CpuReadback final : public Readback {
 public:
  explicit CpuReadback(Index bytes) : bytes_(static_cast<std::size_t>(bytes)) {}

  void fetch(ConstTensorView from) override {
    std::memcpy(bytes_.data(), from.raw(), bytes_.size());
  }
  std::span<const std::byte> wait() override { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

}  // namespace

CpuContext::CpuContext(int threads, Products products, Waiting waiting)
    : Context(Device{}),
      threads_(threads > 0 ? threads : usable_processors()),
      waiting_(waiting),
      products_(waiting == Waiting::asleep ? Products::own : products),
      team_(waiting == Waiting::asleep ? std::make_unique<ThreadTeam>() : nullptr) {
  if (threads < 0)
    throw ConfigError("threads: expected 0 (all) or more, found " + std::to_string(threads));
}

/// Another set sums in another order.
std::string CpuContext::platform() const {
  return "cpu, " + std::string(to_string(instruction_set()));
}

CpuContext::~CpuContext() { std::free(workspace_); }

void CpuContext::run_pieces(int pieces, Pieces body) {
  if (pieces == 1) return body(0);
  if (team_) return team_->run(pieces, body);
  FirstFailure failure;
#ifdef ELECTRA_PARALLEL_STD_THREADS
  std::vector<std::thread> team;
  for (int piece = 1; piece < pieces; ++piece)
    team.emplace_back([&, piece] { failure.guard([&] { body(piece); }); });
  failure.guard([&] { body(0); });
  for (std::thread& thread : team) thread.join();
#else
#pragma omp parallel for num_threads(pieces) schedule(static, 1)
  for (int piece = 0; piece < pieces; ++piece) failure.guard([&] { body(piece); });
#endif
  failure.rethrow();
}

std::span<std::byte> CpuContext::workspace(Index bytes) {
  const auto wanted = static_cast<std::size_t>(bytes);
  if (wanted > workspace_bytes_) {
    std::free(std::exchange(workspace_, nullptr));
    workspace_bytes_ = 0;
    workspace_ = aligned_bytes(wanted, waiting_);
    workspace_bytes_ = wanted;
  }
  return {static_cast<std::byte*>(workspace_), wanted};
}

void* CpuContext::allocate(Index bytes) {
  return aligned_bytes(static_cast<std::size_t>(bytes), waiting_);
}

void CpuContext::deallocate(void* data) noexcept { std::free(data); }

void CpuContext::copy_bytes(const void* from, void* to, Index bytes) {
  std::memmove(to, from, static_cast<std::size_t>(bytes));
}

void CpuContext::upload_bytes(std::span<const std::byte> from, void* to) {
  std::memcpy(to, from.data(), from.size());
}

void CpuContext::download_bytes(const void* from, std::span<std::byte> to) {
  std::memcpy(to.data(), from, to.size());
}

std::unique_ptr<Readback> CpuContext::make_readback(Index bytes) {
  return std::make_unique<CpuReadback>(bytes);
}

void CpuContext::zero(TensorView view) {
  constexpr Index grain = 1 << 20;
  auto* bytes = static_cast<std::byte*>(view.raw());
  parallel_for(view.bytes(), grain, [&](Index begin, Index end) {
    std::memset(bytes + begin, 0, static_cast<std::size_t>(end - begin));
  });
}

}  // namespace electra
