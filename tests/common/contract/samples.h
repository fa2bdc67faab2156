// What the contract's tests share: sample documents, and the way through the readers.
#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "common/contract/codec.h"

namespace tillsync::samples {

inline std::filesystem::path source_dir() {
  const char* folder = std::getenv("TILLSYNC_SOURCE_DIR");
  REQUIRE(folder != nullptr);
  return folder;
}

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  INFO(path.string());
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The smallest sale of INTERFACES.md.
inline nlohmann::json sale() {
  return nlohmann::json::parse(R"({
    "contract":"sale/1","till":"GB-1","document_no":"536365","business_date":"2010-12-01","occurred_at":"2010-12-01T08:26:00Z",
    "currency":"GBP","prices_include_tax":false,
    "lines":[{"line_no":1,"kind":"goods","sku":"85123A","description":"WHITE HANGING HEART T-LIGHT HOLDER","qty":"6",
              "unit_price":"2.55","amount":"15.30","tax_codes":["S"]}],
    "tax_summary":[{"code":"S","rate":"0.175","base":"15.30","amount":"2.68"}],
    "tenders":[{"tender_no":1,"type":"card","amount":"17.98"}],
    "totals":{"net":"15.30","tax":"2.68","gross":"17.98","rounding":"0.00"}})");
}

inline nlohmann::json header(std::string_view contract) {
  return {{"contract", std::string(contract)},
          {"till", "GB-1"},
          {"document_no", "1"},
          {"business_date", "2010-12-01"},
          {"occurred_at", "2010-12-01T08:26:00Z"}};
}

inline std::expected<Document, Problem> read_json(std::string_view text) {
  const auto tree = parse_tree(text, Syntax::kJson);
  if (!tree) return std::unexpected(tree.error());
  return parse_document(*tree);
}

inline std::expected<Document, Problem> read(const nlohmann::json& json) {
  return read_json(json.dump());
}

inline Document document(const nlohmann::json& json) {
  auto document = read(json);
  if (!document) FAIL(to_problem_json(document.error()));
  return *document;
}

inline Problem refusal(const nlohmann::json& json) {
  const auto document = read(json);
  REQUIRE_FALSE(document.has_value());
  return document.error();
}

inline Problem tree_refusal(std::string_view body, Syntax syntax = Syntax::kJson) {
  const auto tree = parse_tree(body, syntax);
  REQUIRE_FALSE(tree.has_value());
  return tree.error();
}

inline Bytes to_msgpack(const nlohmann::json& json) {
  const auto bytes = nlohmann::json::to_msgpack(json);
  return {bytes.begin(), bytes.end()};
}

/// "code pointer" of each warning, in order.
inline std::vector<std::string> warnings(const nlohmann::json& json) {
  std::vector<std::string> list;
  for (const Warning& warning : check_document(document(json))) list.push_back(warning.code + " " + warning.pointer);
  return list;
}

using List = std::vector<std::string>;

}  // namespace tillsync::samples
