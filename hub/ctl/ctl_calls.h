// What every command of tillsyncctl does: call the hub, page through lists, print tables or JSON, end with the
// documented code.
#pragma once

#include <expected>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "hub/ctl/ctl_app.h"
#include "hub/ctl/table.h"

namespace tillsync::hub {

inline constexpr const char* kDefaultHub = "http://127.0.0.1:7080";

struct CtlOptions {
  std::string hub = kDefaultHub;  // without a trailing slash
  std::string token;
  bool as_json = false;
  std::vector<std::string> headers = {};  // with the call, e.g. "If-Match: *"
};

/// One call whose answer is looked at before anything is printed; the exit code when there is none, with the hub's words printed.
std::expected<std::string, int> fetch_text(const CtlOptions& options, const std::string& method, const std::string& path, const std::string& body = {});
std::expected<nlohmann::json, int> fetch(const CtlOptions& options, const std::string& method, const std::string& path, const std::string& body = {});

/// One call; prints the answer as JSON, or by `show`. Each returns the exit code.
int call_and_show(const CtlOptions& options, const std::string& method, const std::string& path,
                  const std::string& body, const std::function<void(const nlohmann::json&)>& show);
/// Reads every page of a list and prints it whole; `empty` is said when there is nothing.
int list_pages(const CtlOptions& options, const std::string& path, const std::vector<Column>& columns,
               const std::string& empty);
/// Sends the documents of a JSON file, one or an array of them, in as many requests as the hub's limit asks for, and
/// says how many `what` were taken. The hub's answers to lists are printed one after the other with --json.
int send_file(const CtlOptions& options, const std::string& method, const std::string& path, const std::string& file,
              const std::string& what);

/// path?name=value&…, without the parameters that are empty.
std::string with_query(const std::string& path, const std::vector<std::pair<std::string, std::string>>& parameters);
/// Members of an object one to a line.
void show_object(const nlohmann::json& object);

}  // namespace tillsync::hub
