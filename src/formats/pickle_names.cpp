#include "formats/pickle_names.h"

#include <array>
#include <cstdio>

#include "io/json.h"

namespace electra {

namespace {

struct Opcode {
  std::uint8_t code;
  std::string_view name;
};

/// All that there are (Python, Lib/pickle.py), so that one that is refused has a name.
constexpr auto opcodes = std::to_array<Opcode>({
    {'(', "MARK"},
    {'.', "STOP"},
    {'0', "POP"},
    {'1', "POP_MARK"},
    {'2', "DUP"},
    {'F', "FLOAT"},
    {'I', "INT"},
    {'J', "BININT"},
    {'K', "BININT1"},
    {'L', "LONG"},
    {'M', "BININT2"},
    {'N', "NONE"},
    {'P', "PERSID"},
    {'Q', "BINPERSID"},
    {'R', "REDUCE"},
    {'S', "STRING"},
    {'T', "BINSTRING"},
    {'U', "SHORT_BINSTRING"},
    {'V', "UNICODE"},
    {'X', "BINUNICODE"},
    {'a', "APPEND"},
    {'b', "BUILD"},
    {'c', "GLOBAL"},
    {'d', "DICT"},
    {'}', "EMPTY_DICT"},
    {'e', "APPENDS"},
    {'g', "GET"},
    {'h', "BINGET"},
    {'i', "INST"},
    {'j', "LONG_BINGET"},
    {'l', "LIST"},
    {']', "EMPTY_LIST"},
    {'o', "OBJ"},
    {'p', "PUT"},
    {'q', "BINPUT"},
    {'r', "LONG_BINPUT"},
    {'s', "SETITEM"},
    {'t', "TUPLE"},
    {')', "EMPTY_TUPLE"},
    {'u', "SETITEMS"},
    {'G', "BINFLOAT"},
    {0x80, "PROTO"},
    {0x81, "NEWOBJ"},
    {0x82, "EXT1"},
    {0x83, "EXT2"},
    {0x84, "EXT4"},
    {0x85, "TUPLE1"},
    {0x86, "TUPLE2"},
    {0x87, "TUPLE3"},
    {0x88, "NEWTRUE"},
    {0x89, "NEWFALSE"},
    {0x8a, "LONG1"},
    {0x8b, "LONG4"},
    {'B', "BINBYTES"},
    {'C', "SHORT_BINBYTES"},
    {0x8c, "SHORT_BINUNICODE"},
    {0x8d, "BINUNICODE8"},
    {0x8e, "BINBYTES8"},
    {0x8f, "EMPTY_SET"},
    {0x90, "ADDITEMS"},
    {0x91, "FROZENSET"},
    {0x92, "NEWOBJ_EX"},
    {0x93, "STACK_GLOBAL"},
    {0x94, "MEMOIZE"},
    {0x95, "FRAME"},
    {0x96, "BYTEARRAY8"},
    {0x97, "NEXT_BUFFER"},
    {0x98, "READONLY_BUFFER"},
});

struct GlobalName {
  std::string_view module, name;
  PickleGlobal global;
};

constexpr auto globals = std::to_array<GlobalName>({
    {"collections", "OrderedDict", PickleGlobal::ordered_dict},
    {"torch._utils", "_rebuild_tensor_v2", PickleGlobal::rebuild_tensor},
    {"torch._utils", "_rebuild_parameter", PickleGlobal::rebuild_parameter},
    {"torch", "FloatStorage", PickleGlobal::float_storage},
    {"torch", "HalfStorage", PickleGlobal::half_storage},
    {"torch", "BFloat16Storage", PickleGlobal::bfloat16_storage},
    {"torch", "DoubleStorage", PickleGlobal::double_storage},
    {"torch", "LongStorage", PickleGlobal::long_storage},
    {"torch", "IntStorage", PickleGlobal::int_storage},
    {"torch", "ByteStorage", PickleGlobal::byte_storage},
    {"torch", "BoolStorage", PickleGlobal::bool_storage},
});

}  // namespace

std::string_view kind_of(const PickleValue& value) {
  constexpr auto names =
      std::to_array<std::string_view>({"None", "a boolean", "an integer", "a text", "a tuple",
                                       "a list", "a dict", "a global", "a storage", "a tensor"});
  return names[static_cast<std::size_t>(value.kind)];
}

std::string quoted_text(std::string_view text) {
  constexpr std::size_t most = 200;
  return json_string(text.substr(0, most)) + (text.size() > most ? "…" : "");
}

std::string pickle_opcode_text(std::uint8_t opcode) {
  char number[8];
  std::snprintf(number, sizeof number, "0x%02x", unsigned{opcode});
  for (const Opcode& each : opcodes)
    if (each.code == opcode) return std::string(each.name) + " (" + number + ")";
  return std::string("opcode ") + number;
}

std::optional<PickleGlobal> pickle_global(std::string_view module, std::string_view name) {
  for (const GlobalName& each : globals)
    if (each.module == module && each.name == name) return each.global;
  return std::nullopt;
}

std::string_view pickle_name_of(PickleGlobal global) {
  return globals[static_cast<std::size_t>(global)].name;
}

}  // namespace electra
