package io.nvmelm.faults;

import io.nvmelm.BlockSource;
import io.nvmelm.BlockTarget;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.PreCopyStage;
import io.nvmelm.UserDataLogState;
import io.nvmelm.core.migration.MigrationClock;
import io.nvmelm.core.migration.UserDataPreCopy;
import io.nvmelm.core.migration.UserDataStage;
import io.nvmelm.transport.mock.NamespaceMedium;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;

/// The copy of one side's medium to the other side's, each access of which is a step.
final class MediumCopy implements BlockSource, BlockTarget {
    private static final int PIECE_BYTES = 8 << 10;
    private static final Duration PIECE_TIME = Duration.ofNanos(50_000);
    private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(20);

    private final FaultWorld world;
    private final Host host;
    private final NamespaceMedium from;
    private final NamespaceMedium to;

    MediumCopy(FaultWorld world, Host host) {
        this.world = world;
        this.host = host;
        this.from = host.medium;
        this.to = (host == world.a ? world.b : world.a).medium;
    }

    /// {@return the copy as a stage; a log that an earlier migration left is stopped}
    PreCopyStage stage(MigrationClock clock) {
        var tracking = host.devices().getFirst().userData().orElseThrow();
        if (tracking.state() != UserDataLogState.OFF) {
            tracking.stop();
        }
        var extents = List.of(new NamespaceExtent(1, from.blockCount(), from.blockByteSize()));
        var copy = new UserDataPreCopy(tracking, this, this, extents)
                .clock(clock)
                .pieceBytes(PIECE_BYTES)
                .budget(PIECE_BYTES);
        return new UserDataStage("user data", copy, tracking, DRAIN_TIMEOUT);
    }

    private void step(String what) {
        world.steps.mayThrow(host.home, Step.Kind.STAGE, what);
        world.clock.advance(PIECE_TIME);
    }

    @Override
    public void read(long namespaceId, long firstBlock, ByteBuffer target) {
        step("read");
        from.readBlocks(firstBlock, target.remaining() / from.blockByteSize(), MemorySegment.ofBuffer(target), 0);
        target.position(target.limit());
    }

    @Override
    public long nextAllocated(long namespaceId, long firstBlock, long limit) {
        return from.nextAllocated(firstBlock, limit);
    }

    @Override
    public void write(long namespaceId, long firstBlock, ByteBuffer source) {
        step("write");
        to.writeBlocks(firstBlock, source.remaining() / to.blockByteSize(), MemorySegment.ofBuffer(source), 0);
        source.position(source.limit());
    }

    @Override
    public void deallocate(long namespaceId, long firstBlock, long blockCount) {
        step("deallocate");
        to.zeroBlocks(firstBlock, blockCount);
    }
}
