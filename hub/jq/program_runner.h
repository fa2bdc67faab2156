// Runs jq programs; hub/jq's client in the product, something simpler in tests.
#pragma once

#include <string>

#include "common/base/error.h"

namespace tillsync::hub {

class ProgramRunner {
 public:
  virtual ~ProgramRunner() = default;
  /// The one value that the program makes of the input, both JSON. kInvalid: the program's fault (it does not compile, fails, gives no or
  /// several values, takes too long or too much memory); the text says which. kIo: it could not be run.
  virtual Result<std::string> run(const std::string& program, const std::string& input) = 0;
};

}  // namespace tillsync::hub
