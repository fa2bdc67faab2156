// POST /v1/documents: movements and other facts of WMS, 3PL and ERP, with their location and source. Same contract, same rules
// as at a POS door; the business identity makes a repeat harmless, so no Idempotency-Key is asked for.
#include <nlohmann/json.hpp>

#include "common/base/limits.h"
#include "common/contract/codec.h"
#include "hub/api/api_context.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

void refuse(const ApiCall& call, const Problem& problem) {
  call.reply->problem(problem.status, problem.code, problem.title, problem.detail, problem.pointer);
}

json outcome_json(const IncomingDocument& document, const DocumentOutcome& outcome) {
  json warnings = json::array();
  for (const auto& warning : document.warnings)
    warnings.push_back({{"code", warning.code}, {"pointer", warning.pointer}, {"detail", warning.detail}});
  json body = {{"event_id", event_id_text(outcome.event_id)}, {"event_no", outcome.event_no}, {"status", "accepted"}, {"warnings", warnings}};
  if (outcome.verdict == Verdict::kConflict) {
    body["status"] = "conflict";
    body["exception_id"] = outcome.exception_id.value;
  }
  return body;
}

int status_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kDuplicate: return 200;
    case Verdict::kConflict: return 409;
    default: return 201;
  }
}

std::expected<IncomingDocument, Problem> read_document(const Value& tree, const std::string& pointer, const ApiCall& call, Instant now) {
  auto parsed = parse_document(tree, pointer);
  if (!parsed) return std::unexpected(parsed.error());
  const Header& header = parsed->header;
  if (header.location.empty())
    return std::unexpected(Problem{422, "no_location", "Location needed", "name the location that this document is about", pointer + "/location"});
  if (header.source.empty())
    return std::unexpected(Problem{422, "no_source", "Source needed", "name the system that says so, e.g. \"WMS\"", pointer + "/source"});
  IncomingDocument document;
  document.source = header.source;
  document.location = header.location;
  document.agent_received_at = now;
  document.correlation_id = header.correlation_id.empty() ? call.correlation_id : header.correlation_id.value;
  document.content_hash = content_hash(*parsed);
  document.payload = encode_document(*parsed);
  if (document.payload.size() > kDocumentBytesMax)
    return std::unexpected(Problem{413, "too_large", "Document too large",
                                   "it takes " + std::to_string(document.payload.size()) + " bytes, at most " + std::to_string(kDocumentBytesMax) + " are taken", pointer});
  prepare(document);
  return document;
}

void post_documents(ApiContext& context, const ApiCall& call) {
  const auto type = call.request.header("content-type").value_or("");
  const auto tree = parse_tree(call.request.body, type.starts_with("application/msgpack") ? Syntax::kMessagePack : Syntax::kJson);
  if (!tree) return refuse(call, tree.error());
  const auto* list = std::get_if<ValueArray>(&tree->data);
  if (list != nullptr && list->size() > kDocumentsPerRequestMax)
    return refuse(call, {413, "too_many_documents", "Too many documents", "send at most " + std::to_string(kDocumentsPerRequestMax) + " in one request", ""});
  std::vector<IncomingDocument> documents;
  const std::size_t count = list != nullptr ? list->size() : 1;
  for (std::size_t i = 0; i < count; ++i) {
    auto document = read_document(list != nullptr ? (*list)[i] : *tree, list != nullptr ? "/" + std::to_string(i) : "", call, context.now());
    if (!document) return refuse(call, document.error());
    documents.push_back(std::move(*document));
  }
  if (documents.empty()) return refuse(call, {422, "no_documents", "Nothing sent", "the list is empty", ""});

  const auto kept = std::make_shared<std::vector<IncomingDocument>>(documents);
  const bool is_list = list != nullptr;
  CommitDocuments command;
  command.documents = std::move(documents);
  command.done = [reply = call.reply, kept, is_list](Result<std::vector<DocumentOutcome>> outcomes) {
    if (!outcomes) return reply->failure(outcomes.error());
    TS_CHECK(outcomes->size() == kept->size());
    if (!is_list) return reply->json(status_of((*outcomes)[0].verdict), outcome_json((*kept)[0], (*outcomes)[0]).dump());
    json results = json::array();
    for (std::size_t i = 0; i < kept->size(); ++i) {
      json result = outcome_json((*kept)[i], (*outcomes)[i]);
      result["code"] = status_of((*outcomes)[i].verdict);
      results.push_back(std::move(result));
    }
    reply->json(200, results.dump());
  };
  if (const auto submitted = context.writer.submit(Priority::kRequest, std::move(command)); !submitted) call.reply->failure(submitted.error());
}

}  // namespace

std::vector<Endpoint> document_endpoints() {
  return {{{"POST", "/v1/documents", Role::kOperator, Repeat::kBusinessIdentity, true},
           [](ApiContext& context, const ApiCall& call) { post_documents(context, call); }}};
}

}  // namespace tillsync::hub
