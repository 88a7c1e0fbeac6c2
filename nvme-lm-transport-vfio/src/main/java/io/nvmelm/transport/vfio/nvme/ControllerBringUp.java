package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.FailureCategory;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.linux.HostClock;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/// Enables, disables and shuts down a controller as the standard orders it (Base 2.3 clauses 3.5.1, 3.6.1 and 3.7.2), each step
/// within the time that the controller itself announces. Blocks. To be used by one thread at a time.
final class ControllerBringUp {
    private static final long UNIT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    /// For a shutdown the controller announces no time in its properties; this is what operating systems grant.
    private static final long SHUTDOWN_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int PAGE_SHIFT = 12;

    private final NvmeRegisters registers;
    private final HostClock clock;
    private final String device;

    ControllerBringUp(NvmeRegisters registers, HostClock clock, String device) {
        this.registers = registers;
        this.clock = clock;
        this.device = device;
    }

    /// {@return bytes of a memory page that the controller is enabled with: 4096, or more where it demands that}
    static int pageBytes(ControllerCapabilities capabilities) {
        return 1 << (PAGE_SHIFT + capabilities.minimumPageExponent());
    }

    /// Clears CC.EN and waits for CSTS.RDY to be 0: a reset of the controller.
    ///
    /// @throws TransportException when it does not become so in time (RESET_DEVICE) or is gone (FATAL)
    void disable() {
        int timeout = registers.capabilities().readyTimeout();
        int configuration = registers.configuration();
        if ((configuration & NvmeRegisters.CC_ENABLE) != 0) {
            registers.configuration(configuration & ~(NvmeRegisters.CC_ENABLE | NvmeRegisters.CC_SHUTDOWN_MASK));
        }
        await(NvmeRegisters.CSTS_READY, 0, (timeout + 1) * UNIT_NANOS, "stopped (CSTS.RDY is still 1)");
    }

    /// Enables a disabled controller with admin queues, and waits for CSTS.RDY to be 1.
    ///
    /// @param entries entries of each admin queue
    /// @throws TransportException when it does not become so in time or reports a fatal status (RESET_DEVICE), or is gone
    ///                            (FATAL)
    void enable(int entries, long submissionAddress, long completionAddress) {
        var before = registers.capabilities();
        registers.adminQueues(entries, submissionAddress, completionAddress);
        int configuration = before.commandSetSelection() << NvmeRegisters.CC_COMMAND_SET_SHIFT
                | before.minimumPageExponent() << NvmeRegisters.CC_PAGE_SHIFT
                | NvmeRegisters.CC_ENTRY_SIZES;
        registers.configuration(configuration);
        // Selecting command sets may change the announced time (clause 3.5.1).
        var capabilities = registers.capabilities();
        int units = capabilities.readyTimeout();
        if (capabilities.hasReadyWithMedia()) {
            units = Math.max(units, registers.readyWithMediaTimeout());
        }
        registers.configuration(configuration | NvmeRegisters.CC_ENABLE);
        await(
                NvmeRegisters.CSTS_READY | NvmeRegisters.CSTS_FATAL,
                NvmeRegisters.CSTS_READY,
                (units + 1) * UNIT_NANOS,
                "ready (CSTS.RDY is still 0)");
    }

    /// Announces a normal shutdown and waits until the controller has done what it wants to do before power may go.
    ///
    /// @throws TransportException when that takes too long or it reports a fatal status (RESET_DEVICE), or it is gone (FATAL)
    void shutdown() {
        int configuration = registers.configuration();
        registers.configuration(
                (configuration & ~NvmeRegisters.CC_SHUTDOWN_MASK) | NvmeRegisters.CC_SHUTDOWN_NORMAL);
        await(
                NvmeRegisters.CSTS_SHUTDOWN_MASK | NvmeRegisters.CSTS_FATAL,
                NvmeRegisters.CSTS_SHUTDOWN_COMPLETE,
                SHUTDOWN_NANOS,
                "shut down (CSTS.SHST is not 10b)");
    }

    private void await(int mask, int expected, long nanos, String what) {
        long start = clock.nanoTime();
        while (true) {
            long elapsed = clock.nanoTime() - start;
            int status = registers.status();
            if ((status & mask) == expected) {
                return;
            }
            if ((status & mask & NvmeRegisters.CSTS_FATAL) != 0) {
                throw QueueFailure.fatal(status).exception(device);
            }
            if (elapsed >= nanos) {
                throw (TransportException) new TransportException(
                        FailureCategory.RESET_DEVICE,
                        String.format(
                                Locale.ROOT,
                                "after %d ms, which is the time it announces, the controller is not %s; CSTS is %08Xh",
                                TimeUnit.NANOSECONDS.toMillis(nanos),
                                what,
                                status),
                        "Reset the function, or the slot it is in",
                        0,
                        null)
                        .at(device, null);
            }
            clock.pause(PAUSE_NANOS);
        }
    }
}
