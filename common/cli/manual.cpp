#include "common/cli/manual.h"

#include <cctype>

namespace tillsync::cli {
namespace {

/// Text as roff takes it: no line begins a request, a hyphen is a minus that can be searched and copied.
std::string roff(std::string_view text) {
  std::string out;
  bool at_line_start = true;
  for (const char c : text) {
    if (at_line_start && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
    at_line_start = c == '\n';
  }
  return out;
}

std::string bold(std::string_view text) { return "\\fB" + roff(text) + "\\fR"; }
std::string italic(std::string_view text) { return "\\fI" + roff(text) + "\\fR"; }

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string head(const ManualFrame& frame, int section) {
  return ".TH \"" + roff(upper(frame.name)) + "\" " + std::to_string(section) + " \"\" \"Tillsync " + roff(frame.version) + "\" \"Tillsync\"\n.SH NAME\n" +
         roff(frame.name) + " \\- " + roff(frame.summary) + "\n";
}

std::string tail(const ManualFrame& frame) {
  std::string text;
  if (!frame.files.empty()) text += ".SH FILES\n";
  for (const auto& [path, meaning] : frame.files) text += ".TP\n" + italic(path) + "\n" + roff(meaning) + "\n";
  if (!frame.see_also.empty()) text += ".SH SEE ALSO\n";
  for (std::size_t i = 0; i < frame.see_also.size(); ++i) {
    const std::string& page = frame.see_also[i];
    const std::size_t open = page.find('(');
    text += ".BR " + roff(page.substr(0, open)) + " " + roff(page.substr(open)) + (i + 1 < frame.see_also.size() ? " ,\n" : "\n");
  }
  return text;
}

std::string sentence(const std::string& text) {
  const bool ends = text.empty() || text.back() == '.' || text.back() == '?';
  return roff(text) + (ends ? "" : ".");
}

/// Lines of a description become paragraphs.
std::string paragraphs(const std::string& description) {
  std::string text;
  std::size_t begin = 0;
  while (begin <= description.size()) {
    const std::size_t end = std::min(description.find('\n', begin), description.size());
    if (end > begin) text += (text.empty() ? "" : ".PP\n") + roff(description.substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return text;
}

std::string options_text(const CommandOutline& command) {
  std::string text;
  for (const auto& option : command.options) {
    text += ".TP\n";
    if (option.is_positional) {
      text += italic(upper(option.names.front()));
    } else {
      for (std::size_t i = 0; i < option.names.size(); ++i) text += (i > 0 ? ", " : "") + bold(option.names[i]);
      if (!option.value.empty()) text += " " + italic(option.choices.empty() ? option.value : [&] {
          std::string joined;
          for (const auto& choice : option.choices) joined += (joined.empty() ? "" : "|") + choice;
          return joined;
        }());
    }
    text += "\n" + sentence(option.description.empty() ? option.names.front() : option.description);
    if (option.is_required) text += " Required.";
    if (!option.fallback.empty()) text += " Default: " + roff(option.fallback) + ".";
    if (!option.environment.empty()) text += " Environment: " + roff(option.environment) + ".";
    text += "\n";
  }
  return text;
}

void commands_text(const CommandOutline& command, const std::string& path, std::string& text) {
  for (const auto& below : command.commands) {
    const std::string here = path + (path.empty() ? "" : " ") + below.name;
    if (below.commands.empty()) {
      text += ".SS " + roff(here);
      for (const auto& option : below.options)
        if (option.is_positional) text += " " + roff(upper(option.names.front()));
      text += "\n" + paragraphs(below.description) + options_text(below);
    } else {
      if (!below.options.empty()) text += ".SS " + roff(here) + "\n" + paragraphs(below.description) + options_text(below);
      commands_text(below, here, text);
    }
  }
}

std::string setting_text(const config::Setting& setting) {
  if (const auto* text = std::get_if<std::string>(&setting)) return '"' + *text + '"';
  if (const auto* number = std::get_if<std::int64_t>(&setting)) return std::to_string(*number);
  if (const auto* flag = std::get_if<bool>(&setting)) return *flag ? "true" : "false";
  std::string text = "[";
  for (const auto& item : std::get<std::vector<std::string>>(setting)) text += (text.size() > 1 ? ", \"" : "\"") + item + '"';
  return text + "]";
}

}  // namespace

std::string command_manual(const ManualFrame& frame, int section, const CommandOutline& outline) {
  std::string text = head(frame, section) + ".SH SYNOPSIS\n" + bold(frame.name) + " [" + italic("options") + "] " + italic("command") + " [" +
                     italic("options") + "]\n.SH DESCRIPTION\n" + paragraphs(outline.description) + ".SH OPTIONS\n" + options_text(outline) +
                     ".SH COMMANDS\n";
  commands_text(outline, "", text);
  if (!outline.footer.empty()) text += ".SH EXIT STATUS\n" + paragraphs(outline.footer);
  return text + tail(frame);
}

std::string config_manual(const ManualFrame& frame, const std::vector<config::Key>& keys, std::string_view environment_prefix) {
  std::string text = head(frame, 5) +
                     ".SH DESCRIPTION\nA file in TOML. Every key has a default; a key that is not known is an error that names the nearest known one. "
                     "An environment variable goes before the file.\n.SH KEYS\n";
  for (const auto& key : keys) {
    text += ".TP\n" + bold(key.path);
    if (!key.unit.empty()) text += " (" + roff(key.unit) + ")";
    text += "\n" + sentence(key.meaning);
    text += " Default: " + roff(setting_text(key.fallback)) + ".";
    if (!key.path.ends_with(".*")) text += " Environment: " + roff(config::environment_name(environment_prefix, key.path)) + ".";
    text += "\n";
  }
  return text + tail(frame);
}

}  // namespace tillsync::cli
