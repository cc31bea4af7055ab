#include "electra/core/folder_lock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/lock_claim.h"
#include "core/system_call.h"
#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/core/file_handle.h"
#include "electra/core/quantity_text.h"

namespace electra {

namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr const char* lock_name = "run.lock";
constexpr int silent_beats = 4;  // without a sign of life, after which a holder counts as dead

/// The folders that were missing, the outermost first.
std::vector<fs::path> make_missing(const fs::path& folder) {
  std::vector<fs::path> missing;
  for (fs::path path = folder; !path.empty() && !fs::exists(path); path = path.parent_path())
    missing.insert(missing.begin(), path);
  make_folders(folder);
  return missing;
}

}  // namespace

class FolderLock::Holder {
 public:
  Holder(const fs::path& folder, Options options)
      : path_(folder / lock_name),
        options_(std::move(options)),
        claim_(own_claim(options_.machine)),
        made_(make_missing(fs::absolute(folder).lexically_normal())) {
    try {
      while (!try_to_take()) stop_if(options_.stop);
    } catch (...) {
      remove_made();
      throw;
    }
    beating_ = std::thread([this] { beat(); });
  }

  ~Holder() {
    {
      const std::lock_guard lock(mutex_);
      leave_ = true;
    }
    leaving_.notify_all();
    beating_.join();
    if (is_still_ours()) ::unlink(path_.c_str());
    remove_made();
  }

  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;

 private:
  enum class System { taken, held, without_locks };

  [[noreturn]] void refuse(const std::optional<LockClaim>& other) const {
    std::string text = path_.parent_path().string() + ": another run is at work in this folder";
    if (other)
      text += ": process " + std::to_string(other->process) + " on " + other->host + ", since " +
              other->since;
    throw ConfigError(text + "; wait until it has ended, stop it, or choose another folder");
  }

  /// False if the file was removed or replaced meanwhile, so that it is to be tried anew.
  bool try_to_take() {
    const int descriptor = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor < 0 && errno == ENOENT) {  // its last holder removed the folder, too
      make_folders(path_.parent_path());
      return false;
    }
    if (descriptor < 0) fail_at(path_, "cannot be opened", errno);
    handle_ = FileHandle(descriptor);
    const System system = lock_file();
    if (system == System::held) refuse(claim_of_holder());
    const std::optional<LockClaim> other = read_claim(path_);
    if (!is_in_place()) return false;
    if (other)
      wait_for_silence(*other, system);
    else if (fs::file_size(path_) > 0)
      throw ConfigError(path_.string() + ": expected the lock of a run, found another file");
    return write_claim() && (system == System::taken || kept_for_two_beats());
  }

  System lock_file() const {
    if (!options_.system_locks) return System::without_locks;
    struct flock whole {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    if (::fcntl(handle_.descriptor(), F_OFD_SETLK, &whole) == 0) return System::taken;
    return errno == EAGAIN || errno == EACCES ? System::held : System::without_locks;
  }

  /// Who has just taken the lock writes a moment later who it is.
  [[nodiscard]] std::optional<LockClaim> claim_of_holder() const {
    constexpr int most = 20;
    for (int i = 0; i < most; ++i) {
      if (const auto claim = read_claim(path_)) return claim;
      pause(milliseconds(10));
    }
    return std::nullopt;
  }

  /// Whether the file that was opened is the one that has the name.
  [[nodiscard]] bool is_in_place() const {
    struct stat opened {};
    struct stat named {};
    return ::fstat(handle_.descriptor(), &opened) == 0 && ::stat(path_.c_str(), &named) == 0 &&
           opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
  }

  /// The system's word is enough on one machine; another's holder is known by its beats alone.
  void wait_for_silence(const LockClaim& other, System system) {
    const bool here = other.machine == claim_.machine;
    if (here && system == System::taken) return;
    if (here && is_alive(other)) refuse(other);
    if (options_.say)
      options_.say(
          path_.string() + ": left by process " + std::to_string(other.process) + " on " +
          other.host + "; waiting for " +
          seconds_text(std::chrono::duration<double>(silent_beats * options_.beat).count()) +
          " to see whether it is alive");
    for (int i = 0; i < 2 * silent_beats; ++i) {
      pause(options_.beat / 2);
      const std::optional<LockClaim> now = read_claim(path_);
      if (now && (!now->same_holder(other) || now->beat != other.beat)) refuse(now);
    }
  }

  void pause(milliseconds time) const {
    constexpr milliseconds step{50};
    for (milliseconds left = time; left.count() > 0; left -= step) {
      stop_if(options_.stop);
      std::this_thread::sleep_for(std::min(left, step));
    }
  }

  bool write_claim() const {
    const std::string text = to_text(claim_);
    if (::pwrite(handle_.descriptor(), text.data(), text.size(), 0) !=
        static_cast<ssize_t>(text.size()))
      fail_at(path_, "cannot be written", errno);
    return is_in_place();
  }

  /// Where the file system has no locks, who wrote last has it; a holder writes at every beat.
  bool kept_for_two_beats() const {
    pause(2 * options_.beat);
    const std::optional<LockClaim> now = read_claim(path_);
    if (now && !now->same_holder(claim_)) refuse(now);
    return is_in_place();
  }

  [[nodiscard]] bool is_still_ours() const {
    const std::optional<LockClaim> now = read_claim(path_);
    return is_in_place() && now && now->same_holder(claim_);
  }

  void beat() {
    std::unique_lock lock(mutex_);
    while (!leaving_.wait_for(lock, options_.beat, [this] { return leave_; })) {
      ++claim_.beat;
      const std::string text = to_text(claim_);
      // A disk that is full for a while is no reason to end a run.
      (void)!::pwrite(handle_.descriptor(), text.data(), text.size(), 0);
    }
  }

  void remove_made() const {
    for (auto folder = made_.rbegin(); folder != made_.rend(); ++folder)
      if (::rmdir(folder->c_str()) != 0) return;
  }

  fs::path path_;
  Options options_;
  LockClaim claim_;
  std::vector<fs::path> made_;
  FileHandle handle_;
  std::mutex mutex_;
  std::condition_variable leaving_;
  bool leave_ = false;
  std::thread beating_;
};

FolderLock::FolderLock(const fs::path& folder, Options options)
    : holder_(std::make_unique<Holder>(folder, std::move(options))) {}

FolderLock::~FolderLock() = default;

}  // namespace electra
