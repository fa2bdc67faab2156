#include <nlohmann/json.hpp>

#include "common/base/limits.h"
#include "common/contract/text.h"
#include "common/contract/tree_builder.h"

namespace tillsync {
namespace {

constexpr int kNumberOverflow = 406;  // nlohmann's id for a number that no double can hold, such as 1e400

/// nlohmann's SAX events, handed on to the builder with numbers as text.
class JsonEvents {
 public:
  explicit JsonEvents(TreeBuilder& builder) : builder_(builder) {}

  bool null() { return builder_.null(); }
  bool boolean(bool value) { return builder_.boolean(value); }
  bool number_integer(std::int64_t value) { return builder_.number(std::to_string(value)); }
  bool number_unsigned(std::uint64_t value) { return builder_.number(std::to_string(value)); }
  bool number_float(double /*value*/, const std::string& written) { return builder_.number(written); }
  bool string(std::string& value) { return builder_.text(std::move(value)); }
  bool binary(std::vector<std::uint8_t>& /*value*/) { return builder_.refuse("not_json", "binary data"); }
  bool start_object(std::size_t /*size*/) { return builder_.start_object(); }
  bool key(std::string& name) { return builder_.key(std::move(name)); }
  bool end_object() { return builder_.end_object(); }
  bool start_array(std::size_t /*size*/) { return builder_.start_array(); }
  bool end_array() { return builder_.end_array(); }
  bool parse_error(std::size_t position, const std::string& /*last_token*/, const nlohmann::detail::exception& error) {
    if (error.id == kNumberOverflow) return builder_.refuse("number_out_of_range", "a number that is too large");
    return builder_.refuse("not_json", "not JSON at byte " + std::to_string(position));
  }

 private:
  TreeBuilder& builder_;
};

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

  Value root;
  TreeBuilder builder(root, "", kTreeValuesMax);
  JsonEvents events(builder);
  const bool read = nlohmann::json::sax_parse(body.begin(), body.end(), &events);
  if (builder.fault()) return std::unexpected(*builder.fault());
  TS_CHECK(read);
  return root;
}

}  // namespace tillsync
