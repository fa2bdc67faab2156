#include "common/cli/completion.h"

#include <algorithm>
#include <functional>

namespace tillsync::cli {
namespace {

/// One place on the command line: behind these commands, these words may come.
struct Place {
  std::string path;  // " agent list"; "" before the first command
  const CommandOutline* command;
  std::vector<const OptionOutline*> options;
};

void collect(const CommandOutline& command, const std::string& path, std::vector<const OptionOutline*> inherited, bool options_anywhere,
             std::vector<Place>& places) {
  std::vector<const OptionOutline*> options;
  for (const auto& option : command.options) options.push_back(&option);
  std::vector<const OptionOutline*> all = options;
  all.insert(all.end(), inherited.begin(), inherited.end());
  places.push_back({path, &command, all});
  for (const auto& below : command.commands)
    collect(below, path + " " + below.name, options_anywhere ? all : std::vector<const OptionOutline*>{}, options_anywhere, places);
}

std::vector<Place> places_of(const CommandOutline& outline, bool options_anywhere) {
  std::vector<Place> places;
  collect(outline, "", {}, options_anywhere, places);
  return places;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

/// A function's name out of a program's: "tillsync-agent" → "tillsync_agent".
std::string identifier(std::string name) {
  std::ranges::replace(name, '-', '_');
  return name;
}

std::string join(const std::vector<std::string>& words, const std::string& between) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

/// Every option with a value, once for each set of names.
std::vector<const OptionOutline*> valued_options(const Place& place) {
  std::vector<const OptionOutline*> valued;
  for (const auto* option : place.options)
    if (!option->is_positional && !option->value.empty()) valued.push_back(option);
  return valued;
}

const OptionOutline* first_positional(const Place& place) {
  for (const auto& option : place.command->options)
    if (option.is_positional) return &option;
  return nullptr;
}

std::vector<std::string> command_names(const Place& place) {
  std::vector<std::string> names;
  for (const auto& command : place.command->commands) names.push_back(command.name);
  return names;
}

std::vector<std::string> option_names(const Place& place) {
  std::vector<std::string> names;
  for (const auto* option : place.options)
    if (!option->is_positional) names.insert(names.end(), option->names.begin(), option->names.end());
  return names;
}

/// The lines of a `case` that walk from one place to the next; bash and zsh (where `path` is the search path: hence another name).
std::string walk_cases(const std::vector<Place>& places, const std::string& indent) {
  std::vector<std::string> paths;
  for (const auto& place : places)
    if (!place.path.empty()) paths.push_back(quoted(place.path));
  return paths.empty() ? "" : indent + join(paths, "|") + ") place=\"$place $word\" ;;\n";
}

std::string bash_script(const std::string& program, const std::vector<Place>& places) {
  const std::string function = "_" + identifier(program);
  std::string text = "# bash completion of " + program + "\n" + function +
                     "() {\n  local cur prev place word i\n  cur=\"${COMP_WORDS[COMP_CWORD]}\"\n  prev=\"${COMP_WORDS[COMP_CWORD-1]}\"\n  place=\"\"\n"
                     "  for ((i = 1; i < COMP_CWORD; i++)); do\n    word=\"${COMP_WORDS[i]}\"\n    case \"$place $word\" in\n" +
                     walk_cases(places, "      ") + "    esac\n  done\n  COMPREPLY=()\n  case \"$place\" in\n";
  for (const auto& place : places) {
    text += "    " + quoted(place.path) + ")\n";
    const auto valued = valued_options(place);
    if (!valued.empty()) {
      text += "      case \"$prev\" in\n";
      for (const auto* option : valued) {
        text += "        " + join(option->names, "|") + ") ";
        if (!option->choices.empty())
          text += "COMPREPLY=($(compgen -W " + quoted(join(option->choices, " ")) + " -- \"$cur\")); ";
        else if (option->takes_file)
          text += "COMPREPLY=($(compgen -f -- \"$cur\")); ";
        text += "return ;;\n";
      }
      text += "      esac\n";
    }
    text += "      if [[ \"$cur\" == -* ]]; then COMPREPLY=($(compgen -W " + quoted(join(option_names(place), " ")) + " -- \"$cur\"))\n";
    const auto* positional = first_positional(place);
    if (!place.command->commands.empty())
      text += "      else COMPREPLY=($(compgen -W " + quoted(join(command_names(place), " ")) + " -- \"$cur\"))\n";
    else if (positional != nullptr && !positional->choices.empty())
      text += "      else COMPREPLY=($(compgen -W " + quoted(join(positional->choices, " ")) + " -- \"$cur\"))\n";
    else if (positional != nullptr && positional->takes_file)
      text += "      else COMPREPLY=($(compgen -f -- \"$cur\"))\n";
    text += "      fi ;;\n";
  }
  return text + "  esac\n}\ncomplete -F " + function + " " + program + "\n";
}

std::string zsh_item(const std::string& name, const std::string& description) {
  std::string escaped;
  for (const char c : name) escaped += c == ':' ? std::string("\\:") : std::string(1, c);
  return quoted(escaped + ":" + first_line(description));
}

std::string zsh_script(const std::string& program, const std::vector<Place>& places) {
  const std::string function = "_" + identifier(program);
  std::string text = "#compdef " + program + "\n" + function + "() {\n  local place=\"\" word i\n  local -a items options\n" +
                     "  for ((i = 2; i < CURRENT; i++)); do\n    word=\"${words[i]}\"\n    case \"$place $word\" in\n" + walk_cases(places, "      ") +
                     "    esac\n  done\n  local prev=\"${words[CURRENT-1]}\"\n  case \"$place\" in\n";
  for (const auto& place : places) {
    text += "    " + quoted(place.path) + ")\n";
    const auto valued = valued_options(place);
    if (!valued.empty()) {
      text += "      case \"$prev\" in\n";
      for (const auto* option : valued) {
        text += "        " + join(option->names, "|") + ") ";
        if (!option->choices.empty())
          text += "compadd -- " + join(option->choices, " ") + "; ";
        else if (option->takes_file)
          text += "_files; ";
        text += "return ;;\n";
      }
      text += "      esac\n";
    }
    text += "      items=(";
    for (const auto& command : place.command->commands) text += " " + zsh_item(command.name, command.description);
    text += " )\n      options=(";
    for (const auto* option : place.options)
      for (const auto& name : option->names)
        if (!option->is_positional) text += " " + zsh_item(name, option->description);
    text += " )\n      (( ${#items} )) && _describe -t commands command items\n      (( ${#options} )) && _describe -o -t options option options\n";
    if (const auto* positional = first_positional(place)) {
      if (!positional->choices.empty()) text += "      compadd -- " + join(positional->choices, " ") + "\n";
      else if (positional->takes_file) text += "      _files\n";
    }
    text += "      ;;\n";
  }
  return text + "  esac\n}\n" + function + " \"$@\"\n";
}

std::string fish_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return out + "'";
}

std::string fish_script(const std::string& program, const std::vector<Place>& places) {
  const std::string at = "__" + identifier(program) + "_at";
  std::string text = "# fish completion of " + program + "\nfunction " + at +
                     "\n  set -l place ''\n  for word in (commandline -opc)[2..-1]\n    switch \"$place $word\"\n      case";
  for (const auto& place : places)
    if (!place.path.empty()) text += " " + fish_quoted(place.path);
  text += "\n        set place \"$place $word\"\n    end\n  end\n  test \"$place\" = \"$argv[1]\"\nend\ncomplete -c " + program + " -f\n";
  for (const auto& place : places) {
    const std::string head = "complete -c " + program + " -n " + fish_quoted(at + " " + fish_quoted(place.path));
    for (const auto& command : place.command->commands)
      text += head + " -a " + fish_quoted(command.name) + " -d " + fish_quoted(first_line(command.description)) + "\n";
    for (const auto* option : place.options) {
      if (option->is_positional) continue;
      text += head;
      for (const auto& name : option->names) text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      if (!option->value.empty()) {
        text += option->takes_file ? " -r -F" : " -x";
        if (!option->choices.empty()) text += " -a " + fish_quoted(join(option->choices, " "));
      }
      text += " -d " + fish_quoted(first_line(option->description)) + "\n";
    }
    if (const auto* positional = first_positional(place)) {
      if (!positional->choices.empty()) text += head + " -a " + fish_quoted(join(positional->choices, " ")) + "\n";
      else if (positional->takes_file) text += head + " -F\n";
    }
  }
  return text;
}

}  // namespace

std::optional<Shell> parse_shell(std::string_view name) {
  if (name == "bash") return Shell::kBash;
  if (name == "zsh") return Shell::kZsh;
  if (name == "fish") return Shell::kFish;
  return std::nullopt;
}

std::string completion_script(Shell shell, const std::string& program, const CommandOutline& outline, bool options_anywhere) {
  const auto places = places_of(outline, options_anywhere);
  switch (shell) {
    case Shell::kBash: return bash_script(program, places);
    case Shell::kZsh: return zsh_script(program, places);
    case Shell::kFish: return fish_script(program, places);
  }
  return "";
}

}  // namespace tillsync::cli
