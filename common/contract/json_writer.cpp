#include "common/contract/json_writer.h"

namespace tillsync {
namespace {

struct ValueWriter {
  std::string& out;
  void operator()(std::nullptr_t) const { out += "null"; }
  void operator()(bool flag) const { out += flag ? "true" : "false"; }
  void operator()(const NumberText& number) const { out += number.text; }
  void operator()(const std::string& text) const { append_json_string(out, text); }
  void operator()(const ValueArray& list) const {
    out += '[';
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i > 0) out += ',';
      append_json_value(out, list[i]);
    }
    out += ']';
  }
  void operator()(const ValueObject& object) const {
    out += '{';
    bool is_first = true;
    append_json_members(out, object, is_first);
    out += '}';
  }
};

}  // namespace

void append_json_value(std::string& out, const Value& value) {
  std::visit(ValueWriter{out}, value.data);
}

void append_json_members(std::string& out, const Extras& extras, bool& is_first) {
  for (const auto& [name, value] : extras) {
    if (!is_first) out += ',';
    is_first = false;
    append_json_string(out, name);
    out += ':';
    append_json_value(out, value);
  }
}

std::string tree_to_json(const Value& value) {
  std::string json;
  append_json_value(json, value);
  return json;
}

std::string document_to_json(const Document& document) {
  std::string json = "{";
  bool is_first = true;
  JsonObjectWriter<Header> header_writer(json, kDigitsWithoutCurrency, is_first);
  Header::fields(header_writer, document.header);
  std::visit(
      [&]<class T>(const T& body) {
        JsonObjectWriter<T> body_writer(json, kDigitsWithoutCurrency, is_first);
        T::fields(body_writer, body);
        append_json_members(json, document.header.extras, is_first);
        append_json_members(json, body.extras, is_first);
      },
      document.body);
  return json + "}";
}

}  // namespace tillsync
