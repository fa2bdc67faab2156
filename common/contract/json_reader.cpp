#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "common/base/limits.h"
#include "common/contract/text.h"
#include "common/contract/tree_builder.h"

namespace tillsync {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

/// RapidJSON's events, handed on to the builder with numbers as they were written. The builder refuses what is too deep
/// before the parser, which recurses, goes there.
class JsonEvents {
 public:
  /// has_escapes: whether a text may hold a \u escape. RapidJSON takes the second half of a surrogate pair on its own, and
  /// writes it as invalid UTF-8.
  JsonEvents(TreeBuilder& builder, bool has_escapes) : builder_(builder), has_escapes_(has_escapes) {}

  bool Null() { return builder_.null(); }
  bool Bool(bool value) { return builder_.boolean(value); }
  bool RawNumber(const char* written, rapidjson::SizeType size, bool /*copy*/) {
    const std::string_view text(written, size);
    return builder_.number(std::string(text == "-0" ? "0" : text));  // as the integer that MessagePack brings
  }
  bool String(const char* value, rapidjson::SizeType size, bool /*copy*/) {
    return is_whole({value, size}) && builder_.text(std::string(value, size));
  }
  bool StartObject() { return builder_.start_object(); }
  bool Key(const char* name, rapidjson::SizeType size, bool /*copy*/) {
    return is_whole({name, size}) && builder_.key(std::string(name, size));
  }
  bool EndObject(rapidjson::SizeType /*members*/) { return builder_.end_object(); }
  bool StartArray() { return builder_.start_array(); }
  bool EndArray(rapidjson::SizeType /*entries*/) { return builder_.end_array(); }
  // The parser's template names these; with numbers as text it never calls them.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

 private:
  bool is_whole(std::string_view text) {
    return !has_escapes_ || !find_invalid_utf8(text) || builder_.refuse("not_json", "half a surrogate pair in a text");
  }

  TreeBuilder& builder_;
  bool has_escapes_;
};

void refuse_unread(TreeBuilder& builder, const rapidjson::ParseResult& result) {
  if (result.Code() == rapidjson::kParseErrorNumberTooBig)
    builder.refuse("number_out_of_range", "a number that is too large");
  else
    builder.refuse("not_json", "not JSON at byte " + std::to_string(result.Offset()));
}

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/// Index of the first entry of an outermost array that is longer than one document may be. Looks at quotes and brackets
/// only, so that no memory is taken before the size is known; whether it is JSON is not asked here.
std::optional<std::size_t> find_oversized_entry(BytesView body) {
  std::size_t depth = 0;
  std::size_t entry = 0;
  std::size_t entry_start = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (in_text) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        in_text = false;
      continue;
    }
    switch (c) {
      case '"': in_text = true; break;
      case '[':
      case '{':
        if (++depth == 1) entry_start = i + 1;
        break;
      case ']':
      case '}':
        if (depth == 1 && i - entry_start > kDocumentBytesMax) return entry;
        if (depth > 0) --depth;
        break;
      case ',':
        if (depth != 1) break;
        if (i - entry_start > kDocumentBytesMax) return entry;
        ++entry;
        entry_start = i + 1;
        break;
      default: break;
    }
  }
  if (depth > 0 && body.size() - entry_start > kDocumentBytesMax) return entry;
  return std::nullopt;
}

std::optional<Problem> find_oversized(BytesView body) {
  if (body.size() <= kDocumentBytesMax) return std::nullopt;
  const std::string limit = "one document may have " + std::to_string(kDocumentBytesMax) + " bytes";
  std::size_t first = 0;
  while (first < body.size() && is_space(body[first])) ++first;
  if (first == body.size() || body[first] != '[') return make_problem("too_large", limit);
  if (const auto entry = find_oversized_entry(body))
    return make_problem("too_large", limit, "/" + std::to_string(*entry));
  return std::nullopt;
}

}  // namespace

std::expected<Value, Problem> read_json_tree(BytesView body) {
  if (auto oversized = find_oversized(body)) return std::unexpected(std::move(*oversized));
  if (const auto at = find_invalid_utf8(body))
    return std::unexpected(make_problem("bad_text", "invalid UTF-8 at byte " + std::to_string(*at)));
  if (const auto at = body.find('\0'); at != BytesView::npos)
    return std::unexpected(make_problem("bad_text", "NUL at byte " + std::to_string(at)));

  if (body.starts_with(kByteOrderMark)) body.remove_prefix(kByteOrderMark.size());

  Value root;
  TreeBuilder builder(root, "", kTreeValuesMax);
  JsonEvents events(builder, body.find("\\u") != BytesView::npos);
  rapidjson::MemoryStream stream(body.data(), body.size());
  rapidjson::Reader reader;
  const rapidjson::ParseResult result = reader.Parse<rapidjson::kParseNumbersAsStringsFlag>(stream, events);
  if (result.IsError() && !builder.fault()) refuse_unread(builder, result);
  if (builder.fault()) return std::unexpected(*builder.fault());
  return root;
}

}  // namespace tillsync
