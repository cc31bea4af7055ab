#include "electra/parallel/agreement.h"

#include <cstring>
#include <vector>

#include "electra/core/checksum.h"
#include "electra/core/error.h"
#include "electra/core/host_copy.h"

namespace electra {

Agreement::Agreement(Context& context, Communicator& ranks)
    : context_(context), ranks_(ranks), buffer_(context, ranks.size() * size_of(DType::i32)) {
  for (auto& answer : answers_) answer = context.make_readback(size_of(DType::i32));
}

void Agreement::add_up(Vote vote, TensorView votes) {
  const std::int32_t mine = vote == Vote::yes ? 1 : 0;
  to_device(context_, std::span(&mine, 1), votes);
  ranks_.all_reduce_sum(context_, votes);
}

bool Agreement::any(Vote vote) {
  if (ranks_.size() == 1) return vote == Vote::yes;
  const TensorView votes = buffer_.view({1}, DType::i32);
  add_up(vote, votes);
  return read(votes) > 0;
}

bool Agreement::any_before(Vote vote) {
  if (ranks_.size() == 1) return vote == Vote::yes;
  const TensorView votes = buffer_.view({1}, DType::i32);
  add_up(vote, votes);
  answers_[static_cast<std::size_t>(asked_ % 2)]->fetch(votes);
  if (++asked_ == 1) return false;
  const std::span<const std::byte> answer = answers_[static_cast<std::size_t>(asked_ % 2)]->wait();
  ranks_.check();
  std::int32_t yes = 0;
  std::memcpy(&yes, answer.data(), sizeof yes);
  return yes > 0;
}

Index Agreement::of_rank_0(Index value) {
  if (ranks_.size() == 1) return value;
  const TensorView shared = buffer_.view({1}, DType::i32);
  const auto mine = static_cast<std::int32_t>(value);
  to_device(context_, std::span(&mine, 1), shared);
  ranks_.broadcast(context_, shared, 0);
  return read(shared);
}

void Agreement::expect_same(const std::string& text, const std::string& what) {
  if (ranks_.size() == 1) return;
  const TensorView shared = buffer_.view({ranks_.size()}, DType::i32);
  std::vector<std::int32_t> sums(static_cast<std::size_t>(ranks_.size()), 0);
  sums[static_cast<std::size_t>(ranks_.rank())] = static_cast<std::int32_t>(crc32c(text) >> 1U);
  to_device(context_, sums, shared);
  ranks_.all_reduce_sum(context_, shared);
  sums = to_host<std::int32_t>(context_, shared);
  ranks_.check();
  for (std::size_t rank = 1; rank < sums.size(); ++rank)
    if (sums[rank] != sums[0])
      throw ConfigError("ranks 0 and " + std::to_string(rank) + " have different " + what +
                        "; rank " + std::to_string(ranks_.rank()) + " has " + text);
}

Index Agreement::read(TensorView value) {
  const Index first = to_host<std::int32_t>(context_, value)[0];
  ranks_.check();
  return first;
}

}  // namespace electra
