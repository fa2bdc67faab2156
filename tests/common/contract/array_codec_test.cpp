#include "common/contract/array_codec.h"

#include <catch2/catch.hpp>

#include "tests/common/contract/samples.h"

using namespace tillsync;
using namespace std::string_literals;

namespace {

ErrorCode refused(BytesView bytes) {
  const auto document = decode_document(bytes);
  REQUIRE_FALSE(document.has_value());
  CHECK(document.error().operation == "decode document");
  return document.error().code;
}

/// The encoded form as a tree that can be changed; the samples used here hold no number with decimals in unknown
/// fields.
nlohmann::json as_array(const Document& document) {
  const Bytes bytes = encode_document(document);
  return nlohmann::json::from_msgpack(bytes.begin(), bytes.end());
}

}  // namespace

TEST_CASE("array: a document survives the way there and back", "[contract][array]") {
  auto json = samples::sale();
  json["sequence"] = 0;
  json["fiscal"] = nlohmann::json::object();
  json["zebra"] = {{"a", {1, -1, 2.50, "x", nullptr, true, 1e300}}, {"b", nlohmann::json::object()}};
  json["lines"][0]["lots"] = {{{"lot", "L"}, {"expiry", "2011-06-30"}, {"qty", "-0.001"}}, nlohmann::json::object()};
  const Document document = samples::document(json);
  const auto again = decode_document(encode_document(document));
  REQUIRE(again.has_value());
  CHECK(document_to_json(*again) == document_to_json(document));
  CHECK(content_hash(*again) == content_hash(document));
  CHECK(again->header.sequence == 0);
  CHECK(again->header.fiscal.has_value());
  CHECK(again->header.extras == document.header.extras);
  CHECK(encode_document(*again) == encode_document(document));
}

TEST_CASE("array: it is [1, contract, header, body], cut behind the last field that is set", "[contract][array]") {
  auto json = samples::header("void/1");
  json["voids"] = {{"document_no", "536365"}};
  CHECK(
      as_array(samples::document(json)) ==
      nlohmann::json::parse(
          R"([1,"void/1",[null,"GB-1",null,"1",null,14944,1291191960000000,{}],[[null,null,null,null,"536365",{}],{}]])"));
}

TEST_CASE("array: every cut is refused, and bytes behind the end", "[contract][array]") {
  const Bytes whole = encode_document(samples::document(samples::sale()));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO(size);
    CHECK(refused(BytesView(whole).substr(0, size)) == ErrorCode::kInvalid);
  }
  CHECK(refused(whole + "\xc0") == ErrorCode::kInvalid);
}

TEST_CASE("array: no change of one byte ends in anything but a document or an error", "[contract][array]") {
  auto json = samples::sale();
  json["x"] = {{"y", {1.5, "z"}}};
  const Bytes whole = encode_document(samples::document(json));
  std::size_t taken = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      Bytes changed = whole;
      changed[at] = static_cast<char>(value);
      if (const auto document = decode_document(changed)) {
        ++taken;
        // Whatever was read can be written and read again.
        REQUIRE(decode_document(encode_document(*document)).has_value());
      }
    }
  }
  CHECK(taken >= whole.size());
}

TEST_CASE("array: newer encodings and contracts are unsupported", "[contract][array]") {
  const Bytes whole = encode_document(samples::document(samples::sale()));
  Bytes newer = whole;
  newer[1] = 2;
  CHECK(refused(newer) == ErrorCode::kUnsupported);
  Bytes contract = whole;
  contract[contract.find("sale/1") + 5] = '2';
  CHECK(refused(contract) == ErrorCode::kUnsupported);
  CHECK(refused("\x93\x01\xa6sale/1\x91\x80"s) == ErrorCode::kInvalid);
}

TEST_CASE("array: fields of a newer minor version are kept under their position", "[contract][array]") {
  auto array = as_array(samples::document(samples::sale()));
  auto& line = array[3][5][0];
  const auto unknown = line.back();
  line.erase(line.size() - 1);
  while (line.size() < count_fields<SaleLine>()) line.push_back(nullptr);
  line.push_back("new");
  line.push_back({{"newer", 1}});
  line.push_back(unknown);
  const auto document = decode_document(samples::to_msgpack(array));
  REQUIRE(document.has_value());
  const auto& extras = std::get<Sale>(document->body).lines[0].extras;
  REQUIRE(extras.size() == 2);
  CHECK(extras[0] == std::pair<std::string, Value>("#18", Value{std::string("new")}));
  CHECK(extras[1].first == "#19");
  CHECK(std::get<Sale>(document->body).lines[0].sku == Sku("85123A"));
  // They are doubtful, so that a person sees that this reader is too old.
  CHECK(check_document(*document).at(0).pointer == "/lines/0/#18");
}

TEST_CASE("array: shorter arrays of an older version leave the rest at its default", "[contract][array]") {
  const auto document = decode_document(
      "\x94\x01\xa6sale/1\x93\xc0\xa1"
      "1\x80\x91\x80"s);
  REQUIRE(document.has_value());
  CHECK(document->header.contract == "sale/1");
  CHECK(document->header.till == TillId("1"));
  CHECK(document->header.mode == "live");
  CHECK_FALSE(document->header.business_date.has_value());
}

TEST_CASE("array: an object without its map of unknown fields is invalid", "[contract][array]") {
  CHECK(refused("\x94\x01\xa6sale/1\x90\x91\x80"s) == ErrorCode::kInvalid);
  CHECK(refused("\x94\x01\xa6sale/1\x91\x80\x91\xc0"s) == ErrorCode::kInvalid);
}

TEST_CASE("array: wrong types, times out of range and broken text are invalid", "[contract][array]") {
  const auto with_header = [](const std::string& fields) { return "\x94\x01\xa6sale/1"s + fields + "\x91\x80"; };
  CHECK(refused(with_header("\x93\xc0\x01\x80")) == ErrorCode::kInvalid);                  // till is a number
  CHECK(refused(with_header("\x93\xc0\xa1\xff\x80")) == ErrorCode::kInvalid);              // no UTF-8
  CHECK(refused(with_header("\x93\xc0\xa1\x00\x80"s)) == ErrorCode::kInvalid);             // NUL
  CHECK(refused(with_header("\x97\xc0\xc0\xc0\xc0\xc0\xff\x80")) == ErrorCode::kInvalid);  // before 1970
  CHECK(refused(with_header("\x97\xc0\xc0\xc0\xc0\xc0\xce\x00\x2c\xc0\xa1\x80"s)) ==
        ErrorCode::kInvalid);  // after 9999
  CHECK(decode_document(with_header("\x97\xc0\xc0\xc0\xc0\xc0\xce\x00\x2c\xc0\xa0\x80"s)).has_value());
  CHECK(refused(with_header("\x96\xc0\xc0\xc0\xc0\xcf\xff\xff\xff\xff\xff\xff\xff\xff\x80"s)) == ErrorCode::kInvalid);
}

TEST_CASE("array: more than 4 MB or 5,000 entries pass a limit", "[contract][array]") {
  CHECK(refused(Bytes(kDocumentBytesMax + 1, '\xc0')) == ErrorCode::kLimitExceeded);
  const auto with_lines = [](std::size_t count) {
    Document document = samples::document(samples::sale());
    std::get<Sale>(document.body).lines.assign(count, SaleLine{});
    return encode_document(document);
  };
  CHECK(decode_document(with_lines(kDocumentLinesMax)).has_value());
  CHECK(refused(with_lines(kDocumentLinesMax + 1)) == ErrorCode::kLimitExceeded);
}
