// Typed objects to JSON, by the field lists: decimal strings, defaults left out, except required numbers, which are
// always written. Pure. Used by document_to_json and the *_to_json functions of masterdata.h.
#pragma once

#include <string>
#include <type_traits>

#include "common/contract/field_list.h"
#include "common/contract/text.h"

namespace tillsync {

void append_json_value(std::string& out, const Value& value);
/// `,"name":value` for each, or without the comma when nothing was written yet.
void append_json_members(std::string& out, const Extras& extras, bool& is_first);

template <FieldObject T>
void append_json_object(std::string& out, const T& object, int digits);

template <FieldObject T>
class JsonObjectWriter {
 public:
  JsonObjectWriter(std::string& out, int digits, bool& is_first) : out_(out), digits_(digits), is_first_(is_first) {}

  template <class M>
  void field(std::string_view name, const M& member, Need need) {
    const std::size_t index = next_++;
    if (is_default<T>(member, index) && !(need == Need::kRequired && kIsNumber<M>)) return;
    write_name(name);
    write(member);
  }
  void currency(std::string_view name, const Currency& member, Need need) {
    field(name, member, need);
    if (!member.code.empty()) digits_ = minor_digits(member.code);
  }
  void foreign(std::string_view name, const Amount& member, const Currency& currency) {
    ++next_;
    if (member.minor == 0) return;
    write_name(name);
    const int digits = currency.code.empty() ? digits_ : minor_digits(currency.code);
    write_decimal(format_decimal(member.minor, digits, digits));
  }

 private:
  template <class M>
  static constexpr bool kIsNumber =
      std::is_same_v<M, Quantity> || std::is_same_v<M, UnitPrice> || std::is_same_v<M, Rate> ||
      std::is_same_v<M, Amount> || std::is_same_v<M, Totals> || std::is_same_v<M, CloseCounts>;

  void write_name(std::string_view name) {
    if (!is_first_) out_ += ',';
    is_first_ = false;
    out_ += '"';
    out_ += name;
    out_ += "\":";
  }
  void write_decimal(const std::string& text) {
    out_ += '"';
    out_ += text;
    out_ += '"';
  }

  void write(const std::string& member) { append_json_string(out_, member); }
  void write(const FreeText& member) { append_json_string(out_, member.value); }
  void write(const Currency& member) { append_json_string(out_, member.code); }
  void write(const Quantity& member) { write_decimal(format_quantity(member)); }
  void write(const UnitPrice& member) { write_decimal(format_unit_price(member)); }
  void write(const Rate& member) { write_decimal(format_rate(member)); }
  void write(const Amount& member) { write_decimal(format_decimal(member.minor, digits_, digits_)); }
  void write(const Instant& member) { write_decimal(format_instant(member)); }
  void write(const Date& member) { write_decimal(format_date(member)); }
  void write(std::int64_t member) { out_ += std::to_string(member); }
  void write(bool member) { out_ += member ? "true" : "false"; }
  template <class Tag>
  void write(const TextId<Tag>& member) {
    append_json_string(out_, member.value);
  }
  template <class M>
  void write(const std::optional<M>& member) {
    write(*member);
  }
  template <class M>
  void write(const std::vector<M>& list) {
    out_ += '[';
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i > 0) out_ += ',';
      write(list[i]);
    }
    out_ += ']';
  }
  template <FieldObject M>
  void write(const M& member) {
    append_json_object(out_, member, digits_);
  }

  std::string& out_;
  int digits_;
  bool& is_first_;
  std::size_t next_ = 0;
};

template <FieldObject T>
void append_json_object(std::string& out, const T& object, int digits) {
  out += '{';
  bool is_first = true;
  JsonObjectWriter<T> visitor(out, digits, is_first);
  T::fields(visitor, object);
  append_json_members(out, object.extras, is_first);
  out += '}';
}

}  // namespace tillsync
