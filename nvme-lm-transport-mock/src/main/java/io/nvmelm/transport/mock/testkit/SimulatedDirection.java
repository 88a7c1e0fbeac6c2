package io.nvmelm.transport.mock.testkit;

import io.nvmelm.InvalidValueException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;

/// One direction of a [SimulatedLink], and what goes wrong in it. Bytes are counted from 0 on over the life of the link, as they are written;
/// faults are written down before the bytes that they are about. Thread-safe.
public final class SimulatedDirection {
    private static final long NEVER = Long.MAX_VALUE;
    private static final double NANOS_PER_SECOND = 1e9;

    /// Bytes that arrive together.
    private record Piece(ByteBuffer bytes, long arrivesNanos) {}

    /// What happens to bytes before they leave.
    ///
    /// @param position the first of them
    private record Fault(long position, Change change) {}

    private interface Change {
        byte[] of(byte[] bytes, long firstByte);
    }

    private final SimulatedLink link;
    private final Baton baton;
    private final ArrayDeque<Piece> pieces = new ArrayDeque<>();
    private final List<Fault> faults = new ArrayList<>();
    private long breakAt = NEVER;
    private long closeAt = NEVER;
    private long stallAt = NEVER;
    private Duration stall = Duration.ZERO;
    private long delayAt = NEVER;
    private Duration delay = Duration.ZERO;
    private long writtenBytes;
    private long underWayBytes;
    private long lineFreeNanos;
    private long endNanos = NEVER;
    /// Whether nothing that is written arrives any more.
    private boolean isCut;

    SimulatedDirection(SimulatedLink link, Baton baton) {
        this.link = link;
        this.baton = baton;
    }

    /// {@return bytes written so far, before faults}
    public long writtenBytes() {
        return locked(() -> writtenBytes);
    }

    /// Breaks the whole connection when a byte would arrive: neither it nor any later one does, and what is under way the other way is lost.
    ///
    /// @param position the byte, from 0
    /// @return this
    public SimulatedDirection breaksAt(long position) {
        return setUp(position, () -> breakAt = position);
    }

    /// Ends this direction before a byte: the reader reads all before it, and then the end. The writer notices nothing.
    ///
    /// @param position the byte, from 0
    /// @return this
    public SimulatedDirection closesAt(long position) {
        return setUp(position, () -> closeAt = position);
    }

    /// Lets nothing arrive from a byte on, without anybody being told.
    ///
    /// @param position the byte, from 0
    /// @return this
    public SimulatedDirection stallsAt(long position) {
        return stallsAt(position, Duration.ofNanos(NEVER));
    }

    /// Holds everything up at a byte once.
    ///
    /// @param position the byte, from 0
    /// @param time     how long
    /// @return this
    public SimulatedDirection stallsAt(long position, Duration time) {
        return setUp(position, () -> {
            stallAt = position;
            stall = time;
        });
    }

    /// Makes the way longer from a byte on.
    ///
    /// @param position the byte, from 0
    /// @param time     how much longer
    /// @return this
    public SimulatedDirection delaysFrom(long position, Duration time) {
        return setUp(position, () -> {
            delayAt = position;
            delay = time;
        });
    }

    /// Changes bits of one byte.
    ///
    /// @param position the byte, from 0
    /// @param mask     bits that are inverted, 1 to 255
    /// @return this
    /// @throws InvalidValueException when the mask is out of bounds
    public SimulatedDirection corrupts(long position, int mask) {
        if (mask < 1 || mask > 0xFF) {
            throw new InvalidValueException("mask", Integer.toString(mask), "1 to 255");
        }
        return add(position, (bytes, first) -> {
            if (position >= first && position < first + bytes.length) {
                bytes[(int) (position - first)] ^= (byte) mask;
            }
            return bytes;
        });
    }

    /// Lets bytes vanish; those behind them follow those before them.
    ///
    /// @param position the first byte, from 0
    /// @param count    how many, 1 or more
    /// @return this
    public SimulatedDirection drops(long position, int count) {
        return add(position, (bytes, first) -> repeated(bytes, first, position, count, 0));
    }

    /// Lets bytes arrive twice. A range that is written in several calls is doubled in as many parts.
    ///
    /// @param position the first byte, from 0
    /// @param count    how many, 1 or more
    /// @return this
    public SimulatedDirection duplicates(long position, int count) {
        return add(position, (bytes, first) -> repeated(bytes, first, position, count, 2));
    }

