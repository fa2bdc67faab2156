#include "hub/exceptions/runbooks.h"

namespace tillsync::hub {

std::string_view runbook_of(std::string_view code) {
  for (const auto& [name, text] : runbooks())
    if (name == code) return text;
  return "";
}

std::string runbook_path(std::string_view code) { return runbook_of(code).empty() ? "" : "runbooks/" + std::string(code) + ".md"; }

}  // namespace tillsync::hub
