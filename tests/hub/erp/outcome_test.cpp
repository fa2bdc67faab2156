#include "hub/erp/outcome.h"

#include <catch2/catch.hpp>

#include "hub/erp/connector_reader.h"

using namespace tillsync;
using namespace tillsync::hub;

namespace {

const Connector& generic() {
  static const Connector kConnector = *load_connector("generic", {});
  return kConnector;
}

ErpAnswer status(int code, std::string body = "") {
  ErpAnswer answer;
  answer.status = code;
  answer.body = std::move(body);
  return answer;
}

ErpAnswer failure(TransportFailure kind) {
  ErpAnswer answer;
  answer.failure = kind;
  answer.failure_text = "no luck";
  return answer;
}

OutcomeKind created(int code) { return classify_create(generic(), status(code)).kind; }

}  // namespace

TEST_CASE("outcome: what a create's status means", "[erp]") {
  CHECK(created(200) == OutcomeKind::kPosted);
  CHECK(created(201) == OutcomeKind::kPosted);
  CHECK(created(422) == OutcomeKind::kRefused);
  CHECK(created(409) == OutcomeKind::kRefused);
  CHECK(created(429) == OutcomeKind::kTransient);
  CHECK(created(503) == OutcomeKind::kTransient);  // a number beats its hundred
  CHECK(created(500) == OutcomeKind::kUnknown);
  CHECK(created(504) == OutcomeKind::kUnknown);
  CHECK(created(301) == OutcomeKind::kTransient);
  CHECK(created(404) == OutcomeKind::kTransient);  // a wrong address is no fault of the posting
  CHECK(created(418) == OutcomeKind::kUnknown);    // not listed
}

TEST_CASE("outcome: reference, code and text come out of the answer", "[erp]") {
  const Outcome posted = classify_create(generic(), status(201, R"({"erp_reference":"ERP-1"})"));
  CHECK(posted.reference == "ERP-1");
  CHECK(posted.is_answered());
  const Outcome refused =
      classify_create(generic(), status(422, R"({"error":{"code":"unknown_item","message":"item X is not known"}})"));
  CHECK(refused.code == "unknown_item");
  CHECK(refused.text == "item X is not known");
  CHECK(refused.is_answered());
}

TEST_CASE("outcome: an answer that is no JSON, or another JSON, still counts", "[erp]") {
  CHECK(classify_create(generic(), status(201, "<html>")).kind == OutcomeKind::kPosted);
  CHECK(classify_create(generic(), status(201, "{\"erp_reference\":{}}")).reference.empty());
  CHECK(classify_create(generic(), status(201, "{\"erp_reference\":17}")).reference == "17");
  const Outcome refused = classify_create(generic(), status(422, "[1,2]"));
  CHECK(refused.kind == OutcomeKind::kRefused);
  CHECK(refused.code == "http_422");
  CHECK(!refused.text.empty());
}

TEST_CASE("outcome: an ERP's text is kept up to its limit and stays UTF-8", "[erp]") {
  std::string text;
  for (int i = 0; i < 400; ++i) text += "\xC3\xA9";
  const Outcome refused = classify_create(generic(), status(422, "{\"error\":{\"message\":\"x" + text + "\"}}"));
  CHECK(refused.text.size() == 499);
  CHECK(refused.text.ends_with("\xC3\xA9"));
}

TEST_CASE("outcome: only what cannot have been sent may be sent again without a look-up", "[erp]") {
  CHECK(classify_create(generic(), failure(TransportFailure::kNotSent)).kind == OutcomeKind::kTransient);
  CHECK(classify_create(generic(), failure(TransportFailure::kBroken)).kind == OutcomeKind::kUnknown);
  CHECK(classify_create(generic(), failure(TransportFailure::kTimeout)).kind == OutcomeKind::kUnknown);
  CHECK(!classify_create(generic(), failure(TransportFailure::kTimeout)).is_answered());
}

TEST_CASE("outcome: a look-up finds it, does not find it, or leaves it unknown", "[erp]") {
  CHECK(classify_look_up(generic(), status(200, R"({"erp_reference":"ERP-1"})")).reference == "ERP-1");
  CHECK(classify_look_up(generic(), status(404)).kind == OutcomeKind::kAbsent);
  CHECK(classify_look_up(generic(), status(503)).kind == OutcomeKind::kUnknown);
  CHECK(classify_look_up(generic(), status(422)).kind == OutcomeKind::kUnknown);
  CHECK(classify_look_up(generic(), failure(TransportFailure::kNotSent)).kind == OutcomeKind::kUnknown);
  ErpAnswer busy = status(503);
  busy.retry_after = seconds(7);
  CHECK(classify_look_up(generic(), busy).retry_after == seconds(7));
}
