#include "hub/jq/jq_client.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>

#include "common/base/os.h"
#include "hub/jq/jq_frame.h"

namespace tillsync::hub {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;
constexpr int kLookEveryMs = 50;  // at the child's processor time

Error run_error(ErrorCode code, std::string detail) { return {code, "run a connector's program", std::move(detail), {}}; }

class Child {
 public:
  static Result<std::unique_ptr<Child>> start(const std::filesystem::path& executable) {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return std::unexpected(run_error(ErrorCode::kIo, std::strerror(errno)));
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, ends[1], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    // The hub blocks signals that it waits for otherwise; its child takes them as anyone does.
    sigset_t no_signals;
    sigemptyset(&no_signals);
    posix_spawnattr_setsigmask(&attributes, &no_signals);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    std::string path = executable.string(), name = "tillsync-hub", command = "jq-worker";
    std::array<char*, 3> arguments = {name.data(), command.data(), nullptr};
    std::array<char*, 1> environment = {nullptr};
    pid_t pid = -1;
    const int failed = posix_spawn(&pid, path.c_str(), &files, &attributes, arguments.data(), environment.data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    close(ends[1]);
    if (failed == 0) return std::unique_ptr<Child>(new Child(pid, ends[0]));
    close(ends[0]);
    return std::unexpected(run_error(ErrorCode::kIo, path + ": " + std::strerror(failed)));
  }

  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    kill(pid_, SIGKILL);
    close(descriptor_);
    waitpid(pid_, nullptr, 0);
  }

  /// No value: it ended, or broke the protocol.
  std::optional<JqAnswer> ask(const JqRequest& request, const JqLimits& limits, std::string& problem) {
    const Duration started = os::monotonic(), used_before = processor_time();
    const std::string frame = encode(request);
    std::string_view unsent = frame;
    std::string received;
    while (true) {
      const Taken<JqAnswer> taken = take_jq_answer(received);
      if (taken.frame) return taken.frame;
      if (taken.is_broken) break;
      if (processor_time() - used_before > limits.processor_time) {
        problem = "it took more than " + std::to_string(limits.processor_time.micros / 1'000) + " ms of processor time";
        return std::nullopt;
      }
      if (os::monotonic() - started > limits.patience) {
        problem = "it took longer than " + std::to_string(limits.patience.micros / 1'000) + " ms";
        return std::nullopt;
      }
      if (!move_on(unsent, received)) break;
    }
    problem = "it needed more memory than it may have, or crashed";
    return std::nullopt;
  }

 private:
  Child(pid_t pid, int descriptor) : pid_(pid), descriptor_(descriptor) {}

  bool move_on(std::string_view& unsent, std::string& received) {
    pollfd ready{descriptor_, static_cast<short>(POLLIN | (unsent.empty() ? 0 : POLLOUT)), 0};
    if (poll(&ready, 1, kLookEveryMs) <= 0) return true;
    if ((ready.revents & POLLOUT) != 0) {
      const ssize_t sent = send(descriptor_, unsent.data(), unsent.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0 && errno != EAGAIN && errno != EINTR) return false;
      if (sent > 0) unsent.remove_prefix(static_cast<std::size_t>(sent));
    }
    if ((ready.revents & (POLLIN | POLLHUP | POLLERR)) == 0) return true;
    std::array<char, kReadBytes> piece;
    const ssize_t count = recv(descriptor_, piece.data(), piece.size(), MSG_DONTWAIT);
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    received.append(piece.data(), static_cast<std::size_t>(count));
    return count > 0;
  }

  Duration processor_time() const {
    clockid_t clock{};
    timespec used{};
    if (clock_getcpuclockid(pid_, &clock) != 0 || clock_gettime(clock, &used) != 0) return {};
    return seconds(used.tv_sec) + Duration{used.tv_nsec / 1'000};
  }

  pid_t pid_;
  int descriptor_;
};

class JqClient : public ProgramRunner {
 public:
  JqClient(std::filesystem::path executable, JqLimits limits) : executable_(std::move(executable)), limits_(limits) {}

  Result<std::string> run(const std::string& program, const std::string& input) override {
    if (program.size() > kJqProgramBytesMax || input.size() > kJqInputBytesMax)
      return std::unexpected(run_error(ErrorCode::kInvalid, "program or input is too large (at most 256 KiB, 16 MiB)"));
    if (child_ == nullptr) {
      TS_ASSIGN_OR_RETURN(child_, Child::start(executable_));
    }
    std::string problem;
    std::optional<JqAnswer> answer = child_->ask({program, input}, limits_, problem);
    if (!answer) {
      child_ = nullptr;
      return std::unexpected(run_error(ErrorCode::kInvalid, problem));
    }
    if (!answer->is_value) return std::unexpected(run_error(ErrorCode::kInvalid, answer->text));
    return std::move(answer->text);
  }

 private:
  const std::filesystem::path executable_;
  const JqLimits limits_;
  std::unique_ptr<Child> child_;
};

}  // namespace

std::unique_ptr<ProgramRunner> make_jq_client(std::filesystem::path executable, JqLimits limits) {
  if (executable.empty()) executable = "/proc/self/exe";
  return std::make_unique<JqClient>(std::move(executable), limits);
}

}  // namespace tillsync::hub
