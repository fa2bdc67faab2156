#include <charconv>
#include <cmath>
#include <msgpack.hpp>

#include "common/base/limits.h"
#include "common/contract/text.h"
#include "common/contract/tree_builder.h"

namespace tillsync {
namespace {

/// msgpack-c's events, handed on to the builder. Lengths that are only announced take no memory.
class MsgpackEvents : public msgpack::null_visitor {
 public:
  explicit MsgpackEvents(TreeBuilder& builder) : builder_(builder) {}

  bool visit_nil() { return is_key_ ? refuse_key() : builder_.null(); }
  bool visit_boolean(bool value) { return is_key_ ? refuse_key() : builder_.boolean(value); }
  bool visit_positive_integer(std::uint64_t value) {
    return is_key_ ? refuse_key() : builder_.number(std::to_string(value));
  }
  bool visit_negative_integer(std::int64_t value) {
    return is_key_ ? refuse_key() : builder_.number(std::to_string(value));
  }
  bool visit_float32(float value) { return real(value); }
  bool visit_float64(double value) { return real(value); }
  bool visit_str(const char* data, std::uint32_t size) {
    const std::string_view value(data, size);
    if (size > kDocumentBytesMax) return builder_.refuse("too_large", "a text of " + std::to_string(size) + " bytes");
    if (find_invalid_utf8(value)) return builder_.refuse("bad_text", "a text is not valid UTF-8");
    return is_key_ ? builder_.key(std::string(value)) : builder_.text(std::string(value));
  }
  bool visit_bin(const char* /*data*/, std::uint32_t /*size*/) { return builder_.refuse("wrong_type", "binary data"); }
  bool visit_ext(const char* /*data*/, std::uint32_t /*size*/) {
    return builder_.refuse("wrong_type", "an extension type");
  }
  bool start_array(std::uint32_t /*size*/) { return is_key_ ? refuse_key() : builder_.start_array(); }
  bool end_array() { return builder_.end_array(); }
  bool start_map(std::uint32_t /*size*/) { return is_key_ ? refuse_key() : builder_.start_object(); }
  bool start_map_key() { return is_key_ = true; }
  bool end_map_key() {
    is_key_ = false;
    return true;
  }
  bool end_map() { return builder_.end_object(); }
  void parse_error(std::size_t /*parsed_offset*/, std::size_t error_offset) {
    builder_.refuse("not_msgpack", "not MessagePack at byte " + std::to_string(error_offset));
  }
  void insufficient_bytes(std::size_t /*parsed_offset*/, std::size_t /*error_offset*/) { ended_early_ = true; }
  bool ended_early() const { return ended_early_; }

 private:
  bool refuse_key() { return builder_.refuse("wrong_type", "the name of a field is no text"); }

  template <class Real>
  bool real(Real value) {
    if (is_key_) return refuse_key();
    if (!std::isfinite(value)) return builder_.refuse("number_out_of_range", "not a finite number");
    char text[64];
    const auto end = std::to_chars(std::begin(text), std::end(text), value);
    return builder_.number(std::string(text, end.ptr));
  }

  TreeBuilder& builder_;
  bool is_key_ = false;
  bool ended_early_ = false;
};

struct ArrayHeader {
  std::uint32_t entries = 0;
  std::size_t bytes = 0;
};

std::uint32_t big_endian(BytesView bytes) {
  std::uint32_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

std::optional<ArrayHeader> read_array_header(BytesView body) {
  if (body.empty()) return std::nullopt;
  const auto tag = static_cast<unsigned char>(body[0]);
  if (tag >= 0x90 && tag <= 0x9f) return ArrayHeader{tag & 0x0fU, 1};
  if (tag == 0xdc && body.size() >= 3) return ArrayHeader{big_endian(body.substr(1, 2)), 3};
  if (tag == 0xdd && body.size() >= 5) return ArrayHeader{big_endian(body.substr(1, 4)), 5};
  return std::nullopt;
}

/// Reads one document at `at`, moving it behind; never looks at more bytes than one document may have.
std::optional<Problem> read_document(BytesView body, std::size_t& at, TreeBuilder& builder) {
  const BytesView window = body.substr(at, kDocumentBytesMax);
  MsgpackEvents events(builder);
  std::size_t used = 0;
  bool complete = false;
  try {
    complete = msgpack::parse(window.data(), window.size(), used, events);
  } catch (const std::exception& error) {
    return make_problem("not_msgpack", error.what(), builder.pointer());
  }
  at += used;
  if (builder.fault()) return builder.fault();
  if (complete) return std::nullopt;
  if (events.ended_early() && body.size() - (at - used) > kDocumentBytesMax)
    return make_problem("too_large", "one document may have " + std::to_string(kDocumentBytesMax) + " bytes");
  return make_problem("not_msgpack", "the bytes end inside a value", builder.pointer());
}

}  // namespace

std::expected<Value, Problem> read_msgpack_tree(BytesView body) {
  if (body.empty()) return std::unexpected(make_problem("not_msgpack", "no bytes"));
  Value root;
  std::size_t at = 0;
  if (const auto header = read_array_header(body)) {
    // Several documents are read one by one, so that the size of each is known.
    ValueArray& documents = root.data.emplace<ValueArray>();
    std::size_t values_left = kTreeValuesMax;
    at = header->bytes;
    for (std::uint32_t i = 0; i < header->entries; ++i) {
      const std::string pointer = "/" + std::to_string(i);
      TreeBuilder builder(documents.emplace_back(), pointer, values_left);
      if (auto fault = read_document(body, at, builder)) {
        if (fault->pointer.empty()) fault->pointer = pointer;
        return std::unexpected(std::move(*fault));
      }
      values_left = builder.values_left();
    }
  } else {
    TreeBuilder builder(root, "", kTreeValuesMax);
    if (auto fault = read_document(body, at, builder)) return std::unexpected(std::move(*fault));
  }
  if (at != body.size())
    return std::unexpected(make_problem("not_msgpack", std::to_string(body.size() - at) + " bytes behind the end"));
  return root;
}

}  // namespace tillsync
