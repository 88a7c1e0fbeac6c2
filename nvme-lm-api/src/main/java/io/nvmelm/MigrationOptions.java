package io.nvmelm;

import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import javax.crypto.SecretKey;

/// How a migration is run: budget, deadlines, bandwidth, and how the stream is protected. Each side has its own; what both have to
/// agree on, they agree on at the beginning.
///
/// @param blackoutBudget       longest estimated blackout with which the guest is paused; a longer estimate goes on copying while it
///                             gets less, and then ends the migration before the guest notices
/// @param maximumBlackout      longest time from pausing the guest until the destination has acknowledged its state, whatever the deadlines of
///                             the phases in between say; then the source takes the guest back. At least `blackoutBudget`. How long the
///                             destination then takes to resume is not part of it: the right to run is there
/// @param deadlines            longest time of each phase; a phase without one has [#DEFAULT_DEADLINE]. [MigrationPhase#ROLL_BACK] has none, nor has
///                             resuming: what lets the guest run is never cut short
/// @param bandwidth            most bytes per second that are sent while the guest runs, [Long#MAX_VALUE] for no limit
/// @param switchoverBandwidth  most bytes per second that are sent in the blackout, [Long#MAX_VALUE] for no limit
/// @param keepAliveInterval    how often a side that has nothing to send says that it is there
/// @param peerTimeout          how long the other side may be silent beyond the time that it asked for; longer than a command of its device
///                             may take
/// @param progressInterval     shortest time between two snapshots of the same phase
/// @param pieceBytes           bytes of state sent in one record, [#MINIMUM_PIECE_BYTES] to [#MAXIMUM_PIECE_BYTES]
/// @param stateChecksums       whether records of state carry a CRC32C; all other records always do
/// @param authenticationKey    key of an HMAC over everything sent; both sides have the same one or none
/// @param waived               reasons for which a preflight does not refuse; any but [PreflightReason#NO_COMMON_FORMAT] and
///                             [PreflightReason#DEVICE_MISMATCH]
public record MigrationOptions(
        Duration blackoutBudget,
        Duration maximumBlackout,
        Map<MigrationPhase, Duration> deadlines,
        long bandwidth,
        long switchoverBandwidth,
        Duration keepAliveInterval,
        Duration peerTimeout,
        Duration progressInterval,
        int pieceBytes,
        boolean stateChecksums,
        Optional<SecretKey> authenticationKey,
        Set<PreflightReason> waived) {

    /// Smallest number of bytes of state in a record.
    public static final int MINIMUM_PIECE_BYTES = 4096;
    /// Largest number of bytes of state in a record.
    public static final int MAXIMUM_PIECE_BYTES = 4 << 20;
    /// Deadline of a phase that was given none.
    public static final Duration DEFAULT_DEADLINE = Duration.ofMinutes(2);

    /// Without these there is nothing that a destination could be given.
    private static final List<PreflightReason> NEVER_WAIVED =
            List.of(PreflightReason.NO_COMMON_FORMAT, PreflightReason.DEVICE_MISMATCH);
    private static final Duration LONGEST = Duration.ofDays(49);

    private static final MigrationOptions DEFAULTS = new MigrationOptions(
            Duration.ofSeconds(1),
            Duration.ofMinutes(1),
            Map.of(MigrationPhase.PRE_COPY, Duration.ofHours(1)),
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            Duration.ofSeconds(1),
            Duration.ofSeconds(30),
            Duration.ofMillis(100),
            1 << 20,
            true,
            Optional.empty(),
            Set.of());

    /// Checks every bound and copies the collections.
    ///
    /// @throws InvalidValueException when a bound is broken
    public MigrationOptions {
        requireTime("blackoutBudget", blackoutBudget);
        requireTime("maximumBlackout", maximumBlackout);
        if (maximumBlackout.compareTo(blackoutBudget) < 0) {
            throw new InvalidValueException(
                    "maximumBlackout", maximumBlackout.toString(), "at least the blackoutBudget of " + blackoutBudget);
        }
        deadlines.forEach((phase, deadline) -> requireTime("deadline of " + phase, deadline));
        requireRate("bandwidth", bandwidth);
        requireRate("switchoverBandwidth", switchoverBandwidth);
        requireTime("keepAliveInterval", keepAliveInterval);
        requireTime("peerTimeout", peerTimeout);
        if (progressInterval.isNegative()) {
            throw new InvalidValueException("progressInterval", progressInterval.toString(), "zero or longer");
        }
        if (pieceBytes < MINIMUM_PIECE_BYTES || pieceBytes > MAXIMUM_PIECE_BYTES) {
            throw new InvalidValueException(
                    "pieceBytes",
                    Integer.toString(pieceBytes),
                    MINIMUM_PIECE_BYTES + " to " + MAXIMUM_PIECE_BYTES);
        }
        deadlines = Map.copyOf(deadlines);
        waived = Set.copyOf(waived);
        for (var needed : NEVER_WAIVED) {
            if (waived.contains(needed)) {
                throw new InvalidValueException("waived", needed.toString(), "any reason but " + NEVER_WAIVED);
            }
        }
    }

    private static void requireTime(String field, Duration value) {
        if (value.isNegative() || value.isZero() || value.compareTo(LONGEST) > 0) {
            throw new InvalidValueException(field, value.toString(), "longer than zero, at most " + LONGEST);
        }
    }

    private static void requireRate(String field, long bytesPerSecond) {
        if (bytesPerSecond < 1) {
            throw new InvalidValueException(field, Long.toString(bytesPerSecond), "1 to 2^63 - 1");
        }
    }

    /// {@return the defaults: a budget of 1 s and a blackout of 1 minute at most, phases of 2 minutes (pre-copy: 1 hour), no limit of bandwidth, a sign of life each second, a
    /// peer that is silent for 30 s is lost, records of 1 MiB with checksums, no key, nothing waived}
    public static MigrationOptions defaults() {
        return DEFAULTS;
    }

    /// {@return the longest time of a phase}
    ///
    /// @param phase which one
    public Duration deadlineOf(MigrationPhase phase) {
        return deadlines.getOrDefault(phase, DEFAULT_DEADLINE);
    }

    /// {@return these options with another budget; a longest blackout that is shorter than twice that becomes as long}
    ///
    /// @param budget longest estimated blackout, longer than zero
    public MigrationOptions withBlackoutBudget(Duration budget) {
        requireTime("blackoutBudget", budget);
        var twice = budget.compareTo(LONGEST.dividedBy(2)) > 0 ? LONGEST : budget.multipliedBy(2);
        return with(changed -> {
            changed.blackoutBudget = budget;
            changed.maximumBlackout = twice.compareTo(maximumBlackout) > 0 ? twice : maximumBlackout;
        });
    }

    /// {@return these options with another longest blackout}
    ///
    /// @param longest from pausing the guest until the destination has acknowledged its state, at least the budget
    public MigrationOptions withMaximumBlackout(Duration longest) {
        return with(changed -> changed.maximumBlackout = longest);
    }

    /// {@return these options with another deadline of one phase}
    ///
    /// @param phase    which one
    /// @param deadline its longest time, longer than zero
    public MigrationOptions withDeadline(MigrationPhase phase, Duration deadline) {
        return with(changed -> changed.deadlines.put(phase, deadline));
    }

    /// {@return these options with other limits of bandwidth}
    ///
    /// @param whileGuestRuns bytes per second while the guest runs, 1 or more
    /// @param inBlackout     bytes per second in the blackout, 1 or more
    public MigrationOptions withBandwidth(long whileGuestRuns, long inBlackout) {
        return with(changed -> {
            changed.bandwidth = whileGuestRuns;
            changed.switchoverBandwidth = inBlackout;
        });
    }

    /// {@return these options with other times of the connection}
    ///
    /// @param interval how often a side that has nothing to send says that it is there, longer than zero
    /// @param silence  how long the other side may be silent, longer than zero
    public MigrationOptions withKeepAlive(Duration interval, Duration silence) {
        return with(changed -> {
            changed.keepAliveInterval = interval;
            changed.peerTimeout = silence;
        });
    }

    /// {@return these options with another time between snapshots}
    ///
    /// @param interval shortest time between two snapshots of the same phase, zero or longer
    public MigrationOptions withProgressInterval(Duration interval) {
        return with(changed -> changed.progressInterval = interval);
    }

    /// {@return these options with other records of state}
    ///
    /// @param bytes     bytes of state in one record
    /// @param checksums whether these records carry a CRC32C
    public MigrationOptions withRecords(int bytes, boolean checksums) {
        return with(changed -> {
            changed.pieceBytes = bytes;
            changed.stateChecksums = checksums;
        });
    }

    /// {@return these options with a key; the other side needs the same}
    ///
    /// @param key key of an HMAC with SHA-256 over everything sent
    public MigrationOptions withAuthenticationKey(SecretKey key) {
        return with(changed -> changed.authenticationKey = Optional.of(key));
    }

    /// {@return these options with further reasons for which a preflight warns instead of refusing}
    ///
    /// @param reasons what the embedder takes responsibility for
    /// @throws InvalidValueException when one of them is [PreflightReason#NO_COMMON_FORMAT] or [PreflightReason#DEVICE_MISMATCH]
    public MigrationOptions waiving(PreflightReason... reasons) {
        return with(changed -> changed.waived.addAll(Set.of(reasons)));
    }

    private MigrationOptions with(Consumer<Draft> change) {
        var draft = new Draft(this);
        change.accept(draft);
        return draft.finish();
    }

    /// Options that are being changed.
    private static final class Draft {
        private final Map<MigrationPhase, Duration> deadlines = new EnumMap<>(MigrationPhase.class);
        private final Set<PreflightReason> waived = EnumSet.noneOf(PreflightReason.class);
        private Duration blackoutBudget;
        private Duration maximumBlackout;
        private long bandwidth;
        private long switchoverBandwidth;
        private Duration keepAliveInterval;
        private Duration peerTimeout;
        private Duration progressInterval;
        private int pieceBytes;
        private boolean stateChecksums;
        private Optional<SecretKey> authenticationKey;

        Draft(MigrationOptions options) {
            deadlines.putAll(options.deadlines);
            waived.addAll(options.waived);
            blackoutBudget = options.blackoutBudget;
            maximumBlackout = options.maximumBlackout;
            bandwidth = options.bandwidth;
            switchoverBandwidth = options.switchoverBandwidth;
            keepAliveInterval = options.keepAliveInterval;
            peerTimeout = options.peerTimeout;
            progressInterval = options.progressInterval;
            pieceBytes = options.pieceBytes;
            stateChecksums = options.stateChecksums;
            authenticationKey = options.authenticationKey;
        }

        MigrationOptions finish() {
            return new MigrationOptions(
                    blackoutBudget,
                    maximumBlackout,
                    deadlines,
                    bandwidth,
                    switchoverBandwidth,
                    keepAliveInterval,
                    peerTimeout,
                    progressInterval,
                    pieceBytes,
                    stateChecksums,
                    authenticationKey,
                    waived);
        }
    }

    /// All options but the key.
    @Override
    public String toString() {
        return "MigrationOptions[blackoutBudget=" + blackoutBudget + ", maximumBlackout=" + maximumBlackout
                + ", deadlines=" + deadlines + ", bandwidth="
                + bandwidth
                + ", switchoverBandwidth=" + switchoverBandwidth + ", keepAliveInterval=" + keepAliveInterval
                + ", peerTimeout="
                + peerTimeout + ", progressInterval=" + progressInterval + ", pieceBytes=" + pieceBytes
                + ", stateChecksums="
                + stateChecksums + ", authenticated=" + authenticationKey.isPresent() + ", waived=" + waived + "]";
    }
}