    private static byte[] repeated(byte[] bytes, long first, long position, int count, int times) {
        int from = Math.clamp(position - first, 0, bytes.length);
        int to = Math.clamp(position + count - first, 0, bytes.length);
        var changed = ByteBuffer.allocate(bytes.length + (times - 1) * (to - from)).put(bytes, 0, from);
        for (int i = 0; i < times; i++) {
            changed.put(bytes, from, to - from);
        }
        return changed.put(bytes, to, bytes.length - to).array();
    }

    /// The last bytes are changed first, so that a fault that moves bytes leaves the others their places.
    private SimulatedDirection add(long position, Change change) {
        return setUp(position, () -> {
            faults.add(new Fault(position, change));
            faults.sort(Comparator.comparingLong(Fault::position).reversed());
        });
    }

    private SimulatedDirection setUp(long position, Runnable change) {
        if (position < 0) {
            throw new InvalidValueException("position", Long.toString(position), "0 or more");
        }
        return locked(() -> {
            change.run();
            return this;
        });
    }

    private <T> T locked(Supplier<T> action) {
        baton.lock.lock();
        try {
            return action.get();
        } finally {
            baton.lock.unlock();
        }
    }

    // What follows is called by the two ends, under the lock.

    /// {@return how many bytes may be written now}
    int room() {
        return (int) Math.max(0, link.windowBytes() - underWayBytes);
    }

    /// Takes bytes.
    void write(byte[] bytes, long now) {
        long first = writtenBytes;
        writtenBytes += bytes.length;
        if (isCut) {
            return;
        }
        int whole = Math.clamp(Math.min(breakAt, closeAt) - first, 0, bytes.length);
        int from = 0;
        while (from < whole) {
            if (first + from >= stallAt && !stall.isZero()) {
                lineFreeNanos = later(Math.max(lineFreeNanos, now), stall);
                stall = Duration.ZERO;
            }
            int to = cut(stallAt - first, from, cut(delayAt - first, from, whole));
            send(bytes, first, from, to, now);
            from = to;
        }
        if (whole < bytes.length) {
            long arrival = later(Math.max(lineFreeNanos, now), link.latency());
            if (breakAt <= closeAt) {
                link.breakAt(arrival);
            } else {
                endNanos = arrival;
            }
            isCut = true;
        }
    }

    private static int cut(long place, int from, int to) {
        return place > from && place < to ? (int) place : to;
    }

    private void send(byte[] bytes, long first, int from, int to, long now) {
        var changed = Arrays.copyOfRange(bytes, from, to);
        for (var fault : faults) {
            changed = fault.change().of(changed, first + from);
        }
        lineFreeNanos = later(
                Math.max(lineFreeNanos, now),
                Duration.ofNanos((long) ((to - from) * NANOS_PER_SECOND / link.bytesPerSecond())));
        long arrival = later(lineFreeNanos, first + from >= delayAt ? link.latency().plus(delay) : link.latency());
        pieces.add(new Piece(ByteBuffer.wrap(changed), arrival));
        underWayBytes += changed.length;
    }

    /// {@return the bytes moved, those that have arrived by then; -1 at the end of the direction, 0 when nothing is there}
    int read(ByteBuffer target, long moment) {
        int moved = 0;
        var piece = pieces.peek();
        while (piece != null && piece.arrivesNanos() <= moment && target.hasRemaining()) {
            int count = Math.min(target.remaining(), piece.bytes().remaining());
            target.put(piece.bytes().slice().limit(count));
            piece.bytes().position(piece.bytes().position() + count);
            moved += count;
            if (!piece.bytes().hasRemaining()) {
                pieces.remove();
            }
            piece = pieces.peek();
        }
        underWayBytes -= moved;
        return moved == 0 && nextNanos() == endNanos && endNanos <= moment ? -1 : moved;
    }

    /// {@return when the next byte or the end arrives, [Long#MAX_VALUE] when none is under way}
    long nextNanos() {
        var piece = pieces.peek();
        return piece == null ? endNanos : piece.arrivesNanos();
    }

    /// The writer writes no more.
    ///
    /// @return when the reader can know
    long close(long now) {
        long arrival = later(Math.max(lineFreeNanos, now), link.latency());
        endNanos = Math.min(endNanos, arrival);
        return arrival;
    }

    static long later(long time, Duration by) {
        long nanos = by.toNanos();
        return time > NEVER - nanos ? NEVER : time + nanos;
    }
}
