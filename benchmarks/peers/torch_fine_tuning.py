"""PyTorch's twins of the kernels of fine-tuning. Losses are timed with their gradient."""

import torch
import torch.nn.functional as F

from torch_case import BACKWARD, BOTH, FORWARD, TYPES, Case

WIDTHS = (256, 384, 768)  # of ELECTRA-Small, MiniLM and base


def padded(outputs):
    """Columns of the logits, as our heads have them."""
    return (outputs + 7) // 8 * 8


def dropout_cases(dtype, texts, random):
    def dropout(x):
        return F.dropout(x, 0.1)

    for length in (1, 32, 128):
        for width in WIDTHS:
            def inputs(length=length, width=width):
                return [random(texts * length, width, dtype=dtype)]

            yield Case("dropout", f"dropout/{dtype}/{length}/{width}", dropout, inputs)


def pooling_cases(dtype, texts, device, random):
    """The mean of the tokens, padding left out by a mask."""
    for length in (32, 128):
        mask = torch.ones(texts, length, 1, device=device)

        def mean(x, mask=mask):
            return ((x.float() * mask).sum(1) / mask.sum(1)).to(x.dtype)

        for width in WIDTHS:
            def inputs(length=length, width=width):
                return [random(texts, length, width, dtype=dtype)]

            for part in (FORWARD, BACKWARD):
                yield Case("pooling", f"{part}/mean_{dtype}/{length}/{width}", mean, inputs, part)


def class_loss_cases(dtype, texts, device, random):
    for length in (1, 128):
        rows = texts * length
        for classes in (2, 3, 20):
            labels = torch.arange(rows, device=device) % classes

            def loss(logits, labels=labels, classes=classes):
                return F.cross_entropy(logits[:, :classes].float(), labels)

            def inputs(rows=rows, classes=classes):
                return [random(rows, padded(classes), dtype=dtype)]

            yield Case("class_loss", f"class_loss/{dtype}/{length}/{classes}", loss, inputs, BOTH)


def binary_loss_cases(dtype, texts, device, random):
    for count in (2, 6, 20):
        numbers = torch.arange(texts * count, device=device).reshape(texts, count)
        targets = (numbers % 3 == 0).float()

        def loss(logits, targets=targets, count=count):
            return F.binary_cross_entropy_with_logits(logits[:, :count].float(), targets)

        def inputs(count=count):
            return [random(texts, padded(count), dtype=dtype)]

        yield Case("binary_loss", f"binary_loss/{dtype}/{count}", loss, inputs, BOTH)


def squared_loss_case(dtype, texts, random):
    targets = random(texts, dtype="f32")

    def loss(outputs):
        return F.mse_loss(outputs[:, 0].float(), targets)

    def inputs():
        return [random(texts, padded(1), dtype=dtype)]

    return Case("squared_loss", f"squared_loss/{dtype}", loss, inputs, BOTH)


def unit_rows_cases(dtype, texts, random):
    def normalize(x):
        return F.normalize(x, dim=-1)

    for width in WIDTHS:
        def inputs(width=width):
            return [random(texts, width, dtype=dtype)]

        for part in (FORWARD, BACKWARD):
            yield Case("unit_rows", f"{part}/{dtype}/{width}", normalize, inputs, part)


def fine_tuning_cases(arguments, random):
    texts = max(1, min(32, arguments.tokens // 32))
    for dtype in TYPES:
        yield from dropout_cases(dtype, texts, random)
        yield from pooling_cases(dtype, texts, arguments.device, random)
        yield from class_loss_cases(dtype, texts, arguments.device, random)
        yield from binary_loss_cases(dtype, texts, arguments.device, random)
        yield squared_loss_case(dtype, texts, random)
        yield from unit_rows_cases(dtype, texts, random)
