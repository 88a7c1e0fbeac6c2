package io.nvmelm.transport.vfio;

import io.nvmelm.InvalidValueException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;

/// How a [PassthroughTransport] makes its calls.
///
/// @param executor         where commands run, each blocking one thread until it is complete: has to run whatever it takes, on
///                         platform threads, since a virtual thread would hold its carrier all the time. Empty to run each
///                         command on the thread that submits it
/// @param commandsInFlight most commands under way at the same time, 1 to 16; 1 without executor
/// @param openTimeout      time for each Identify command of the opening, more than zero. The kernel resets the controller when
///                         it is over
public record PassthroughOptions(Optional<Executor> executor, int commandsInFlight, Duration openTimeout) {
    /// Most commands under way at the same time: about half of the 30 that the kernel's admin queue holds, so that the driver's
    /// own commands get through.
    public static final int MOST_COMMANDS_IN_FLIGHT = 16;

    private static final Duration OPEN_TIMEOUT = Duration.ofSeconds(60);

    /// Checks every bound.
    public PassthroughOptions {
        int most = executor.isPresent() ? MOST_COMMANDS_IN_FLIGHT : 1;
        if (commandsInFlight < 1 || commandsInFlight > most) {
            throw new InvalidValueException(
                    "commandsInFlight",
                    Integer.toString(commandsInFlight),
                    executor.isPresent() ? "1 to " + most : "1, as there is no executor");
        }
        if (openTimeout.isNegative() || openTimeout.isZero()) {
            throw new InvalidValueException("openTimeout", openTimeout.toString(), "more than zero");
        }
    }

    /// {@return commands on the submitter's thread, one at a time; 60 seconds, which is what the driver gives its own commands}
    public static PassthroughOptions defaults() {
        return new PassthroughOptions(Optional.empty(), 1, OPEN_TIMEOUT);
    }

    /// {@return these options with commands on an executor}
    ///
    /// @param value  where commands run; stays the caller's, and is to be shut down after the transport was closed
    /// @param places most commands under way at the same time, 1 to 16; the executor has a thread for each
    public PassthroughOptions withExecutor(Executor value, int places) {
        return new PassthroughOptions(Optional.of(value), places, openTimeout);
    }

    /// {@return these options with another time}
    ///
    /// @param value time for each Identify command of the opening, more than zero
    public PassthroughOptions withOpenTimeout(Duration value) {
        return new PassthroughOptions(executor, commandsInFlight, value);
    }
}
