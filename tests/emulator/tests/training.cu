// The training kernels against float64. `training CASE [BUG]`: layer_norm, layer_norm_backward,
// softmax, attention, attention_backward or all.
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>

#include "attention_backward.cuh"
#include "check.h"
#include "training_kernels.cuh"

static std::mt19937 generator(1);

static std::vector<float> random_floats(size_t n) {
  std::normal_distribution<float> normal;
  std::vector<float> v(n);
  for (float& x : v) x = normal(generator);
  return v;
}
static double from_bf16(uint16_t h) {
  const uint32_t u = uint32_t(h) << 16;
  float f;
  std::memcpy(&f, &u, 4);
  return f;
}
static std::vector<uint16_t> random_bf16(size_t n) {
  std::vector<uint16_t> v(n);
  const auto f = random_floats(n);
  for (size_t i = 0; i < n; i++) {
    uint32_t u;
    std::memcpy(&u, &f[i], 4);
    v[i] = uint16_t((u + 0x8000) >> 16);
  }
  return v;
}

static void layer_norm(int rows, int width, int bug, bool backward, int backward_bug) {
  const size_t n = size_t(rows) * width;
  const auto x = random_floats(n), dy = random_floats(n), gamma = random_floats(width),
             beta = random_floats(width);
  check::Device<float> dx_(x), ddy(dy), dg(gamma), db(beta), y(n), mean(rows), rstd(rows);
  kernels::layer_norm<128><<<rows, 128>>>(dx_, dg, db, y, mean, rstd, width, 1e-5f, bug);
  check::cuda(cudaDeviceSynchronize());
  check::MaxError e, ex, eg, eb;
  const auto got = y.host();
  std::vector<double> mu(rows), rs(rows), want_gamma(width), want_beta(width);
  for (int r = 0; r < rows; r++) {
    const float* row = &x[size_t(r) * width];
    double square = 0;
    for (int i = 0; i < width; i++) mu[r] += row[i] / double(width);
    for (int i = 0; i < width; i++) square += (row[i] - mu[r]) * (row[i] - mu[r]) / width;
    rs[r] = 1 / std::sqrt(square + 1e-5);
    for (int i = 0; i < width; i++)
      e.add(got[size_t(r) * width + i], (row[i] - mu[r]) * rs[r] * gamma[i] + beta[i]);
  }
  e.within(2e-5, "layer norm");
  if (!backward) return;
  check::Device<float> dx(n), dgamma(std::vector<float>(width, 0)),
      dbeta(std::vector<float>(width, 0));
  kernels::layer_norm_backward<128><<<4, 128, 2 * width * sizeof(float)>>>(
      ddy, dx_, dg, mean, rstd, dx, dgamma, dbeta, rows, width, backward_bug);
  check::cuda(cudaDeviceSynchronize());
  const auto gx = dx.host(), gg = dgamma.host(), gb = dbeta.host();
  for (int r = 0; r < rows; r++) {
    const float *xr = &x[size_t(r) * width], *dr = &dy[size_t(r) * width];
    double s1 = 0, s2 = 0;
    for (int i = 0; i < width; i++) {
      const double xh = (xr[i] - mu[r]) * rs[r];
      s1 += dr[i] * double(gamma[i]) / width;
      s2 += dr[i] * double(gamma[i]) * xh / width;
      want_gamma[i] += dr[i] * xh;
      want_beta[i] += dr[i];
    }
    for (int i = 0; i < width; i++) {
      const double xh = (xr[i] - mu[r]) * rs[r];
      ex.add(gx[size_t(r) * width + i], rs[r] * (dr[i] * double(gamma[i]) - s1 - xh * s2));
    }
  }
  for (int i = 0; i < width; i++) {
    eg.add(gg[i], want_gamma[i]);
    eb.add(gb[i], want_beta[i]);
  }
  ex.within(5e-5, "layer norm dx");
  eg.within(1e-4, "layer norm dgamma");
  eb.within(1e-4, "layer norm dbeta");
}

static void softmax(int batch, int rows, int width) {
  const int n = batch * rows;
  const auto x = random_floats(size_t(n) * width);
  std::vector<int> length{width, width * 3 / 5};
  check::Device<float> dx(x), y(x.size());
  check::Device<int> dl(length);
  kernels::masked_softmax<<<(n + 3) / 4, 128>>>(dx, dl, y, n, rows, width);
  const auto got = y.host();
  check::MaxError e;
  for (int r = 0; r < n; r++) {
    const float* row = &x[size_t(r) * width];
    const int valid = length[r / rows];
    double sum = 0;
    for (int i = 0; i < valid; i++) sum += std::exp(row[i]);
    for (int i = 0; i < width; i++)
      e.add(got[size_t(r) * width + i], i < valid ? std::exp(row[i]) / sum : 0);
  }
  e.within(1e-6, "softmax");
}

