package io.nvmelm.endtoend;

import io.nvmelm.BlockSource;
import io.nvmelm.BlockTarget;
import io.nvmelm.core.migration.MigrationClock;
import io.nvmelm.transport.mock.GuestMemory;
import io.nvmelm.transport.mock.InMemoryController;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.InMemorySubsystemBuilder;
import io.nvmelm.transport.mock.NamespaceMedium;
import io.nvmelm.transport.mock.VirtualClock;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Two hosts with two namespaces of 1 GiB each, whose media only one of them reaches, and a copy that lets the guest work while it
/// reads and waits.
final class PrivateMedia implements BlockSource, BlockTarget, MigrationClock {
    private static final long NAMESPACE_BYTES = 1L << 30;
    private static final int COMPARED_BYTES = 1 << 16;

    final VirtualClock clock = new VirtualClock();
    final GuestMemory memory = new GuestMemory(1L << 32);
    final List<NamespaceMedium> here;
    final List<NamespaceMedium> there;
    final InMemorySubsystem a;
    final InMemorySubsystem b;
    /// What the next write to the destination fails with.
    @Nullable IOException failure;
    /// What the guest does while so many bytes are copied.
    GuestAct act = bytes -> {};

    /// What a guest does meanwhile.
    @FunctionalInterface
    interface GuestAct {
        void whileCopied(long bytes);
    }

    PrivateMedia(long seed, UnaryOperator<InMemorySubsystemBuilder> variation) {
        var random = new SplittableRandom(seed);
        here = List.of(medium(512), medium(4096));
        there = List.of(medium(512), medium(4096));
        a = subsystem("a", seed, here, variation);
        b = subsystem("b", seed + 1, there, builder -> variation.apply(builder).secondaryIdsFrom(0x40));
        for (int i = 0; i < 20; i++) {
            var bytes = new byte[4096 * (1 + random.nextInt(8))];
            random.nextBytes(bytes);
            here.get(1).writeBlocks(
                    random.nextLong(here.get(1).blockCount() - 8), bytes.length / 4096, MemorySegment.ofArray(bytes),
                    0);
        }
    }

    private static NamespaceMedium medium(int blockByteSize) {
        return new NamespaceMedium(NAMESPACE_BYTES / blockByteSize, blockByteSize);
    }

    private InMemorySubsystem subsystem(
            String name, long seed, List<NamespaceMedium> media, UnaryOperator<InMemorySubsystemBuilder> variation) {
        var builder = InMemorySubsystem.builder(clock)
                .nqn("nqn.2014-08.org.nvmexpress:uuid:" + name)
                .latency(TwoHosts.LATENCY)
                .seed(seed);
        media.forEach(builder::namespace);
        return variation.apply(builder).build();
    }

    static InMemoryController controller(InMemorySubsystem host) {
        return host.controller(host.migratableControllerIds().getFirst());
    }

    @Override
    public void read(long namespaceId, long firstBlock, ByteBuffer target) {
        int bytes = target.remaining();
        var medium = here.get((int) namespaceId - 1);
        medium.readBlocks(firstBlock, bytes / medium.blockByteSize(), MemorySegment.ofBuffer(target), 0);
        target.position(target.limit());
        act.whileCopied(bytes);
    }

    @Override
    public long nextAllocated(long namespaceId, long firstBlock, long limit) {
        return here.get((int) namespaceId - 1).nextAllocated(firstBlock, limit);
    }

    @Override
    public void write(long namespaceId, long firstBlock, ByteBuffer source) throws IOException {
        var present = failure;
        if (present != null) {
            failure = null;
            throw present;
        }
        var medium = there.get((int) namespaceId - 1);
        medium.writeBlocks(
                firstBlock, source.remaining() / medium.blockByteSize(), MemorySegment.ofBuffer(source), 0);
        source.position(source.limit());
    }

    @Override
    public void deallocate(long namespaceId, long firstBlock, long blockCount) {
        there.get((int) namespaceId - 1).zeroBlocks(firstBlock, blockCount);
        act.whileCopied(512);
    }

    @Override
    public long nanoTime() {
        return clock.nanoTime();
    }

    @Override
    public void await(long nanos) {
        clock.advance(Duration.ofNanos(nanos));
    }

    /// {@return the first block that differs, empty when the destination has what the source has} What neither of both ever wrote is
    /// not looked at.
    String difference() {
        for (int i = 0; i < here.size(); i++) {
            var source = here.get(i);
            var destination = there.get(i);
            int blocks = COMPARED_BYTES / source.blockByteSize();
            var one = MemorySegment.ofArray(new byte[COMPARED_BYTES]);
            var other = MemorySegment.ofArray(new byte[COMPARED_BYTES]);
            long end = source.blockCount();
            long at = 0;
            while (at < end) {
                at = Math.min(source.nextAllocated(at, end), destination.nextAllocated(at, end)) / blocks * blocks;
                if (at < end) {
                    source.readBlocks(at, blocks, one, 0);
                    destination.readBlocks(at, blocks, other, 0);
                    long byteOffset = one.mismatch(other);
                    if (byteOffset >= 0) {
                        return "block " + (at + byteOffset / source.blockByteSize()) + " of namespace " + (i + 1);
                    }
                    at += blocks;
                }
            }
        }
        return "";
    }
}
