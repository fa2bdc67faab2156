// Every published example, and every golden file: what was hashed, stored and sent once must stay so for ever.
//
// A golden file has lines "hash HEX", "encoded HEX" and "warning CODE POINTER"; those in corrupt/ have "error CODE".
// Run with TILLSYNC_WRITE_GOLDEN=1 to write those that are missing (tests/golden/contract/README.md).
#include <catch2/catch.hpp>
#include <set>
#include <sstream>

#include "common/contract/masterdata.h"
#include "common/contract/reservation.h"
#include "tests/common/contract/samples.h"

using namespace tillsync;
namespace fs = std::filesystem;

namespace {

fs::path golden_dir() {
  return samples::source_dir() / "tests/golden/contract";
}

void compare_with_golden(const fs::path& example, const std::string& content) {
  const fs::path path = golden_dir() / example.parent_path().filename() / (example.stem().string() + ".golden");
  if (std::getenv("TILLSYNC_WRITE_GOLDEN") != nullptr && !fs::exists(path)) {
    fs::create_directories(path.parent_path());
    std::ofstream(path) << content;
  }
  INFO(path.string());
  CHECK(samples::read_text(path) == content);
}

std::string golden_of(const Document& document) {
  std::string content =
      "hash " + content_hash(document).hex() + "\nencoded " + to_hex(encode_document(document)) + "\n";
  for (const Warning& warning : check_document(document))
    content += "warning " + warning.code + " " + warning.pointer + "\n";
  return content;
}

void check_document_example(const fs::path& path, const Value& tree) {
  const auto document = parse_document(tree);
  if (!document) FAIL(to_problem_json(document.error()));
  const auto decoded = decode_document(encode_document(*document));
  REQUIRE(decoded.has_value());
  CHECK(golden_of(*decoded) == golden_of(*document));
  const auto rewritten = samples::read_json(document_to_json(*document));
  REQUIRE(rewritten.has_value());
  CHECK(golden_of(*rewritten) == golden_of(*document));
  const Bytes as_map = samples::to_msgpack(nlohmann::json::parse(tree_to_json(tree)));
  CHECK(content_hash(*parse_document(*parse_tree(as_map, Syntax::kMessagePack))) == content_hash(*document));
  compare_with_golden(path, golden_of(*document));
}

/// parse, encode, decode, to_json: the functions of one kind of master data.
template <class Parse, class Encode, class Decode, class ToJson>
void check_masterdata_example(const fs::path& path, const Value& tree, Parse parse, Encode encode, Decode decode,
                              ToJson to_json) {
  const auto object = parse(tree, "");
  if (!object) FAIL(to_problem_json(object.error()));
  const auto decoded = decode(encode(*object));
  REQUIRE(decoded.has_value());
  CHECK(to_json(*decoded) == to_json(*object));
  compare_with_golden(path, "encoded " + to_hex(encode(*object)) + "\n");
}

void check_example(const std::string& contract, const fs::path& path, const Value& tree) {
  if (contract == "location-1") {
    const auto location = parse_location(tree);
    REQUIRE(location.has_value());
    CHECK(nlohmann::json::parse(location_to_json(*location)) == nlohmann::json::parse(tree_to_json(tree)));
  } else if (contract == "product-1") {
    check_masterdata_example(path, tree, parse_product, encode_product, decode_product, product_to_json);
  } else if (contract == "price-1") {
    check_masterdata_example(path, tree, parse_price, encode_price, decode_price, price_to_json);
  } else if (contract == "reservation-1") {
    check_masterdata_example(path, tree, parse_reservation, encode_reservation, decode_reservation, reservation_to_json);
  } else if (contract == "posting-1") {
    check_masterdata_example(path, tree, parse_posting, encode_posting, decode_posting, posting_to_json);
  } else {
    check_document_example(path, tree);
  }
}

/// These are published as schema and examples only; no code reads them yet.
bool has_schema_only(const std::string& contract) {
  const std::set<std::string> names = {"customer-1", "order-1", "shipment-1", "refund-1"};
  return names.contains(contract);
}

struct Golden {
  std::string error;
  Bytes encoded;
};

Golden read_golden(const fs::path& path) {
  Golden golden;
  std::istringstream lines(samples::read_text(path));
  for (std::string line; std::getline(lines, line);) {
    const std::size_t space = line.find(' ');
    const std::string key = line.substr(0, space);
    const std::string value = space == std::string::npos ? "" : line.substr(space + 1);
    if (key == "error") golden.error = value;
    if (key == "encoded") golden.encoded = from_hex(value).value();
  }
  return golden;
}

}  // namespace

TEST_CASE("examples: each parses, keeps its hash, its bytes and its warnings", "[contract][golden]") {
  std::size_t examples = 0;
  for (const auto& entry : fs::recursive_directory_iterator(samples::source_dir() / "common/contract/examples")) {
    if (!entry.is_regular_file()) continue;
    const std::string contract = entry.path().parent_path().filename();
    INFO(entry.path().string());
    const auto tree = parse_tree(samples::read_text(entry.path()), Syntax::kJson);
    REQUIRE(tree.has_value());
    ++examples;
    if (!has_schema_only(contract)) check_example(contract, entry.path(), *tree);
  }
  CHECK(examples >= 70);
}

TEST_CASE("examples: every golden document of every version can still be read", "[contract][golden]") {
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(golden_dir())) {
    const std::string folder = entry.path().parent_path().filename();
    if (entry.path().extension() != ".golden" || folder == "corrupt") continue;
    INFO(entry.path().string());
    const Golden golden = read_golden(entry.path());
    ++files;
    if (folder == "product-1")
      CHECK(decode_product(golden.encoded).has_value());
    else if (folder == "price-1")
      CHECK(decode_price(golden.encoded).has_value());
    else if (folder == "reservation-1")
      CHECK(decode_reservation(golden.encoded).has_value());
    else if (folder == "posting-1")
      CHECK(decode_posting(golden.encoded).has_value());
    else
      CHECK(decode_document(golden.encoded).has_value());
  }
  CHECK(files >= 60);
}

TEST_CASE("examples: corrupt golden documents end in their error", "[contract][golden]") {
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(golden_dir() / "corrupt")) {
    INFO(entry.path().string());
    const Golden golden = read_golden(entry.path());
    const auto document = decode_document(golden.encoded);
    REQUIRE_FALSE(document.has_value());
    CHECK(to_string(document.error().code) == golden.error);
    ++files;
  }
  CHECK(files >= 8);
}
