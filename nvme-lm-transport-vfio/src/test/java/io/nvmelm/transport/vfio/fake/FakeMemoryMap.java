package io.nvmelm.transport.vfio.fake;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// What `mmap` gave out. Memory that was given back is kept for a while, poisoned, so that a late access of the code
/// under test reads nonsense and does not end the process. Guarded by the lock of the kernel.
final class FakeMemoryMap {
    private static final long PAGE = 4096;
    private static final byte POISON = (byte) 0xDD;
    private static final long RETIRED_BYTES = 64L << 20;

    /// A mapping; `memory` is empty for one of a file.
    record Mapping(FakeArea area, String what, MemorySegment memory) {
        boolean anonymous() {
            return memory != null;
        }

        @Override
        public String toString() {
            return what + " " + area;
        }
    }

    private final List<Mapping> mappings = new ArrayList<>();
    private final Deque<MemorySegment> retired = new ArrayDeque<>();
    private long retiredBytes;

    long anonymous(long byteSize) {
        if (byteSize <= 0) {
            return -FakeErrno.EINVAL;
        }
        var memory = Arena.ofAuto().allocate(byteSize, PAGE);
        mappings.add(new Mapping(new FakeArea(memory.address(), byteSize), "memory", memory));
        return memory.address();
    }

    void ofFile(long address, long byteSize, String what) {
        mappings.add(new Mapping(new FakeArea(address, byteSize), what, null));
    }

    /// Removes a mapping.
    ///
    /// @return the mapping, or null when there is none that is exactly this
    Mapping remove(long address, long byteSize) {
        var area = new FakeArea(address, byteSize);
        for (var mapping : mappings) {
            if (mapping.area().equals(area)) {
                mappings.remove(mapping);
                if (mapping.anonymous()) {
                    retire(mapping.memory());
                }
                return mapping;
            }
        }
        return null;
    }

    private void retire(MemorySegment memory) {
        memory.fill(POISON);
        retired.add(memory);
        retiredBytes += memory.byteSize();
        while (retiredBytes > RETIRED_BYTES && retired.size() > 1) {
            retiredBytes -= retired.remove().byteSize();
        }
    }

    List<String> list() {
        return mappings.stream().map(Mapping::toString).toList();
    }
}
