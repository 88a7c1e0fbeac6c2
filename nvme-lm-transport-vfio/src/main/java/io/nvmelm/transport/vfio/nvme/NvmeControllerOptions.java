package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.InvalidValueException;
import java.time.Duration;

/// How to drive an NVMe controller.
///
/// @param commandsInFlight     admin commands under way at the same time, 1 to 1024
/// @param interruptVectors     MSI-X vectors to enable, 0 to 2048: vector 0 is that of the admin queue, the others are for I/O queues.
///                             With 0 whoever waits polls
/// @param maximumTransferBytes most bytes that one command moves, 4096 to 64 MiB, a multiple of 4096; the limit of the controller
///                             (MDTS) comes on top
/// @param commandTimeout       time that commands of the driver itself and of I/O queues may take, more than 0
/// @param closesDevice         whether closing the controller, and failing to open it, closes the device
public record NvmeControllerOptions(
        int commandsInFlight,
        int interruptVectors,
        long maximumTransferBytes,
        Duration commandTimeout,
        boolean closesDevice) {
    private static final long LARGEST_TRANSFER = 64L << 20;
    private static final NvmeControllerOptions DEFAULTS =
            new NvmeControllerOptions(32, 0, 1L << 20, Duration.ofSeconds(30), false);

    /// Checks every bound.
    public NvmeControllerOptions {
        require("commandsInFlight", commandsInFlight, 1, 1024);
        require("interruptVectors", interruptVectors, 0, 2048);
        require("maximumTransferBytes", maximumTransferBytes, 4096, LARGEST_TRANSFER);
        if (maximumTransferBytes % 4096 != 0) {
            throw new InvalidValueException(
                    "maximumTransferBytes", Long.toString(maximumTransferBytes), "a multiple of 4096");
        }
        if (commandTimeout.isNegative() || commandTimeout.isZero()) {
            throw new InvalidValueException("commandTimeout", commandTimeout.toString(), "more than 0");
        }
    }

    /// {@return 32 commands in flight, polling, 1 MiB, 30 seconds, the device is not closed}
    public static NvmeControllerOptions defaults() {
        return DEFAULTS;
    }

    /// {@return the same with so many admin commands under way at the same time}
    ///
    /// @param value 1 to 1024
    public NvmeControllerOptions withCommandsInFlight(int value) {
        return new NvmeControllerOptions(value, interruptVectors, maximumTransferBytes, commandTimeout, closesDevice);
    }

    /// {@return the same with so many interrupt vectors}
    ///
    /// @param value 0 to poll, to 2048
    public NvmeControllerOptions withInterruptVectors(int value) {
        return new NvmeControllerOptions(commandsInFlight, value, maximumTransferBytes, commandTimeout, closesDevice);
    }

    /// {@return the same with another bound for the bytes of a command}
    ///
    /// @param value 4096 to 64 MiB, a multiple of 4096
    public NvmeControllerOptions withMaximumTransferBytes(long value) {
        return new NvmeControllerOptions(commandsInFlight, interruptVectors, value, commandTimeout, closesDevice);
    }

    /// {@return the same with another time for commands of the driver and of I/O queues}
    ///
    /// @param value more than 0
    public NvmeControllerOptions withCommandTimeout(Duration value) {
        return new NvmeControllerOptions(
                commandsInFlight, interruptVectors, maximumTransferBytes, value, closesDevice);
    }

    /// {@return the same, and whether the device is closed with the controller}
    ///
    /// @param value true to close it
    public NvmeControllerOptions withClosesDevice(boolean value) {
        return new NvmeControllerOptions(
                commandsInFlight, interruptVectors, maximumTransferBytes, commandTimeout, value);
    }

    private static void require(String field, long value, long minimum, long maximum) {
        if (value < minimum || value > maximum) {
            throw new InvalidValueException(field, Long.toString(value), minimum + " to " + maximum);
        }
    }
}
