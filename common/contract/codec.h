// Bytes to documents and back. Two syntaxes at the doors (JSON; MessagePack maps with the same names), one compact form
// inside (MessagePack arrays, positional, version first). All end in or start from the field lists of document.h. Pure.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/error.h"
#include "common/contract/document.h"
#include "common/contract/problem.h"

namespace tillsync {

/// A doubt about a fact that is taken all the same. The agent answers with it; the hub raises the exception of that code.
struct Warning {
  std::string code;     // "sum_mismatch", "unknown_field", "unknown_critical", "unknown_value", "missing_field", …
  std::string pointer;  // JSON pointer into the document
  std::string detail;
  bool operator==(const Warning&) const = default;
};

enum class Syntax { kJson, kMessagePack };

/// Reads a request's body into an untyped tree, with every limit checked before memory is taken (depth, bytes, text).
std::expected<Value, Problem> parse_tree(BytesView body, Syntax syntax);
std::string tree_to_json(const Value& value);

/// Reads one document out of the tree. Unknown fields are kept in `extras`. Refusals: CONTRACT "What is refused".
/// pointer_base is put before every pointer ("/3" for the fourth of an array).
std::expected<Document, Problem> parse_document(const Value& tree, std::string_view pointer_base = "");

/// Everything that is doubtful about a document on its own: sums, signs, unknown values and fields, missing fields,
/// unknown `critical` names. Needs no other data; agent and hub get the same list from the same document.
std::vector<Warning> check_document(const Document& document);

/// The document with names, amounts as decimal strings, fields that are default left out: for people, HTTP and the ERP.
std::string document_to_json(const Document& document);

/// The compact form that is stored and sent: [1, contract, header, body] (common/contract/README.md).
Bytes encode_document(const Document& document);
/// kInvalid for bytes that are no such array, kUnsupported for a newer encoding or contract version, kLimitExceeded past a limit.
Result<Document> decode_document(BytesView bytes);

/// SHA-256 of canonical form 1 (common/contract/README.md): the same for both syntaxes and every later version of this code.
ContentHash content_hash(const Document& document);

/// Masks card numbers that pass the Luhn check (13–19 digits, keeps the last four) in tender and text fields; part of
/// parse_document, so no unmasked number leaves it.
std::string mask_card_numbers(std::string text);

}  // namespace tillsync
