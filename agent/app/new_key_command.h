// tillsync-agent enroll --new-key: the agent of this folder becomes a new one at the same location, with a key of its own. For a disk that was copied
// with an agent on it, and for an agent whose key was revoked. The documents that wait go along.
#pragma once

#include "agent/app/enroll_command.h"

namespace tillsync::agent {

/// Hub, its key and the folders of the agent that is there, where the command line names none. kNotFound: there is no agent.
Result<EnrollOptions> with_agent_of_folder(EnrollOptions given);
/// The agent must be stopped (kUnavailable). A new key, a new epoch from the first document on that the hub has not confirmed, leases frozen; the old key and
/// what the hub had set go to quarantine. A crash at any moment leaves the old agent or the new one, and asking again goes on with the same new key.
/// kAlreadyExists: the token is for another location than the documents in the folder.
Result<EnrollResult> enroll_with_new_key(const EnrollOptions& options, const AskHub& ask = ask_hub);

}  // namespace tillsync::agent
