#include "hub/ctl/ctl_calls.h"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "common/base/limits.h"
#include "hub/ctl/api_client.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

constexpr int kPageLimit = 200;
int finish(CtlExit code) {
  return static_cast<int>(code);
}

/// Prints a refusal with the hub's own words and gives the exit code for its status.
int refuse(const CtlOptions& options, const ApiAnswer& answer) {
  if (options.as_json) {
    std::cout << answer.body << "\n";
  } else {
    const json problem = json::parse(answer.body, nullptr, false);
    std::string text = "status " + std::to_string(answer.status);
    if (problem.is_object())
      text = problem.value("title", text) +
             (problem.contains("detail") ? ": " + problem.value("detail", std::string()) : "");
    std::cerr << "tillsyncctl: " << text << "\n";
    if (problem.is_object() && problem.contains("in_the_way"))
      std::cerr << format_table(problem["in_the_way"], {{"code", "IN THE WAY"}, {"till", "TILL"}, {"detail", "DETAIL"}}, "");
    if (answer.status == 401)
      std::cerr << "Give a token with --token or TILLSYNC_TOKEN (tillsync-hub init printed the first one).\n";
  }
  if (answer.status == 401 || answer.status == 403) return finish(CtlExit::kDenied);
  return finish(answer.status >= 500 ? CtlExit::kHubFailed : CtlExit::kRefused);
}

int unreachable(const Error& error) {
  std::cerr << "tillsyncctl: " << to_string(error) << "\n";
  return finish(CtlExit::kUnreachable);
}

}  // namespace

std::expected<std::string, int> fetch_text(const CtlOptions& options, const std::string& method, const std::string& path, const std::string& body) {
  const ApiClient client(options.hub, options.token);
  auto answer = client.call(method, path, body, options.headers);
  if (!answer) return std::unexpected(unreachable(answer.error()));
  if (answer->status / 100 != 2) return std::unexpected(refuse(options, *answer));
  return std::move(answer->body);
}

std::expected<json, int> fetch(const CtlOptions& options, const std::string& method, const std::string& path, const std::string& body) {
  const auto text = fetch_text(options, method, path, body);
  if (!text) return std::unexpected(text.error());
  return json::parse(*text, nullptr, false);
}

int call_and_show(const CtlOptions& options, const std::string& method, const std::string& path,
                  const std::string& body, const std::function<void(const json&)>& show) {
  const ApiClient client(options.hub, options.token);
  const auto answer = client.call(method, path, body, options.headers);
  if (!answer) return unreachable(answer.error());
  if (answer->status / 100 != 2) return refuse(options, *answer);
  if (options.as_json) {
    std::cout << (answer->body.empty() ? "{}" : answer->body) << "\n";
  } else if (answer->body.empty()) {
    std::cout << "Done.\n";
  } else {
    show(json::parse(answer->body, nullptr, false));
  }
  return finish(CtlExit::kOk);
}

int list_pages(const CtlOptions& options, const std::string& path, const std::vector<Column>& columns,
               const std::string& empty) {
  const ApiClient client(options.hub, options.token);
  json items = json::array();
  std::string after;
  do {
    const std::string page = path + (path.find('?') == std::string::npos ? "?" : "&") +
                             "limit=" + std::to_string(kPageLimit) +
                             (after.empty() ? "" : "&after=" + url_encode(after));
    const auto answer = client.call("GET", page);
    if (!answer) return unreachable(answer.error());
    if (answer->status != 200) return refuse(options, *answer);
    const json body = json::parse(answer->body, nullptr, false);
    for (const auto& item : body.value("items", json::array())) items.push_back(item);
    after = body.contains("next") && body["next"].is_string() ? body["next"].get<std::string>() : "";
  } while (!after.empty());
  if (options.as_json) {
    std::cout << json{{"items", items}, {"next", nullptr}}.dump() << "\n";
  } else {
    std::cout << format_table(items, columns, empty);
  }
  return finish(CtlExit::kOk);
}

std::string with_query(const std::string& path, const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::string result = path;
  char separator = '?';
  for (const auto& [name, value] : parameters) {
    if (value.empty()) continue;
    result += separator + name + "=" + url_encode(value);
    separator = '&';
  }
  return result;
}

void show_object(const json& object) {
  if (!object.is_object()) {
    std::cout << object.dump(2) << "\n";
    return;
  }
  std::size_t width = 0;
  for (const auto& [name, value] : object.items()) width = std::max(width, name.size());
  for (const auto& [name, value] : object.items())
    std::cout << name << std::string(width - name.size() + 2, ' ')
              << (value.is_string()       ? value.get<std::string>()
                  : value.is_structured() ? value.dump(2)
                                          : value.dump())
              << "\n";
}

int send_file(const CtlOptions& options, const std::string& method, const std::string& path, const std::string& file,
              const std::string& what) {
  std::ifstream input(file, std::ios::binary);
  std::stringstream content;
  content << input.rdbuf();
  json documents = json::parse(input ? content.str() : "", nullptr, false);
  if (documents.is_object() && documents.contains("contract")) documents = json::array({documents});
  if (!documents.is_array() || documents.empty()) {
    std::cerr << "tillsyncctl: " << file << " holds neither a JSON array of " << what
              << " nor one of them with its \"contract\"\n";
    return finish(CtlExit::kUsage);
  }
  const ApiClient client(options.hub, options.token);
  std::size_t stored = 0, refused = 0;
  for (std::size_t at = 0; at < documents.size(); at += kDocumentsPerRequestMax) {
    json page = json::array();
    for (std::size_t i = at; i < std::min(documents.size(), at + kDocumentsPerRequestMax); ++i)
      page.push_back(documents[i]);
    const auto answer = client.call(method, path, page.dump());
    if (!answer) return unreachable(answer.error());
    if (answer->status / 100 != 2) return refuse(options, *answer);
    const json results = json::parse(answer->body, nullptr, false);
    const std::size_t conflicts =
        results.is_array()
            ? static_cast<std::size_t>(std::ranges::count_if(
                  results, [](const json& result) { return result.is_object() && result.value("code", 200) >= 400; }))
            : 0;
    refused += conflicts;
    stored += page.size() - conflicts;
  }
  if (options.as_json)
    std::cout << json{{"stored", stored}, {"conflicts", refused}}.dump() << "\n";
  else
    std::cout << stored << " " << what << " stored"
              << (refused > 0
                      ? ", " + std::to_string(refused) + " in conflict: see tillsyncctl exceptions list --code conflict"
                      : "")
              << "\n";
  return finish(refused > 0 ? CtlExit::kRefused : CtlExit::kOk);
}

}  // namespace tillsync::hub
