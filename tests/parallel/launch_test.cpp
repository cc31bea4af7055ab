#include "electra/parallel/launch.h"

#include <array>
#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "parallel/launchers.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

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
  CHECK(mpich.rank == 1);
  CHECK(mpich.size == 4);
  CHECK(mpich.local_size == 0);
  CHECK(mpich.host.empty());
  const Launch all_here = discovered(with(hydra, {{"MPI_LOCALNRANKS", "4"}}));
  CHECK(all_here.local_size == 4);
  CHECK(address(all_here) == "127.0.0.1:29500");
  CHECK(discovered(with(hydra, {{"MPI_LOCALNRANKS", "2"}})).host.empty());

  const Launch by_hand = discovered({}, by_flags);
  CHECK(by_hand.launcher == Launcher::flags);
  CHECK(by_hand.rank == 2);
  CHECK(by_hand.size == 3);
  CHECK(by_hand.local_rank == 1);
  CHECK(by_hand.host.empty());  // MPI may know; NCCL's ranks say what they miss

  const Launch slurm = discovered(srun);
  CHECK(slurm.launcher == Launcher::slurm);
  CHECK(slurm.rank == 3);
  CHECK(address(slurm) == "gpu03:29734");
}

TEST_CASE("a launcher that says only a part is an error that names the rest", "[launch]") {
  CHECK_THROWS_WITH(discovered({{"RANK", "0"}, {"LOCAL_RANK", "0"}}),
                    Contains("found no WORLD_SIZE"));
  CHECK_THROWS_WITH(discovered({{"OMPI_COMM_WORLD_SIZE", "2"}}),
                    Contains("found no OMPI_COMM_WORLD_RANK, OMPI_COMM_WORLD_LOCAL_RANK"));
  CHECK_THROWS_WITH(discovered({{"PMI_RANK", "0"}, {"PMI_SIZE", "2"}}),
                    Contains("found no MPI_LOCALRANKID"));
  CHECK_THROWS_WITH(discovered({{"MPI_LOCALRANKID", "0"}}),
                    Contains("found no PMI_RANK, PMI_SIZE"));
  CHECK_THROWS_WITH(discovered({{"SLURM_STEP_NUM_TASKS", "2"}, {"SLURM_PROCID", "0"}}),
                    Contains("found no SLURM_LOCALID"));
  CHECK_THROWS_WITH(discovered({}, {.rank = 1}), Contains("found no --world-size, --local-rank"));
  CHECK_THROWS_WITH(discovered({}, {.rank = 1, .size = 2}), Contains("found no --local-rank"));
  CHECK_THROWS_WITH(discovered(mpirun, {.size = 4}), Contains("found no --rank, --local-rank"));
  CHECK_THROWS_WITH(discovered({{"RANK", ""}, {"WORLD_SIZE", "2"}, {"LOCAL_RANK", "0"}}),
                    Contains("found no RANK"));
  for (const char* name : {"MASTER_ADDR", "MASTER_PORT"}) {
    Variables without = torchrun;
    without.erase(name);
    CHECK_THROWS_WITH(discovered(without), Contains(std::string("need ") + name));
  }
  CHECK_THROWS_WITH(discovered(with(mpirun, {{"OMPI_COMM_WORLD_RANK", "one"}})),
                    Contains("OMPI_COMM_WORLD_RANK: expected a number, found \"one\""));
  CHECK_THROWS_WITH(discovered(with(mpirun, {{"OMPI_COMM_WORLD_RANK", "2"}})),
                    Contains("a rank below OMPI_COMM_WORLD_SIZE = 2, found 2"));
  CHECK_THROWS_WITH(discovered(with(torchrun, {{"LOCAL_RANK", "4"}})), Contains("LOCAL_RANK"));
  CHECK_THROWS_AS(discovered(with(torchrun, {{"WORLD_SIZE", "0"}})), ConfigError);
}

