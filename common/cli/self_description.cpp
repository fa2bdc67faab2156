#include "common/cli/self_description.h"

#include <CLI/CLI.hpp>

#include "common/cli/completion.h"

namespace tillsync::cli {

SelfDescription::SelfDescription(CLI::App& app, ManualFrame frame, int section, std::vector<ConfigPage> pages, bool options_anywhere)
    : app_(app), frame_(std::move(frame)), section_(section), pages_(std::move(pages)), options_anywhere_(options_anywhere) {
  completion_ = app.add_subcommand("completion", "Print the completion for a shell: source <(" + frame_.name + " completion bash)");
  completion_->add_option("shell", shell_, "Which shell")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  std::vector<std::string> names{frame_.name};
  for (const auto& page : pages_) names.push_back(page.frame.name);
  page_ = frame_.name;
  manual_ = app.add_subcommand("manual", "Print a man page: " + frame_.name + " manual | man -l -");
  manual_->add_option("page", page_, "Which page")->check(CLI::IsMember(names));
}

std::string SelfDescription::output() const {
  if (*completion_) return completion_script(*parse_shell(shell_), frame_.name, outline_of(app_), options_anywhere_);
  if (!*manual_) return "";
  for (const auto& page : pages_)
    if (page.frame.name == page_) return config_manual(page.frame, *page.keys, page.environment_prefix);
  return command_manual(frame_, section_, outline_of(app_));
}

}  // namespace tillsync::cli
