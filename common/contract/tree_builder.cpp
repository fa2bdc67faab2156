#include "common/contract/tree_builder.h"

#include <algorithm>

#include "common/base/limits.h"
#include "common/contract/codec.h"
#include "common/contract/path.h"
#include "common/contract/text.h"

namespace tillsync {
namespace {

constexpr std::size_t kNumberCharactersMax = 64;
constexpr std::size_t kMembersExpected = 8;          // of an object that has any: saves moving the first ones thrice
constexpr std::size_t kMembersComparedInPlace = 32;  // above it, names are sorted to find a repeated one

/// A member name that stands twice; nullptr when all differ.
const std::string* repeated_name(const ValueObject& members) {
  if (members.size() <= kMembersComparedInPlace) {
    for (std::size_t i = 1; i < members.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (members[i].first == members[j].first) return &members[i].first;
    return nullptr;
  }
  std::vector<const std::string*> names;
  names.reserve(members.size());
  for (const auto& member : members) names.push_back(&member.first);
  const auto text_of = [](const std::string* name) -> const std::string& { return *name; };
  std::ranges::sort(names, {}, text_of);
  const auto found = std::ranges::adjacent_find(names, {}, text_of);
  return found == names.end() ? nullptr : *found;
}

}  // namespace

TreeBuilder::TreeBuilder(Value& root, std::string pointer_base, std::size_t values_max)
    : root_(root), pointer_base_(std::move(pointer_base)), values_left_(values_max) {}

bool TreeBuilder::refuse(std::string_view code, std::string detail) {
  if (!fault_) fault_ = make_problem(code, std::move(detail), pointer());
  return false;
}

std::string TreeBuilder::pointer() const {
  std::string text = pointer_base_;
  for (std::size_t i = 0; i < open_.size(); ++i) {
    const bool innermost = i + 1 == open_.size();
    if (const auto* list = std::get_if<ValueArray>(&open_[i]->data)) {
      // Inside the innermost list the fault is in the value that would come next.
      text += "/" + std::to_string(innermost ? list->size() : list->size() - 1);
    } else if (const auto& members = std::get<ValueObject>(open_[i]->data); !members.empty()) {
      append_pointer(text, members.back().first);
    }
  }
  return text;
}

Value* TreeBuilder::place() {
  if (values_left_ == 0) {
    refuse("too_large", "more than " + std::to_string(kTreeValuesMax) + " values in one request");
    return nullptr;
  }
  --values_left_;
  if (open_.empty()) return &root_;
  Value& parent = *open_.back();
  if (auto* list = std::get_if<ValueArray>(&parent.data)) return &list->emplace_back();
  return &std::get<ValueObject>(parent.data).back().second;  // key() made it
}

bool TreeBuilder::check_text(std::string_view value) {
  if (value.size() > kDocumentBytesMax)
    return refuse("too_large", "a text of " + std::to_string(value.size()) + " bytes");
  if (value.find('\0') != std::string_view::npos) return refuse("bad_text", "a text holds a NUL character");
  return true;
}

bool TreeBuilder::may_nest() {
  // The array around the documents of one request is no level of theirs.
  const std::size_t levels = kDocumentDepthMax + (std::holds_alternative<ValueArray>(root_.data) ? 1 : 0);
  if (open_.size() < levels) return true;
  return refuse("too_deep", "more than " + std::to_string(kDocumentDepthMax) + " levels");
}

bool TreeBuilder::null() {
  return place() != nullptr;
}

bool TreeBuilder::boolean(bool value) {
  Value* slot = place();
  if (slot == nullptr) return false;
  slot->data = value;
  return true;
}

bool TreeBuilder::number(std::string text) {
  if (text.size() > kNumberCharactersMax)
    return refuse("number_out_of_range", "a number of " + std::to_string(text.size()) + " characters");
  Value* slot = place();
  if (slot == nullptr) return false;
  slot->data = NumberText{std::move(text)};
  return true;
}

bool TreeBuilder::text(std::string&& value) {
  if (!check_text(value)) return false;
  Value* slot = place();
  if (slot == nullptr) return false;
  slot->data = std::move(value);
  return true;
}

bool TreeBuilder::start_object() {
  if (!may_nest()) return false;
  Value* slot = place();
  if (slot == nullptr) return false;
  slot->data = ValueObject{};
  open_.push_back(slot);
  return true;
}

bool TreeBuilder::key(std::string&& name) {
  if (!check_text(name)) return false;
  auto& members = std::get<ValueObject>(open_.back()->data);
  if (members.empty()) members.reserve(kMembersExpected);
  members.emplace_back(std::move(name), Value{});
  return true;
}

bool TreeBuilder::end_object() {
  const auto& members = std::get<ValueObject>(open_.back()->data);
  if (const std::string* name = repeated_name(members)) {
    if (!fault_) {
      open_.pop_back();
      std::string where = pointer();
      // pointer() names what comes next in a list; the object that was just closed is its last entry.
      if (!open_.empty() && std::holds_alternative<ValueArray>(open_.back()->data)) {
        where.resize(where.rfind('/'));
        where += "/" + std::to_string(std::get<ValueArray>(open_.back()->data).size() - 1);
      }
      append_pointer(where, *name);
      fault_ = make_problem("duplicate_field", "'" + name->substr(0, 64) + "' is given twice", std::move(where));
    }
    return false;
  }
  open_.pop_back();
  return true;
}

bool TreeBuilder::start_array() {
  if (!may_nest()) return false;
  Value* slot = place();
  if (slot == nullptr) return false;
  slot->data = ValueArray{};
  open_.push_back(slot);
  return true;
}

bool TreeBuilder::end_array() {
  open_.pop_back();
  return true;
}

std::expected<Value, Problem> parse_tree(BytesView body, Syntax syntax) {
  if (body.size() > kRequestBytesMax)
    return std::unexpected(make_problem("too_large", "a request of " + std::to_string(body.size()) +
                                                         " bytes; at most " + std::to_string(kRequestBytesMax) +
                                                         " are taken"));
  return syntax == Syntax::kJson ? read_json_tree(body) : read_msgpack_tree(body);
}

}  // namespace tillsync
