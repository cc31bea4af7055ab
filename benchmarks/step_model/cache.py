"""Which tensors are still in the L2 cache."""
import collections


class Cache:
    """Tensors, the least recently used leave first; what is dirty is written back as it leaves, so
    that an in-place kernel, or scratch that is soon overwritten, costs less memory traffic."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.tensors = collections.OrderedDict()  # name -> (bytes resident, dirty bytes)

    def read(self, tensor, size):
        """The bytes that memory moves for it."""
        have, dirty = self.tensors.pop(tensor, (0.0, 0.0))
        self.tensors[tensor] = (min(size, self.capacity), dirty)
        return size - min(have, size) + self._written_back()

    def write(self, tensor, size):
        """The bytes that memory moves for it."""
        self.forget(tensor)
        resident = min(size, self.capacity)
        self.tensors[tensor] = (resident, resident)
        return size - resident + self._written_back()

    def forget(self, tensor):
        """Its addresses are taken by something else: nothing of it is written back."""
        self.tensors.pop(tensor, None)

    def _written_back(self):
        back, over = 0.0, sum(size for size, _ in self.tensors.values()) - self.capacity
        while over > 0:
            tensor, (size, dirty) = next(iter(self.tensors.items()))
            gone = min(size, over)
            back += dirty * gone / size
            if gone >= size:
                del self.tensors[tensor]
            else:
                self.tensors[tensor] = (size - gone, dirty * (1 - gone / size))
            over -= gone
        return back
