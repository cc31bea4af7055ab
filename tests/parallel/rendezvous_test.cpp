#include "parallel/rendezvous.h"

#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "parallel/launchers.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

TEST_CASE("where rank 0 is reached can be said in several ways, the nearest wins", "[rendezvous]") {
  CHECK(address(discovered(with(torchrun, {{"TORCHELASTIC_USE_AGENT_STORE", "True"}}))) ==
        "n17:29401");
  CHECK(address(discovered(with(torchrun, {{"TORCHELASTIC_USE_AGENT_STORE", "True"},
                                           {"ELECTRA_MASTER_PORT", "4000"}}))) == "n17:4000");
  CHECK(address(discovered(torchrun, {.master = "[fe80::1]:77"})) == "[fe80::1]:77");
  CHECK(address(discovered(with(torchrun, {{"MASTER_ADDR", "fe80::1"}}))) == "[fe80::1]:29400");
  const Variables elsewhere =
      with(mpirun, {{"OMPI_COMM_WORLD_LOCAL_SIZE", "1"}, {"OMPI_COMM_WORLD_LOCAL_RANK", "0"}});
  const Variables address_only{{"MASTER_ADDR", "n1"}};
  const Variables both{{"MASTER_ADDR", "n1"}, {"MASTER_PORT", "9"}};
  const Variables own_port{{"ELECTRA_MASTER_PORT", "4000"}};
  CHECK(address(discovered(with(mpirun, address_only))) == "n1:29500");
  CHECK(address(discovered(with(elsewhere, both))) == "n1:9");
  CHECK(address(discovered(with(hydra, both))) == "n1:9");
  CHECK(address(discovered(with(srun, both))) == "n1:9");
  CHECK(address(discovered(both, by_flags)) == "n1:9");
  CHECK(address(discovered(with(mpirun, own_port))) == "127.0.0.1:4000");
  CHECK(address(discovered(with(with(hydra, both), own_port))) == "n1:4000");
  CHECK(address(discovered(with(srun, own_port))) == "gpu03:4000");
  CHECK(address(discovered(with(with(srun, both), own_port))) == "n1:4000");
  // An empty variable says nothing.
  CHECK(address(discovered(with(torchrun, {{"ELECTRA_MASTER_PORT", ""}}))) == "n17:29400");
  CHECK(address(discovered(with(srun, {{"MASTER_ADDR", ""}}))) == "gpu03:29734");
}

TEST_CASE("what is no address or no port is refused by the name of what says it", "[rendezvous]") {
  for (const char* master : {"n17", ":29500", "fe80::1", "[]:1"})
    CHECK_THROWS_WITH(discovered(torchrun, {.master = master}),
                      Contains("--master: expected host:port") && Contains(master));
  for (const char* master : {"n17:", "n17:http", "n17:0", "n17:65536", "n17:99999999999"})
    CHECK_THROWS_WITH(discovered(torchrun, {.master = master}),
                      Contains("--master: expected a port from 1 to 65535"));
  for (const char* name : {"MASTER_PORT", "ELECTRA_MASTER_PORT"})
    for (const char* port : {"0", "-1", "65536", "http", "29500 ", "0x7", "99999999999"})
      for (const Variables& launcher : {torchrun, mpirun, hydra, srun})
        CHECK_THROWS_WITH(discovered(with(launcher, {{name, port}})),
                          Contains(std::string(name) +
                                   ": expected a port from 1 to 65535, found \"" + port + "\""));
  const Variables store = with(torchrun, {{"TORCHELASTIC_USE_AGENT_STORE", "True"}});
  CHECK(address(discovered(with(store, {{"MASTER_PORT", "65534"}}))) == "n17:65535");
  CHECK(address(discovered(with(torchrun, {{"MASTER_PORT", "65535"}}))) == "n17:65535");
  CHECK_THROWS_WITH(discovered(with(store, {{"MASTER_PORT", "65535"}})),
                    Contains("MASTER_PORT: expected a port below 65535"));
}

TEST_CASE("the first node of Slurm's lists", "[rendezvous]") {
  CHECK(first_node("gpu[03-05,9],login") == "gpu03");
  CHECK(first_node("a,b") == "a");
  CHECK(first_node("rack[2-3]n[7,9]-ib") == "rack2n7-ib");
  CHECK(first_node("n1") == "n1");
  CHECK(first_node("").empty());
}