/// float64 attention of one head and row: probabilities and their log sum
struct Head {
  const std::vector<uint16_t>&q, &k, &v;
  int sequence, heads, b, h;
  size_t at(int s) const { return ((size_t(b) * sequence + s) * heads + h) * kernels::head_width; }
  std::vector<double> probabilities(int row, int valid, double* log_sum) const {
    std::vector<double> p(sequence, 0);
    double sum = 0;
    for (int j = 0; j < valid; j++) {
      double z = 0;
      for (int d = 0; d < kernels::head_width; d++)
        z += from_bf16(q[at(row) + d]) * from_bf16(k[at(j) + d]);
      sum += p[j] = std::exp(z / 8);
    }
    for (double& x : p) x /= sum;
    *log_sum = std::log2(sum);
    return p;
  }
};

static void attention(int batch, int sequence, int heads, int bug, bool backward) {
  using kernels::head_width;
  const size_t n = size_t(batch) * sequence * heads * head_width;
  const auto q = random_bf16(n), k = random_bf16(n), v = random_bf16(n), dout = random_bf16(n);
  std::vector<int> length(batch, sequence);
  if (batch > 1) length[1] = sequence - 45;
  check::Device<uint16_t> dq_(q), dk_(k), dv_(v), o(n), ddo(dout);
  check::Device<float> log_sum(size_t(batch) * heads * sequence);
  check::Device<int> dl(length);
  check::cuda(cudaFuncSetAttribute(kernels::attention, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                   int(kernels::attention_shared)));
  const dim3 grid((sequence + 63) / 64, heads, batch);
  kernels::attention<<<grid, 128, kernels::attention_shared>>>(dq_, dk_, dv_, dl, o, log_sum,
                                                               sequence, heads, 0.125f, bug);
  check::cuda(cudaDeviceSynchronize());
  const auto got = o.host();
  const auto lse = log_sum.host();
  std::vector<double> want_dq(n), want_dk(n), want_dv(n);
  check::MaxError eo, el;
  for (int b = 0; b < batch; b++)
    for (int h = 0; h < heads; h++)
      for (int i = 0; i < sequence; i++) {
        const Head head{q, k, v, sequence, heads, b, h};
        double want_log, delta = 0;
        const auto p = head.probabilities(i, length[b], &want_log);
        el.add(lse[(size_t(b) * heads + h) * sequence + i], want_log);
        for (int d = 0; d < head_width; d++) {
          double x = 0;
          for (int j = 0; j < length[b]; j++) x += p[j] * from_bf16(v[head.at(j) + d]);
          eo.add(from_bf16(got[head.at(i) + d]), x);
          delta += x * from_bf16(dout[head.at(i) + d]);
        }
        for (int j = 0; backward && j < length[b]; j++) {
          double dp = 0;
          for (int d = 0; d < head_width; d++)
            dp += from_bf16(dout[head.at(i) + d]) * from_bf16(v[head.at(j) + d]);
          const double ds = p[j] * (dp - delta) / 8;
          for (int d = 0; d < head_width; d++) {
            want_dq[head.at(i) + d] += ds * from_bf16(k[head.at(j) + d]);
            want_dk[head.at(j) + d] += ds * from_bf16(q[head.at(i) + d]);
            want_dv[head.at(j) + d] += p[j] * from_bf16(dout[head.at(i) + d]);
          }
        }
      }
  eo.within(2e-2, "attention");
  el.within(1e-4, "attention log sum");
  if (!backward) return;
  check::Device<float> delta(size_t(batch) * heads * sequence), dq(std::vector<float>(n, 0)), dk(n),
      dv(n);
  kernels::attention_delta<<<dim3(sequence, heads, batch), 32>>>(o, ddo, delta, sequence, heads);
  check::cuda(cudaFuncSetAttribute(kernels::attention_backward,
                                   cudaFuncAttributeMaxDynamicSharedMemorySize,
                                   int(kernels::backward_shared)));
  kernels::attention_backward<<<grid, 128, kernels::backward_shared>>>(
      dq_, dk_, dv_, ddo, log_sum, delta, dl, dq, dk, dv, sequence, heads, 0.125f, bug);
  check::cuda(cudaDeviceSynchronize());
  check::MaxError eq, ek, ev;
  const auto gq = dq.host(), gk = dk.host(), gv = dv.host();
  for (size_t i = 0; i < n; i++) {
    eq.add(gq[i], want_dq[i]);
    ek.add(gk[i], want_dk[i]);
    ev.add(gv[i], want_dv[i]);
  }
  eq.within(3e-2, "attention dq");
  ek.within(3e-2, "attention dk");
  ev.within(3e-2, "attention dv");
}

int main(int argc, char** argv) {
  const std::string which = argc > 1 ? argv[1] : "all";
  const int bug = argc > 2 ? std::atoi(argv[2]) : 0;
  const bool all = which == "all";
  if (all || which == "layer_norm") layer_norm(9, 256, bug, false, 0);
  if (which == "layer_norm_128") layer_norm(4, 128, bug, false, 0);
  if (all || which == "layer_norm_backward") layer_norm(9, 256, 0, true, bug);
  if (all || which == "softmax") softmax(2, 10, 129);
  if (all || which == "attention") attention(2, 130, 2, bug, false);
  if (which == "attention_one_head") attention(1, 256, 1, bug, false);
  if (all || which == "attention_backward") attention(2, 100, 1, bug, true);
  return check::result();
}
