package io.nvmelm.transport.mock;

import io.nvmelm.InvalidValueException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.SplittableRandom;

/// How long a controller takes, in virtual time. A command takes a fixed time for its class, plus a random part up to
/// the jitter, plus the time of its data on the controller's link, which carries one transfer after the other. Fetching
/// takes a time of its own, during which commands are visible as queued but not fetched.
///
/// Immutable.
public final class LatencyModel {

    /// Classes of commands with a latency of their own.
    public enum CommandClass {
        /// Admin commands but those of migration.
        ADMIN,
        /// Migration Send and Migration Receive.
        MIGRATION,
        /// I/O commands that read.
        READ,
        /// I/O commands that write.
        WRITE,
        /// Flush.
        FLUSH
    }

    private static final LatencyModel NONE =
            new LatencyModel(new EnumMap<>(CommandClass.class), 0, 0, Long.MAX_VALUE);

    private final EnumMap<CommandClass, Long> fixedNanos;
    private final long fetchNanos;
    private final long jitterNanos;
    private final long bytesPerSecond;

    private LatencyModel(
            EnumMap<CommandClass, Long> fixedNanos, long fetchNanos, long jitterNanos, long bytesPerSecond) {
        this.fixedNanos = fixedNanos;
        this.fetchNanos = fetchNanos;
        this.jitterNanos = jitterNanos;
        this.bytesPerSecond = bytesPerSecond;
    }

    /// {@return a model in which nothing takes time} Things still happen one after the other, when the clock is moved.
    public static LatencyModel none() {
        return NONE;
    }

    /// {@return this model with another latency for one class}
    ///
    /// @param commandClass the class
    /// @param latency      fixed time, 0 or more
    /// @throws InvalidValueException when the time is negative
    public LatencyModel with(CommandClass commandClass, Duration latency) {
        var changed = new EnumMap<>(fixedNanos);
        changed.put(commandClass, nanos("latency", latency));
        return new LatencyModel(changed, fetchNanos, jitterNanos, bytesPerSecond);
    }

    /// {@return this model with another time from a doorbell to the fetch}
    ///
    /// @param delay fixed time, 0 or more
    /// @throws InvalidValueException when the time is negative
    public LatencyModel withFetchDelay(Duration delay) {
        return new LatencyModel(fixedNanos, nanos("delay", delay), jitterNanos, bytesPerSecond);
    }

    /// {@return this model with another jitter}
    ///
    /// @param maximum largest random time that is added to a command, 0 or more
    /// @throws InvalidValueException when the time is negative
    public LatencyModel withJitter(Duration maximum) {
        return new LatencyModel(fixedNanos, fetchNanos, nanos("maximum", maximum), bytesPerSecond);
    }

    /// {@return this model with another bandwidth of each controller's link}
    ///
    /// @param bytesInOneSecond bytes that are moved in one second, 1 or more
    /// @throws InvalidValueException when it is less than 1
    public LatencyModel withBandwidth(long bytesInOneSecond) {
        if (bytesInOneSecond < 1) {
            throw new InvalidValueException("bytesInOneSecond", Long.toString(bytesInOneSecond), "1 or more");
        }
        return new LatencyModel(fixedNanos, fetchNanos, jitterNanos, bytesInOneSecond);
    }

    /// {@return time from a doorbell to the fetch, in nanoseconds}
    long fetchNanos() {
        return fetchNanos;
    }

    /// {@return time that a command takes before its data moves, in nanoseconds}
    long commandNanos(CommandClass commandClass, SplittableRandom random) {
        long fixed = fixedNanos.getOrDefault(commandClass, 0L);
        return jitterNanos == 0 ? fixed : fixed + random.nextLong(jitterNanos + 1);
    }

    /// {@return time that data takes on an idle link, in nanoseconds}
    long transferNanos(long byteSize) {
        return bytesPerSecond == Long.MAX_VALUE || byteSize == 0
                ? 0
                : Math.round(byteSize * 1e9 / bytesPerSecond);
    }

    private static long nanos(String name, Duration duration) {
        if (duration.isNegative() || duration.compareTo(Duration.ofDays(365)) > 0) {
            throw new InvalidValueException(name, duration.toString(), "0 to 365 days");
        }
        return duration.toNanos();
    }
}
