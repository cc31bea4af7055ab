#!/usr/bin/env python3
"""Other programs that make vectors of texts, timed as `electra bench --json` times this library's.

    peers.py --peer torch|torch_compiled|onnx|onnx_int8|openvino --model DIR --cache DIR
             [--lengths 16,64,128 | --file FILE --order file|sorted] [--threads 1]

DIR of --model is a BERT with mean pooling, such as all-MiniLM-L6-v2; --cache keeps the graphs that
are made of it: PyTorch's export, the same with ONNX Runtime's fused operators, and that in int8
(weights by output channel, activations at run time). Timed is everything from ids to vectors of
length 1: padding, model, pooling. Opening is of model and tokenizer, up to the first vector, without
Python's imports. One JSON object a line, of the form of `electra bench --json`.
"""

import argparse
import json
import os
import pathlib
import time

import numpy

PEERS = ("torch", "torch_compiled", "onnx", "onnx_int8", "openvino")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", choices=PEERS, required=True)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    parser.add_argument("--lengths", default="16,64,128")
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--file", type=pathlib.Path)
    parser.add_argument("--order", choices=("file", "sorted"), default="file")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--no-spinning", action="store_true", help="of ONNX Runtime's threads")
    return parser.parse_args()


def pooled(hidden, mask):
    weights = mask[..., None].astype(hidden.dtype)
    vectors = (hidden * weights).sum(1) / weights.sum(1)
    return vectors / numpy.linalg.norm(vectors, axis=1, keepdims=True)


def graph(a, name):
    """The path of a graph below the cache, made if it is not there."""
    path = a.cache / (name + ".onnx")
    if path.exists():
        return str(path)
    a.cache.mkdir(parents=True, exist_ok=True)
    if name == "plain":
        import torch
        from transformers import AutoModel

        class Hidden(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.model = AutoModel.from_pretrained(a.model, attn_implementation="eager", dtype=torch.float32)

            def forward(self, ids, mask):
                return self.model(input_ids=ids, attention_mask=mask).last_hidden_state

        example = torch.randint(999, 1999, (3, 8))
        free = {key: {0: "texts", 1: "tokens"} for key in ("ids", "mask", "hidden")}
        torch.onnx.export(Hidden().eval(), (example, torch.ones_like(example)), str(path), opset_version=17,
                          input_names=["ids", "mask"], output_names=["hidden"], dynamic_axes=free, dynamo=False)
    elif name == "fused":
        from onnxruntime.transformers import optimizer
        sizes = json.loads((a.model / "config.json").read_text())
        made = optimizer.optimize_model(graph(a, "plain"), model_type="bert", opt_level=1, use_gpu=False,
                                        num_heads=sizes["num_attention_heads"], hidden_size=sizes["hidden_size"])
        made.save_model_to_file(str(path))
    else:
        import onnx
        from onnxruntime.quantization import QuantType, quantize_dynamic
        quantize_dynamic(graph(a, "fused"), str(path), weight_type=QuantType.QInt8, per_channel=True,
                         extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT})
    return str(path)


def open_torch(a):
    import torch
    from transformers import AutoModel
    torch.set_num_threads(a.threads)
    a.opened_from = time.perf_counter()
    model = AutoModel.from_pretrained(a.model, attn_implementation="sdpa", dtype=torch.float32).eval()

    def vectors(ids, mask):
        hidden = model(input_ids=ids, attention_mask=mask).last_hidden_state
        weights = mask[..., None].to(hidden.dtype)
        return torch.nn.functional.normalize((hidden * weights).sum(1) / weights.sum(1), dim=1)

    if a.peer == "torch_compiled":
        vectors = torch.compile(vectors, dynamic=True)

    def encode(ids, mask):
        with torch.inference_mode():
            return vectors(torch.from_numpy(ids), torch.from_numpy(mask)).numpy()

    return encode


def open_onnx(a):
    import onnxruntime
    path = graph(a, "int8" if a.peer == "onnx_int8" else "fused")
    a.opened_from = time.perf_counter()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = a.threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0" if a.no_spinning else "1")
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda ids, mask: pooled(session.run(["hidden"], {"ids": ids, "mask": mask})[0], mask)


def open_openvino(a):
    import openvino
    path = graph(a, "plain")
    a.opened_from = time.perf_counter()
    core = openvino.Core()
    compiled = core.compile_model(core.read_model(path), "CPU", {
        "INFERENCE_NUM_THREADS": a.threads, "NUM_STREAMS": 1, "ENABLE_CPU_PINNING": False,
        "INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"})
    request = compiled.create_infer_request()

    def encode(ids, mask):
        found = request.infer({"ids": ids, "mask": mask}, share_inputs=True, share_outputs=True)
        return pooled(found[0], mask)

    return encode


def padded(texts):
    width = max(map(len, texts))
    ids = numpy.zeros((len(texts), width), numpy.int64)
    mask = numpy.zeros_like(ids)
    for row, text in enumerate(texts):
        ids[row, :len(text)] = text
        mask[row, :len(text)] = 1
    return ids, mask


def seconds_of(encode, texts):
    begin = time.perf_counter()
    encode(*padded(texts))
    return time.perf_counter() - begin


def some_text(length, call, words):
    return [101] + [(call * 977 + i * 7919) % words for i in range(2, length)] + [102]


def resident_bytes():
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


def show(a, **values):
    print(json.dumps({**values, "threads": a.threads, "peer": a.peer, "memory_bytes": resident_bytes()}), flush=True)


def bench_lengths(a, encode):
    words = json.loads((a.model / "config.json").read_text())["vocab_size"]
    for length in map(int, a.lengths.split(",")):
        texts = [some_text(length, call, words) for call in range(10 + a.calls)]
        milliseconds = [1e3 * seconds_of(encode, [text]) for text in texts][10:]
        p50, p99 = numpy.percentile(milliseconds, [50, 99], method="higher")
        show(a, length=length, p50_ms=p50, p99_ms=p99, open_ms=a.open_ms)


def bench_file(a, encode, tokenizer):
    texts = [found.ids for found in tokenizer.encode_batch(a.file.read_text().splitlines())]
    if a.order == "sorted":
        texts.sort(key=len)
    batches = [texts[first:first + a.batch] for first in range(0, len(texts), a.batch)]
    passes = [sum(seconds_of(encode, batch) for batch in batches) for _ in range(1 + a.passes)][1:]
    median = float(numpy.percentile(passes, 50, method="higher"))
    tokens = sum(map(len, texts))
    show(a, texts_per_second=len(texts) / median, tokens_per_second=tokens / median, order=a.order, batch=a.batch,
         texts=len(texts), tokens=tokens, open_ms=a.open_ms)


def tokenizer_of(a):
    from tokenizers import Tokenizer
    begin = time.perf_counter()
    tokenizer = Tokenizer.from_file(str(a.model / "tokenizer.json"))
    a.tokenizer_ms = 1e3 * (time.perf_counter() - begin)
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    return tokenizer


def main():
    a = arguments()
    tokenizer = tokenizer_of(a)
    openers = {"onnx": open_onnx, "onnx_int8": open_onnx, "openvino": open_openvino}
    encode = openers.get(a.peer, open_torch)(a)
    seconds_of(encode, [some_text(16, 0, 1000)])
    a.open_ms = 1e3 * (time.perf_counter() - a.opened_from) + a.tokenizer_ms
    if a.file:
        bench_file(a, encode, tokenizer)
    else:
        bench_lengths(a, encode)


main()