TEST_CASE("a part that says one process is a run of one process, whoever says it",
          "[launch][law]") {
  const std::vector<std::array<const char*, 3>> groups{
      {"RANK", "WORLD_SIZE", "LOCAL_RANK"},
      {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK"},
      {"PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID"},
      {"SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID"}};
  for (const auto& [rank, size, local] : groups) {
    INFO(size);
    for (const Variables& part : {Variables{{size, "1"}}, Variables{{size, "1"}, {rank, "0"}},
                                  Variables{{size, "1"}, {local, "0"}},
                                  Variables{{size, "1"}, {rank, "0"}, {local, "0"}}}) {
      const Launch launch =
          discovered(with(part, {{"MASTER_ADDR", "localhost"}, {"MASTER_PORT", "23456"}}));
      CHECK(launch.size == 1);
      CHECK(launch.rank == 0);
      CHECK(launch.local_rank == 0);
      CHECK(launch.leads());
      CHECK(launch.warnings.empty());
    }
    for (const Variables& part :
         {Variables{{size, "1"}, {rank, "1"}}, Variables{{size, "1"}, {local, "1"}},
          Variables{{size, "2"}}, Variables{{size, "2"}, {rank, "0"}}, Variables{{size, "0"}},
          Variables{{size, "1"}, {rank, "1"}, {local, "0"}}})
      CHECK_THROWS_AS(discovered(part), ConfigError);
  }
  CHECK(discovered({}, {.size = 1}).size == 1);
  CHECK_THROWS_AS(discovered({}, {.rank = 1, .size = 1}), ConfigError);
  CHECK(discovered({{"MASTER_ADDR", "n1"}, {"MASTER_PORT", "9"}}).size == 1);
  CHECK_THROWS_WITH(discovered({{"RANK", "0"}}), Contains("found no WORLD_SIZE"));
  CHECK_THROWS_WITH(discovered({{"LOCAL_RANK", "0"}}), Contains("found no RANK, WORLD_SIZE"));
}

TEST_CASE("a part that says one process does not undo a launcher's ranks", "[launch]") {
  CHECK_THROWS_WITH(discovered(with(srun, {{"WORLD_SIZE", "1"}})), Contains("found no RANK"));
  CHECK_THROWS_WITH(discovered(with(mpirun, {{"PMI_SIZE", "1"}, {"PMI_RANK", "0"}})),
                    Contains("found no MPI_LOCALRANKID"));
}

TEST_CASE("of two launchers that disagree the earlier counts, with a warning", "[launch]") {
  const Launch both = discovered(with(torchrun, srun));
  CHECK(both.rank == 5);
  REQUIRE(both.warnings.size() == 1);
  CHECK_THAT(both.warnings[0], Contains("RANK and SLURM_PROCID disagree"));
  const Launch all = discovered(with(with(with(torchrun, mpirun), hydra), srun), by_flags);
  CHECK(all.launcher == Launcher::flags);
  CHECK(all.rank == 2);
  REQUIRE(all.warnings.size() == 4);
  CHECK_THAT(all.warnings[0], Contains("--rank and RANK disagree"));
  CHECK_THAT(all.warnings[1], Contains("--rank and OMPI_COMM_WORLD_RANK disagree"));
  CHECK_THAT(all.warnings[2], Contains("--rank and PMI_RANK disagree"));
  CHECK_THAT(all.warnings[3],
             Contains("--rank and SLURM_PROCID disagree about the ranks: --rank "));
  CHECK(discovered(with(mpirun, {{"RANK", "1"},
                                 {"WORLD_SIZE", "2"},
                                 {"LOCAL_RANK", "1"},
                                 {"MASTER_ADDR", "n1"},
                                 {"MASTER_PORT", "9"}}))
            .warnings.empty());  // they agree
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
  CHECK(device_of({}, "cpu", 4) == Device{});
}

TEST_CASE("a rank that is shown one GPU of its own takes it", "[launch]") {
  const Variables one{{"CUDA_VISIBLE_DEVICES", "3"}};
  const Device first{DeviceType::cuda, 0};
  for (const Variables& launcher : {srun, mpirun, with(hydra, {{"MPI_LOCALNRANKS", "4"}})}) {
    CHECK(device_of(discovered(with(launcher, one)), "auto", 1) == first);
    CHECK_THROWS_WITH(device_of(discovered(launcher), "auto", 1), Contains("found 1 for "));
  }
  CHECK(device_of(discovered(one, by_flags), "auto", 1) == first);
  // Of several that it sees, all its machine's ranks see the same.
  const Variables two{{"CUDA_VISIBLE_DEVICES", "3,4"}};
  CHECK(device_of(discovered(with(mpirun, two)), "auto", 2) == Device{DeviceType::cuda, 1});
  // torchrun gives no rank a GPU of its own: what one sees, all see.
  const Variables pair = with(torchrun, {{"LOCAL_WORLD_SIZE", "2"}});
  CHECK_THROWS_WITH(device_of(discovered(with(pair, one)), "auto", 1),
                    Contains("found 1 for 2; two ranks cannot share a GPU"));
  const Variables leader = with(pair, {{"RANK", "4"}, {"LOCAL_RANK", "0"}});
  CHECK_THROWS_WITH(device_of(discovered(with(leader, one)), "auto", 1), Contains("found 1 for 2"));
  // One rank on each machine, or in each container.
  const Variables lone = with(leader, {{"LOCAL_WORLD_SIZE", "1"}});
  CHECK(device_of(discovered(with(lone, one)), "auto", 1) == first);
  CHECK(device_of(discovered(lone), "auto", 1) == first);
}
