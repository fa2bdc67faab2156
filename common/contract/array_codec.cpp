#include "common/contract/array_codec.h"

#include "common/contract/contract_names.h"

namespace tillsync {
namespace {

constexpr std::size_t kDocumentEntries = 4;  // [version, contract, header, body]
constexpr std::size_t kFieldsOutsideHeader = 1;

void pack_value(Packer& packer, const Value& value);

void pack_number(Packer& packer, const std::string& text) {
  // Whole numbers as MessagePack writes them; everything else keeps its text.
  std::int64_t whole = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (read.ec == std::errc() && read.ptr == text.data() + text.size() && std::to_string(whole) == text) {
    packer.pack_int64(whole);
    return;
  }
  packer.pack_ext(text.size(), kNumberTextExtension);
  packer.pack_ext_body(text.data(), static_cast<std::uint32_t>(text.size()));
}

struct ValuePacker {
  Packer& packer;
  void operator()(std::nullptr_t) const { packer.pack_nil(); }
  void operator()(bool flag) const { flag ? packer.pack_true() : packer.pack_false(); }
  void operator()(const NumberText& number) const { pack_number(packer, number.text); }
  void operator()(const std::string& text) const { pack_text(packer, text); }
  void operator()(const ValueArray& list) const {
    packer.pack_array(static_cast<std::uint32_t>(list.size()));
    for (const Value& entry : list) pack_value(packer, entry);
  }
  void operator()(const ValueObject& object) const { pack_unknown_fields(packer, object); }
};

void pack_value(Packer& packer, const Value& value) {
  std::visit(ValuePacker{packer}, value.data);
}

}  // namespace

void pack_text(Packer& packer, std::string_view text) {
  packer.pack_str(static_cast<std::uint32_t>(text.size()));
  packer.pack_str_body(text.data(), static_cast<std::uint32_t>(text.size()));
}

void pack_unknown_fields(Packer& packer, const Extras& extras) {
  packer.pack_map(static_cast<std::uint32_t>(extras.size()));
  for (const auto& [name, value] : extras) {
    pack_text(packer, name);
    pack_value(packer, value);
  }
}

Bytes encode_document(const Document& document) {
  constexpr std::size_t kUsualBytes = 512;
  BytesSink sink;
  sink.bytes.reserve(kUsualBytes);
  Packer packer(sink);
  packer.pack_array(kDocumentEntries);
  packer.pack_int64(kEncodingVersion);
  pack_text(packer, document.header.contract);
  write_array(packer, document.header, kFieldsOutsideHeader);
  std::visit([&](const auto& body) { write_array(packer, body); }, document.body);
  return std::move(sink.bytes);
}

Result<Document> decode_document(BytesView bytes) {
  constexpr const char* kOperation = "decode document";
  if (bytes.size() > kDocumentBytesMax)
    return fail(ErrorCode::kLimitExceeded, kOperation, std::to_string(bytes.size()) + " bytes");
  MsgpackCursor cursor(bytes);
  const std::size_t entries = cursor.array_header();
  const std::int64_t version = cursor.integer();
  if (!cursor.failed() && version != kEncodingVersion)
    cursor.fail(ErrorCode::kUnsupported, "an encoding version that is not known here");
  if (entries != kDocumentEntries) cursor.fail(ErrorCode::kInvalid, "expected [version, contract, header, body]");
  Result<Document> result;
  Document& document = *result;
  const std::string_view contract = cursor.text();
  if (!cursor.failed() && !make_body(contract, document.body))
    cursor.fail(ErrorCode::kUnsupported, "a contract that is not known here");
  if (!cursor.failed()) read_array(cursor, document.header);
  document.header.contract = contract;
  if (!cursor.failed()) std::visit([&](auto& body) { read_array(cursor, body); }, document.body);
  if (!cursor.at_end()) cursor.fail(ErrorCode::kInvalid, "bytes behind the end");
  if (cursor.failed()) return std::unexpected(cursor.error(kOperation));
  return result;
}

}  // namespace tillsync
