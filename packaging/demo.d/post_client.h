// Sends documents to one agent's HTTP door, as a POS does: an answer that did not come means "unknown", so the same documents
// are sent again until there is one; the agent takes each once (business identity). I/O; one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "packaging/demo.d/http_client.h"

namespace tillsync::demo {

/// What became of documents that were sent.
struct PostOutcome {
  std::int64_t accepted = 0;    // 201
  std::int64_t known = 0;       // 200: the agent had them already
  std::int64_t warnings = 0;    // of both
  std::int64_t retries = 0;     // requests that had to be sent again
  void add(const PostOutcome& other);
};

/// Reads the answer to a request of `count` documents. kInvalid when the agent refused one (409, 413, 422), naming it by its
/// place and the agent's detail; kCorrupt for an answer that is none. Pure.
Result<PostOutcome> read_answer(const HttpAnswer& answer, std::size_t count);
/// Whether the same request should be sent again: the agent is shutting down, its disk is full, or it failed inside. Pure.
bool is_retryable(int status);

class PostClient {
 public:
  /// url: of the door, "http://127.0.0.1:7070". patience_s: how long the agent may give no answer before post() gives up.
  PostClient(std::string url, std::int64_t patience_s) : url_(std::move(url)), patience_s_(patience_s) {}

  /// documents: JSON texts, at most kDocumentsPerRequestMax; one alone is posted as itself, several as an array.
  Result<PostOutcome> post(const std::vector<std::string>& documents);
  /// GET /v1/status as text.
  Result<std::string> status();

 private:
  std::string url_;
  std::int64_t patience_s_;
  HttpClient http_;
};

}  // namespace tillsync::demo
