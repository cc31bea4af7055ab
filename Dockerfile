# libelectra on a machine with an NVIDIA GPU (docs/cuda.md):
#
#   docker build -t electra .
#   docker run --rm --gpus all --user "$(id -u):$(id -g)" -v "$PWD:/work" electra --out out/run
#
# Runs examples/pretrain_small; the library, its headers and CMake package are in /usr/local. Needs
# the driver, 525 or newer, and the NVIDIA Container Toolkit on the host.
ARG CUDA_IMAGE=nvidia/cuda:12.8.1-devel-ubuntu24.04
FROM ${CUDA_IMAGE}

# NVIDIA's images refuse drivers that they do not list. CUDA itself takes every driver of its major
# version, and libelectra says so of one that is too old.
ENV NVIDIA_DISABLE_REQUIRE=1

# Only what the packages depend on, so that a change of the sources does not install them anew.
COPY scripts/setup /opt/libelectra/scripts/
COPY cmake/gpu /opt/libelectra/cmake/gpu/
RUN /opt/libelectra/scripts/setup --for run \
    && rm -rf /var/lib/apt/lists/*

COPY . /opt/libelectra/
WORKDIR /opt/libelectra
# Neither for the processor nor for the card of the machine that builds the image, which need not
# have one.
RUN cmake --preset release -DELECTRA_CUDA=ON -DELECTRA_NATIVE=OFF \
        -DELECTRA_BUILD_TESTS=OFF -DELECTRA_BUILD_BENCHMARKS=OFF \
    && cmake --build --preset release \
    && cmake --install build/release \
    && install build/release/examples/pretrain_small build/release/examples/detect /usr/local/bin/ \
    && rm -rf build

WORKDIR /work
ENTRYPOINT ["pretrain_small"]
