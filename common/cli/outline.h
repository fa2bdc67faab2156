// A command line as plain data: its commands with their options. Made of the definition that also parses the command line, so that help,
// completion and man page cannot say different things. Pure.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace tillsync::cli {

struct OptionOutline {
  std::vector<std::string> names;  // "--hub", "-h"; of a positional its one name
  std::string description;
  std::string value;               // what it takes, as --help says: "TEXT", "FILE"; "" = a flag
  std::vector<std::string> choices;  // the only values that it takes; empty = any
  std::string fallback, environment;
  bool is_positional = false;
  bool is_required = false;
  bool takes_file = false;         // an existing file or a path
};

struct CommandOutline {
  std::string name, description;
  std::string footer;
  std::vector<OptionOutline> options;  // as they were defined
  std::vector<CommandOutline> commands;
};

/// Without what is hidden (group ""), and without --help of the commands below the first.
CommandOutline outline_of(const CLI::App& app);

}  // namespace tillsync::cli
