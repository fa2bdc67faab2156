// What the visitors of the field lists (document.h, masterdata.h) share: which types are objects, and which members are
// at their default and therefore not written. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/contract/codec.h"
#include "common/contract/document.h"

namespace tillsync {

/// Decimals of an Amount whose object names no currency.
inline constexpr int kDigitsWithoutCurrency = 2;

/// An object of the contract: it has a list of fields and keeps the unknown ones.
template <class T>
concept FieldObject = requires(std::remove_const_t<T>& object) {
  object.extras.size();
};

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class T>
inline constexpr bool kIsList = false;
template <class T>
inline constexpr bool kIsList<std::vector<T>> = true;
template <class T>
inline constexpr bool kIsTextId = false;
template <class Tag>
inline constexpr bool kIsTextId<TextId<Tag>> = true;

template <FieldObject T>
bool is_unset(const T& object);

/// Collects where the members of a default object are, in list order.
class MemberAddresses {
 public:
  template <class M>
  void field(std::string_view /*name*/, const M& member, Need /*need*/) {
    addresses.push_back(&member);
  }
  void currency(std::string_view name, const Currency& member, Need need) { field(name, member, need); }
  void foreign(std::string_view name, const Amount& member, const Currency& /*currency*/) {
    field(name, member, Need::kOptional);
  }

  std::vector<const void*> addresses;
};

template <FieldObject T>
const std::vector<const void*>& default_members() {
  static const T kDefault{};
  static const std::vector<const void*> kAddresses = [] {
    MemberAddresses collector;
    T::fields(collector, kDefault);
    return std::move(collector.addresses);
  }();
  return kAddresses;
}

/// Whether member number `index` of an object T holds what a new object holds. Only texts ("live") and flags (`active`)
/// have defaults that are not simply empty.
template <FieldObject T, class M>
bool is_default(const M& member, std::size_t index) {
  if constexpr (std::is_same_v<M, std::string> || std::is_same_v<M, bool>) {
    return member == *static_cast<const M*>(default_members<T>()[index]);
  } else if constexpr (kIsOptional<M>) {
    return !member.has_value();
  } else if constexpr (kIsList<M>) {
    return member.empty();
  } else if constexpr (FieldObject<M>) {
    return is_unset(member);
  } else {
    return member == M{};
  }
}

/// Counts the fields up to the last one that is not at its default.
template <FieldObject T>
class SetFields {
 public:
  template <class M>
  void field(std::string_view /*name*/, const M& member, Need /*need*/) {
    const std::size_t index = next_++;
    if (!is_default<T>(member, index)) count = index + 1;
  }
  void currency(std::string_view name, const Currency& member, Need need) { field(name, member, need); }
  void foreign(std::string_view name, const Amount& member, const Currency& /*currency*/) {
    field(name, member, Need::kOptional);
  }

  std::size_t count = 0;

 private:
  std::size_t next_ = 0;
};

template <FieldObject T>
std::size_t count_set_fields(const T& object) {
  SetFields<T> visitor;
  T::fields(visitor, object);
  return visitor.count;
}

template <FieldObject T>
bool is_unset(const T& object) {
  return object.extras.empty() && count_set_fields(object) == 0;
}

/// How many fields the list of T has.
template <FieldObject T>
std::size_t count_fields() {
  return default_members<T>().size();
}

}  // namespace tillsync
