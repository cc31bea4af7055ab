#include <electra/electra.h>

#include <iostream>
#include <string>

/// Uses a little of everything: a value type, a device, memory, and an error that is thrown inside
/// the library and caught outside.
int main() {
  using namespace electra;
  const auto context = Context::create(Device{});
  const Buffer buffer(*context, 24);
  const TensorView tensor = buffer.view({2, 3}, DType::f32);
  context->zero(tensor);
  if (tensor.data<float>()[5] != 0.0F) return 1;
  try {
    static_cast<void>(tensor.reshape({7}));
  } catch (const ShapeError& error) {
    std::cout << "libelectra " << version << " on " << to_string(context->device()) << ", "
              << to_string(tensor.shape()) << ": " << error.what() << '\n';
    return 0;
  }
  return 1;
}
