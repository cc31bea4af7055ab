#include "electra/parallel/launch.h"

#include <catch2/catch.hpp>
#include <map>

#include "electra/core/error.h"
#include "parallel/rendezvous.h"

using namespace electra;
using Catch::Contains;

namespace {

using Variables = std::map<std::string, std::string>;

Launch discovered(const Variables& variables, const LaunchFlags& flags = {}) {
  return discover_launch(flags, [&](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
}

Variables with(Variables variables, const Variables& more) {
  for (const auto& [name, value] : more) variables[name] = value;
  return variables;
}

std::string address(const Launch& launch) {
  return launch.host + ":" + std::to_string(launch.port);
}

const Variables torchrun{{"RANK", "5"},          {"WORLD_SIZE", "8"},
                         {"LOCAL_RANK", "1"},    {"LOCAL_WORLD_SIZE", "4"},
                         {"MASTER_ADDR", "n17"}, {"MASTER_PORT", "29400"}};
const Variables mpirun{{"OMPI_COMM_WORLD_RANK", "1"},
                       {"OMPI_COMM_WORLD_SIZE", "2"},
                       {"OMPI_COMM_WORLD_LOCAL_RANK", "1"},
                       {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}};
const Variables hydra{{"PMI_RANK", "1"}, {"PMI_SIZE", "4"}, {"MPI_LOCALRANKID", "1"}};
const Variables srun{{"SLURM_PROCID", "3"},
                     {"SLURM_STEP_NUM_TASKS", "4"},
                     {"SLURM_LOCALID", "1"},
                     {"SLURM_STEP_NODELIST", "gpu[03,07]"},
                     {"SLURM_JOB_ID", "81234"}};

}  // namespace

TEST_CASE("each launcher's ranks are found", "[launch]") {
  const Launch alone = discovered({});
  CHECK(alone.launcher == Launcher::one_process);
  CHECK(alone.size == 1);
  CHECK(alone.leads());

  const Launch torch = discovered(torchrun);
  CHECK(torch.launcher == Launcher::torchrun);
  CHECK(torch.rank == 5);
  CHECK(torch.size == 8);
  CHECK(torch.local_rank == 1);
  CHECK(torch.local_size == 4);
  CHECK(address(torch) == "n17:29400");
  CHECK_FALSE(torch.leads());

  const Launch mpi = discovered(mpirun);
  CHECK(mpi.launcher == Launcher::open_mpi);
  CHECK(address(mpi) == "127.0.0.1:29500");  // all ranks are on this machine
  CHECK(discovered(with(mpirun, {{"OMPI_COMM_WORLD_SIZE", "4"}})).host.empty());

  const Launch mpich = discovered(hydra);
  CHECK(mpich.launcher == Launcher::hydra);
  CHECK(mpich.local_size == 0);
  CHECK(mpich.host.empty());

  const Launch slurm = discovered(srun);
  CHECK(slurm.launcher == Launcher::slurm);
  CHECK(slurm.rank == 3);
  CHECK(address(slurm) == "gpu03:29734");
}

TEST_CASE("where rank 0 is reached can be said in several ways, the nearest wins", "[launch]") {
  CHECK(address(discovered(with(torchrun, {{"TORCHELASTIC_USE_AGENT_STORE", "True"}}))) ==
        "n17:29401");
  CHECK(address(discovered(with(torchrun, {{"TORCHELASTIC_USE_AGENT_STORE", "True"},
                                           {"ELECTRA_MASTER_PORT", "4000"}}))) == "n17:4000");
  CHECK(address(discovered(torchrun, {.master = "[fe80::1]:77"})) == "[fe80::1]:77");
  CHECK(address(discovered(with(srun, {{"MASTER_ADDR", "n1"}, {"MASTER_PORT", "9"}}))) == "n1:9");
  CHECK_THROWS_WITH(discovered(torchrun, {.master = "n17"}), Contains("expected host:port"));
  CHECK_THROWS_WITH(discovered(with(torchrun, {{"MASTER_PORT", "0"}})), Contains("MASTER_PORT"));
}

TEST_CASE("the first node of Slurm's lists", "[launch]") {
  CHECK(first_node("gpu[03-05,9],login") == "gpu03");
  CHECK(first_node("a,b") == "a");
  CHECK(first_node("rack[2-3]n[7,9]-ib") == "rack2n7-ib");
  CHECK(first_node("n1") == "n1");
  CHECK(first_node("").empty());
}

TEST_CASE("a launcher that says only a part is an error that names the rest", "[launch]") {
  CHECK_THROWS_WITH(discovered({{"RANK", "0"}, {"LOCAL_RANK", "0"}}),
                    Contains("found no WORLD_SIZE"));
  CHECK_THROWS_WITH(discovered({{"OMPI_COMM_WORLD_SIZE", "2"}}),
                    Contains("found no OMPI_COMM_WORLD_RANK, OMPI_COMM_WORLD_LOCAL_RANK"));
  CHECK_THROWS_WITH(discovered({}, {.rank = 1}), Contains("found no --world-size, --local-rank"));
  Variables no_address = torchrun;
  no_address.erase("MASTER_ADDR");
  CHECK_THROWS_WITH(discovered(no_address), Contains("need MASTER_ADDR"));
  CHECK_THROWS_WITH(discovered(with(mpirun, {{"OMPI_COMM_WORLD_RANK", "one"}})),
                    Contains("OMPI_COMM_WORLD_RANK: expected a number, found \"one\""));
  CHECK_THROWS_WITH(discovered(with(mpirun, {{"OMPI_COMM_WORLD_RANK", "2"}})),
                    Contains("a rank below OMPI_COMM_WORLD_SIZE = 2, found 2"));
  CHECK_THROWS_WITH(discovered(with(torchrun, {{"LOCAL_RANK", "4"}})), Contains("LOCAL_RANK"));
  CHECK_THROWS_AS(discovered(with(torchrun, {{"WORLD_SIZE", "0"}})), ConfigError);
}

TEST_CASE("of two launchers that disagree the earlier counts, with a warning", "[launch]") {
  const Launch both = discovered(with(torchrun, srun));
  CHECK(both.rank == 5);
  REQUIRE(both.warnings.size() == 1);
  CHECK_THAT(both.warnings[0], Contains("RANK and SLURM_PROCID disagree"));
  CHECK(discovered(torchrun, {.rank = 0, .size = 1, .local_rank = 0}).size == 1);
  // What a launcher sets in passing is no contradiction.
  const Launch pmi2 = discovered(with(srun, {{"PMI_RANK", "3"}, {"PMI_SIZE", "4"}}));
  CHECK(pmi2.launcher == Launcher::slurm);
  CHECK(pmi2.warnings.empty());
  CHECK_THROWS_WITH(discovered(with(srun, {{"PMI_RANK", "2"}})), Contains("PMI_SIZE"));
}

TEST_CASE("a batch script of Slurm's is one process", "[launch]") {
  CHECK(discovered({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "8"}, {"SLURM_LOCALID", "0"}}).size ==
        1);
}

TEST_CASE("ranks of a machine take its GPUs in order and share none", "[launch]") {
  const Launch torch = discovered(torchrun);
  CHECK(device_of(torch, "auto", 4) == Device{DeviceType::cuda, 1});
  CHECK(device_of(torch, "cuda", 8) == Device{DeviceType::cuda, 1});
  CHECK(device_of(torch, "cpu", 8) == Device{});
  CHECK(device_of(torch, "auto", 0) == Device{});
  CHECK_THROWS_WITH(device_of(torch, "auto", 3), Contains("found 3 for 4"));
  CHECK(device_of(torch, "cuda", 0).type == DeviceType::cuda);  // its context names the remedy
  CHECK_THROWS_WITH(device_of(torch, "cuda:1", 4), Contains("cuda:1"));
  CHECK_THROWS_WITH(device_of(discovered(srun), "auto", 1), Contains("found 1 for 2"));
  const Launch own = discovered(with(srun, {{"CUDA_VISIBLE_DEVICES", "3"}}));
  CHECK(device_of(own, "auto", 1) == Device{DeviceType::cuda, 0});
  CHECK(device_of({}, "cpu", 4) == Device{});
}
