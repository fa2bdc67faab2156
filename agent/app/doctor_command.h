// tillsync-agent doctor: looks at everything that usually goes wrong and says in plain words what it is and how to mend it. Changes
// nothing.
#pragma once

#include "common/config/config.h"

namespace tillsync::agent {

/// 0 when every check passed; 1 when one did not.
int doctor_command(const config::Config& config);

}  // namespace tillsync::agent
