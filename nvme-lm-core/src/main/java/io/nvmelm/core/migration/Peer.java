package io.nvmelm.core.migration;

import io.nvmelm.DeadlineExceededException;
import io.nvmelm.MigrationChannel;
import io.nvmelm.PeerException;
import io.nvmelm.core.stream.ByteSink;
import io.nvmelm.core.stream.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/// The connection to the other side, by the clock: waits end by the deadline of the phase, by the silence of the other side and by a
/// cancellation; what is sent keeps to a rate. Not thread-safe.
final class Peer implements ByteSource, ByteSink {
    /// What is sent at a limited rate goes out in parts of this many per second.
    private static final int PARTS_PER_SECOND = 20;
    /// How long this side waits for room to send before it looks whether the other side has said something.
    private static final long LISTENING_NANOS = 100_000_000;

    private final MigrationChannel channel;
    private final MigrationClock clock;
    private final Decision decision;
    private final long silenceNanos;
    /// One byte that was read to see whether there is one.
    private final ByteBuffer ahead = ByteBuffer.allocate(1).limit(0);
    private String phase = "the phase of the beginning";
    private Duration phaseTime;
    private long phaseEnd;
    private boolean blackout;
    private Duration blackoutTime = Duration.ZERO;
    private long blackoutEnd;
    private long heardAt;
    private long promisedNanos;
    private boolean watchesSilence;
    private boolean heedsCancellation = true;
    private long bytesPerSecond = Long.MAX_VALUE;
    private long paidUntil;
    private long sentBytes;
    private long sendingNanos;
    private Runnable incoming = () -> {};

    Peer(MigrationChannel channel, MigrationClock clock, Decision decision, Duration silence) {
        this.channel = channel;
        this.clock = clock;
        this.decision = decision;
        this.silenceNanos = nanos(silence);
        this.phaseTime = silence;
        this.phaseEnd = later(clock.nanoTime(), silenceNanos);
        this.paidUntil = clock.nanoTime();
    }

    /// Begins a phase: everything in it has to be over by then.
    void deadline(String name, Duration time) {
        phase = "the phase " + name;
        phaseTime = time;
        phaseEnd = later(clock.nanoTime(), nanos(time));
        if (blackout && blackoutEnd - phaseEnd < 0) {
            phase = "the blackout";
            phaseTime = blackoutTime;
            phaseEnd = blackoutEnd;
        }
    }

    /// From here on every phase ends by the end of this time as well, until [#decided()]. To be called before [#deadline(String, Duration)].
    void blackoutBegins(Duration longest) {
        blackout = true;
        blackoutTime = longest;
        blackoutEnd = later(clock.nanoTime(), nanos(longest));
    }

    /// Sets how much is sent at most from now on.
    void rate(long bytes) {
        bytesPerSecond = bytes;
        paidUntil = clock.nanoTime();
    }

    /// From here on a wait also ends when the other side was silent for longer than it may be.
    void watchSilence() {
        watchesSilence = true;
        mayBeSilent(0);
    }

    /// From here on silence ends no wait.
    void bearSilence() {
        watchesSilence = false;
    }

    /// The other side has been heard, and asks for so much time beyond that which everybody has, until it says otherwise.
    void mayBeSilent(long nanos) {
        heardAt = clock.nanoTime();
        promisedNanos = nanos;
    }

    /// This side was busy: what the other side said meanwhile has not been read.
    void listensAgain() {
        heardAt = clock.nanoTime();
    }

    /// From here on neither a cancellation, or its echo, nor the longest blackout ends anything.
    void decided() {
        heedsCancellation = false;
        blackout = false;
    }

    /// Sets what is done when the other side says something while it takes no more bytes: it is expected to throw.
    void onIncoming(Runnable action) {
        incoming = action;
    }

    /// {@return bytes per second that went out while this side had something to send and was not held back by its own limit; 0 when that was
    /// too little to tell}
    long measuredRate() {
        return sendingNanos < 1_000_000 || sentBytes < 65_536 ? 0 : (long) (sentBytes * 1e9 / sendingNanos);
    }

