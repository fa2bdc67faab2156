#include "common/contract/canonical.h"

#include <algorithm>
#include <charconv>
#include <type_traits>

#include "common/contract/field_list.h"
#include "common/crypto/crypto.h"

namespace tillsync {
namespace {

void append_count(std::string& out, std::size_t count) {
  char text[24];
  const auto end = std::to_chars(std::begin(text), std::end(text), count);
  out.append(text, end.ptr);
}

/// "5:hello": the length in bytes, a colon, the bytes.
void append_text(std::string& out, std::string_view text) {
  append_count(out, text.size());
  out += ':';
  out += text;
}

/// What stands at a place in the output may turn out to be empty; then its name goes with it.
void drop_if(std::string& out, std::size_t start, std::size_t value_start, std::string_view empty) {
  if (std::string_view(out).substr(value_start) == empty) out.resize(start);
}

void append_value(std::string& out, const Value& value);

void append_unknown(std::string& out, std::vector<const std::pair<std::string, Value>*> members) {
  std::ranges::sort(members, {}, [](const auto* member) -> const std::string& { return member->first; });
  for (const auto* member : members) {
    const std::size_t start = out.size();
    append_text(out, member->first);
    out += '=';
    const std::size_t value_start = out.size();
    append_value(out, member->second);
    for (const std::string_view empty : {"~", "5:false", "1:0", "0:", "[]", "{}"}) {
      drop_if(out, start, value_start, empty);
      if (out.size() == start) break;
    }
  }
}

std::vector<const std::pair<std::string, Value>*> addresses_of(const Extras& extras) {
  std::vector<const std::pair<std::string, Value>*> addresses;
  addresses.reserve(extras.size());
  for (const auto& member : extras) addresses.push_back(&member);
  return addresses;
}

struct ValueForm {
  std::string& out;
  void operator()(std::nullptr_t) const { out += '~'; }
  void operator()(bool flag) const { append_text(out, flag ? "true" : "false"); }
  void operator()(const NumberText& number) const {
    append_text(out, canonical_number(number.text).value_or(number.text));
  }
  void operator()(const std::string& text) const { append_text(out, canonical_number_text(text)); }
  void operator()(const ValueArray& list) const {
    out += '[';
    for (const Value& entry : list) append_value(out, entry);
    out += ']';
  }
  void operator()(const ValueObject& object) const {
    out += '{';
    append_unknown(out, addresses_of(object));
    out += '}';
  }
};

void append_value(std::string& out, const Value& value) {
  std::visit(ValueForm{out}, value.data);
}

template <FieldObject T>
void append_object(std::string& out, const T& object, int digits);

template <FieldObject T>
class CanonicalWriter {
 public:
  CanonicalWriter(std::string& out, int digits) : out_(out), digits_(digits) {}

  template <class M>
  void field(std::string_view name, const M& member, Need /*need*/) {
    const std::size_t index = next_++;
    if constexpr (std::is_same_v<T, Header>) {
      // The agent may fill these in; the identity has the location.
      if (name == "correlation_id" || name == "location") return;
    }
    if (is_default<T>(member, index)) return;
    const std::size_t start = start_field(index);
    const std::size_t value_start = out_.size();
    write(member);
    if constexpr (FieldObject<M> || kIsOptional<M>) drop_if(out_, start, value_start, "{}");
  }
  void currency(std::string_view name, const Currency& member, Need need) {
    field(name, member, need);
    if (!member.code.empty()) digits_ = minor_digits(member.code);
  }
  void foreign(std::string_view /*name*/, const Amount& member, const Currency& currency) {
    const std::size_t index = next_++;
    if (member.minor == 0) return;
    start_field(index);
    write_decimal(member.minor, currency.code.empty() ? digits_ : minor_digits(currency.code));
  }

 private:
  std::size_t start_field(std::size_t index) {
    const std::size_t start = out_.size();
    append_count(out_, index);
    out_ += '=';
    return start;
  }
  void write_decimal(std::int64_t value, int scale) { append_text(out_, format_decimal(value, scale, 0)); }

  void write(const std::string& member) { append_text(out_, member); }
  void write(const FreeText& member) { append_text(out_, member.value); }
  void write(const Currency& member) { append_text(out_, member.code); }
  void write(const Quantity& member) { write_decimal(member.milli, Quantity::kScale); }
  void write(const UnitPrice& member) { write_decimal(member.micro, UnitPrice::kScale); }
  void write(const Rate& member) { write_decimal(member.micro, Rate::kScale); }
  void write(const Amount& member) { write_decimal(member.minor, digits_); }
  void write(const Instant& member) { append_text(out_, format_instant(member)); }
  void write(const Date& member) { append_text(out_, format_date(member)); }
  void write(std::int64_t member) { write_decimal(member, 0); }
  void write(bool member) { append_text(out_, member ? "true" : "false"); }
  template <class Tag>
  void write(const TextId<Tag>& member) {
    append_text(out_, member.value);
  }
  template <class M>
  void write(const std::optional<M>& member) {
    write(*member);
  }
  template <class M>
  void write(const std::vector<M>& list) {
    out_ += '[';
    for (const M& entry : list) write(entry);
    out_ += ']';
  }
  template <FieldObject M>
  void write(const M& member) {
    append_object(out_, member, digits_);
  }

