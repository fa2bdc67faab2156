// Preloaded into the programs of a benchmark: each fdatasync takes TILLSYNC_BENCH_SYNC_US microseconds longer, as on the
// slower disk of a store PC. Only `tests/bench/edge --disk-sync-us` uses it.
#include <dlfcn.h>

#include <cstdlib>
#include <ctime>

extern "C" int fdatasync(int descriptor) {
  using Sync = int (*)(int);
  static const auto sync = reinterpret_cast<Sync>(::dlsym(RTLD_NEXT, "fdatasync"));
  static const char* const text = std::getenv("TILLSYNC_BENCH_SYNC_US");
  static const long micros = text == nullptr ? 0 : std::atol(text);
  const timespec pause{micros / 1'000'000, micros % 1'000'000 * 1'000};
  ::nanosleep(&pause, nullptr);
  return sync(descriptor);
}
