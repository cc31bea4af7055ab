#include "data/corpus_files.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Matchers::Contains;

namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

CorpusFiles find(const TemporaryFolder& folder) {
  return find_corpus_files(folder.path(), [](const fs::path& path) {
    return path.filename().string().starts_with("wiki") ? "" : "judged";
  });
}

Names names_of(const CorpusFiles& found, const TemporaryFolder& folder) {
  Names names;
  for (const fs::path& path : found.files)
    names.push_back(path.lexically_relative(folder.path()).string());
  return names;
}

Names left_out(const CorpusFiles& found, const TemporaryFolder& folder) {
  Names names;
  for (const auto& [path, reason] : found.left_out)
    names.push_back(path.lexically_relative(folder.path()).string() + ": " + reason);
  return names;
}

void write(const TemporaryFolder& folder, const Names& names) {
  for (const std::string& name : names) {
    make_folders((folder / name).parent_path());
    write_file(folder / name, name);
  }
}

}  // namespace

TEST_CASE("a folder's files are those of its names, sorted; the rest is told", "[corpus_files]") {
  const TemporaryFolder folder;
  write(folder, {"b/x.jsonl", "b/wiki_00", "a.txt", "B.TXT.GZ", "c.text", "d.json", "wiki.json.zst",
                 "e.md", "LICENSE", ".hidden.txt", ".git/a.txt", "f.txt.xz"});
  REQUIRE(::mkfifo((folder / "pipe.txt").c_str(), 0600) == 0);
  fs::create_symlink("nowhere", folder / "gone.txt");
  const CorpusFiles found = find(folder);
  CHECK(names_of(found, folder) ==
        Names{"B.TXT.GZ", "a.txt", "b/wiki_00", "b/x.jsonl", "c.text", "wiki.json.zst"});
  CHECK(left_out(found, folder) ==
        Names{"LICENSE: judged", "d.json: judged", "e.md: its name is none of those that are read",
              "f.txt.xz: packed: unpack it first, or pack it with gzip or zstd",
              "gone.txt: a link that leads nowhere: No such file or directory",
              "pipe.txt: no regular file"});
  CHECK(found.hidden == 2);
}

TEST_CASE("links are followed, to each file and folder once", "[corpus_files]") {
  const TemporaryFolder folder, elsewhere;
  write(folder, {"deep/b/c.txt", "z.txt"});
  write(elsewhere, {"x.txt", "y/y.txt"});
  fs::create_directory_symlink(folder.path(), folder / "deep/self");
  fs::create_directory_symlink("deep", folder / "again");
  fs::create_directory_symlink(elsewhere.path(), folder / "more");
  fs::create_directory_symlink(elsewhere.path(), folder / "more2");
  fs::create_directory_symlink("loop", folder / "loop");
  fs::create_symlink("z.txt", folder / "a.txt");
  fs::create_symlink(elsewhere / "y/y.txt", folder / "k.txt");
  fs::create_directory_symlink(folder.path(), elsewhere / "back");
  const CorpusFiles found = find(folder);
  CHECK(names_of(found, folder) == Names{"deep/b/c.txt", "k.txt", "more/x.txt", "z.txt"});
  CHECK(left_out(found, folder) ==
        Names{"a.txt: another name of a file that is read already",
              "again: a link to a folder that is read already",
              "deep/self: a link to a folder that is read already",
              "loop: a link that leads nowhere: Too many levels of symbolic links",
              "more/back: a link to a folder that is read already",
              "more/y/y.txt: another name of a file that is read already",
              "more2: a link to a folder that is read already"});
}

TEST_CASE("a folder without a file to read is refused with what it has", "[corpus_files]") {
  const TemporaryFolder folder;
  CHECK_THAT(message_of<IoError>([&] { (void)find(folder); }),
             Contains(folder.path().string()) && Contains("found none"));
  write(folder, {"a.md", "b.md", "c.md", "d.md", ".e.txt"});
  CHECK_THAT(message_of<IoError>([&] { (void)find(folder); }),
             Contains("a.md (its name is none of those that are read); b.md") &&
                 Contains("and 1 more; 1 hidden"));
  CHECK_THAT(message_of<IoError>([&] {
               (void)find_corpus_files(folder / "none", [](const fs::path&) { return ""; });
             }),
             Contains("expected a file or a folder") && Contains("No such file"));
}
