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

std::optional<std::string_view> built_in(std::string_view connector, std::string_view file) {
  for (const BuiltInFile& known : built_in_files())
    if (known.connector == connector && known.file == file) return known.text;
  return std::nullopt;
}

/// read: text of a file of the connector's folder.
template <class Read>
Result<Connector> assemble(const Read& read) {
  TS_ASSIGN_OR_RETURN(const std::string text, read("connector.json"));
  TS_ASSIGN_OR_RETURN(Connector connector, parse_connector(text));
  for (auto& [name, operation] : connector.operations) {
    TS_ASSIGN_OR_RETURN(operation.text, read(operation.file));
  }
  return connector;
}

}  // namespace

std::vector<std::string> built_in_connectors() {
  std::vector<std::string> names;
  for (const BuiltInFile& file : built_in_files())
    if (file.file == "connector.json") names.emplace_back(file.connector);
  return names;
}

Result<Connector> load_connector(std::string_view name, const std::filesystem::path& folder) {
  const std::string operation = "load connector " + std::string(name);
  if (!is_plain_name(name)) return fail(ErrorCode::kInvalid, operation, "this is no name of a connector");
  if (!folder.empty()) {
    const auto own = folder / std::string(name);
    if (std::error_code ignored; std::filesystem::exists(own / "connector.json", ignored))
      return assemble([&own](const std::string& file) { return os::read_file(own / file, kConnectorBytesMax); });
  }
  if (built_in(name, "connector.json")) {
    return assemble([&](const std::string& file) -> Result<std::string> {
      const auto text = built_in(name, file);
      if (!text) return fail(ErrorCode::kNotFound, operation, "it names " + file + ", which is not there");
      return std::string(*text);
    });
  }
  std::string known;
  for (const std::string& one : built_in_connectors()) known += (known.empty() ? "" : ", ") + one;
  return fail(ErrorCode::kNotFound, operation, "there is no such connector", "known are: " + known);
}

}  // namespace tillsync::hub
