// What a technician in the store needs: status, submit, outbox, a till's token. Each prints for people (or --json) and gives an exit
// code: 0 all is well, 1 something is wrong and was said, 2 the command line is wrong.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "common/config/config.h"

namespace tillsync::agent {

/// Asks the running agent, else reads the database of the stopped one; 1 then.
int status_command(const config::Config& config, bool as_json);
/// Puts documents from files in through the ZeroMQ door: .jsonl and .csv as the spool folder takes them, anything else as one
/// document or an array. Prints one line for each request. 0 when all were taken (now or before), 1 else.
int submit_command(const config::Config& config, const std::vector<std::filesystem::path>& files);
int outbox_list_command(const config::Config& config, std::uint64_t from_seq, std::size_t count, bool as_json);
/// One document with its names.
int outbox_show_command(const config::Config& config, std::uint64_t seq);
/// Draws a token for one till and prints it with the line for agent.toml, which holds its hash only.
int pos_token_command(const std::string& till);
/// The same into the tokens' file, which the running agent looks at: the token is good at once.
int add_pos_token_command(const config::Config& config, const std::string& till);
/// Takes a till's tokens back; 1 where it had none.
int revoke_pos_token_command(const config::Config& config, const std::string& till);
/// Which tills have tokens, and how many.
int list_pos_tokens_command(const config::Config& config);

}  // namespace tillsync::agent