    /// Looks, without waiting, whether the other side has said something.
    boolean hasSaidSomething() {
        requireGoing();
        if (ahead.hasRemaining()) {
            return true;
        }
        ahead.clear();
        try {
            int bytes = channel.read(ahead, 0);
            ahead.flip();
            if (bytes < 0) {
                throw ended();
            }
            return bytes > 0;
        } catch (IOException e) {
            ahead.limit(0);
            throw failed("receiving", e);
        }
    }

    @Override
    public int read(ByteBuffer target) {
        if (ahead.hasRemaining()) {
            target.put(ahead.get());
            return 1;
        }
        while (true) {
            requireGoing();
            long now = clock.nanoTime();
            long wait = phaseEnd - now;
            if (watchesSilence) {
                long silentUntil = later(heardAt, later(promisedNanos, silenceNanos));
                if (silentUntil - now <= 0) {
                    throw new DeadlineExceededException(
                            "waiting for a sign of life from the other side", Duration.ofNanos(now - heardAt));
                }
                wait = Math.min(wait, silentUntil - now);
            }
            try {
                int bytes = channel.read(target, wait);
                if (bytes > 0) {
                    heardAt = clock.nanoTime();
                    return bytes;
                }
                if (bytes < 0) {
                    throw ended();
                }
            } catch (IOException e) {
                throw failed("receiving", e);
            }
        }
    }

    @Override
    public void write(ByteBuffer source) {
        long begun = clock.nanoTime();
        long heldBack = 0;
        long bytes = source.remaining();
        long takenAt = begun;
        while (source.hasRemaining()) {
            requireGoing();
            long now = clock.nanoTime();
            if (now - takenAt >= silenceNanos) {
                throw new DeadlineExceededException(
                        "sending to the other side, which took no byte,", Duration.ofNanos(now - takenAt));
            }
            if (paidUntil - now > 0 && bytesPerSecond != Long.MAX_VALUE) {
                clock.await(paidUntil - now);
                takenAt = clock.nanoTime();
                heldBack += takenAt - now;
            } else if (writeSome(
                    source, Math.min(LISTENING_NANOS, Math.min(phaseEnd - now, silenceNanos - (now - takenAt))))) {
                takenAt = clock.nanoTime();
            } else if (hasSaidSomething()) {
                incoming.run();
            }
        }
        sentBytes += bytes;
        sendingNanos += clock.nanoTime() - begun - heldBack;
    }

    /// {@return whether a byte was taken}
    private boolean writeSome(ByteBuffer source, long nanos) {
        int limit = source.limit();
        if (bytesPerSecond != Long.MAX_VALUE) {
            long part = Math.max(1, bytesPerSecond / PARTS_PER_SECOND);
            source.limit((int) Math.min(limit, source.position() + part));
        }
        try {
            int bytes = channel.write(source, nanos);
            if (bytes > 0 && bytesPerSecond != Long.MAX_VALUE) {
                paidUntil = later(latest(paidUntil, clock.nanoTime()), (long) (bytes * 1e9 / bytesPerSecond));
            }
            return bytes > 0;
        } catch (IOException e) {
            throw failed("sending", e);
        } finally {
            source.limit(limit);
        }
    }

    /// Refuses to go on when cancelled, or when the phase is over.
    void requireGoing() {
        if (heedsCancellation) {
            decision.requireGoing();
        }
        if (phaseEnd - clock.nanoTime() <= 0) {
            throw new DeadlineExceededException(phase, phaseTime);
        }
    }

    private static PeerException ended() {
        return new PeerException("the connection ended", "Look at the report of the other side", null);
    }

    private static PeerException failed(String what, IOException cause) {
        return new PeerException(
                "the connection failed while " + what + ": " + cause, "Look at the network and the other side", cause);
    }

    static long nanos(Duration time) {
        return time.compareTo(Duration.ofNanos(Long.MAX_VALUE)) >= 0 ? Long.MAX_VALUE : time.toNanos();
    }

    private static long latest(long a, long b) {
        return a - b > 0 ? a : b;
    }

    /// A moment later than another, at most half of all time away so that differences keep their sign.
    private static long later(long moment, long by) {
        return moment + Math.min(by, Long.MAX_VALUE / 2);
    }
}
