#include "hub/erp/connector_reader.h"

#include <algorithm>

#include "common/base/os.h"

namespace tillsync::hub {
namespace {

constexpr std::size_t kConnectorBytesMax = 1'000'000;

bool is_plain_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

}  // namespace

Result<Connector> load_connector(std::string_view name, const std::filesystem::path& folder) {
  const std::string operation = "load connector " + std::string(name);
  if (!is_plain_name(name)) return fail(ErrorCode::kInvalid, operation, "this is no name of a connector");
  if (!folder.empty()) {
    const auto file = folder / std::string(name) / "connector.json";
    if (std::error_code ignored; std::filesystem::exists(file, ignored)) {
      TS_ASSIGN_OR_RETURN(const std::string text, os::read_file(file, kConnectorBytesMax));
      return parse_connector(text);
    }
  }
  std::string known;
  for (const BuiltInConnector& connector : built_in_connectors()) {
    if (connector.name == name) return parse_connector(connector.json_text);
    known += (known.empty() ? "" : ", ") + std::string(connector.name);
  }
  return fail(ErrorCode::kNotFound, operation, "there is no such connector", "known are: " + known);
}

}  // namespace tillsync::hub