  std::string& out_;
  int digits_;
  std::size_t next_ = 0;
};

template <FieldObject T>
void append_object(std::string& out, const T& object, int digits) {
  out += '{';
  CanonicalWriter<T> visitor(out, digits);
  T::fields(visitor, object);
  if (!object.extras.empty()) append_unknown(out, addresses_of(object.extras));
  out += '}';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::optional<std::string> canonical_number(std::string_view text) {
  constexpr std::int64_t kExponentMax = 100'000;
  constexpr std::int64_t kPlainDigitsMax = 40;  // a longer number keeps its exponent
  std::size_t at = 0;
  const bool negative = at < text.size() && text[at] == '-';
  if (negative || (at < text.size() && text[at] == '+')) ++at;
  std::string digits;
  std::int64_t exponent = 0;
  bool in_fraction = false;
  bool any_digit = false;
  for (; at < text.size() && (is_digit(text[at]) || (text[at] == '.' && !in_fraction)); ++at) {
    if (text[at] == '.') {
      in_fraction = true;
      continue;
    }
    any_digit = true;
    if (in_fraction) --exponent;
    if (text[at] != '0' || !digits.empty()) digits += text[at];
  }
  if (!any_digit) return std::nullopt;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    const bool exponent_negative = at < text.size() && text[at] == '-';
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    std::int64_t written = 0;
    if (at == text.size()) return std::nullopt;
    for (; at < text.size() && is_digit(text[at]); ++at)
      written = std::min(written * 10 + (text[at] - '0'), kExponentMax);
    exponent += exponent_negative ? -written : written;
  }
  if (at != text.size()) return std::nullopt;
  while (!digits.empty() && digits.back() == '0') {
    digits.pop_back();
    ++exponent;
  }
  if (digits.empty()) return "0";

  const auto size = static_cast<std::int64_t>(digits.size());
  if (exponent > kPlainDigitsMax || exponent < -kPlainDigitsMax) {
    digits += "e" + std::to_string(exponent);
  } else if (exponent >= 0) {
    digits.append(static_cast<std::size_t>(exponent), '0');
  } else if (-exponent < size) {
    digits.insert(static_cast<std::size_t>(size + exponent), 1, '.');
  } else {
    digits.insert(0, "0." + std::string(static_cast<std::size_t>(-exponent - size), '0'));
  }
  return (negative ? "-" : "") + digits;
}

std::string canonical_number_text(const std::string& text) {
  const std::string_view unsigned_text = std::string_view(text).substr(text.starts_with('-') ? 1 : 0);
  const std::size_t point = unsigned_text.find('.');
  const std::string_view whole = unsigned_text.substr(0, point);
  if (whole.empty() || (whole.size() > 1 && whole[0] == '0') || !std::ranges::all_of(whole, is_digit)) return text;
  if (point == std::string_view::npos) return whole == "0" ? "0" : text;
  const std::string_view fraction = unsigned_text.substr(point + 1);
  if (fraction.empty() || !std::ranges::all_of(fraction, is_digit)) return text;
  return canonical_number(text).value_or(text);
}

std::string canonical_form(const Document& document) {
  constexpr std::size_t kUsualBytes = 768;
  std::string out;
  out.reserve(kUsualBytes);
  out += "tillsync-canonical-1";
  std::visit(
      [&]<class T>(const T& body) {
        out += '{';
        CanonicalWriter<Header> header_writer(out, kDigitsWithoutCurrency);
        Header::fields(header_writer, document.header);
        out += "}{";
        CanonicalWriter<T> body_writer(out, kDigitsWithoutCurrency);
        T::fields(body_writer, body);
        out += "}{";
        if (!document.header.extras.empty() || !body.extras.empty()) {
          auto unknown = addresses_of(document.header.extras);
          for (const auto* member : addresses_of(body.extras)) unknown.push_back(member);
          append_unknown(out, std::move(unknown));
        }
        out += '}';
      },
      document.body);
  return out;
}

ContentHash content_hash(const Document& document) {
  const Sha256Digest digest = sha256({canonical_form(document)});
  return *ContentHash::from_view({digest.data(), digest.size()});
}

}  // namespace tillsync
