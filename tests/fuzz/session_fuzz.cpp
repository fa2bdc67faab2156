// Sequences of operations on both sessions and the line between them: time, sales, broken and doubled frames, restarts, bytes from
// nowhere. Afterwards the line is good again, and every document arrives once.
#include "tests/fuzz/fuzz.h"
#include "tests/sim/pair_world.h"

using namespace tillsync;
using namespace tillsync::sim;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr int kOperationsMax = 60, kDocumentsMax = 200;
  fuzz::Choices choices(data, size);
  World world(choices.byte());
  Machine& machine = world.add_machine(FakeOutbox::fresh(7));
  machine.boot();
  machine.connect();
  FakeLedger backup = world.ledger;
  int documents = 0;
  for (int i = 0; i < kOperationsMax && !choices.is_over(); ++i) {
    switch (choices.byte() % 14) {
      case 0: world.run_for(milliseconds(choices.byte())); break;
      case 1: world.run_for(seconds(choices.byte() % 64)); break;
      case 2: {
        const int count = std::min(1 + static_cast<int>(choices.byte() % 16), kDocumentsMax - documents);
        documents += count;
        if (count > 0) machine.sell(count);
        break;
      }
      case 3: machine.disconnect(); break;
      case 4: machine.connect(); break;
      case 5:
        machine.boot();
        machine.connect();
        break;
      case 6: world.restart_hub(); break;
      case 7: world.fault = {choices.byte(), choices.byte(), choices.byte()}; break;
      case 8: world.link = {milliseconds(1 + choices.byte()), 1'000 * (1 + choices.byte())}; break;
      case 9: {
        // Bytes from nowhere, to the hub.
        const std::size_t length = choices.byte();
        world.hub_session->handle_frame(Bytes(choices.some(2)), choices.some(length), {world.standing, AgentId("a_1"), LocationId("GB")}, world.now,
                                        Instant{1'300'000'000'000'000 + world.now.micros});
        break;
      }
      case 10: {
        const std::size_t length = choices.byte();
        if (machine.session)
          machine.session->handle_frame(choices.byte() % 2 == 0 ? wire::Lane::kData : wire::Lane::kControl, choices.some(length), world.now,
                                        Instant{1'300'000'000'000'000 + world.now.micros});
        break;
      }
      case 11: world.put_in_inbox(1 + choices.byte() % 8); break;
      case 12: world.disk_full = choices.byte() % 2 == 1; break;
      case 13: backup = world.ledger; break;
    }
  }
  world.fault = {};
  world.link = {};
  world.disk_full = false;
  if (world.standing == hub::AgentStanding::kConflict) return 0;  // bytes from nowhere may look like another machine
  machine.boot();
  machine.connect();
  TS_CHECK(world.run_until_drained(seconds(3'600)));
  TS_CHECK(world.all_arrived_once(machine));
  return 0;
}
