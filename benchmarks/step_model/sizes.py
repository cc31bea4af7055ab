"""Presets and the sizes of a step, as src/models/config.cpp and src/data/masking.cpp have them."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Network:
    name: str
    hidden: int
    layers: int

    @property
    def heads(self):
        return max(1, self.hidden // 64)

    @property
    def inner(self):
        return 4 * self.hidden


@dataclasses.dataclass(frozen=True)
class Preset:
    embedding: int
    discriminator: Network
    generator: Network


def preset(embedding, hidden, layers, generator_hidden, generator_layers):
    return Preset(embedding, Network("discriminator", hidden, layers),
                  Network("generator", generator_hidden, generator_layers))


PRESETS = {"tiny": preset(64, 128, 2, 64, 1),
           "mini": preset(128, 256, 4, 64, 4),
           "small": preset(128, 256, 12, 64, 12),
           "small_plus_plus": preset(128, 256, 12, 256, 12),
           "base": preset(768, 768, 12, 256, 12),
           "large": preset(1024, 1024, 24, 256, 24)}
VOCABULARY = 30522
POSITIONS = 512


def padded_vocabulary(size):
    return (size + 63) // 64 * 64


def max_predictions(share, length):
    return max(1, int((share + 0.005) * length), round(share * length))


def parameter_count(sizes, vocabulary):
    embedding = sizes.embedding

    def encoder(net):
        h, f = net.hidden, net.inner
        project = embedding * h + h if embedding != h else 0
        return net.layers * (4 * h * h + 2 * h * f + 9 * h + f) + project

    tables = (vocabulary + POSITIONS + 2 + 2) * embedding
    generator, hidden = sizes.generator.hidden, sizes.discriminator.hidden
    heads = generator * embedding + 3 * embedding + vocabulary + hidden ** 2 + 2 * hidden
    return tables + encoder(sizes.discriminator) + encoder(sizes.generator) + heads
