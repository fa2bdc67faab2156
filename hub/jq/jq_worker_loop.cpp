#include "hub/jq/jq_worker_loop.h"

extern "C" {  // jq 1.6 does not say so itself
#include <jq.h>
}
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <unordered_map>

#include "hub/jq/jq_frame.h"

namespace tillsync::hub {
namespace {

constexpr std::size_t kCompiledMax = 64;  // programs that are kept compiled; all are forgotten when there are more
constexpr std::size_t kReadBytes = 64 * 1024;

struct JqCloser {
  void operator()(jq_state* state) const { jq_teardown(&state); }
};
using Program = std::unique_ptr<jq_state, JqCloser>;

/// Owns one value; jv functions take theirs over.
std::string text_of(jv value) {
  std::string text;
  if (jv_get_kind(value) == JV_KIND_STRING) text = std::string(jv_string_value(value), static_cast<std::size_t>(jv_string_length_bytes(jv_copy(value))));
  jv_free(value);
  return text;
}

std::string dump(jv value) { return text_of(jv_dump_string(value, 0)); }

/// A program's own `error(…)` may be any value.
std::string error_of(jv invalid) {
  jv message = jv_invalid_get_msg(invalid);
  if (jv_get_kind(message) == JV_KIND_STRING) return text_of(message);
  return dump(message);
}

class JqWorker {
 public:
  JqAnswer run(const JqRequest& request) {
    std::string problem;
    jq_state* program = compiled(request.program, problem);
    if (program == nullptr) return {false, "does not compile: " + problem};
    jv input = jv_parse_sized(request.input.data(), static_cast<int>(request.input.size()));
    if (!jv_is_valid(input)) return {false, "its input is no JSON: " + error_of(input)};
    jq_start(program, input, 0);
    JqAnswer answer = one_value(program);
    jq_start(program, jv_null(), 0);  // lets go of what the run has kept
    return answer;
  }

 private:
  JqAnswer one_value(jq_state* program) {
    jv first = jq_next(program);
    if (jq_halted(program)) {
      jv_free(first);
      return {false, "it called halt"};
    }
    if (!jv_is_valid(first)) {
      const bool has_message = jv_invalid_has_msg(jv_copy(first)) != 0;
      const std::string message = error_of(first);
      return {false, has_message ? message : "it gave no value; give one"};
    }
    jv second = jq_next(program);
    const bool is_alone = !jv_is_valid(second);
    const bool has_failed = is_alone && jv_invalid_has_msg(jv_copy(second)) != 0;
    const std::string message = has_failed ? error_of(second) : (jv_free(second), std::string());
    if (!is_alone || has_failed) jv_free(first);
    if (!is_alone) return {false, "it gave several values; give one"};
    if (has_failed) return {false, message};
    std::string text = dump(first);
    if (text.size() > kJqOutputBytesMax) return {false, "its value has more than " + std::to_string(kJqOutputBytesMax) + " bytes"};
    return {true, std::move(text)};
  }

  jq_state* compiled(const std::string& text, std::string& problem) {
    if (const auto known = programs_.find(text); known != programs_.end()) return known->second.get();
    if (programs_.size() >= kCompiledMax) programs_.clear();
    Program program(jq_init());
    if (program == nullptr) {
      problem = "no memory";
      return nullptr;
    }
    jq_set_error_cb(
        program.get(),
        [](void* context, jv message) {
          auto& collected = *static_cast<std::string*>(context);
          if (!collected.empty()) collected += "; ";
          collected += text_of(jq_format_error(message));
        },
        &problem);
    jq_set_debug_cb(program.get(), [](void*, jv message) { jv_free(message); }, nullptr);  // without one, `debug` crashes
    // jq 1.6 does not set this one at all: `input` would call whatever stood in that memory.
    jq_set_input_cb(program.get(), [](jq_state*, void*) { return jv_invalid(); }, nullptr);
    // Modules would be looked for on the disk.
    jq_set_attr(program.get(), jv_string("JQ_LIBRARY_PATH"), jv_array());
    if (jq_compile(program.get(), text.c_str()) == 0) return nullptr;
    jq_set_error_cb(program.get(), nullptr, nullptr);
    return programs_.emplace(text, std::move(program)).first->second.get();
  }

  std::unordered_map<std::string, Program> programs_;
};

long address_space_bytes() {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/self/statm", "r"), &std::fclose);
  long pages = 0;
  if (file == nullptr || std::fscanf(file.get(), "%ld", &pages) != 1) return 0;
  return pages * sysconf(_SC_PAGESIZE);
}

/// No new file, no core dump, bounded memory, no life after the parent's.
bool set_limits() {
  const long now = address_space_bytes();
  if (now == 0) return false;
  const rlimit memory{static_cast<rlim_t>(now + kJqMemoryBytesMax), static_cast<rlim_t>(now + kJqMemoryBytesMax)};
  const rlimit none{0, 0};
  return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && setrlimit(RLIMIT_AS, &memory) == 0 && setrlimit(RLIMIT_NOFILE, &none) == 0 &&
         setrlimit(RLIMIT_CORE, &none) == 0 && setrlimit(RLIMIT_FSIZE, &none) == 0;
}

bool write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

int run_jq_worker() {
  if (!set_limits()) return 1;
  JqWorker worker;
  std::string received;
  std::array<char, kReadBytes> piece;
  while (true) {
    Taken<JqRequest> taken = take_jq_request(received);
    if (taken.is_broken) return 1;
    if (taken.frame) {
      if (!write_all(encode(worker.run(*taken.frame)))) return 0;
      continue;
    }
    const ssize_t count = ::read(STDIN_FILENO, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return 0;
    received.append(piece.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace tillsync::hub
