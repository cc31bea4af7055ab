# libelectra on a machine with an NVIDIA GPU (docs/cuda.md):
#
#   docker build -t electra .
#   docker run --rm --gpus all --user "$(id -u):$(id -g)" -v "$PWD:/work" electra --out out/run
#
# Runs examples/pretrain_small; the library, its headers and CMake package are in /usr/local. Needs
# the driver, 525 or newer, and the NVIDIA Container Toolkit on the host.
ARG CUDA_IMAGE=nvidia/cuda:12.8.1-devel-ubuntu24.04
FROM ${CUDA_IMAGE}

# Only what the packages depend on, so that a change of the sources does not install them anew.
COPY scripts/setup /opt/libelectra/scripts/
COPY cmake/gpu /opt/libelectra/cmake/gpu/
RUN /opt/libelectra/scripts/setup --for run \
    && rm -rf /var/lib/apt/lists/*

COPY . /opt/libelectra/
WORKDIR /opt/libelectra
# Neither for the processor nor for the card of the machine that builds the image, which need not
# have one.
RUN cmake --preset cuda -DELECTRA_NATIVE=OFF -DELECTRA_BUILD_TESTS=OFF -DELECTRA_BUILD_BENCHMARKS=OFF \
    && cmake --build --preset cuda \
    && cmake --install build/cuda \
    && install build/cuda/examples/pretrain_small build/cuda/examples/detect /usr/local/bin/ \
    && rm -rf build

WORKDIR /work
ENTRYPOINT ["pretrain_small"]
