package io.nvmelm.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.BlockCopyException;
import io.nvmelm.BlockSource;
import io.nvmelm.BlockTarget;
import io.nvmelm.DeviceState;
import io.nvmelm.DirtyMemoryTracking.MemoryRange;
import io.nvmelm.PreCopyVerdict;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.transport.mock.GuestMemory;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.NamespaceMedium;
import io.nvmelm.transport.mock.VirtualClock;
import io.nvmelm.transport.mock.guest.GuestDriver;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The examples of following changes run, and the README shows what runs.
class ChangeTrackingExampleTest {
    private static final int BLOCK_BYTES = 512;
    private static final int BLOCKS = 1 << 12;

    private final VirtualClock clock = new VirtualClock();
    private final NamespaceMedium here = new NamespaceMedium(BLOCKS, BLOCK_BYTES);
    private final NamespaceMedium there = new NamespaceMedium(BLOCKS, BLOCK_BYTES);

    @Test
    void theMediumIsTheSameAtTheEnd() {
        var subsystem = InMemorySubsystem.builder(clock).namespace(here).build();
        var guest = GuestDriver.builder(clock, new GuestMemory(1 << 26)).start(subsystem.controller(1));
        guest.run(500);
        try (var controller = controlling(subsystem).migratableByVirtualFunction(1)) {
            assertThat(ChangeTrackingExample.copyMedium(controller, source(guest), new Target(true)).verdict())
                    .isEqualTo(PreCopyVerdict.COMPLETE);
        }
        assertThat(content(there).mismatch(content(here))).isEqualTo(-1);
        assertThat(content(here).mismatch(MemorySegment.ofArray(new byte[BLOCKS * BLOCK_BYTES]))).isNotNegative();
    }

    @Test
    void theControllerRunsAgainWhenTheRestCannotBeCopied() {
        var subsystem = InMemorySubsystem.builder(clock).namespace(here).build();
        var guest = GuestDriver.builder(clock, new GuestMemory(1 << 26)).start(subsystem.controller(1));
        guest.run(500);
        try (var controller = controlling(subsystem).migratableByVirtualFunction(1)) {
            var source = source(guest);
            assertThatThrownBy(() -> ChangeTrackingExample.copyMedium(controller, source, new Target(false)))
                    .isInstanceOf(BlockCopyException.class);
            assertThat(controller.isSuspended()).isFalse();
        }
    }

    private BlockSource source(GuestDriver guest) {
        return (namespace, first, target) -> {
            here.readBlocks(first, target.remaining() / BLOCK_BYTES, MemorySegment.ofBuffer(target), 0);
            target.position(target.limit());
            guest.submit(20);
            guest.drain();
        };
    }

    /// The medium there, which may fail when it is flushed.
    private final class Target implements BlockTarget {
        private final boolean flushes;

        Target(boolean flushes) {
            this.flushes = flushes;
        }

        @Override
        public void write(long namespaceId, long firstBlock, ByteBuffer blocks) {
            there.writeBlocks(firstBlock, blocks.remaining() / BLOCK_BYTES, MemorySegment.ofBuffer(blocks), 0);
            blocks.position(blocks.limit());
        }

        @Override
        public void deallocate(long namespaceId, long firstBlock, long blockCount) {
            there.zeroBlocks(firstBlock, (int) blockCount);
        }

        @Override
        public void flush() throws IOException {
            if (!flushes) {
                throw new IOException("no space");
            }
        }
    }

    @Test
    void aControllerThatIsNotProvedToHaveReportedEverythingIsSaidSo() {
        var subsystem = InMemorySubsystem.builder(clock).namespace(here).build();
        GuestDriver.builder(clock, new GuestMemory(1 << 26)).start(subsystem.controller(1));
        var bitmap = MemorySegment.ofArray(new byte[(1 << 26) / 4096 / 8]);
        try (var controller = controlling(subsystem).migratableByVirtualFunction(1)) {
            var memory = new MemoryRange(0, 1 << 26);
            assertThat(ChangeTrackingExample.trackMemory(controller, memory, bitmap, () -> true, 0)).isFalse();
        }
    }

    @Test
    void everyPageThatTheControllerWroteIsMarked() {
        var subsystem = InMemorySubsystem.builder(clock).namespace(here).build();
        var memory = new GuestMemory(1 << 26);
        var guest = GuestDriver.builder(clock, memory).start(subsystem.controller(1));
        var bitmap = MemorySegment.ofArray(new byte[(1 << 26) / 4096 / 8]);
        try (var controller = controlling(subsystem).migratableByVirtualFunction(1)) {
            assertThat(ChangeTrackingExample.trackMemory(controller, new MemoryRange(0, 1 << 26), bitmap, () -> {
                guest.submit(100);
                return guest.drain();
            }, 10)).isTrue();
        }
        long marked = bitmap.elements(ValueLayout.JAVA_BYTE)
                .mapToLong(element -> Integer.bitCount(element.get(ValueLayout.JAVA_BYTE, 0) & 0xFF))
                .sum();
        assertThat(marked).isBetween(2L, (1L << 26) / 4096 / 2);
    }

    @Test
    void aDeviceWithTheVendorCommandsStopsAndRuns() {
        var subsystem = InMemorySubsystem.builder(clock).namespace(here).vendorCommands2022().build();
        try (var device = ChangeTrackingExample.openVendorDevice(subsystem.controllingTransport(), 1)) {
            device.setState(DeviceState.STOP);
            assertThat(subsystem.controller(1).isSuspended()).isTrue();
            device.setState(DeviceState.RUNNING);
            assertThat(subsystem.controller(1).isSuspended()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"medium", "memory", "vendor"})
    void theReadmeShowsTheExamplesAsTheyAreCompiled(String name) throws IOException {
        var source = Files.readString(Path.of("src/test/java/io/nvmelm/examples/ChangeTrackingExample.java"));
        var begin = "// README " + name + " begin\n";
        var shown = source.substring(
                source.indexOf(begin) + begin.length(), source.indexOf("    // README " + name + " end")).indent(-4);
        assertThat(Files.readString(Path.of("..", "README.md"))).contains("```java\n" + shown + "```");
    }

    private static ControllingController controlling(InMemorySubsystem subsystem) {
        return ControllingController.open(subsystem.controllingTransport());
    }

    private static MemorySegment content(NamespaceMedium medium) {
        var bytes = MemorySegment.ofArray(new byte[BLOCKS * BLOCK_BYTES]);
        medium.readBlocks(0, BLOCKS, bytes, 0);
        return bytes;
    }
}
