package io.nvmelm.transport.mock.testkit;

import io.nvmelm.CapabilityMissingException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import io.nvmelm.spi.TransportLimits;
import io.nvmelm.transport.mock.testkit.DefectiveTransport.Defect;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// How a [DefectiveTransport] lends the ring memory of the transport that it works through.
final class DefectiveRings {
    private static final String REASON = "this transport has no pins";
    private static final int PAGE = 4096;

    private final AdminTransport delegate;
    private final Defect defect;
    private Optional<TransferMemory> earlier = Optional.empty();

    DefectiveRings(AdminTransport delegate, Defect defect) {
        this.delegate = delegate;
        this.defect = defect;
    }

    /// Ring memory and the bytes that its owner is shown.
    ///
    /// @param actual what the delegate knows
    /// @param shown  what the owner sees
    record Ring(TransferMemory actual, MemorySegment shown) {}

    TransportLimits limits() {
        var limits = delegate.limits();
        return switch (defect) {
            case NO_RINGS, HIDES_WHY_THERE_ARE_NO_RINGS, LENDS_RINGS_IT_DENIES -> new TransportLimits(
                    limits.maximumTransferBytes(), limits.maximumCommandsInFlight(), REASON);
            default -> limits;
        };
    }

    Ring allocate(long byteSize, boolean isClosed) {
        return switch (defect) {
            case NO_RINGS -> throw new CapabilityMissingException("A ring", "pins: " + REASON, "Poll");
            case HIDES_WHY_THERE_ARE_NO_RINGS -> throw new CapabilityMissingException("A ring", "pins", "Poll");
            case TAKES_ANY_RING_SIZE -> whole(delegate.allocateRing(Math.clamp(byteSize, 1, 1L << 30)));
            case RINGS_ARE_NOT_ZEROED -> {
                var ring = whole(delegate.allocateRing(byteSize));
                ring.shown.set(ValueLayout.JAVA_BYTE, byteSize - 1, (byte) 1);
                yield ring;
            }
            case RINGS_BEGIN_ANYWHERE -> {
                var ring = delegate.allocateRing(byteSize + 8);
                yield new Ring(ring, ring.segment().asSlice(8, byteSize));
            }
            case LENDS_NO_LARGE_RINGS -> {
                if (byteSize > limits().maximumTransferBytes()) {
                    throw new InvalidValueException("byteSize", Long.toString(byteSize), "less");
                }
                yield whole(delegate.allocateRing(byteSize));
            }
            case LENDS_THE_SAME_RING -> {
                var ring = earlier.filter(known -> known.segment().byteSize() == byteSize)
                        .orElseGet(() -> delegate.allocateRing(byteSize));
                earlier = Optional.of(ring);
                yield whole(ring);
            }
            case RINGS_ARE_ORDINARY_MEMORY -> whole(
                    byteSize > 0 && byteSize <= limits().maximumTransferBytes()
                            ? delegate.allocate(byteSize)
                            : delegate.allocateRing(byteSize));
            case LENDS_RINGS_WHEN_CLOSED -> isClosed
                    ? new Ring(earlier.orElseThrow(), MemorySegment.NULL)
                    : remembered(delegate.allocateRing(byteSize));
            case RINGS_ARE_LOST_AFTER_THE_COMMAND, SHOWS_ONE_PAGE_OF_RINGS -> new Ring(
                    delegate.allocateRing(byteSize),
                    Arena.ofAuto().allocate(Math.clamp(byteSize, 1, 1L << 30), PAGE));
            default -> whole(delegate.allocateRing(byteSize));
        };
    }

    private static Ring whole(TransferMemory ring) {
        return new Ring(ring, ring.segment());
    }

    private Ring remembered(TransferMemory ring) {
        earlier = Optional.of(ring);
        return whole(ring);
    }

    /// The owner looks at the bytes.
    void look(TransferMemory actual, MemorySegment shown) {
        if (defect == Defect.SHOWS_ONE_PAGE_OF_RINGS && shown.address() != actual.segment().address()) {
            shown.asSlice(0, Math.min(shown.byteSize(), PAGE)).copyFrom(
                    actual.segment().asSlice(0, Math.min(shown.byteSize(), PAGE)));
        }
    }

    /// A command names a ring.
    void named(TransferMemory actual) {
        if (defect == Defect.WRITES_EARLIER_RINGS) {
            earlier.filter(ring -> ring != actual).ifPresent(ring -> ring.segment().set(ValueLayout.JAVA_BYTE, 0,
                    (byte) 1));
            earlier = Optional.of(actual);
        }
    }
}
