// From the untyped tree to typed objects, by the field lists. The first fault ends the reading: it becomes the refusal,
// with the pointer to its place. Unknown fields go to `extras`. Pure. Used by parse_document and the parse functions of
// masterdata.h.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "common/base/limits.h"
#include "common/contract/field_list.h"
#include "common/contract/path.h"

namespace tillsync {

/// The members of one object of the tree; knows which have been read.
class Members {
 public:
  explicit Members(const ValueObject& members);
  /// The value of a member, nullptr when it is not given (null is "not given"). Marks it as known.
  const Value* take(std::string_view name);
  /// Copies what nobody has taken.
  void copy_unknown(Extras& extras) const;

 private:
  static constexpr std::size_t kInPlaceMax = 64;
  bool is_taken(std::size_t index) const {
    return index < kInPlaceMax ? taken_[index] : taken_above_[index - kInPlaceMax];
  }

  const ValueObject& members_;
  std::array<bool, kInPlaceMax> taken_{};
  std::vector<bool> taken_above_;
  std::size_t hint_ = 0;  // members mostly come in list order
};

/// Reads single values; holds the first fault.
class TypedReader {
 public:
  const std::optional<Problem>& fault() const { return fault_; }
  void refuse(std::string_view code, std::string detail, const Path& path);

  void read(const Value& value, std::string& target, const Path& path);
  void read(const Value& value, FreeText& target, const Path& path);
  void read(const Value& value, bool& target, const Path& path);
  void read(const Value& value, std::int64_t& target, const Path& path) { read_number(value, 0, target, path); }
  void read(const Value& value, Date& target, const Path& path);
  void read(const Value& value, Instant& target, const Path& path);
  void read(const Value& value, Quantity& target, const Path& path) {
    read_number(value, Quantity::kScale, target.milli, path);
  }
  void read(const Value& value, UnitPrice& target, const Path& path) {
    read_number(value, UnitPrice::kScale, target.micro, path);
  }
  void read(const Value& value, Rate& target, const Path& path) {
    read_number(value, Rate::kScale, target.micro, path);
  }
  void read(const Value& value, Currency& target, const Path& path) { read(value, target.code, path); }
  template <class Tag>
  void read(const Value& value, TextId<Tag>& target, const Path& path) {
    read(value, target.value, path);
  }
  void read_number(const Value& value, int scale, std::int64_t& target, const Path& path);
  const ValueObject* object(const Value& value, const Path& path);
  /// nullptr when it is no list, or a longer one than kDocumentLinesMax.
  const ValueArray* list(const Value& value, const Path& path);
  /// Limits and card numbers of unknown fields. everything: mask from 13 digits on, not from 15.
  void clean(Extras& extras, const Path& path, bool everything);

 private:
  void clean(Value& value, const Path& path, bool everything);

  std::optional<Problem> fault_;
};

template <FieldObject T>
void read_object(TypedReader& reader, const Value& value, T& object, const Path& path, int digits);

/// The visitor: one object of the tree into one typed object.
template <FieldObject T>
class ObjectReader {
 public:
  ObjectReader(TypedReader& reader, Members& members, const Path& path, int digits)
      : reader_(reader), members_(members), path_(path), digits_(digits) {}

  template <class M>
  void field(std::string_view name, M& member, Need need) {
    if (reader_.fault()) return;
    const Path path = path_.member(name);
    if (const Value* value = members_.take(name)) read(*value, member, path);
    if constexpr (std::is_same_v<M, std::string> || kIsTextId<M>) {
      if (need == Need::kIdentity && M{} == member && !reader_.fault())
        reader_.refuse("no_identity", "'" + std::string(name) + "' is missing", path);
      if constexpr (std::is_same_v<T, Tender> || std::is_same_v<T, Card>) mask(name, member);
    }
  }

  void currency(std::string_view name, Currency& member, Need need) {
    field(name, member, need);
    if (!member.code.empty()) digits_ = minor_digits(member.code);
  }

  void foreign(std::string_view name, Amount& member, const Currency& currency) {
    if (reader_.fault()) return;
    const int digits = currency.code.empty() ? digits_ : minor_digits(currency.code);
    if (const Value* value = members_.take(name)) reader_.read_number(*value, digits, member.minor, path_.member(name));
  }

 private:
  /// The acquirer's own numbers are as long as a card's and no secret.
  static void mask(std::string_view name, std::string& text) {
    if (name != "merchant" && name != "terminal" && name != "rrn") text = mask_card_numbers(std::move(text));
  }

  template <class M>
  void read(const Value& value, M& member, const Path& path) {
    if constexpr (std::is_same_v<M, Amount>) {
      reader_.read_number(value, digits_, member.minor, path);
    } else if constexpr (FieldObject<M>) {
      read_object(reader_, value, member, path, digits_);
    } else if constexpr (kIsOptional<M>) {
      read(value, member.emplace(), path);
    } else if constexpr (kIsList<M>) {
      const ValueArray* list = reader_.list(value, path);
      if (list == nullptr) return;
      member.reserve(list->size());
      for (std::size_t i = 0; i < list->size() && !reader_.fault(); ++i)
        read((*list)[i], member.emplace_back(), path.entry(i));
    } else {
      reader_.read(value, member, path);
    }
  }

  TypedReader& reader_;
  Members& members_;
  const Path& path_;
  int digits_;
};

template <FieldObject T>
void read_object(TypedReader& reader, const Value& value, T& object, const Path& path, int digits) {
  const ValueObject* tree = reader.object(value, path);
  if (tree == nullptr) return;
  Members members(*tree);
  ObjectReader<T> visitor(reader, members, path, digits);
  T::fields(visitor, object);
  if (reader.fault()) return;
  members.copy_unknown(object.extras);
  if (!object.extras.empty()) reader.clean(object.extras, path, std::is_same_v<T, Tender> || std::is_same_v<T, Card>);
}

}  // namespace tillsync
