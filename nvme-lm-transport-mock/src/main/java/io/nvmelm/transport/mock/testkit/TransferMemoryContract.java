package io.nvmelm.transport.mock.testkit;

import static io.nvmelm.transport.mock.testkit.AdminCalls.PAGE_BYTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.nvmelm.InvalidValueException;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What [TransferMemory] promises, whatever transport lends it. The first part of [AdminTransportContract], which is what
/// to extend.
@SuppressWarnings("exports") // of JUnit: whoever uses the test kit requires it, nobody else has to
public abstract class TransferMemoryContract {
    private static final byte PATTERN = 0x5A;

    private final List<AdminTransport> opened = new ArrayList<>();
    private Optional<AdminTransport> transport = Optional.empty();

    /// For subclasses.
    protected TransferMemoryContract() {}

    /// Opens a transport to a controlling controller. Called once in a test, when it first needs the transport, and again by
    /// [#openAnotherTransport()]. The contract closes it.
    ///
    /// @return the transport, without commands under way
    protected abstract AdminTransport openTransport();

    /// Opens a second transport while the first is open, to see that they do not take each other's memory. To be overridden
    /// where a controller can have only one.
    ///
    /// @return the transport, which the contract closes; empty where there can be only one
    protected Optional<AdminTransport> openAnotherTransport() {
        return Optional.of(openTransport());
    }

    /// {@return how long the contract waits for what has to come} To be overridden for a transport that takes longer than 30 s.
    protected Duration patience() {
        return Duration.ofSeconds(30);
    }

    /// {@return the transport of this test; opened at the first call}
    protected final AdminTransport transport() {
        if (transport.isEmpty()) {
            transport = Optional.of(closedAfterwards(openTransport()));
        }
        return transport.get();
    }

    /// {@return a second transport, if there can be one}
    final Optional<AdminTransport> anotherTransport() {
        return openAnotherTransport().map(this::closedAfterwards);
    }

    private AdminTransport closedAfterwards(AdminTransport another) {
        opened.add(another);
        return another;
    }

    final AdminCalls calls() {
        return new AdminCalls(transport(), patience());
    }

    /// Closes every transport of the test.
    @AfterEach
    public void closeTransports() {
        opened.forEach(AdminTransport::close);
    }

    private List<Long> sizes() {
        long maximum = transport().limits().maximumTransferBytes();
        return List.of(1L, 3L, 64L, 4095L, 4096L, maximum - 1, maximum);
    }

    /// Memory has the size that was asked for and every byte is 0.
    @Test
    public void memoryHasTheSizeAskedForAndIsZeroed() {
        for (long byteSize : sizes()) {
            try (var memory = transport().allocate(byteSize)) {
                assertThat(memory.segment().byteSize()).isEqualTo(byteSize);
                assertThat(firstByteUnlike(memory, (byte) 0)).as("first byte that is not 0 of %d", byteSize).isEqualTo(
                        -1);
                assertThat(memory.isQuarantined()).isFalse();
            }
        }
    }

    /// Memory that was used before is zeroed again when it is lent once more.
    @Test
    public void memoryOfAnEarlierUserIsZeroed() {
        for (int round = 0; round < 4; round++) {
            try (var memory = transport().allocate(PAGE_BYTES)) {
                assertThat(firstByteUnlike(memory, (byte) 0)).as("first byte that is not 0, round %d", round).isEqualTo(
                        -1);
                memory.segment().fill(PATTERN);
            }
        }
    }

    /// Every byte can be written and read back, from any thread.
    @Test
    public void memoryIsReadAndWrittenByAnyThread() {
        for (long byteSize : sizes()) {
            try (var memory = transport().allocate(byteSize)) {
                Background.start("writer", () -> memory.segment().fill(PATTERN)).join(patience());
                assertThat(firstByteUnlike(memory, PATTERN)).as("first byte lost of %d", byteSize).isEqualTo(-1);
                memory.segment().set(ValueLayout.JAVA_BYTE, byteSize - 1, (byte) 1);
                Background.start("reader", () -> assertThat(memory.segment().get(ValueLayout.JAVA_BYTE, byteSize - 1))
                        .isEqualTo((byte) 1))
                        .join(patience());
            }
        }
    }

    /// Two pieces of memory that are lent at the same time do not overlap.
    @Test
    public void piecesOfMemoryDoNotOverlap() {
        try (var one = transport().allocate(100);
                var other = transport().allocate(100)) {
            one.segment().fill(PATTERN);
            assertThat(firstByteUnlike(other, (byte) 0)).isEqualTo(-1);
            assertThat(one.segment().asOverlappingSlice(other.segment())).isEmpty();
        }
    }

    /// A size below 1 or above the limit is refused by name, and the next request is served.
    @Test
    public void aSizeOutOfBoundsIsRefused() {
        long maximum = transport().limits().maximumTransferBytes();
        for (long byteSize : new long[] {0, -1, Long.MIN_VALUE, maximum + 1, Long.MAX_VALUE}) {
            var refusal =
                    catchThrowableOfType(InvalidValueException.class, () -> transport().allocate(byteSize).close());
            assertThat(refusal).as("refusal of %d bytes", byteSize).isNotNull();
            assertThat(AdminCalls.requireExplained(refusal).value()).isEqualTo(Long.toString(byteSize));
        }
        transport().allocate(maximum).close();
    }

    /// Memory may be closed more than once.
    @Test
    public void closingMemoryTwiceIsClosingItOnce() {
        var memory = transport().allocate(PAGE_BYTES);
        memory.close();
        memory.close();
        try (var another = transport().allocate(PAGE_BYTES)) {
            memory.close();
            another.segment().fill(PATTERN);
            assertThat(memory.isQuarantined()).isFalse();
        }
    }

    /// Memory that is given back can be lent again, as often as one likes.
    @Test
    public void memoryDoesNotRunOut() {
        long byteSize = transport().limits().maximumTransferBytes();
        for (int round = 0; round < 200; round++) {
            transport().allocate(byteSize).close();
        }
    }

    /// Closing the transport gives its memory back; closing that memory afterwards does nothing.
    @Test
    public void memoryOutlivesItsTransportAsAnEmptyShell() {
        var memory = transport().allocate(PAGE_BYTES);
        transport().close();
        assertThat(memory.isQuarantined()).isFalse();
        memory.close();
        memory.close();
    }

    /// {@return index of the first byte that is another; -1 for none}
    static long firstByteUnlike(TransferMemory memory, byte expected) {
        var segment = memory.segment();
        for (long i = 0; i < segment.byteSize(); i++) {
            if (segment.get(ValueLayout.JAVA_BYTE, i) != expected) {
                return i;
            }
        }
        return -1;
    }
}
