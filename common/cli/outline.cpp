#include "common/cli/outline.h"

#include <CLI/CLI.hpp>

namespace tillsync::cli {
namespace {

/// CLI11 writes a closed set of values into the type's name: "TEXT:{a,b}".
std::vector<std::string> choices_in(const std::string& type) {
  std::vector<std::string> choices;
  const std::size_t open = type.find('{');
  const std::size_t close = type.find('}', open);
  if (open == std::string::npos || close == std::string::npos) return choices;
  std::size_t begin = open + 1;
  while (begin < close) {
    const std::size_t end = std::min(type.find(',', begin), close);
    choices.push_back(type.substr(begin, end - begin));
    begin = end + 1;
  }
  return choices;
}

OptionOutline option_of(const CLI::Option& option) {
  OptionOutline outline;
  for (const auto& name : option.get_lnames()) outline.names.push_back("--" + name);
  for (const auto& name : option.get_snames()) outline.names.push_back("-" + name);
  outline.is_positional = outline.names.empty();
  if (outline.is_positional) outline.names.push_back(option.get_name(true));
  outline.description = option.get_description();
  const std::string type = option.get_type_name();
  const bool takes_value = option.get_items_expected_max() > 0;
  if (takes_value) outline.value = type.empty() ? "TEXT" : type.substr(0, type.find(':'));
  outline.choices = choices_in(type);
  outline.takes_file = type.find("FILE") != std::string::npos || type.find("PATH") != std::string::npos || type.find("DIR") != std::string::npos;
  outline.fallback = option.get_default_str();
  outline.environment = option.get_envname();
  outline.is_required = option.get_required();
  return outline;
}

CommandOutline command_of(const CLI::App& app, bool is_first) {
  CommandOutline outline;
  outline.name = app.get_name();
  outline.description = app.get_description();
  outline.footer = app.get_footer();
  for (const CLI::Option* option : app.get_options([](const CLI::Option* each) { return !each->get_group().empty(); }))
    if (is_first || option != app.get_help_ptr()) outline.options.push_back(option_of(*option));
  for (const CLI::App* command : app.get_subcommands([](const CLI::App* each) { return !each->get_group().empty() && !each->get_name().empty(); }))
    outline.commands.push_back(command_of(*command, false));
  return outline;
}

}  // namespace

CommandOutline outline_of(const CLI::App& app) { return command_of(app, true); }

}  // namespace tillsync::cli
