package io.nvmelm.transport.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.fake.FakeArea;
import io.nvmelm.transport.vfio.fake.FakeCall;
import io.nvmelm.transport.vfio.fake.FakeDmaLimits;
import io.nvmelm.transport.vfio.linux.Errno;
import io.nvmelm.transport.vfio.linux.HeldMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Memory that a device reaches.
class DmaMemoryTest {
    private static final long MSI_FIRST = 0xFEE0_0000L;
    private static final long MSI_LAST = 0xFEEF_FFFFL;

    private final ScratchDevice scratch = new ScratchDevice();

    @AfterEach
    void nothingLeft() {
        scratch.host.assertNothingLeft();
    }

    private void limit(int entries, long bytes, FakeArea... ranges) {
        scratch.host.dmaLimits(new FakeDmaLimits(List.of(ranges), entries, bytes, 4096));
    }

    @ParameterizedTest
    @EnumSource(names = {"GROUP", "CDEV"})
    void theDeviceAndTheProcessSeeTheSameBytes(AccessPath path) {
        try (var device = scratch.open(path)) {
            var memory = device.allocateDma(5000);
            assertThat(memory.byteSize()).isEqualTo(8192);
            assertThat(memory.deviceAddress() % 4096).isZero();
            assertThat(memory.segment().toArray(ValueLayout.JAVA_BYTE)).hasSize(8192).containsOnly(0);
            assertThat(scratch.function.dma().write(memory.deviceAddress(), new byte[] {1})).as("before bus mastering")
                    .isFalse();
            device.enableBusMaster();
            assertThat(scratch.function.dma().write(memory.deviceAddress() + 8188, new byte[] {1, 2, 3, 4})).isTrue();
            assertThat(memory.segment().get(ValueLayout.JAVA_INT, 8188)).isEqualTo(0x0403_0201);
            memory.segment().set(ValueLayout.JAVA_BYTE, 7, (byte) 9);
            var read = new byte[1];
            assertThat(scratch.function.dma().read(memory.deviceAddress() + 7, read)).isTrue();
            assertThat(read).containsExactly(9);
            memory.close();
            assertThat(scratch.function.dma().write(memory.deviceAddress(), new byte[] {1})).as("after close")
                    .isFalse();
            assertThatThrownBy(() -> memory.segment().get(ValueLayout.JAVA_INT, 0)).isInstanceOf(
                    IllegalStateException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"GROUP", "CDEV"})
    void addressesLieInTheRangesAndNotInTheWindowOfInterrupts(AccessPath path) {
        limit(65_535, Long.MAX_VALUE, new FakeArea(MSI_FIRST - 0x4000, 0x4000), new FakeArea(MSI_LAST + 1, 0x4000));
        try (var device = scratch.open(path)) {
            var taken = new ArrayList<DmaMemory>();
            for (long size : new long[] {0x1000, 0x2000, 0x3000, 0x1000, 0x1000}) {
                taken.add(device.allocateDma(size));
            }
            assertThat(taken).extracting(DmaMemory::deviceAddress).containsExactly(
                    MSI_FIRST - 0x4000, MSI_FIRST - 0x3000, MSI_LAST + 1, MSI_FIRST - 0x1000, MSI_LAST + 0x3001);
            assertThatThrownBy(() -> device.allocateDma(1))
                    .isInstanceOf(TransportException.class)
                    .hasMessage("0000:04:10.0: mapping memory: no 4096 bytes of device addresses are free in "
                            + "[fedfc000h-fedfffffh, fef00000h-fef03fffh]. Close memory that is no longer used");
            taken.get(1).close();
            assertThat(device.allocateDma(0x2000).deviceAddress()).isEqualTo(MSI_FIRST - 0x3000);
            assertThat(scratch.host.mappings()).hasSize(5);
        }
    }

    /// iommufd answers EMSGSIZE when there are more ranges than it was given room for.
    @ParameterizedTest
    @CsvSource({"GROUP, 1", "GROUP, 16", "GROUP, 17", "GROUP, 200", "CDEV, 1", "CDEV, 16", "CDEV, 17", "CDEV, 200"})
    void anyNumberOfRangesIsRead(AccessPath path, int count) {
        limit(65_535, Long.MAX_VALUE, IntStream.range(0, count)
                .mapToObj(i -> new FakeArea(0x10_0000L + 0x2000L * i, 0x1000))
                .toArray(FakeArea[]::new));
        try (var device = scratch.open(path)) {
            for (int i = 0; i < count; i++) {
                assertThat(device.allocateDma(1).deviceAddress()).isEqualTo(0x10_0000L + 0x2000L * i);
            }
            assertThatThrownBy(() -> device.allocateDma(1)).isInstanceOf(TransportException.class);
        }
    }

    @Test
    void theLowestAddressesAreNotGivenOut() {
        try (var device = scratch.open(AccessPath.GROUP)) {
            assertThat(device.allocateDma(1).deviceAddress()).isEqualTo(0x10000);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"GROUP", "CDEV"})
    void theLimitOfLockedMemoryNamesItsCommand(AccessPath path) {
        limit(65_535, 8192, new FakeArea(0, 1 << 30));
        try (var device = scratch.open(path)) {
            device.allocateDma(4096);
            assertThatThrownBy(() -> device.allocateDma(8192))
                    .isInstanceOfSatisfying(
                            TransportException.class, refusal -> assertThat(refusal.errno()).hasValue(Errno.ENOMEM))
                    .hasMessage(
                            "0000:04:10.0: mapping memory: mapping 8192 bytes at device address 11000h failed: ENOMEM, "
                                    + "not enough memory or locked memory. Raise the limit of locked memory of the process: ulimit -l");
            assertThat(scratch.host.mappings()).hasSize(1);
            assertThat(device.allocateDma(4096).deviceAddress()).isEqualTo(0x11000);
        }
    }

    @Test
    void theLimitOfMappingsNamesItsParameter() {
        limit(1, Long.MAX_VALUE, new FakeArea(0, 1 << 30));
        try (var device = scratch.open(AccessPath.GROUP)) {
            device.allocateDma(1);
            assertThatThrownBy(() -> device.allocateDma(1))
                    .hasMessageContaining("ENOSPC")
                    .hasMessageContaining("/sys/module/vfio_iommu_type1/parameters/dma_entry_limit");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE - 100})
    void sizesThatNoMemoryHasAreRefused(long size) {
        try (var device = scratch.open(AccessPath.GROUP)) {
            assertThatThrownBy(() -> device.allocateDma(size))
                    .isInstanceOf(InvalidValueException.class)
                    .hasMessageStartingWith("0000:04:10.0: mapping memory: byteSize is " + size);
        }
    }

    @Test
    void closingTwiceAndAfterTheDeviceDoesNothing() {
        var device = scratch.open(AccessPath.CDEV);
        var first = device.allocateDma(1);
        var second = device.allocateDma(1);
        first.close();
        first.close();
        device.close();
        first.close();
        second.close();
        assertThatThrownBy(() -> second.segment().get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(
                IllegalStateException.class);
    }

    /// Unmaps behind the back of the device, as another owner of the container would.
    private void unmapSecretly(AccessPath path, DmaMemory memory) {
        boolean group = path == AccessPath.GROUP;
        String node = group ? "/dev/vfio/vfio" : "/dev/iommu";
        int fd = scratch.host.openDescriptors().stream()
                .filter(name -> name.endsWith(" " + node))
                .mapToInt(name -> Integer.parseInt(name.substring(0, name.indexOf(' '))))
                .findFirst()
                .orElseThrow();
        try (var arena = Arena.ofConfined()) {
            var unmap = arena.allocate(24, 8);
            unmap.set(ValueLayout.JAVA_INT, 0, 24);
            unmap.set(ValueLayout.JAVA_INT, 4, group ? 0 : 2);
            unmap.set(ValueLayout.JAVA_LONG, 8, memory.deviceAddress());
            unmap.set(ValueLayout.JAVA_LONG, 16, memory.byteSize());
            for (int ioas = 1; ioas < 5 && unmap.get(ValueLayout.JAVA_LONG, 16) > 0; ioas++) {
                unmap.set(ValueLayout.JAVA_INT, 4, group ? 0 : ioas);
                if (scratch.host.host().calls().ioctl(fd, group ? 0x3B72 : 0x3B86, unmap) == 0) {
                    return;
                }
            }
            throw new AssertionError("nothing unmapped");
        }
    }

    @ParameterizedTest
    @CsvSource({"GROUP, the kernel unmapped 0 bytes at device address 10000h", "CDEV, ENOENT"})
    void memoryThatSomebodyElseUnmappedIsAnErrorAndGoesWithTheDevice(AccessPath path, String text) {
        var device = scratch.open(path);
        var memory = device.allocateDma(4096);
        unmapSecretly(path, memory);
        assertThatThrownBy(memory::close)
                .isInstanceOf(TransportException.class)
                .hasMessageStartingWith("0000:04:10.0: unmapping memory: ")
                .hasMessageContaining(text);
        assertThat(scratch.host.mappings()).as("the device might still reach it").hasSize(1);
        assertThatThrownBy(device::close).hasMessageContaining(text);
        scratch.host.assertNothingLeft();
    }

    @Test
    void memoryThatACallUsesIsGivenBackWhenItIsClosedAgain() throws InterruptedException {
        var device = scratch.open(AccessPath.GROUP);
        var memory = device.allocateDma(1);
        var held = HeldMemory.hold(memory.segment());
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(memory::close)
                    .isInstanceOfSatisfying(
                            TransportException.class,
                            busy -> assertThat(busy.category()).isEqualTo(FailureCategory.RETRY))
                    .hasMessageContaining("is still used by a call of another thread");
            assertThat(scratch.host.dmaMappings()).isEmpty();
            assertThat(scratch.host.mappings()).hasSize(1);
        }
        held.end();
        memory.close();
        assertThat(scratch.host.mappings()).isEmpty();
        device.close();
    }

    @Test
    void aDeviceWhoseMemoryACallUsesIsClosedAllTheSameAndTheMemoryGoesLater() throws InterruptedException {
        var device = scratch.open(AccessPath.CDEV);
        var memory = device.allocateDma(1);
        device.region(0);
        var held = HeldMemory.hold(memory.segment());
        assertThatThrownBy(device::close).hasMessageContaining("is still used by a call of another thread");
        assertThat(scratch.host.openDescriptors()).isEmpty();
        assertThat(scratch.host.mappings()).hasSize(1);
        held.end();
        device.close();
        assertThat(scratch.host.mappings()).isEmpty();
    }

    @Test
    void anAddressIsNotGivenOutAgainWhileItIsMapped() {
        try (var device = scratch.open(AccessPath.GROUP)) {
            var memory = device.allocateDma(1);
            scratch.host.failNext(FakeCall.named("UNMAP_DMA"), Errno.EBUSY);
            assertThatThrownBy(memory::close).hasMessageContaining("EBUSY");
            assertThat(device.allocateDma(1).deviceAddress()).isNotEqualTo(memory.deviceAddress());
            memory.close();
            assertThat(device.allocateDma(1).deviceAddress()).isEqualTo(memory.deviceAddress());
        }
    }
}
