#include <vector>

#include "common/contract/codec.h"

namespace tillsync {
namespace {

constexpr std::size_t kCardDigitsMin = 13;
constexpr std::size_t kCardDigitsMax = 19;
constexpr std::size_t kDigitsKept = 4;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Digits that stand together; groups of one run are parted by a single space or dash, as cards print them.
struct Group {
  std::size_t begin, end;
  std::size_t size() const { return end - begin; }
};

bool passes_luhn(const std::string& text, std::size_t begin, std::size_t end) {
  int sum = 0;
  bool twice = false;
  for (std::size_t i = end; i-- > begin;) {
    if (!is_digit(text[i])) continue;
    int digit = text[i] - '0';
    if (twice) digit = digit < 5 ? digit * 2 : digit * 2 - 9;
    sum += digit;
    twice = !twice;
  }
  return sum % 10 == 0;
}

bool is_all_zeros(const std::string& text, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i)
    if (is_digit(text[i]) && text[i] != '0') return false;
  return true;
}

void mask(std::string& text, std::size_t begin, std::size_t end, std::size_t digits) {
  std::size_t to_mask = digits - kDigitsKept;
  for (std::size_t i = begin; i < end && to_mask > 0; ++i) {
    if (!is_digit(text[i])) continue;
    text[i] = '*';
    --to_mask;
  }
}

/// Masks every card number that starts and ends with whole groups of one run.
void mask_run(std::string& text, const std::vector<Group>& run) {
  std::size_t first = 0;
  while (first < run.size()) {
    std::size_t digits = 0;
    std::size_t next = first + 1;
    for (std::size_t last = first; last < run.size(); ++last) {
      digits += run[last].size();
      if (digits > kCardDigitsMax) break;
      if (digits < kCardDigitsMin || !passes_luhn(text, run[first].begin, run[last].end)) continue;
      if (is_all_zeros(text, run[first].begin, run[last].end)) continue;
      mask(text, run[first].begin, run[last].end, digits);
      next = last + 1;
      break;
    }
    first = next;
  }
}

}  // namespace

std::string mask_card_numbers(std::string text) {
  if (text.size() < kCardDigitsMin) return text;
  std::vector<Group> run;
  std::size_t at = 0;
  while (at < text.size()) {
    if (!is_digit(text[at])) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    const bool continues =
        !run.empty() && run.back().end + 1 == begin && (text[begin - 1] == ' ' || text[begin - 1] == '-');
    if (!continues) {
      mask_run(text, run);
      run.clear();
    }
    run.push_back({begin, at});
  }
  mask_run(text, run);
  return text;
}

}  // namespace tillsync
