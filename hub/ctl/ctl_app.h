// tillsyncctl: everything the API can do, for people (tables) and scripts (--json). Blocking, one thread.
#pragma once

#include <string>
#include <vector>

namespace tillsync::hub {

/// Documented in --help and in hub/ctl/README.md; scripts depend on them.
enum class CtlExit : int {
  kOk = 0,
  kRefused = 1,       // the hub refused: not found, wrong input, conflict (its reason is printed)
  kUsage = 2,         // the command line is wrong
  kUnreachable = 3,   // no hub at that address
  kDenied = 4,        // token missing, wrong, or without the right
  kHubFailed = 5,     // the hub answered with an error of its own
  kDifferences = 6,   // a check found something
  kNotConfirmed = 7,  // asked whether to go on, the answer was not yes: nothing was done
};

int run_ctl(int argc, const char* const* argv);

}  // namespace tillsync::hub
