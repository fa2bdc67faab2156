#include "hub/jq/exact_numbers.h"

#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <vector>

namespace tillsync::hub {
namespace {

constexpr std::string_view kBareNumber = "$number";

using Writer = rapidjson::Writer<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::UTF8<>, rapidjson::CrtAllocator, rapidjson::kWriteNanAndInfFlag>;

std::size_t significant_digits(std::string_view number) {
  number = number.substr(0, number.find_first_of("eE"));
  std::string digits;
  for (const char c : number)
    if (c >= '0' && c <= '9') digits += c;
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  return digits.size();
}

bool is_json_number(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t from = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at - from;
  };
  if (at < text.size() && text[at] == '-') ++at;
  const std::size_t whole_at = at;
  const std::size_t whole = digits();
  if (whole == 0 || (whole > 1 && text[whole_at] == '0')) return false;
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (digits() == 0) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (digits() == 0) return false;
  }
  return at == text.size();
}

/// What both directions share: bounded depth, everything written as it was read.
class Copier {
 public:
  using Ch = char;
  bool Null() { return before() && writer_.Null(); }
  bool Bool(bool value) { return before() && writer_.Bool(value); }
  bool Int(int) { return false; }  // numbers come as text
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }
  std::string text() const { return {buffer_.GetString(), buffer_.GetSize()}; }
  const std::string& problem() const { return problem_; }

 protected:
  bool before() { return true; }
  bool enter() {
    if (++depth_ <= kJsonDepthMax) return true;
    problem_ = "nested deeper than " + std::to_string(kJsonDepthMax);
    return false;
  }
  bool leave() {
    --depth_;
    return true;
  }
  bool bare(std::string_view number) { return writer_.RawValue(number.data(), number.size(), rapidjson::kNumberType); }
  bool quoted(const char* text, rapidjson::SizeType size) { return writer_.String(text, size); }

  rapidjson::StringBuffer buffer_;
  Writer writer_{buffer_};
  std::size_t depth_ = 0;
  std::string problem_;
};

class LargeAsText : public Copier {
 public:
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    return significant_digits({text, size}) > kExactDigitsMax ? quoted(text, size) : bare({text, size});
  }
  bool String(const char* text, rapidjson::SizeType size, bool) { return quoted(text, size); }
  bool Key(const char* text, rapidjson::SizeType size, bool) { return writer_.Key(text, size); }
  bool StartObject() { return enter() && writer_.StartObject(); }
  bool EndObject(rapidjson::SizeType) { return leave() && writer_.EndObject(); }
  bool StartArray() { return enter() && writer_.StartArray(); }
  bool EndArray(rapidjson::SizeType) { return leave() && writer_.EndArray(); }
};

/// An object is written only when its first member is known: {"$number": …} is none.
class BareNumbers : public Copier {
 public:
  bool Null() { return flush() && Copier::Null(); }
  bool Bool(bool value) { return flush() && Copier::Bool(value); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) { return flush() && bare({text, size}); }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    if (state_ != State::kNumberKey) return flush() && quoted(text, size);
    number_.assign(text, size);
    state_ = State::kNumberValue;
    if (is_json_number(number_)) return true;
    problem_ = "\"" + number_.substr(0, 40) + "\" is no number";
    return false;
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    if (state_ == State::kOpened && std::string_view(text, size) == kBareNumber) {
      state_ = State::kNumberKey;
      return true;
    }
    return flush() && writer_.Key(text, size);
  }
  bool StartObject() {
    if (!flush() || !enter()) return false;
    state_ = State::kOpened;
    return true;
  }
  bool EndObject(rapidjson::SizeType) {
    if (state_ == State::kNumberValue) {
      state_ = State::kPlain;
      return leave() && bare(number_);
    }
    return flush() && leave() && writer_.EndObject();
  }
  bool StartArray() { return flush() && enter() && writer_.StartArray(); }
  bool EndArray(rapidjson::SizeType) { return leave() && writer_.EndArray(); }

 private:
  enum class State { kPlain, kOpened, kNumberKey, kNumberValue };
  bool flush() {
    if (state_ == State::kPlain) return true;
    const State was = std::exchange(state_, State::kPlain);
    if (was == State::kOpened) return writer_.StartObject();
    problem_ = R"({"$number": …} takes one text)";
    return false;
  }
  State state_ = State::kPlain;
  std::string number_;
};

template <class Handler>
Result<std::string> run(std::string_view json, const char* operation) {
  Handler handler;
  rapidjson::Reader reader;
  rapidjson::MemoryStream raw(json.data(), json.size());
  rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream(raw);
  constexpr unsigned kFlags = rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;
  if (reader.Parse<kFlags>(stream, handler)) return handler.text();
  const std::string why = handler.problem().empty() ? "this is no JSON (at byte " + std::to_string(reader.GetErrorOffset()) + ")" : handler.problem();
  return fail(ErrorCode::kInvalid, operation, why);
}

}  // namespace

Result<std::string> with_large_numbers_as_text(std::string_view json) { return run<LargeAsText>(json, "read JSON"); }

Result<std::string> with_bare_numbers(std::string_view json) { return run<BareNumbers>(json, "write JSON"); }

}  // namespace tillsync::hub
