#include "formats/tokenizer_class.h"

#include <algorithm>
#include <array>

namespace electra {

namespace {

/// All of them are BertTokenizer there.
constexpr std::array<std::string_view, 7> bert_classes{
    "BertTokenizer",     "ElectraTokenizer", "DistilBertTokenizer", "MobileBertTokenizer",
    "LayoutLMTokenizer", "LxmertTokenizer",  "SqueezeBertTokenizer"};

/// Every other class that transformers 5.24 has, but for those that take tokenizer.json as it is:
/// the tokenizers of its modules and of TOKENIZER_MAPPING_NAMES.
constexpr auto other_classes = std::to_array<std::string_view>({"AlbertTokenizer",
                                                                "AutoTokenizer",
                                                                "BartTokenizer",
                                                                "BarthezTokenizer",
                                                                "BartphoTokenizer",
                                                                "BasicTokenizer",
                                                                "BertGenerationTokenizer",
                                                                "BertJapaneseTokenizer",
                                                                "BertTokenizerLegacy",
                                                                "BertweetTokenizer",
                                                                "BigBirdTokenizer",
                                                                "BioGptTokenizer",
                                                                "BlenderbotSmallTokenizer",
                                                                "BlenderbotTokenizer",
                                                                "ByT5Tokenizer",
                                                                "CLIPTokenizer",
                                                                "CTRLTokenizer",
                                                                "CamembertTokenizer",
                                                                "CanineTokenizer",
                                                                "CharacterTokenizer",
                                                                "ClvpTokenizer",
                                                                "CodeGenTokenizer",
                                                                "CodeLlamaTokenizer",
                                                                "CohereTokenizer",
                                                                "CpmAntTokenizer",
                                                                "CpmTokenizer",
                                                                "DPRContextEncoderTokenizer",
                                                                "DPRQuestionEncoderTokenizer",
                                                                "DPRReaderTokenizer",
                                                                "DebertaTokenizer",
                                                                "DebertaV2Tokenizer",
                                                                "DiaTokenizer",
                                                                "EsmTokenizer",
                                                                "EsmcTokenizer",
                                                                "FNetTokenizer",
                                                                "FSMTTokenizer",
                                                                "FastSpeech2ConformerTokenizer",
                                                                "FlaubertTokenizer",
                                                                "FunnelTokenizer",
                                                                "GPT2Tokenizer",
                                                                "GPTNeoXJapaneseTokenizer",
                                                                "GPTNeoXTokenizer",
                                                                "GPTSw3Tokenizer",
                                                                "GemmaTokenizer",
                                                                "HerbertTokenizer",
                                                                "LEDTokenizer",
                                                                "LasrTokenizer",
                                                                "LayoutLMv2Tokenizer",
                                                                "LayoutLMv3Tokenizer",
                                                                "LayoutXLMTokenizer",
                                                                "LlamaTokenizer",
                                                                "LukeTokenizer",
                                                                "M2M100Tokenizer",
                                                                "MBart50Tokenizer",
                                                                "MBartTokenizer",
                                                                "MLukeTokenizer",
                                                                "MPNetTokenizer",
                                                                "MarianTokenizer",
                                                                "MarkupLMTokenizer",
                                                                "MecabTokenizer",
                                                                "MgpstrTokenizer",
                                                                "MistralCommonBackend",
                                                                "MvpTokenizer",
                                                                "MyT5Tokenizer",
                                                                "NllbTokenizer",
                                                                "NougatTokenizer",
                                                                "OpenAIGPTTokenizer",
                                                                "PLBartTokenizer",
                                                                "ParakeetTokenizer",
                                                                "PegasusTokenizer",
                                                                "PerceiverTokenizer",
                                                                "PhobertTokenizer",
                                                                "Pop2PianoTokenizer",
                                                                "PreTrainedTokenizerBase",
                                                                "ProphetNetTokenizer",
                                                                "Qwen2Tokenizer",
                                                                "Qwen3_5Tokenizer",
                                                                "RagTokenizer",
                                                                "ReformerTokenizer",
                                                                "RemBertTokenizer",
                                                                "RoCBertTokenizer",
                                                                "RoFormerTokenizer",
                                                                "RobertaTokenizer",
                                                                "SeamlessM4TTokenizer",
                                                                "SentencePieceBackend",
                                                                "Siglip2Tokenizer",
                                                                "SiglipTokenizer",
                                                                "Speech2TextTokenizer",
                                                                "SpeechT5Tokenizer",
                                                                "SplinterTokenizer",
                                                                "T5Tokenizer",
                                                                "TapasTokenizer",
                                                                "Tipsv2Tokenizer",
                                                                "UdopTokenizer",
                                                                "VideoPrismTokenizer",
                                                                "VitsTokenizer",
                                                                "Wav2Vec2CTCTokenizer",
                                                                "Wav2Vec2PhonemeCTCTokenizer",
                                                                "WhisperTokenizer",
                                                                "WordpieceTokenizer",
                                                                "XGLMTokenizer",
                                                                "XLMRobertaTokenizer",
                                                                "XLMTokenizer",
                                                                "XLNetTokenizer"});

}  // namespace

TokenizerClass tokenizer_class(std::string_view name) {
  if (name.ends_with("Fast")) name.remove_suffix(4);
  if (std::ranges::find(bert_classes, name) != bert_classes.end()) return TokenizerClass::bert;
  if (name == "ConvBertTokenizer") return TokenizerClass::conv_bert;
  return std::ranges::find(other_classes, name) != other_classes.end() ? TokenizerClass::other
                                                                       : TokenizerClass::components;
}

}  // namespace electra
