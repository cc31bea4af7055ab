#include "formats/pickle.h"

#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "formats/torch_files.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

Pickle read(const std::string& bytes, std::size_t room = 1 << 20) {
  return read_pickle(std::as_bytes(std::span(bytes)), room, "some.bin");
}

std::string refusal_of(const std::string& bytes, std::size_t room = 1 << 20) {
  const std::string message = message_of<IoError>([&] { (void)read(bytes, room); });
  CHECK_THAT(message, Contains("some.bin: byte "));
  return message;
}

using Kind = PickleValue::Kind;

}  // namespace

TEST_CASE("a pickle's integers, texts, tuples and dicts are read", "[pickle]") {
  PickleWriter writer;
  writer.raw("}(").text("a").raw("K\x07").text("b").raw(std::string("J\xff\xff\xff\xff", 5));
  writer.text("c").raw("M\x01\x02").text("d").raw("\x8a\x01\x80").text("e");
  writer.integer(std::int64_t{1} << 60).text("f").raw("NK\x02\x86u");
  const std::string bytes = writer.stop() + "more";
  const Pickle pickle = read(bytes);
  CHECK(pickle.size() == bytes.size() - 4);
  REQUIRE(pickle.value().kind == Kind::dict);
  const auto items = pickle.items(pickle.value());
  REQUIRE(items.size() == 12);
  CHECK(pickle.text(items[0]) == "a");
  CHECK(items[1].number == 7);
  CHECK(items[3].number == -1);
  CHECK(items[5].number == 513);
  CHECK(items[7].number == -128);
  CHECK(items[9].number == std::int64_t{1} << 60);
  REQUIRE(items[11].kind == Kind::tuple);
  CHECK(pickle.items(items[11])[0].kind == Kind::none);
  CHECK(pickle.items(items[11])[1].number == 2);
}

TEST_CASE("what a pickle must not name is refused by name, and is not run", "[pickle]") {
  const auto of = [](const char* module, const char* name) {
    return refusal_of(
        PickleWriter().global(module, name).raw("(").text("touch /tmp/ran").raw("tR").stop());
  };
  CHECK_THAT(of("os", "system"), Contains("GLOBAL (0x63)") && Contains("\"os.system\""));
  CHECK_THAT(of("posix", "system"), Contains("posix.system"));
  CHECK_THAT(of("builtins", "eval"), Contains("builtins.eval"));
  CHECK_THAT(of("torch", "load"), Contains("torch.load"));
  CHECK_THAT(of("collections", "OrderedDict"), Contains("OrderedDict with such arguments"));
  CHECK_THAT(refusal_of(PickleWriter().text("os.system").raw(")R").stop()),
             Contains("REDUCE (0x52)") && Contains("found a text"));
  CHECK_THAT(refusal_of(PickleWriter().global("torch", "FloatStorage").raw(")R").stop()),
             Contains("FloatStorage"));
}

TEST_CASE("an opcode that weights do not need is refused by name", "[pickle]") {
  for (const auto& [code, name] :
       {std::pair{'\x93', "STACK_GLOBAL (0x93)"}, std::pair{'\x81', "NEWOBJ (0x81)"},
        std::pair{'i', "INST (0x69)"}, std::pair{'o', "OBJ (0x6f)"},
        std::pair{'\x94', "MEMOIZE (0x94)"}, std::pair{'\x95', "FRAME (0x95)"},
        std::pair{'G', "BINFLOAT (0x47)"}, std::pair{'\x82', "EXT1 (0x82)"},
        std::pair{'2', "DUP (0x32)"}, std::pair{'\xff', "opcode 0xff"}})
    CHECK_THAT(refusal_of(PickleWriter().raw(std::string(1, code)).stop()), Contains(name));
  CHECK_THAT(refusal_of("\x80\x04."), Contains("protocol 2"));
  CHECK_THAT(refusal_of("(dp0\n."), Contains("protocol 2"));
}

TEST_CASE("state other than _metadata is not built", "[pickle]") {
  CHECK(read(PickleWriter().raw("}}").text("_metadata").raw("}sb").stop()).value().kind ==
        Kind::dict);
  CHECK_THAT(refusal_of(PickleWriter().raw("}}").text("__class__").raw("}sb").stop()),
             Contains("BUILD") && Contains("_metadata"));
  CHECK_THAT(refusal_of(PickleWriter().raw("]}").text("_metadata").raw("}sb").stop()),
             Contains("BUILD"));
}

TEST_CASE("a list that holds itself is a value like another", "[pickle]") {
  const std::string bytes = PickleWriter().raw(std::string("]q\0h\0a", 6)).stop();
  const Pickle pickle = read(bytes);
  REQUIRE(pickle.value().kind == Kind::list);
  CHECK(pickle.items(pickle.value())[0].number == pickle.value().number);
}

TEST_CASE("a pickle is refused wherever it is cut off", "[pickle]") {
  const std::string whole =
      state_dictionary({{.name = "w", .count = 6, .shape = {2, 3}, .strides = {3, 1}}}, false);
  (void)read(whole);
  for (std::size_t size = 0; size < whole.size(); ++size) (void)refusal_of(whole.substr(0, size));
}

TEST_CASE("a stack is not read below its bottom or a mark", "[pickle]") {
  for (const char* codes : {"R", "Q", "s", "a", "u", "e", "t", "\x85", "b", "(K\x01", "K\x01(s",
                            "K\x01(R", "", "NN", "}(K\x01u", "]K\x01s",
                            "}K\x01"
                            "a"})
    (void)refusal_of(PickleWriter().raw(codes).stop());
  CHECK_THAT(refusal_of(PickleWriter().raw("h\x05").stop()), Contains("no index 5"));
  CHECK_THAT(refusal_of(PickleWriter().raw("Nr\xff\xff\xff\x7f").stop()),
             Contains("LONG_BINPUT") && Contains("2147483647"));
  CHECK_THAT(refusal_of(PickleWriter().raw("\x8a\xff").stop()), Contains("at most 8 bytes"));
  CHECK_THAT(refusal_of(PickleWriter().raw("X\xff\xff\xff\xff").stop()), Contains("cut off"));
}

TEST_CASE("a pickle takes no more memory than it may", "[pickle]") {
  for (const char* code : {"N", "(", ")", "]", "}"})
    CHECK_THAT(refusal_of(PickleWriter().raw(std::string(100000, *code)).stop(), 1 << 16),
               Contains("takes at most 65536"));
  std::string doubling = "](";  // a list of lists of lists, each held twice
  for (int i = 0; i < 50000; ++i) doubling += "NNNNt(";
  (void)refusal_of(PickleWriter().raw(doubling).stop(), 1 << 16);
}
