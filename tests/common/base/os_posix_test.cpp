#include <link.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>
#include <algorithm>
#include <csignal>
#include <fstream>
#include <numeric>
#include <span>

#include "common/base/os.h"

using namespace tillsync;
namespace fs = std::filesystem;

namespace {

/// A folder of this test's own, gone at its end.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (fs::temp_directory_path() / "tillsync-os-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

unsigned mode_of(const fs::path& path) {
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_mode & 0777;
}

/// The largest part of this program that nobody may write to.
std::span<const char> read_only_part() {
  std::span<const char> largest;
  ::dl_iterate_phdr(
      [](dl_phdr_info* module, std::size_t, void* found) {
        for (const auto& segment : std::span(module->dlpi_phdr, module->dlpi_phnum)) {
          auto& part = *static_cast<std::span<const char>*>(found);
          if (segment.p_type == PT_LOAD && (segment.p_flags & PF_W) == 0 && segment.p_filesz > part.size())
            part = {reinterpret_cast<const char*>(module->dlpi_addr + segment.p_vaddr), segment.p_filesz};
        }
        return 1;  // the program itself comes first, and is all that is wanted
      },
      &largest);
  return largest;
}

/// Runs something in a child process and returns its exit code.
template <class Work>
int in_child(Work work) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(work());
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("os: a process of root becomes the user that owns a folder, any other process stays what it is", "[os]") {
  const auto folder = std::filesystem::temp_directory_path() / ("os-owner-" + std::to_string(::getpid()));
  REQUIRE(std::filesystem::create_directory(folder));
  constexpr uid_t kNobody = 65'534;
  const bool is_root = ::geteuid() == 0;
  if (is_root) REQUIRE(::chown(folder.c_str(), kNobody, kNobody) == 0);
  const uid_t expected = is_root ? kNobody : ::geteuid();
  const pid_t child = ::fork();
  if (child == 0) {
    const bool became = os::become_owner_of(folder).has_value() && ::geteuid() == expected && ::getuid() == expected;
    const bool is_for_good = !is_root || ::setuid(0) != 0;
    ::_exit(became && is_for_good ? 0 : 1);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  std::filesystem::remove(folder);
  CHECK(os::become_owner_of(folder).error().code == ErrorCode::kNotFound);
}

TEST_CASE("os: files and folders can be made durable, what is not there is an error", "[os]") {
  CHECK(os::sync_file(std::filesystem::temp_directory_path()));
  CHECK(os::sync_file("/nonexistent/file").error().code == ErrorCode::kNotFound);
}

TEST_CASE("os: the wall clock is in this century, the other one never goes back", "[base][os]") {
  CHECK(os::now() > *parse_instant("2024-01-01T00:00:00Z"));
  Duration last = os::monotonic();
  for (int i = 0; i < 1'000; ++i) {
    const Duration next = os::monotonic();
    REQUIRE(next >= last);
    last = next;
  }
}

TEST_CASE("os: a file is written whole, replaced whole, and read back", "[base][os]") {
  const TempFolder folder;
  const fs::path file = folder.path() / "agent.toml";
  REQUIRE(os::write_file_durably(file, "one", false).has_value());
  CHECK(os::read_file(file, 3) == "one");
  REQUIRE(os::write_file_durably(file, std::string("t\0o", 3), false).has_value());
  CHECK(os::read_file(file, 100) == std::string("t\0o", 3));
  REQUIRE(os::write_file_durably(file, "", false).has_value());
  CHECK(os::read_file(file, 0) == "");
  CHECK_FALSE(fs::exists(file.string() + ".new"));
}

TEST_CASE("os: a secret is for its owner only", "[base][os]") {
  const TempFolder folder;
  REQUIRE(os::write_file_durably(folder.path() / "key", "k", true).has_value());
  CHECK(mode_of(folder.path() / "key") == 0600);
  REQUIRE(os::write_file_durably(folder.path() / "open", "k", false).has_value());
  CHECK((mode_of(folder.path() / "open") & 0037) == 0);
}

TEST_CASE("os: a file longer than allowed is not read", "[base][os]") {
  const TempFolder folder;
  const fs::path file = folder.path() / "long";
  std::ofstream(file) << std::string(100'000, 'x');
  CHECK(os::read_file(file, 100'000)->size() == 100'000);
  CHECK(os::read_file(file, 99'999).error().code == ErrorCode::kLimitExceeded);
}

TEST_CASE("os: missing files and folders are said to be so", "[base][os]") {
  const TempFolder folder;
  CHECK(os::read_file(folder.path() / "none", 10).error().code == ErrorCode::kNotFound);
  const auto written = os::write_file_durably(folder.path() / "none" / "file", "x", false);
  CHECK(written.error().code == ErrorCode::kNotFound);
  CHECK(written.error().operation.find("none/file") != std::string::npos);
  CHECK(os::read_file(folder.path(), 10).error().code == ErrorCode::kIo);  // a folder is no file
  CHECK_FALSE(os::disk_free_bytes(folder.path() / "none").has_value());
}

TEST_CASE("os: a full disk is told apart from other failures, and the old content stays", "[base][os]") {
  // /dev/full answers every write with ENOSPC; a link to it as the draft makes the disk full for this one file.
  const TempFolder folder;
  const fs::path file = folder.path() / "state";
  REQUIRE(os::write_file_durably(file, "old", false).has_value());
  fs::create_symlink("/dev/full", file.string() + ".new");
  CHECK(os::write_file_durably(file, "new", false).error().code == ErrorCode::kDiskFull);
  CHECK(os::read_file(file, 100) == "old");
}

TEST_CASE("os: a private folder is made with those above it, and may be there already", "[base][os]") {
  const TempFolder folder;
  const fs::path deep = folder.path() / "a" / "b";
  REQUIRE(os::make_private_folder(deep).has_value());
  CHECK(mode_of(deep) == 0750);
  CHECK(os::make_private_folder(deep).has_value());
  std::ofstream(folder.path() / "file") << "x";
  CHECK_FALSE(os::make_private_folder(folder.path() / "file").has_value());
  CHECK_FALSE(os::make_private_folder(folder.path() / "file" / "below").has_value());
}

TEST_CASE("os: disk, memory and name can be asked", "[base][os]") {
  CHECK(*os::disk_free_bytes(fs::temp_directory_path()) > 0);
  CHECK(os::resident_bytes() > 100'000);
  CHECK_FALSE(os::host_name().empty());
}

TEST_CASE("os: one process holds a data folder, and frees it when it ends", "[base][os]") {
  const TempFolder folder;
  const fs::path file = folder.path() / "lock";
  {
    auto lock = os::FileLock::acquire(file);
    REQUIRE(lock.has_value());
    const auto second = os::FileLock::acquire(file);
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().code == ErrorCode::kUnavailable);
    CHECK_FALSE(second.error().hint.empty());
    os::FileLock moved = std::move(*lock);
    CHECK_FALSE(os::FileLock::acquire(file).has_value());
    CHECK(in_child([&] { return os::FileLock::acquire(file) ? 1 : 0; }) == 0);
  }
  CHECK(os::FileLock::acquire(file).has_value());
  CHECK(os::FileLock::acquire(folder.path() / "none" / "lock").error().code == ErrorCode::kNotFound);
}

TEST_CASE("os: assigning a lock lets go of the one before", "[base][os]") {
  const TempFolder folder;
  auto first = os::FileLock::acquire(folder.path() / "first");
  auto second = os::FileLock::acquire(folder.path() / "second");
  REQUIRE((first.has_value() && second.has_value()));
  *first = std::move(*second);
  CHECK(os::FileLock::acquire(folder.path() / "first").has_value());
  CHECK_FALSE(os::FileLock::acquire(folder.path() / "second").has_value());
}

TEST_CASE("os: SIGTERM makes the termination descriptor readable", "[base][os]") {
  const int code = in_child([] {
    os::prepare_process();
    const auto descriptor = os::termination_descriptor();
    if (!descriptor) return 1;
    pollfd waiting{*descriptor, POLLIN, 0};
    if (::poll(&waiting, 1, 0) != 0) return 2;  // nothing has come yet
    ::kill(::getpid(), SIGTERM);
    if (::poll(&waiting, 1, 10'000) != 1) return 3;
    return 0;
  });
  CHECK(code == 0);
}

TEST_CASE("os: writing to a closed pipe is an error, not the end of the process", "[base][os]") {
  const int code = in_child([] {
    os::prepare_process();
    int ends[2];
    if (::pipe(ends) != 0) return 1;
    ::close(ends[0]);
    return ::write(ends[1], "x", 1) == -1 && errno == EPIPE ? 0 : 2;
  });
  CHECK(code == 0);
}

TEST_CASE("os: the code that only the start needed leaves memory and comes back unchanged", "[base][os]") {
  const int code = in_child([] {
    const std::span<const char> program = read_only_part();
    const auto sum = [program] { return std::accumulate(program.begin(), program.end(), std::uint64_t{0}, [](std::uint64_t so_far, char byte) { return so_far * 31 + static_cast<unsigned char>(byte); }); };
    const std::uint64_t before = sum();  // all of it is in memory now
    const std::int64_t resident = os::resident_bytes();
    os::leave_start_up_pages();
    if (os::resident_bytes() > resident - static_cast<std::int64_t>(program.size()) / 2) return 1;
    return sum() == before ? 0 : 2;
  });
  CHECK(code == 0);
}
