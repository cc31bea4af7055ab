#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// version, texts, errors

/// "major.minor.patch" of the library, for ever.
const char* electra_version(void);

/// A text: `size` bytes at `data`, which may be NULL if there are none. In results a NUL follows.
typedef struct electra_text {
  const char* data;
  size_t size;
} electra_text;

/// The text that a string is, without its NUL; NULL is the empty text. It points to the string.
electra_text electra_string(const char* string);

/// A half-open part of a text.
typedef struct electra_span {
  int64_t begin, end;
} electra_span;

typedef struct electra_error electra_error;

/// What kind of failure an error is.
typedef enum electra_code {
  ELECTRA_OK = 0,              // of no error
  ELECTRA_ARGUMENT_ERROR = 1,  // NULL, or what no argument can be
  ELECTRA_INPUT_ERROR = 2,     // a text that cannot be answered; the message has its number
  ELECTRA_CONFIG_ERROR = 3,    // options that cannot be
  ELECTRA_IO_ERROR = 4,        // a file is missing, damaged, or not what it should be
  ELECTRA_DEVICE_ERROR = 5,    // the device cannot be had, or fails
  ELECTRA_MEMORY_ERROR = 6,    // there is no memory
  ELECTRA_OTHER_ERROR = 7
} electra_code;

/// A sentence, which lives as long as the error; of NULL the empty string.
const char* electra_error_message(const electra_error* error);
/// Of NULL ELECTRA_OK.
electra_code electra_error_code(const electra_error* error);
void electra_error_free(electra_error* error);

// how to open

/// What a model computes with.
typedef enum electra_precision {
  ELECTRA_F32 = 0,
  ELECTRA_BF16 = 1,
  ELECTRA_INT8 = 2
} electra_precision;

/// What becomes of a text that has more tokens than it may have.
typedef enum electra_long_text {
  ELECTRA_FAIL = 0,      // an ELECTRA_INPUT_ERROR
  ELECTRA_TRUNCATE = 1,  // its first tokens alone; `left_out` says how many are missing
  ELECTRA_WINDOWS = 2    // windows that overlap, for every token
} electra_long_text;

/// How a model is opened. Set by electra_options_init, then changed.
typedef struct electra_options {
  size_t size;             // of this struct, by which later versions know it
  const char* device;      // "cpu" (also NULL), "cuda", "cuda:N", or "auto"
  int threads;             // of the CPU, for each call; 0: all processors
  int workers;             // calls that compute at once; 0: processors / threads, on a GPU 1
  int precision;           // an electra_precision: ELECTRA_F32
  int length;              // an electra_long_text: ELECTRA_FAIL
  int64_t positions;       // tokens of a text at most; 0: what the directory says
  int match_added_tokens;  // 1: "[MASK]" in a text is the token; 0: text like any other
} electra_options;

/// Sets the defaults. `size`: sizeof(electra_options).
electra_error* electra_options_init(electra_options* options, size_t size);

/// Names of labels, which live as long as the model that gave them.
typedef struct electra_labels {
  size_t count;
  const electra_text* names;
} electra_labels;

/// Two texts that a model reads together.
typedef struct electra_pair {
  electra_text first, second;
} electra_pair;

#ifdef __cplusplus
}
#endif
