package io.nvmelm.core.migration;

import io.nvmelm.BlockSource;
import io.nvmelm.BlockTarget;
import io.nvmelm.NamespaceExtent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Namespaces in memory, one number for the content of each block: 0 is what was never written or was deallocated. Counts its calls, and
/// fails at the one it is told.
final class ModelMedium implements BlockSource, BlockTarget {
    /// What happens before a call.
    interface Hook {
        void call(String call) throws IOException;
    }

    final Map<Long, long[]> content = new TreeMap<>();
    final List<NamespaceExtent> namespaces;
    Hook before = call -> {};
    boolean knowsAllocation = true;
    long bytesRead;
    long bytesWritten;
    int deallocations;
    int flushes;

    ModelMedium(List<NamespaceExtent> namespaces) {
        this.namespaces = namespaces;
        for (var namespace : namespaces) {
            content.put(namespace.namespaceId(), new long[Math.toIntExact(namespace.blockCount())]);
        }
    }

    private int blockBytes(long namespaceId) {
        return namespaces.stream().filter(n -> n.namespaceId() == namespaceId).findFirst().orElseThrow()
                .blockByteSize();
    }

    private long[] blocks(long namespaceId) {
        var blocks = content.get(namespaceId);
        if (blocks == null) {
            throw new AssertionError("namespace " + namespaceId);
        }
        return blocks;
    }

    @Override
    public void read(long namespaceId, long firstBlock, ByteBuffer target) throws IOException {
        before.call("read");
        int blockBytes = blockBytes(namespaceId);
        bytesRead += target.remaining();
        for (int block = (int) firstBlock; target.hasRemaining(); block++) {
            long value = blocks(namespaceId)[block];
            for (int i = 0; i < blockBytes / Long.BYTES; i++) {
                target.putLong(value);
            }
        }
    }

    @Override
    public long nextAllocated(long namespaceId, long firstBlock, long limit) throws IOException {
        before.call("nextAllocated");
        long block = firstBlock;
        while (knowsAllocation && block < limit && blocks(namespaceId)[(int) block] == 0) {
            block++;
        }
        return block;
    }

    @Override
    public void write(long namespaceId, long firstBlock, ByteBuffer source) throws IOException {
        before.call("write");
        int blockBytes = blockBytes(namespaceId);
        bytesWritten += source.remaining();
        for (int block = (int) firstBlock; source.hasRemaining(); block++) {
            long value = source.getLong();
            for (int i = 1; i < blockBytes / Long.BYTES; i++) {
                if (source.getLong() != value) {
                    throw new AssertionError("block " + block + " is torn");
                }
            }
            blocks(namespaceId)[block] = value;
        }
    }

    @Override
    public void deallocate(long namespaceId, long firstBlock, long blockCount) throws IOException {
        before.call("deallocate");
        deallocations++;
        Arrays.fill(blocks(namespaceId), (int) firstBlock, (int) (firstBlock + blockCount), 0);
    }

    @Override
    public void flush() throws IOException {
        before.call("flush");
        flushes++;
    }

    /// {@return where two differ, empty when they do not}
    String difference(ModelMedium other) {
        for (var entry : content.entrySet()) {
            int block = Arrays.mismatch(entry.getValue(), other.blocks(entry.getKey()));
            if (block >= 0) {
                return "block " + block + " of namespace " + entry.getKey() + " holds " + entry.getValue()[block]
                        + " and " + other.blocks(entry.getKey())[block];
            }
        }
        return "";
    }
}
