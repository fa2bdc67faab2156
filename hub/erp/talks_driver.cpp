#include "hub/erp/talks_driver.h"

#include <algorithm>

#include "common/log/log.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

constexpr std::uint64_t kLoginTag = std::uint64_t{1} << 62;
constexpr std::uint64_t kQuestionTags = std::uint64_t{1} << 63;

std::string_view kind_name(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::kPosted: return "posted";
    case OutcomeKind::kRefused: return "refused";
    case OutcomeKind::kTransient: return "transient";
    case OutcomeKind::kUnknown: return "unknown";
    case OutcomeKind::kAbsent: return "absent";
  }
  return "unknown";
}

Outcome refusal(const char* code, std::string text) {
  Outcome outcome;
  outcome.kind = OutcomeKind::kRefused;
  outcome.code = code;
  outcome.text = std::move(text);
  return outcome;
}

}  // namespace

TalksDriver::TalksDriver(TalkOptions options, ErpClient& client, Metrics* metrics)
    : options_(std::move(options)),
      client_(client),
      metrics_(metrics),
      memory_(options_.connector->known_ttl),
      rate_(options_.connector->rate_per_s),
      last_question_(kQuestionTags) {}

void TalksDriver::start(ForwardJob job) {
  const std::uint64_t tag = job.job_no;
  Talk& talk = talks_[tag];
  talk.job = std::move(job);
  if (options_.connector->is_talking()) start_talking(tag, talk);
  else start_plain(tag, talk);
}

void TalksDriver::start_plain(std::uint64_t tag, Talk& talk) {
  const ClaimedPosting& posting = *talk.job.postings.front();
  Result<ErpCall> call = talk.job.look_up ? look_up_call(*options_.connector, options_.url, posting) : create_call(*options_.connector, options_.url, posting);
  if (!call) return cannot_be_sent(tag, call.error());
  call->tag = tag;
  send(tag, std::move(*call));
}

ConversationSubject TalksDriver::subject(std::string operation) const {
  ConversationSubject made;
  made.operation = std::move(operation);
  made.settings = options_.settings;
  made.hub_id = options_.hub_id;
  return made;
}

Result<json> TalksDriver::postings_of(const ForwardJob& job) const {
  TS_ASSIGN_OR_RETURN(const std::vector<Sku> skus, skus_of(job.postings));
  ErpItems items;
  if (options_.items && !skus.empty()) {
    TS_ASSIGN_OR_RETURN(items, options_.items(skus));
  }
  return postings_json(job.postings, items);
}

void TalksDriver::start_talking(std::uint64_t tag, Talk& talk) {
  if (has_collision(tag, talk)) return;
  ConversationSubject about = subject(talk.job.look_up ? "look_up" : "post");
  auto postings = postings_of(talk.job);
  if (!postings) return cannot_be_sent(tag, postings.error());
  about.postings = std::move(*postings);
  talk.conversation = std::make_unique<Conversation>(*options_.connector, std::move(about), memory_.has_session(options_.monotonic()));
  go_on(tag);
}

/// Stock of one SKU must not be booked on another: found before anything is sent. Of several postings the one at fault is looked for.
bool TalksDriver::has_collision(std::uint64_t tag, const Talk& talk) {
  if (!options_.connector->folds_case || !options_.collisions || talk.job.look_up) return false;
  const auto skus = skus_of(talk.job.postings);
  if (!skus) return false;  // told when the postings are read
  const auto found = options_.collisions(*skus);
  if (!found) {
    log::write(log::Level::kWarning, "the item map cannot be read", found.error());
    return false;
  }
  if (found->empty()) return false;
  if (talk.job.postings.size() > 1) {
    ended_.push_back({talk.job.job_no, true, {}});
    talks_.erase(tag);
    return true;
  }
  const ItemCollision& first = found->front();
  Outcome refused = refusal("item_collision", "item " + first.item + " of " + first.sku.value + " and item " + first.other_item + " of " + first.other.value + " are one item for the ERP");
  refused.cause = "sku:" + first.sku.value;
  end_as(tag, refused);
  return true;
}

