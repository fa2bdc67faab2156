// The two commands that every program has beside its own: `completion SHELL` prints its completion, `manual [PAGE]` its man pages. They are
// what the packages are made with.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/cli/manual.h"

namespace CLI {
class App;
}

namespace tillsync::cli {

/// The pages of a configuration file, beside the command's own.
struct ConfigPage {
  ManualFrame frame;
  const std::vector<config::Key>* keys;
  std::string environment_prefix;
};

class SelfDescription {
 public:
  /// Adds the commands to `app`, which must live as long. frame.name is the program's name.
  SelfDescription(CLI::App& app, ManualFrame frame, int section, std::vector<ConfigPage> pages, bool options_anywhere);
  /// After parsing: what to print when one of the two was asked for; "" else.
  std::string output() const;

 private:
  CLI::App& app_;
  ManualFrame frame_;
  int section_;
  std::vector<ConfigPage> pages_;
  bool options_anywhere_;
  CLI::App* completion_;
  CLI::App* manual_;
  std::string shell_, page_;
};

}  // namespace tillsync::cli
