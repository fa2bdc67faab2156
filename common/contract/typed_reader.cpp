#include "common/contract/typed_reader.h"

#include "common/contract/text.h"

namespace tillsync {
namespace {

constexpr int kMostDecimals = 18;               // more than any number of ours has
constexpr std::size_t kCardDigitsForSure = 15;  // shorter digit runs of unknown fields are rather barcodes

std::string_view kind_of(const Value& value) {
  switch (value.data.index()) {
    case 0: return "null";
    case 1: return "true or false";
    case 2: return "a number";
    case 3: return "a text";
    case 4: return "a list";
    default: return "an object";
  }
}

std::string expected(std::string_view what, const Value& value) {
  return "expected " + std::string(what) + ", got " + std::string(kind_of(value));
}

std::size_t count_digits(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += c >= '0' && c <= '9' ? 1 : 0;
  return count;
}

}  // namespace

Members::Members(const ValueObject& members)
    : members_(members), taken_above_(members.size() > kInPlaceMax ? members.size() - kInPlaceMax : 0) {}

const Value* Members::take(std::string_view name) {
  const std::size_t count = members_.size();
  for (std::size_t step = 0; step < count; ++step) {
    std::size_t index = hint_ + step;
    if (index >= count) index -= count;
    if (members_[index].first != name) continue;
    if (index < kInPlaceMax)
      taken_[index] = true;
    else
      taken_above_[index - kInPlaceMax] = true;
    hint_ = index + 1 == count ? 0 : index + 1;
    const Value& value = members_[index].second;
    return std::holds_alternative<std::nullptr_t>(value.data) ? nullptr : &value;
  }
  return nullptr;
}

void Members::copy_unknown(Extras& extras) const {
  for (std::size_t i = 0; i < members_.size(); ++i)
    if (!is_taken(i)) extras.push_back(members_[i]);
}

void TypedReader::refuse(std::string_view code, std::string detail, const Path& path) {
  if (!fault_) fault_ = make_problem(code, std::move(detail), path.pointer());
}

void TypedReader::read(const Value& value, std::string& target, const Path& path) {
  const auto* text = std::get_if<std::string>(&value.data);
  if (text == nullptr) return refuse("wrong_type", expected("a text", value), path);
  if (text->empty()) return;  // as if not given
  auto identifier = parse_identifier(*text);
  if (!identifier)
    return refuse(identifier.error().code == ErrorCode::kLimitExceeded ? "text_too_long" : "bad_text",
                  identifier.error().detail, path);
  target = std::move(*identifier);
}

void TypedReader::read(const Value& value, FreeText& target, const Path& path) {
  const auto* text = std::get_if<std::string>(&value.data);
  if (text == nullptr) return refuse("wrong_type", expected("a text", value), path);
  auto free_text = parse_free_text(*text);
  if (!free_text)
    return refuse(free_text.error().code == ErrorCode::kLimitExceeded ? "text_too_long" : "bad_text",
                  free_text.error().detail, path);
  target.value = mask_card_numbers(std::move(*free_text));
}

void TypedReader::read(const Value& value, bool& target, const Path& path) {
  const auto* flag = std::get_if<bool>(&value.data);
  if (flag == nullptr) return refuse("wrong_type", expected("true or false", value), path);
  target = *flag;
}

void TypedReader::read(const Value& value, Date& target, const Path& path) {
  const auto* text = std::get_if<std::string>(&value.data);
  if (text == nullptr) return refuse("wrong_type", expected("a date", value), path);
  const auto date = parse_date(*text);
  if (!date) return refuse("wrong_type", date.error().detail, path);
  target = *date;
}

void TypedReader::read(const Value& value, Instant& target, const Path& path) {
  const auto* text = std::get_if<std::string>(&value.data);
  if (text == nullptr) return refuse("wrong_type", expected("a time", value), path);
  const auto instant = parse_instant(*text);
  if (!instant) return refuse("wrong_type", instant.error().detail, path);
  target = *instant;
}

void TypedReader::read_number(const Value& value, int scale, std::int64_t& target, const Path& path) {
  std::string_view text;
  if (const auto* number = std::get_if<NumberText>(&value.data))
    text = number->text;
  else if (const auto* written = std::get_if<std::string>(&value.data))
    text = *written;
  else
    return refuse("wrong_type", expected("a number", value), path);
  const auto number = parse_decimal(text, scale);
  if (number) {
    target = *number;
    return;
  }
  const auto with_more_decimals = parse_decimal(text, kMostDecimals);
  const bool is_number = with_more_decimals || with_more_decimals.error().code == ErrorCode::kLimitExceeded;
  refuse(is_number || number.error().code == ErrorCode::kLimitExceeded ? "number_out_of_range" : "wrong_type",
         number.error().detail, path);
}

const ValueObject* TypedReader::object(const Value& value, const Path& path) {
  const auto* object = std::get_if<ValueObject>(&value.data);
  if (object == nullptr) refuse("wrong_type", expected("an object", value), path);
  return object;
}

const ValueArray* TypedReader::list(const Value& value, const Path& path) {
  const auto* list = std::get_if<ValueArray>(&value.data);
  if (list == nullptr) {
    refuse("wrong_type", expected("a list", value), path);
  } else if (list->size() > kDocumentLinesMax) {
    refuse("too_many_lines",
           std::to_string(list->size()) + " entries; at most " + std::to_string(kDocumentLinesMax) + " are taken",
           path);
    return nullptr;
  }
  return list;
}

void TypedReader::clean(Extras& extras, const Path& path, bool everything) {
  for (auto& [name, value] : extras) clean(value, path.member(name), everything);
}

void TypedReader::clean(Value& value, const Path& path, bool everything) {
  if (auto* text = std::get_if<std::string>(&value.data)) {
    if (everything || count_digits(*text) >= kCardDigitsForSure) *text = mask_card_numbers(std::move(*text));
  } else if (const auto* number = std::get_if<NumberText>(&value.data)) {
    if (!everything && count_digits(number->text) < kCardDigitsForSure) return;
    std::string masked = mask_card_numbers(number->text);
    if (masked != number->text) value.data = std::move(masked);
  } else if (auto* list = std::get_if<ValueArray>(&value.data)) {
    if (this->list(value, path) == nullptr) return;
    for (std::size_t i = 0; i < list->size(); ++i) clean((*list)[i], path.entry(i), everything);
  } else if (auto* object = std::get_if<ValueObject>(&value.data)) {
    clean(*object, path, everything);
  }
}

}  // namespace tillsync
