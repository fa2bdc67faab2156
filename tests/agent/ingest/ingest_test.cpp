#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "agent/ingest/ingest.h"
#include "common/base/limits.h"
#include "tests/agent/sales.h"
#include "tests/support/bad_documents.h"

namespace tillsync::agent {
namespace {

const IngestContext kContext{LocationId("GB"), Instant{1'700'000'000'000'000}, ""};

std::expected<IngestedRequest, Problem> ingest_json(const std::string& body) { return ingest(body, Syntax::kJson, kContext); }

/// The code with which a body is refused, "" when it is taken.
std::string refusal(const std::string& body) {
  const auto request = ingest_json(body);
  if (!request) return request.error().code;
  return request->refusals.at(0) ? request->refusals[0]->code : "";
}

Bytes msgpack_of(const std::string& document_json) {
  const auto packed = nlohmann::json::to_msgpack(nlohmann::json::parse(document_json));
  return {reinterpret_cast<const char*>(packed.data()), packed.size()};
}

}  // namespace

TEST_CASE("ingest: a sale becomes a row with everything that the outbox needs", "[agent][ingest]") {
  const auto request = ingest_json(sale("536365"));
  REQUIRE(request);
  CHECK_FALSE(request->is_array);
  CHECK_FALSE(request->has_refusal());
  REQUIRE(request->rows.size() == 1);
  const NewRow& row = request->rows[0];
  CHECK(row.kind == wire::EventKind::kDocument);
  CHECK(row.received_at == kContext.now);
  CHECK(row.warnings.empty());
  const auto document = decode_document(row.payload);
  REQUIRE(document);
  CHECK(row.event_id == event_id_of(identity_of(*document, LocationId("GB"))));
  CHECK(row.content_hash == content_hash(*document));
}

TEST_CASE("ingest: both syntaxes give the same row", "[agent][ingest]") {
  const auto from_json = ingest_json(sale("1"));
  const auto from_msgpack = ingest(msgpack_of(sale("1")), Syntax::kMessagePack, kContext);
  REQUIRE(from_msgpack);
  CHECK(from_msgpack->rows.at(0).content_hash == from_json->rows.at(0).content_hash);
  CHECK(from_msgpack->rows.at(0).payload == from_json->rows.at(0).payload);
  CHECK(detect_syntax(sale("1")) == Syntax::kJson);
  CHECK(detect_syntax(" [") == Syntax::kJson);
  CHECK(detect_syntax("") == Syntax::kJson);
  CHECK(detect_syntax(msgpack_of(sale("1"))) == Syntax::kMessagePack);
  CHECK(detect_syntax(msgpack_of(array_of_sales(1, 20))) == Syntax::kMessagePack);
}

TEST_CASE("ingest: what is no document is refused with the fault's name", "[agent][ingest]") {
  const std::string good = sale("1");
  CHECK(refusal("not json at all") == "not_json");
  CHECK(refusal("") == "not_json");
  CHECK(refusal("7") == "wrong_type");
  CHECK(refusal(replaced(good, R"("till":"GB-1",)", "")) == "no_identity");
  CHECK(refusal(replaced(good, R"("document_no":"1",)", "")) == "no_identity");
  CHECK(refusal(replaced(good, "sale/1", "sale/99")) == "unknown_contract");
  CHECK(refusal(replaced(good, R"("qty":"6")", R"("qty":true)")) == "wrong_type");
  CHECK(refusal(replaced(good, R"("qty":"6")", R"("qty":1e400)")) == "number_out_of_range");
  CHECK(refusal(replaced(good, "HOLDER", std::string(10'000'000, 'x'))) == "too_large");
  CHECK(refusal(replaced(good, "\"contract\"", "\"x\":" + std::string(10'000, '[') + std::string(10'000, ']') + ",\"contract\"")) == "too_deep");
  CHECK(refusal(replaced(good, "HOLDER", "HOL\\u0000DER")) == "bad_text");
  CHECK(refusal(replaced(good, "HOLDER", "HOL\xff\xfe""DER")) != "");
  CHECK(refusal(good) == "");
}

TEST_CASE("ingest: a document that is small as text and beyond the limit once encoded is too large", "[agent][ingest]") {
  const std::string text = test::grows_when_encoded(sale("1"));
  REQUIRE(text.size() < kDocumentBytesMax);
  CHECK(refusal(text) == "too_large");
}

TEST_CASE("ingest: a document of another location is refused, its own may be named", "[agent][ingest]") {
  CHECK(refusal(replaced(sale("1"), "\"till\"", R"("location":"FR","till")")) == "wrong_location");
  CHECK(refusal(replaced(sale("1"), "\"till\"", R"("location":"GB","till")")) == "");
  const auto array = ingest_json("[" + sale("1") + "," + replaced(sale("2"), "\"till\"", R"("location":"FR","till")") + "]");
  REQUIRE(array);
  CHECK(array->refusals.at(1)->pointer == "/1/location");
  CHECK(array->rows.size() == 1);
}

TEST_CASE("ingest: strange facts are taken with warnings", "[agent][ingest]") {
  const auto request = ingest_json(replaced(sale("1"), R"("amount":"15.30","tax_codes")", R"("amount":"99.99","tax_codes")"));
  REQUIRE(request);
  REQUIRE(request->rows.size() == 1);
  const auto warnings = nlohmann::json::parse(request->rows[0].warnings);
  REQUIRE(warnings.size() >= 1);
  for (const char* member : {"code", "pointer", "detail"}) CHECK(warnings[0].contains(member));
}

TEST_CASE("ingest: an array is taken up to its limit, one bad document does not stop the others", "[agent][ingest]") {
  const auto at_limit = ingest_json(array_of_sales(1, static_cast<int>(kDocumentsPerRequestMax)));
  REQUIRE(at_limit);
  CHECK(at_limit->is_array);
  CHECK(at_limit->rows.size() == kDocumentsPerRequestMax);
  const auto beyond = ingest_json(array_of_sales(1, static_cast<int>(kDocumentsPerRequestMax) + 1));
  REQUIRE_FALSE(beyond);
  CHECK(beyond.error().status == 413);
  CHECK_FALSE(ingest_json("[]"));

  const auto mixed = ingest_json("[" + sale("1") + R"(,{"contract":"sale/1"},)" + sale("3") + "]");
  REQUIRE(mixed);
  CHECK(mixed->rows.size() == 2);
  CHECK_FALSE(mixed->refusals.at(0));
  CHECK(mixed->refusals.at(1)->code == "no_identity");
  CHECK_FALSE(mixed->refusals.at(2));
  CHECK(mixed->has_refusal());
}

TEST_CASE("ingest: the document's own correlation id wins, then the request's, then one is made", "[agent][ingest]") {
  IngestContext context = kContext;
  const auto own = replaced(sale("1"), "\"till\"", R"("correlation_id":"mine","till")");
  context.correlation_id = "asked";
  CHECK(ingest(own, Syntax::kJson, context)->rows[0].correlation_id == "mine");
  CHECK(ingest(sale("1"), Syntax::kJson, context)->rows[0].correlation_id == "asked");
  const auto made = ingest(sale("1"), Syntax::kJson, kContext)->rows[0];
  CHECK(made.correlation_id == event_id_text(made.event_id));
  CHECK(made.content_hash == ingest(own, Syntax::kJson, context)->rows[0].content_hash);
}

TEST_CASE("ingest: the identity key parts what is parted and orders by number", "[agent][ingest]") {
  const Identity one{LocationId("GB"), TillId("1"), Series("1"), "sale", DocumentNo("7")};
  const Identity other{LocationId("GB"), TillId("11"), Series(""), "sale", DocumentNo("7")};
  Identity next = one;
  next.document_no = DocumentNo("8");
  CHECK(identity_key(one) != identity_key(other));
  CHECK(identity_key(one) < identity_key(next));
}

TEST_CASE("ingest: a card number never reaches the row", "[agent][ingest]") {
  const auto request = ingest_json(sale("1", "GB-1", "paid with 4111 1111 1111 1111"));
  REQUIRE(request);
  CHECK(request->rows.at(0).payload.find("4111 1111") == Bytes::npos);
  CHECK(request->rows.at(0).payload.find("1111") != Bytes::npos);
}

}  // namespace tillsync::agent
