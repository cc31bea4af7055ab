#include "formats/sharded_source.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "formats/pytorch_source.h"
#include "formats/safetensors_source.h"
#include "io/json.h"

namespace electra {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& index, const std::string& what) {
  throw IoError(index.string() + ": " + what);
}

/// The tensors that each file should have.
std::map<std::string, std::set<std::string>> files_of(const fs::path& index) {
  const Json json = parse_json_object(read_file(index), index.string());
  const auto map = json.find("weight_map");
  if (map == json.end() || !map->is_object() || map->empty())
    fail(index, "weight_map: expected an object of files by tensor");
  std::map<std::string, std::set<std::string>> files;
  for (const auto& [tensor, file] : map->items()) {
    if (!file.is_string())
      fail(index, "weight_map: " + json_string(tensor) + ": expected a file's name, found " +
                      kind_of(file));
    const auto name = file.get<std::string>();
    if (name.empty() || name == ".." || fs::path(name).filename() != fs::path(name))
      fail(index, "weight_map: " + json_string(tensor) +
                      ": expected the name of a file beside the index, found " + json_string(name));
    files[name].insert(tensor);
  }
  return files;
}

TensorSource open_shards(const fs::path& index, TensorSource (*open)(const fs::path&)) {
  std::vector<MappedFile> files;
  std::vector<StoredTensor> tensors;
  for (const auto& [file, names] : files_of(index)) {
    TensorSource shard = open(index.parent_path() / file);
    for (const std::string& name : names)
      if (shard.find(name) == nullptr)
        fail(index, json_string(name) + ": expected in " + file + ", found no such tensor there");
    for (const StoredTensor& tensor : shard.tensors()) {
      if (!names.contains(tensor.name))
        fail(index, json_string(tensor.name) + ": in " + file + ", and the index does not say so");
      tensors.push_back(tensor);
    }
    for (MappedFile& mapped : std::move(shard).files()) files.push_back(std::move(mapped));
  }
  return {index, std::move(files), std::move(tensors)};
}

}  // namespace

TensorSource open_safetensors_shards(const fs::path& index) {
  return open_shards(index, open_safetensors);
}

TensorSource open_pytorch_shards(const fs::path& index) { return open_shards(index, open_pytorch); }

}  // namespace electra