void TalksDriver::ask_on_hand(std::vector<std::string> locations, std::vector<std::string> skus,
                              std::function<void(const Result<std::vector<OnHandAtErp>>&)> done) {
  if (!options_.connector->operations.contains("on_hand"))
    return done(fail(ErrorCode::kUnsupported, "ask for what the ERP has on hand", "connector " + options_.connector->name + " cannot tell it"));
  const std::uint64_t tag = ++last_question_;
  Talk& talk = talks_[tag];
  talk.done = std::move(done);
  ConversationSubject about = subject("on_hand");
  about.locations = std::move(locations);
  std::vector<Sku> wanted;
  for (const std::string& sku : skus) {
    about.items[sku] = sku;
    wanted.emplace_back(sku);
  }
  if (options_.items) {
    const auto items = options_.items(wanted);
    if (!items) {
      const auto tell = std::move(talk.done);
      talks_.erase(tag);
      return tell(std::unexpected(items.error()));
    }
    for (const auto& [sku, item] : *items) about.items[sku] = item;
  }
  about.skus = std::move(skus);
  talk.conversation = std::make_unique<Conversation>(*options_.connector, std::move(about), memory_.has_session(options_.monotonic()));
  go_on(tag);
}

/// Until it waits for something or ends.
void TalksDriver::go_on(std::uint64_t tag) {
  while (true) {
    Talk& talk = talks_.at(tag);
    switch (talk.conversation->step()) {
      case Conversation::Step::kRunProgram:
        if (!run_program(talk)) return;
        break;
      case Conversation::Step::kSend: return send(tag, call_of(talk.conversation->request(), options_.url, tag));
      case Conversation::Step::kLogIn:
        if (!log_in(talk)) return;
        break;
      case Conversation::Step::kEnded: return end(tag);
    }
  }
}

bool TalksDriver::run_program(Talk& talk) {
  const Duration now = options_.monotonic();
  Conversation& conversation = *talk.conversation;
  const std::string input = conversation.program_input(memory_, now, options_.now());
  conversation.program_gave(options_.programs->run(conversation.program().text, input), memory_, now);
  return true;
}

/// One log-in at a time; whoever needs one meanwhile waits for it. True: there is a session that the conversation has not tried yet.
bool TalksDriver::log_in(Talk& talk) {
  const Duration now = options_.monotonic();
  const bool is_newer = memory_.has_session(now) && memory_.session_no() > talk.conversation->session_no();
  if (is_newer) {
    Outcome logged_in;
    logged_in.kind = OutcomeKind::kPosted;
    talk.conversation->logged_in(logged_in);
    return true;
  }
  talk.waits_for_login = true;
  if (talks_.contains(kLoginTag)) return false;
  memory_.end_session();
  Talk& login = talks_[kLoginTag];
  login.conversation = std::make_unique<Conversation>(*options_.connector, subject("login"), false);
  go_on(kLoginTag);
  return false;
}

void TalksDriver::send(std::uint64_t tag, ErpCall call) {
  Talk& talk = talks_.at(tag);
  const Duration now = options_.monotonic();
  if (!throttled_.empty() || !rate_.take(now)) {
    talk.call = std::move(call);
    throttled_.push_back(tag);
    return;
  }
  talk.sent_at = now;
  if (const auto started = client_.start(std::move(call)); !started) cannot_be_sent(tag, started.error());
}

void TalksDriver::step() {
  while (!throttled_.empty() && rate_.take(options_.monotonic())) {
    const std::uint64_t tag = throttled_.front();
    throttled_.pop_front();
    const auto found = talks_.find(tag);
    if (found == talks_.end() || !found->second.call) continue;
    ErpCall call = std::move(*found->second.call);
    found->second.call.reset();
    found->second.sent_at = options_.monotonic();
    if (const auto started = client_.start(std::move(call)); !started) cannot_be_sent(tag, started.error());
  }
}

