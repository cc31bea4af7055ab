#include "electra/kernels/column_sum.h"
#include "kernels/cuda/column_strips.cuh"

namespace electra {

namespace {

template <class T>
struct Rows {
  const T* x;

  template <int elements>
  __device__ void operator()(Index at, float (&values)[elements]) const {
    cuda::load(x + at, values);
  }
};

}  // namespace

void run_on(CudaContext& context, const ColumnSum& k) {
  cuda::visit_activation(k.name, k.x.dtype(), [&]<class T>(T) {
    cuda::sum_columns<T>(context, k.name, k.x.rows(), k.x.width(),
                         cuda::aligned<float>(4, {k.x.raw()}), Rows<T>{k.x.data<T>()},
                         k.y.view.data<float>(), k.y.write);
  });
}

}  // namespace electra
