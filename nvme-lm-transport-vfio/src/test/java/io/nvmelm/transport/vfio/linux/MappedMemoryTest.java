package io.nvmelm.transport.vfio.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.FailureCategory;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.fake.FakeCall;
import io.nvmelm.transport.vfio.fake.FakeHost;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Mapped memory, on this machine and on a fake one.
class MappedMemoryTest {
    @TempDir private Path folder;

    private final LinuxHost local = LinuxHost.local();
    private final FakeHost fake = new FakeHost();

    /// A host of this machine whose pauses the test sees.
    private LinuxHost pausing(LongConsumer pause) {
        return new LinuxHost(local.calls(), local.files(), new HostClock() {
            @Override
            public long nanoTime() {
                return System.nanoTime();
            }

            @Override
            public void pause(long nanos) {
                pause.accept(nanos);
            }
        });
    }

    @Test
    void everyWidthIsLittleEndianAndTouchesNoMore() {
        try (var memory = MappedMemory.anonymous(local, 4096)) {
            memory.write64(0, -1);
            memory.write64(8, -1);
            memory.write32(4, 0x0403_0201);
            memory.write16(2, (short) 0x8182);
            memory.write8(1, (byte) 0x77);
            assertThat(memory.read64(0)).isEqualTo(0x0403_0201_8182_77FFL);
            assertThat(memory.read64(8)).isEqualTo(-1);
            assertThat(memory.read32(4)).isEqualTo(0x0403_0201);
            assertThat(memory.read16(2)).isEqualTo((short) 0x8182);
            assertThat(memory.read8(1)).isEqualTo((byte) 0x77);
        }
    }

    @Test
    void freshMemoryIsZeroedAndAtAPage() {
        try (var memory = MappedMemory.anonymous(local, 3 * 4096)) {
            assertThat(memory.address() % 4096).isZero();
            assertThat(memory.segment().address()).isEqualTo(memory.address());
            assertThat(memory.segment().toArray(ValueLayout.JAVA_BYTE)).hasSize(3 * 4096).containsOnly(0);
        }
    }

    @Test
    void mappedFileIsSharedAndGoneAfterClose() throws IOException {
        var path = Files.write(folder.resolve("region"), new byte[8192]);
        int fd = local.calls().open(path.toString(), SystemCalls.OPEN_READ_WRITE);
        var memory = MappedMemory.ofFile(local, 4096, fd, 4096, "region 0");
        memory.write32(0, 0x6162_6364);
        assertThat(Files.readString(path)).hasSize(8192).contains("dcba");
        assertThat(local.files().text("/proc/self/maps").orElseThrow()).contains(path.toString());
        memory.close();
        assertThat(local.files().text("/proc/self/maps").orElseThrow()).doesNotContain(path.toString());
        local.calls().close(fd);
    }

    @Test
    void whatIsClosedIsNotAccessedAnyMore() {
        var memory = MappedMemory.anonymous(local, 4096);
        memory.close();
        memory.close();
        assertThatThrownBy(() -> memory.read32(0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> memory.write8(0, (byte) 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> memory.segment().get(ValueLayout.JAVA_INT, 0)).isInstanceOf(
                IllegalStateException.class);
    }

    @Test
    void aMappingThatTheKernelRefusesIsATypedError() {
        assertThatThrownBy(() -> MappedMemory.anonymous(local, 1L << 60))
                .isInstanceOfSatisfying(
                        TransportException.class, refusal -> assertThat(refusal.errno()).hasValue(Errno.ENOMEM))
                .hasMessageContaining("mapping " + (1L << 60) + " bytes of memory failed: ENOMEM");
        assertThatThrownBy(() -> MappedMemory.ofFile(local, 4096, 1_000_000, 0, "region 3"))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("mapping 4096 bytes of region 3 failed: EBADF");
    }

    @Test
    void anUnmappingThatTheKernelRefusesIsATypedError() {
        var memory = MappedMemory.anonymous(fake.host(), 4096);
        fake.failNext(FakeCall.named("munmap"), Errno.ENOMEM);
        assertThatThrownBy(memory::close)
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("unmapping 4096 bytes failed: ENOMEM");
    }

    @Test
    void closingWaitsForACallThatUsesTheMemory() throws InterruptedException {
        var held = new AtomicReference<HeldMemory>();
        var pauses = new AtomicLong();
        var memory = MappedMemory.anonymous(
                pausing(nanos -> {
                    if (pauses.incrementAndGet() == 3) {
                        held.get().end();
                    }
                }),
                4096);
        held.set(HeldMemory.hold(memory.segment()));
        memory.close();
        assertThat(pauses).hasValue(3);
        assertThat(memory.segment().scope().isAlive()).isFalse();
    }

    @Test
    void memoryThatIsUsedForTooLongStaysAndIsClosedLater() throws InterruptedException {
        var memory = MappedMemory.anonymous(fake.host(), 4096);
        var held = HeldMemory.hold(memory.segment());
        assertThatThrownBy(memory::close)
                .isInstanceOfSatisfying(
                        TransportException.class,
                        busy -> assertThat(busy.category()).isEqualTo(FailureCategory.RETRY))
                .hasMessageContaining("memory of 4096 bytes is still used by a call of another thread");
        assertThat(fake.mappings()).hasSize(1);
        memory.write8(0, (byte) 1);
        held.end();
        memory.close();
        assertThatThrownBy(() -> memory.read8(0)).isInstanceOf(IllegalStateException.class);
        fake.assertNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 5})
    void severalThreadsCloseOnce(int closers) throws InterruptedException {
        for (int round = 0; round < 50; round++) {
            var memory = MappedMemory.anonymous(fake.host(), 4096);
            var threads = new Thread[closers];
            for (int i = 0; i < closers; i++) {
                threads[i] = Thread.ofPlatform().start(memory::close);
            }
            for (var thread : threads) {
                thread.join();
            }
            fake.assertNothingLeft();
        }
    }
}
