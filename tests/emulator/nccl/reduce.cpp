// The arithmetic of the collectives, rank by rank in order, in f32 (f64 for f64).
#include <cstdio>
#include <cstring>

#include "cudart/device_heap.h"
#include "nccl/clique.h"
#include "runtime/number.h"

namespace gpu_emulator::nccl {
namespace {

double load(const void* p, size_t i, ncclDataType_t type) {
  switch (type) {
    case ncclFloat32:
      return static_cast<const float*>(p)[i];
    case ncclFloat64:
      return static_cast<const double*>(p)[i];
    case ncclBfloat16:
      return number::from_bf16(static_cast<const uint16_t*>(p)[i]);
    case ncclFloat16:
      return number::from_f16(static_cast<const uint16_t*>(p)[i]);
    case ncclInt8:
      return static_cast<const int8_t*>(p)[i];
    case ncclUint8:
      return static_cast<const uint8_t*>(p)[i];
    case ncclInt32:
      return static_cast<const int32_t*>(p)[i];
    case ncclUint32:
      return static_cast<const uint32_t*>(p)[i];
    case ncclInt64:
      return double(static_cast<const int64_t*>(p)[i]);
    case ncclUint64:
      return double(static_cast<const uint64_t*>(p)[i]);
    default:
      return 0;
  }
}

void store(void* p, size_t i, ncclDataType_t type, double v) {
  switch (type) {
    case ncclFloat32:
      static_cast<float*>(p)[i] = float(v);
      break;
    case ncclFloat64:
      static_cast<double*>(p)[i] = v;
      break;
    case ncclBfloat16:
      static_cast<uint16_t*>(p)[i] = number::to_bf16(float(v));
      break;
    case ncclFloat16:
      static_cast<uint16_t*>(p)[i] = number::to_f16(float(v));
      break;
    case ncclInt8:
      static_cast<int8_t*>(p)[i] = int8_t(v);
      break;
    case ncclUint8:
      static_cast<uint8_t*>(p)[i] = uint8_t(v);
      break;
    case ncclInt32:
      static_cast<int32_t*>(p)[i] = int32_t(v);
      break;
    case ncclUint32:
      static_cast<uint32_t*>(p)[i] = uint32_t(v);
      break;
    case ncclInt64:
      static_cast<int64_t*>(p)[i] = int64_t(v);
      break;
    case ncclUint64:
      static_cast<uint64_t*>(p)[i] = uint64_t(v);
      break;
    default:
      break;
  }
}

double combine(ncclRedOp_t operation, double a, double b) {
  switch (operation) {
    case ncclProd:
      return a * b;
    case ncclMax:
      return a > b ? a : b;
    case ncclMin:
      return a < b ? a : b;
    default:
      return a + b;
  }
}

double rounded(ncclDataType_t type, double v) {
  if (type == ncclBfloat16) return number::from_bf16(number::to_bf16(float(v)));
  if (type == ncclFloat16) return number::from_f16(number::to_f16(float(v)));
  return type == ncclFloat32 ? float(v) : v;
}

/// Element i of the reduction of all send buffers, as a ring does it: each piece begins at another
/// rank, and every step rounds to the type of the buffers.
double reduced(const Round& round, size_t i, const Call& like) {
  const size_t ranks = round.arrived.size();
  const size_t first = like.count ? i * ranks / like.count % ranks : 0;
  double total = 0;
  for (size_t step = 0; step < ranks; step++) {
    const Call& call = round.arrived.at(int((first + step) % ranks));
    const double v = load(call.send, i, like.type);
    total = step == 0 ? v : rounded(like.type, combine(like.operation, total, v));
  }
  return like.operation == ncclAvg ? total / double(ranks) : total;
}

std::string describe(int rank, const Call& c) {
  static const char* const names[] = {"AllReduce", "Reduce", "Broadcast", "ReduceScatter",
                                      "AllGather"};
  return "rank " + std::to_string(rank) + " calls " + names[int(c.kind)] + " of " +
         std::to_string(c.count) + " elements of type " + std::to_string(int(c.type)) +
         ", operation " + std::to_string(int(c.operation)) + ", root " + std::to_string(c.root);
}

bool agree(const Round& round, std::string* message) {
  const Call& first = round.arrived.begin()->second;
  for (const auto& [rank, c] : round.arrived)
    if (c.kind != first.kind || c.count != first.count || c.type != first.type ||
        c.operation != first.operation || c.root != first.root) {
      *message = describe(0, first) + "; " + describe(rank, c);
      std::fprintf(stderr, "gpu_emulator: different NCCL collectives: %s\n", message->c_str());
      return false;
    }
  return true;
}

/// Reductions are computed into a buffer first: send and receive may be the same memory.
void reduce_into(const Round& round, size_t first, size_t count, std::vector<char>* out) {
  const Call& like = round.arrived.begin()->second;
  out->resize(count * element_size(like.type));
  for (size_t i = 0; i < count; i++)
    store(out->data(), i, like.type, reduced(round, first + i, like));
}

}  // namespace

size_t element_size(ncclDataType_t type) {
  switch (type) {
    case ncclInt8:
    case ncclUint8:
      return 1;
    case ncclFloat16:
    case ncclBfloat16:
      return 2;
    case ncclInt32:
    case ncclUint32:
    case ncclFloat32:
      return 4;
    case ncclInt64:
    case ncclUint64:
    case ncclFloat64:
      return 8;
    default:
      return 0;
  }
}

ncclResult_t run(Clique& clique, const Round& round) {
  if (!agree(round, &clique.message)) return ncclInvalidUsage;
  std::vector<std::unique_ptr<cudart::DeviceMemoryAccess>> access;
  for (int d : clique.devices) access.push_back(std::make_unique<cudart::DeviceMemoryAccess>(d));
  const Call& like = round.arrived.begin()->second;
  const size_t bytes = like.count * element_size(like.type);
  std::map<int, std::vector<char>> results;
  for (const auto& [rank, call] : round.arrived) {
    std::vector<char>& out = results[rank];
    const auto* root = static_cast<const char*>(round.arrived.at(like.root).send);
    switch (like.kind) {
      case Kind::all_reduce:
        reduce_into(round, 0, like.count, &out);
        break;
      case Kind::reduce:
        if (rank == like.root) reduce_into(round, 0, like.count, &out);
        break;
      case Kind::reduce_scatter:
        reduce_into(round, size_t(rank) * like.count, like.count, &out);
        break;
      case Kind::broadcast:
        out.assign(root, root + bytes);
        break;
      case Kind::all_gather:
        for (const auto& [other, from] : round.arrived) {
          const auto* p = static_cast<const char*>(from.send);
          out.insert(out.end(), p, p + bytes);
        }
        break;
    }
  }
  for (const auto& [rank, out] : results)
    if (!out.empty()) std::memcpy(round.arrived.at(rank).receive, out.data(), out.size());
  return ncclSuccess;
}

}  // namespace gpu_emulator::nccl
