package io.nvmelm.transport.mock.guest;

import io.nvmelm.transport.mock.GuestMemory;
import io.nvmelm.transport.mock.InMemoryController;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.LatencyModel;
import io.nvmelm.transport.mock.LatencyModel.CommandClass;
import io.nvmelm.transport.mock.NamespaceMedium;
import io.nvmelm.transport.mock.VirtualClock;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.UUID;

/// One guest and its device: clock, memory, medium and a subsystem whose commands take times that overlap and overtake
/// each other.
final class GuestWorld {

    static final LatencyModel LATENCY = LatencyModel.none()
            .with(CommandClass.READ, Duration.ofNanos(60_000))
            .with(CommandClass.WRITE, Duration.ofNanos(20_000))
            .with(CommandClass.FLUSH, Duration.ofNanos(200_000))
            .with(CommandClass.ADMIN, Duration.ofNanos(10_000))
            .withFetchDelay(Duration.ofNanos(1_000))
            .withJitter(Duration.ofNanos(50_000));

    final VirtualClock clock = new VirtualClock();
    final GuestMemory memory = new GuestMemory(1L << 32);
    final NamespaceMedium medium;
    final InMemorySubsystem subsystem;

    GuestWorld(int blockBytes) {
        this.medium = new NamespaceMedium(1 << 20, blockBytes, new UUID(1, 2));
        this.subsystem = subsystem("source", 7);
    }

    GuestWorld() {
        this(512);
    }

    /// {@return one more subsystem of this world over the same medium}
    InMemorySubsystem subsystem(String name, long seed) {
        return InMemorySubsystem.builder(clock)
                .nqn("nqn.2014-08.org.nvmexpress:uuid:" + name)
                .migratableControllers(2)
                .maximumQueuePairs(64)
                .maximumQueueEntries(65_536)
                .vendorState(true)
                .namespace(medium)
                .latency(LATENCY)
                .seed(seed)
                .build();
    }

    InMemoryController controller() {
        return subsystem.controller(1);
    }

    GuestDriverBuilder guest() {
        return GuestDriver.builder(clock, memory);
    }

    /// Changes one byte of a block behind the guest's back.
    void corrupt(long block) {
        var bytes = block(block);
        bytes[100] ^= 1;
        medium.writeBlocks(block, 1, MemorySegment.ofArray(bytes), 0);
    }

    /// {@return the content of a block}
    byte[] block(long block) {
        var bytes = new byte[medium.blockByteSize()];
        medium.readBlocks(block, 1, MemorySegment.ofArray(bytes), 0);
        return bytes;
    }
}
