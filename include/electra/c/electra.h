#pragma once

/// libelectra for C: models in an application, as docs/inference.md has them. C99, and C++.
///
/// What a function is given stays the caller's, and need not outlive the call. What it gives is the
/// caller's, who frees it by the function of its name; freeing NULL does nothing. A function that
/// may fail returns an error, which is the caller's too, or NULL if all is well; after an error
/// what it would have given is NULL. No exception leaves a function. A NULL argument is an error,
/// but where it is said to be allowed.
///
/// An opened model may be used by any number of threads at once, until one of them frees it. An
/// error and a result are values: one thread at a time frees them, any number read them.
///
/// Texts are bytes with a length; a NUL among them is a part of the text. Bytes that are not UTF-8
/// are left out of the tokens.

#include "electra/c/common.h"

#ifdef __cplusplus
extern "C" {
#endif

// Each kind of model has
//
//   open   a Hugging Face directory, with its tokenizer. `options` may be NULL: the defaults.
//          Another head than the model's is an ELECTRA_IO_ERROR that names both.
//   run    answers `count` texts in their order, faster than one by one and the same but for
//          rounding. `texts` may be NULL if there are none. If one cannot be answered, none is; the
//          message names it by its number, from 0.
//   free   of the model and of a result. Results do not need the model any more.

// detector

/// A discriminator: says of each token how probably it was replaced.
typedef struct electra_detector electra_detector;

/// Of one text; each array has `count` entries, one a token, [CLS] and [SEP] included.
typedef struct electra_detection {
  size_t count;
  const int32_t* ids;
  const electra_text* tokens;
  const double* probabilities;     // of having been replaced
  const electra_span* spans;       // in code points; empty for [CLS] and [SEP]
  const electra_span* byte_spans;  // in bytes
  int64_t left_out;                // tokens that were cut off
} electra_detection;

typedef struct electra_detections {
  size_t count;
  const electra_detection* items;
} electra_detections;

electra_error* electra_detector_open(const char* directory, const electra_options* options,
                                     electra_detector** detector);
electra_error* electra_detector_run(const electra_detector* detector, const electra_text* texts,
                                    size_t count, const electra_detections** detections);
void electra_detector_free(electra_detector* detector);
void electra_detections_free(const electra_detections* detections);

// classifier

/// A model that classifies texts or pairs, by one label or by several.
typedef struct electra_classifier electra_classifier;

/// A label and how probable it is.
typedef struct electra_label {
  electra_text name;
  double probability;
} electra_label;

/// Of one text or pair.
typedef struct electra_classification {
  electra_label best;           // the most probable label
  size_t count;                 // of labels that the text has: 1, or of several any number
  const electra_label* labels;  // these, the most probable first
  size_t probability_count;
  const double* probabilities;  // of each of electra_classifier_labels
  int64_t left_out;             // tokens that were cut off
} electra_classification;

typedef struct electra_classifications {
  size_t count;
  const electra_classification* items;
} electra_classifications;

electra_error* electra_classifier_open(const char* directory, const electra_options* options,
                                       electra_classifier** classifier);
/// In the model's order.
electra_error* electra_classifier_labels(const electra_classifier* classifier,
                                         electra_labels* labels);
electra_error* electra_classifier_run(const electra_classifier* classifier,
                                      const electra_text* texts, size_t count,
                                      const electra_classifications** classifications);
/// A pair that is too long is cut or an error: it is not read in windows.
electra_error* electra_classifier_run_pairs(const electra_classifier* classifier,
                                            const electra_pair* pairs, size_t count,
                                            const electra_classifications** classifications);
void electra_classifier_free(electra_classifier* classifier);
void electra_classifications_free(const electra_classifications* classifications);

// regressor

/// A model that gives texts or pairs a number.
typedef struct electra_regressor electra_regressor;

/// Of one text or pair.
typedef struct electra_regression {
  double value;
  int64_t left_out;  // tokens that were cut off
} electra_regression;

typedef struct electra_regressions {
  size_t count;
  const electra_regression* items;
} electra_regressions;

electra_error* electra_regressor_open(const char* directory, const electra_options* options,
                                      electra_regressor** regressor);
electra_error* electra_regressor_run(const electra_regressor* regressor, const electra_text* texts,
                                     size_t count, const electra_regressions** regressions);
/// A pair that is too long is cut or an error: it is not read in windows.
electra_error* electra_regressor_run_pairs(const electra_regressor* regressor,
                                           const electra_pair* pairs, size_t count,
                                           const electra_regressions** regressions);
void electra_regressor_free(electra_regressor* regressor);
void electra_regressions_free(const electra_regressions* regressions);

// tagger

/// A model that tags words.
typedef struct electra_tagger electra_tagger;

/// Words of one text.
typedef struct electra_words {
  const electra_text* words;
  size_t count;
} electra_words;

/// A word and its tag.
typedef struct electra_tagged_word {
  electra_text word;
  electra_text tag;  // empty: the word was cut off, or no token is made of it
  double probability;
  electra_span span;       // in code points of the text
  electra_span byte_span;  // in its bytes
} electra_tagged_word;

/// Words that tags mark together, such as B-LOC I-LOC.
typedef struct electra_tagged_span {
  electra_text kind;  // "LOC"
  electra_text text;  // the slice of the text
  electra_span words;
  electra_span span;       // in code points of the text
  electra_span byte_span;  // in its bytes
} electra_tagged_span;

/// Of one text.
typedef struct electra_tagging {
  electra_text text;  // as it was given; of words: these with a blank between two
  size_t word_count;
  const electra_tagged_word* words;
  size_t span_count;  // 0 also for labels that mark no spans
  const electra_tagged_span* spans;
  int64_t left_out;  // tokens that were cut off
} electra_tagging;

typedef struct electra_taggings {
  size_t count;
  const electra_tagging* items;
} electra_taggings;

electra_error* electra_tagger_open(const char* directory, const electra_options* options,
                                   electra_tagger** tagger);
/// In the model's order.
electra_error* electra_tagger_labels(const electra_tagger* tagger, electra_labels* labels);
/// The words of a text are the tokenizer's.
electra_error* electra_tagger_run(const electra_tagger* tagger, const electra_text* texts,
                                  size_t count, const electra_taggings** taggings);
/// Of words that are known.
electra_error* electra_tagger_run_words(const electra_tagger* tagger, const electra_words* texts,
                                        size_t count, const electra_taggings** taggings);
void electra_tagger_free(electra_tagger* tagger);
void electra_taggings_free(const electra_taggings* taggings);

// question answerer

/// A model that finds answers in passages.
typedef struct electra_question_answerer electra_question_answerer;

/// What is asked of a passage.
typedef struct electra_question {
  electra_text question, passage;
} electra_question;

/// A slice of a passage that may be the answer.
typedef struct electra_answer_span {
  electra_text text;
  electra_span span;       // in code points of the passage
  electra_span byte_span;  // in its bytes
  double score;            // of two answers to a question the higher is the likelier
} electra_answer_span;

/// Of one question.
typedef struct electra_answer {
  int is_there;                        // 0: the passage has no answer; then `best` has no text
  electra_answer_span best;            // the answer
  double null_score;                   // of there being none
  size_t count;                        // of `answers`: `most` or fewer
  const electra_answer_span* answers;  // the best spans, also where there is no answer
  int64_t left_out;                    // tokens of the passage that were cut off
} electra_answer;

typedef struct electra_answers {
  size_t count;
  const electra_answer* items;
} electra_answers;

electra_error* electra_question_answerer_open(const char* directory, const electra_options* options,
                                              electra_question_answerer** answerer);
/// A long passage is read in windows, which lose nothing, unless the options say to truncate.
/// `most`: of electra_answer's answers.
electra_error* electra_question_answerer_run(const electra_question_answerer* answerer,
                                             const electra_question* questions, size_t count,
                                             size_t most, const electra_answers** answers);
void electra_question_answerer_free(electra_question_answerer* answerer);
void electra_answers_free(const electra_answers* answers);

// text embedder

/// An encoder that makes vectors of texts.
typedef struct electra_text_embedder electra_text_embedder;

/// Of one text.
typedef struct electra_vector {
  size_t id_count;
  const int32_t* ids;   // its tokens, [CLS] and [SEP] included
  const float* values;  // as many as the dimension
  int64_t left_out;     // tokens that were cut off
} electra_vector;

typedef struct electra_vectors {
  size_t count;
  size_t dimension;
  const float* values;  // of all texts, row by row
  const electra_vector* items;
} electra_vectors;

/// How the rows of a text become one.
typedef enum electra_pooling {
  ELECTRA_POOL_AS_STORED = 0,  // as the directory says
  ELECTRA_POOL_CLS = 1,        // that of [CLS], which is the first
  ELECTRA_POOL_MEAN = 2,       // the mean of all tokens
  ELECTRA_POOL_MAX = 3         // the largest value of each column
} electra_pooling;

/// Whether vectors get length 1.
typedef enum electra_normalisation {
  ELECTRA_NORMALISE_AS_STORED = 0,  // as the directory says
  ELECTRA_NORMALISE = 1,
  ELECTRA_DO_NOT_NORMALISE = 2
} electra_normalisation;

/// How vectors are made. Set by electra_vector_options_init, then changed.
typedef struct electra_vector_options {
  size_t size;    // of this struct, by which later versions know it
  int pooling;    // an electra_pooling: ELECTRA_POOL_AS_STORED
  int normalise;  // an electra_normalisation: ELECTRA_NORMALISE_AS_STORED
} electra_vector_options;

/// Sets the defaults. `size`: sizeof(electra_vector_options).
electra_error* electra_vector_options_init(electra_vector_options* options, size_t size);

electra_error* electra_text_embedder_open(const char* directory, const electra_options* options,
                                          electra_text_embedder** embedder);
/// The same with vectors made in another way than the directory says. `vectors` may be NULL: the
/// defaults.
electra_error* electra_text_embedder_open_with(const char* directory,
                                               const electra_options* options,
                                               const electra_vector_options* vectors,
                                               electra_text_embedder** embedder);
/// How many numbers a vector has.
electra_error* electra_text_embedder_dimension(const electra_text_embedder* embedder,
                                               size_t* dimension);
electra_error* electra_text_embedder_run(const electra_text_embedder* embedder,
                                         const electra_text* texts, size_t count,
                                         const electra_vectors** vectors);
void electra_text_embedder_free(electra_text_embedder* embedder);
void electra_vectors_free(const electra_vectors* vectors);

// masked language model

/// A generator: says what may stand where a text has [MASK].
typedef struct electra_masked_language_model electra_masked_language_model;

/// A token that may stand in the place of a [MASK].
typedef struct electra_candidate {
  int32_t id;
  electra_text token;  // a piece that goes on with a word begins with "##"
  double probability;
} electra_candidate;

/// One [MASK].
typedef struct electra_mask {
  electra_span span;       // in code points of the text
  electra_span byte_span;  // in its bytes
  size_t count;
  const electra_candidate* candidates;  // the most probable first
} electra_mask;

/// Of one text.
typedef struct electra_filling {
  size_t count;  // 0: the text has no [MASK]
  const electra_mask* masks;
  int64_t left_out;  // tokens that were cut off
} electra_filling;

typedef struct electra_fillings {
  size_t count;
  const electra_filling* items;
} electra_fillings;

electra_error* electra_masked_language_model_open(const char* directory,
                                                  const electra_options* options,
                                                  electra_masked_language_model** model);
/// `most`: candidates for each mask.
electra_error* electra_masked_language_model_run(const electra_masked_language_model* model,
                                                 const electra_text* texts, size_t count,
                                                 size_t most, const electra_fillings** fillings);
void electra_masked_language_model_free(electra_masked_language_model* model);
void electra_fillings_free(const electra_fillings* fillings);

// sentence scorer

/// A generator or a discriminator: says how likely texts are.
typedef struct electra_sentence_scorer electra_sentence_scorer;

/// By what a model scores.
typedef enum electra_method {
  ELECTRA_GENERATOR = 0,     // the log-probability of each token where it alone is masked
  ELECTRA_DISCRIMINATOR = 1  // log(1 - p) of each token, p that of having been replaced
} electra_method;

/// Of one text; each array has `count` entries, one a token, without [CLS] and [SEP].
typedef struct electra_score {
  double score;  // the sum over the tokens
  size_t count;
  const int32_t* ids;
  const double* token_scores;
  const electra_span* spans;       // in code points of the text
  const electra_span* byte_spans;  // in its bytes
  int64_t left_out;                // tokens that were cut off
} electra_score;

typedef struct electra_scores {
  size_t count;
  const electra_score* items;
} electra_scores;

electra_error* electra_sentence_scorer_open(const char* directory, const electra_options* options,
                                            electra_sentence_scorer** scorer);
electra_error* electra_sentence_scorer_method(const electra_sentence_scorer* scorer,
                                              electra_method* method);
electra_error* electra_sentence_scorer_run(const electra_sentence_scorer* scorer,
                                           const electra_text* texts, size_t count,
                                           const electra_scores** scores);
void electra_sentence_scorer_free(electra_sentence_scorer* scorer);
void electra_scores_free(const electra_scores* scores);

#ifdef __cplusplus
}
#endif
