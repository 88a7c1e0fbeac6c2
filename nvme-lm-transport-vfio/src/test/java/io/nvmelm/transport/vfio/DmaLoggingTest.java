package io.nvmelm.transport.vfio;

import static io.nvmelm.transport.vfio.VfioMigratableDeviceFixture.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.DirtyMemoryTracking;
import io.nvmelm.DirtyMemoryTracking.MemoryRange;
import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.fake.FakeCall;
import io.nvmelm.transport.vfio.fake.FakeDmaLogging;
import io.nvmelm.transport.vfio.fake.FakeErrno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DmaLoggingTest {
    private static final long PAGE = 4096;
    private static final MemoryRange MEGABYTE = new MemoryRange(0x10_0000, 1 << 20);
    private static final long SEED = 20_260_120;

    private final VfioMigratableDeviceFixture fixture = new VfioMigratableDeviceFixture(7);
    private final FakeDmaLogging logging = new FakeDmaLogging();
    private final VfioMigratableDevice device;
    private final DirtyMemoryTracking tracking;

    DmaLoggingTest() {
        fixture.pci.logging(logging);
        device = fixture.open();
        tracking = device.dirtyMemory().orElseThrow();
    }

    @AfterEach
    void nothingIsLeft() {
        device.close();
        fixture.kernel.assertNothingLeft();
    }

    private static BitSet bits(MemorySegment bitmap) {
        return BitSet.valueOf(bitmap.toArray(ValueLayout.JAVA_BYTE));
    }

    @Test
    void writtenPagesAreReportedOnce() {
        assertThat(tracking.start(List.of(MEGABYTE), PAGE)).isEqualTo(PAGE);
        logging.recordWrite(0x10_0000, 1);
        logging.recordWrite(0x10_0000 + 65 * PAGE - 1, 2);
        var bitmap = MemorySegment.ofArray(new byte[32]);
        tracking.report(MEGABYTE, PAGE, bitmap);
        assertThat(bits(bitmap).stream()).containsExactly(0, 64, 65);
        var second = MemorySegment.ofArray(new byte[32]);
        tracking.report(MEGABYTE, PAGE, second);
        assertThat(bits(second).isEmpty()).isTrue();
        tracking.stop();
        assertThat(logging.running()).isFalse();
    }

    @Test
    void bitsThatAreSetStaySetAndBytesBehindTheBitmapStayAsTheyAre() {
        tracking.start(List.of(MEGABYTE), PAGE);
        logging.recordWrite(0x10_0000 + 9 * PAGE, 1);
        logging.recordWrite(0x10_0000 + 12 * PAGE, 1);
        byte[] bytes = new byte[40];
        bytes[0] = (byte) 0x81;
        bytes[2] = 0x55;
        tracking.report(new MemoryRange(0x10_0000, 12 * PAGE), PAGE, MemorySegment.ofArray(bytes).asSlice(0, 2));
        assertThat(bytes[0]).isEqualTo((byte) 0x81);
        assertThat(bytes[1]).isEqualTo((byte) 0x02);
        assertThat(bytes[2]).isEqualTo((byte) 0x55);
    }

    /// Whatever memory the bitmap is, the same bits arrive.
    @Test
    void everyKindOfMemoryTakesTheSameBits() {
        var random = new SplittableRandom(SEED);
        try (var arena = Arena.ofConfined()) {
            var kinds = List.of(
                    MemorySegment.ofArray(new byte[64]).asSlice(3, 35),
                    MemorySegment.ofArray(new long[5]),
                    arena.allocate(64).asSlice(1, 33),
                    arena.allocate(32, 8));
            tracking.start(List.of(MEGABYTE), PAGE);
            for (var bitmap : kinds) {
                bitmap.fill((byte) 0);
                var expected = new BitSet();
                for (int i = 0; i < 40; i++) {
                    int page = random.nextInt(256);
                    expected.set(page);
                    logging.recordWrite(0x10_0000 + page * PAGE, 1);
                }
                tracking.report(MEGABYTE, PAGE, bitmap);
                assertThat(bits(bitmap)).as("bitmap %s, seed %d", bitmap, SEED).isEqualTo(expected);
            }
        }
    }

    /// One call of the kernel reports up to 524 288 pages.
    @Test
    void aLargeRangeIsReportedInParts() {
        var range = new MemoryRange(0, (524_288 + 100) * PAGE);
        tracking.start(List.of(range), PAGE);
        int[] pages = {0, 524_287, 524_288, 524_387};
        IntStream.of(pages).forEach(page -> logging.recordWrite(page * PAGE, 1));
        fixture.kernel.clearLog();
        var bitmap = MemorySegment.ofArray(new byte[65_549]);
        tracking.report(range, PAGE, bitmap);
        assertThat(bits(bitmap).stream()).containsExactly(0, 524_287, 524_288, 524_387);
        assertThat(fixture.calls("GET_DMA_LOGGING_REPORT")).isEqualTo(2);
    }

    @Test
    void theDeviceMayChooseALargerGranule() {
        device.close();
        var coarse = new FakeDmaLogging(16 * PAGE);
        fixture.pci.logging(coarse);
        try (var other = fixture.open()) {
            var its = other.dirtyMemory().orElseThrow();
            assertThat(its.start(List.of(MEGABYTE), PAGE)).isEqualTo(16 * PAGE);
            coarse.recordWrite(0x10_0000 + 17 * PAGE, 1);
            var bitmap = MemorySegment.ofArray(new byte[32]);
            its.report(MEGABYTE, PAGE, bitmap);
            assertThat(bits(bitmap).stream()).containsExactlyElementsOf(
                    IntStream.range(16, 32).boxed().toList());
        }
    }

    @Test
    void whatTheKernelWouldRefuseIsRefusedWithItsReason() {
        fixture.kernel.clearLog();
        var tooMany = IntStream.range(0, 257)
                .mapToObj(i -> new MemoryRange(i * 2 * PAGE, PAGE))
                .toList();
        assertThat(refusal(InvalidValueException.class, () -> tracking.start(tooMany, PAGE)).field())
                .isEqualTo("ranges");
        refusal(InvalidValueException.class, () -> tracking.start(List.of(), PAGE));
        for (long size : new long[] {0, 1, 2048, 6000, -4096, Long.MIN_VALUE}) {
            assertThat(refusal(InvalidValueException.class, () -> tracking.start(List.of(MEGABYTE), size))
                    .field())
                    .isEqualTo("pageByteSize");
        }
        refusal(InvalidValueException.class, () -> tracking.start(List.of(new MemoryRange(1, PAGE)), PAGE));
        refusal(InvalidValueException.class, () -> tracking.start(List.of(new MemoryRange(0, 100)), PAGE));
        var high = new MemoryRange(-2 * PAGE, 2 * PAGE);
        var overlap = List.of(high, MEGABYTE, new MemoryRange(-PAGE, PAGE));
        assertThat(refusal(InvalidValueException.class, () -> tracking.start(overlap, PAGE)))
                .hasMessageContaining("do not overlap");
        assertThat(fixture.calls("SET_DMA_LOGGING_START")).isZero();
        assertThat(tracking.start(tooMany.subList(0, 256), PAGE)).isEqualTo(PAGE);
        assertThat(logging.ranges()).hasSize(256);
    }

    @Test
    void aReportThatDoesNotFitIsRefusedBeforeTheKernelIsAsked() {
        tracking.start(List.of(MEGABYTE), PAGE);
        fixture.kernel.clearLog();
        var bitmap = MemorySegment.ofArray(new byte[31]);
        assertThat(refusal(InvalidValueException.class, () -> tracking.report(MEGABYTE, PAGE, bitmap)))
                .hasMessageContaining("32 bytes or more");
        var readOnly = MemorySegment.ofArray(new byte[32]).asReadOnly();
        refusal(InvalidValueException.class, () -> tracking.report(MEGABYTE, PAGE, readOnly));
        var room = MemorySegment.ofArray(new byte[32]);
        refusal(InvalidValueException.class, () -> tracking.report(MEGABYTE, 512, room));
        refusal(InvalidValueException.class, () -> tracking.report(new MemoryRange(7, PAGE), PAGE, room));
        MemorySegment dead;
        try (var arena = Arena.ofConfined()) {
            dead = arena.allocate(32);
        }
        refusal(InvalidValueException.class, () -> tracking.report(MEGABYTE, PAGE, dead));
        assertThat(fixture.kernel.log()).isEmpty();
    }

    @Test
    void trackingIsStartedOnceAndReportedWhileItRuns() {
        var bitmap = MemorySegment.ofArray(new byte[32]);
        refusal(DeviceStateException.class, () -> tracking.report(MEGABYTE, PAGE, bitmap));
        tracking.stop();
        tracking.start(List.of(MEGABYTE), PAGE);
        refusal(DeviceStateException.class, () -> tracking.start(List.of(MEGABYTE), PAGE));
        tracking.stop();
        tracking.start(List.of(MEGABYTE), PAGE);
        device.close();
        refusal(DeviceStateException.class, () -> tracking.start(List.of(MEGABYTE), PAGE));
        refusal(DeviceStateException.class, () -> tracking.report(MEGABYTE, PAGE, bitmap));
        refusal(DeviceStateException.class, tracking::stop);
    }

    /// A reset ends what the device logged; saying that nothing was written would lose memory.
    @Test
    void afterAResetTrackingHasToBeStartedAgain() {
        tracking.start(List.of(MEGABYTE), PAGE);
        device.reset();
        var bitmap = MemorySegment.ofArray(new byte[32]);
        assertThat(refusal(DeviceStateException.class, () -> tracking.report(MEGABYTE, PAGE, bitmap)))
                .hasMessageContaining("all memory for written");
        fixture.kernel.failNext(FakeCall.named("SET_DMA_LOGGING_STOP"), FakeErrno.EINVAL);
        tracking.stop();
        tracking.start(List.of(MEGABYTE), PAGE);
        tracking.report(MEGABYTE, PAGE, bitmap);
    }

    @Test
    void failuresOfTheKernelSayWhatToDoAndDoNotEndTheDevice() {
        fixture.kernel.failNext(FakeCall.named("SET_DMA_LOGGING_START"), FakeErrno.ENOMEM);
        assertThat(refusal(TransportException.class, () -> tracking.start(List.of(MEGABYTE), PAGE))
                .errno())
                .hasValue(FakeErrno.ENOMEM);
        tracking.start(List.of(MEGABYTE), PAGE);
        fixture.kernel.failNext(FakeCall.named("GET_DMA_LOGGING_REPORT"), FakeErrno.ENODEV);
        var failure = refusal(
                TransportException.class,
                () -> tracking.report(MEGABYTE, PAGE, MemorySegment.ofArray(new byte[32])));
        assertThat(failure.category()).isEqualTo(FailureCategory.ABORT_MIGRATION);
        fixture.kernel.failNext(FakeCall.named("SET_DMA_LOGGING_STOP"), FakeErrno.EIO);
        refusal(TransportException.class, tracking::stop);
        tracking.stop();
        assertThat(device.state()).isEqualTo(DeviceState.RUNNING);
    }

    @Test
    void trackingGoesOnOverArcs() {
        tracking.start(List.of(MEGABYTE), PAGE);
        device.setState(DeviceState.PRE_COPY);
        logging.recordWrite(0x10_0000, 1);
        device.setState(DeviceState.STOP_COPY);
        var bitmap = MemorySegment.ofArray(new byte[32]);
        tracking.report(MEGABYTE, PAGE, bitmap);
        assertThat(bits(bitmap).stream()).containsExactly(0);
    }

    @Test
    void aGranuleThatIsNoneIsNotTrusted() {
        device.close();
        var nonsense = new FakeDmaLogging(5000);
        fixture.pci.logging(nonsense);
        try (var other = fixture.open()) {
            var its = other.dirtyMemory().orElseThrow();
            refusal(InvalidValueException.class, () -> its.start(List.of(MEGABYTE), PAGE));
            assertThat(nonsense.running()).isFalse();
        }
    }

    @Test
    void aBorrowedDeviceIsNotLeftTracking() {
        device.close();
        try (var plain = fixture.openPlain()) {
            try (var other = VfioMigratableDevice.over(plain)) {
                other.dirtyMemory().orElseThrow().start(List.of(MEGABYTE), PAGE);
                assertThat(logging.running()).isTrue();
            }
            assertThat(logging.running()).isFalse();
        }
    }
}