std::optional<Duration> TalksDriver::due_at() {
  if (throttled_.empty()) return std::nullopt;
  return rate_.next_at(options_.monotonic());
}

void TalksDriver::take_answers(std::vector<std::pair<std::uint64_t, ErpAnswer>> answers) {
  for (auto& [tag, answer] : answers) answered(tag, answer);
}

void TalksDriver::answered(std::uint64_t tag, const ErpAnswer& answer) {
  const auto found = talks_.find(tag);
  TS_CHECK(found != talks_.end());
  Talk& talk = found->second;
  const Duration took = options_.monotonic() - talk.sent_at;
  if (talk.conversation == nullptr) {
    const Outcome outcome = talk.job.look_up ? classify_look_up(*options_.connector, answer) : classify_create(*options_.connector, answer);
    if (metrics_ != nullptr) metrics_->count_erp_answer(kind_name(outcome.kind), took);
    return end_as(tag, outcome);
  }
  if (metrics_ != nullptr) metrics_->count_erp_answer(answer.failure == TransportFailure::kNone ? "answered" : "unknown", took);
  talk.conversation->answered(answer);
  go_on(tag);
}

void TalksDriver::end(std::uint64_t tag) {
  Talk talk = std::move(talks_.at(tag));
  talks_.erase(tag);
  const ConversationEnd& ended = talk.conversation->end();
  if (tag == kLoginTag) return end_login(ended);
  if (talk.done) {
    const Outcome& outcome = ended.outcomes.front();
    if (outcome.kind == OutcomeKind::kPosted) return talk.done(ended.on_hand);
    return talk.done(fail(ErrorCode::kIo, "ask for what the ERP has on hand", outcome.code + ": " + outcome.text));
  }
  ended_.push_back({talk.job.job_no, ended.is_split, ended.outcomes});
}

void TalksDriver::end_login(const ConversationEnd& ended) {
  const Outcome& outcome = ended.outcomes.front();
  if (outcome.kind == OutcomeKind::kPosted) memory_.start_session(ended.session, options_.monotonic() + ended.session_expires_in);
  else log::warning("the ERP does not take the log-in", {{"code", outcome.code}, {"text", outcome.text}});
  std::vector<std::uint64_t> waiting;
  for (auto& [tag, talk] : talks_)
    if (std::exchange(talk.waits_for_login, false)) waiting.push_back(tag);
  for (const std::uint64_t tag : waiting) {
    talks_.at(tag).conversation->logged_in(outcome);
    go_on(tag);
  }
}

void TalksDriver::end_as(std::uint64_t tag, const Outcome& outcome) {
  const auto found = talks_.find(tag);
  JobEnd ended{found->second.job.job_no, false, std::vector<Outcome>(found->second.job.postings.size(), outcome)};
  talks_.erase(found);
  ended_.push_back(std::move(ended));
}

/// The request or the posting itself is at fault, now and later; the next of its key must not pass it. Of several the one at fault is
/// looked for.
void TalksDriver::cannot_be_sent(std::uint64_t tag, const Error& error) {
  Talk& talk = talks_.at(tag);
  if (talk.conversation != nullptr && talk.conversation->step() == Conversation::Step::kSend) {
    ErpAnswer answer;
    answer.failure = TransportFailure::kNotSent;
    answer.failure_text = to_string(error);
    talk.conversation->answered(answer);
    return go_on(tag);
  }
  if (talk.job.postings.size() > 1) {
    ended_.push_back({talk.job.job_no, true, {}});
    talks_.erase(tag);
    return;
  }
  end_as(tag, refusal("cannot_be_sent", to_string(error)));
}

}  // namespace tillsync::hub
