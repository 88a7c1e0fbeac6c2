package io.nvmelm.transport.mock.guest;

import io.nvmelm.CommandTimeoutException;
import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.TransportException;
import io.nvmelm.transport.mock.NvmRegisters;
import io.nvmelm.transport.mock.VirtualClock;
import java.time.Duration;

/// Takes a controller from any state to ready with an admin queue, and shuts it down (Base 2.3 clause 3.5.1). Waiting
/// moves the clock.
final class ControllerBringUp {

    private static final int SHUTDOWN_NORMAL = 1;
    private static final int SHUTDOWN_COMPLETE = 2;
    private static final int ALL_COMMAND_SETS = 6;
    private static final long CAP_ALL_COMMAND_SETS_BIT = NvmRegisters.CAP_CSS_NVM_BIT << 6;
    private static final int ENTRY_SIZES = 6 << NvmRegisters.CC_IOSQES_SHIFT | 4 << NvmRegisters.CC_IOCQES_SHIFT;
    private static final long TIMEOUT_UNIT_NANOS = 500_000_000L;

    private final ControllerAccess access;
    private final VirtualClock clock;

    ControllerBringUp(ControllerAccess access, VirtualClock clock) {
        this.access = access;
        this.clock = clock;
    }

    /// Disables the controller if need be, sets the admin queue and enables it.
    void enable(SubmissionRing submissions, CompletionRing completions) {
        long capabilities = access.read64(NvmRegisters.CAP);
        requireSmallPages(capabilities);
        access.doorbellStrideExponent(field(capabilities, NvmRegisters.CAP_DSTRD_SHIFT, NvmRegisters.CAP_DSTRD_MASK));
        if ((access.read32(NvmRegisters.CC) & NvmRegisters.CC_EN_BIT) != 0) {
            access.write32(NvmRegisters.CC, access.read32(NvmRegisters.CC) & ~NvmRegisters.CC_EN_BIT);
        }
        await("disable", NvmRegisters.CSTS_RDY_BIT, 0, capabilities);
        access.write32(NvmRegisters.AQA,
                (completions.entries() - 1) << NvmRegisters.AQA_ACQS_SHIFT
                        | (submissions.entries() - 1) << NvmRegisters.AQA_ASQS_SHIFT);
        access.write64(NvmRegisters.ASQ, submissions.address());
        access.write64(NvmRegisters.ACQ, completions.address());
        int commandSets = (capabilities & CAP_ALL_COMMAND_SETS_BIT) != 0 ? ALL_COMMAND_SETS : 0;
        int configuration = ENTRY_SIZES | commandSets << NvmRegisters.CC_CSS_SHIFT;
        access.write32(NvmRegisters.CC, configuration);
        access.write32(NvmRegisters.CC, configuration | NvmRegisters.CC_EN_BIT);
        await("enable", NvmRegisters.CSTS_RDY_BIT, NvmRegisters.CSTS_RDY_BIT, capabilities);
    }

    /// Shuts the controller down normally and disables it.
    void shutdown() {
        long capabilities = access.read64(NvmRegisters.CAP);
        int configuration =
                access.read32(NvmRegisters.CC) & ~(NvmRegisters.CC_SHN_MASK << NvmRegisters.CC_SHN_SHIFT);
        access.write32(NvmRegisters.CC, configuration | SHUTDOWN_NORMAL << NvmRegisters.CC_SHN_SHIFT);
        await("shut down", NvmRegisters.CSTS_SHST_MASK << NvmRegisters.CSTS_SHST_SHIFT,
                SHUTDOWN_COMPLETE << NvmRegisters.CSTS_SHST_SHIFT, capabilities);
        access.write32(NvmRegisters.CC, configuration & ~NvmRegisters.CC_EN_BIT);
        await("disable", NvmRegisters.CSTS_RDY_BIT, 0, capabilities);
    }

    /// {@return slots that a queue may have, 2 to 65 536 (CAP.MQES)}
    int maximumQueueEntries() {
        return (int) (access.read64(NvmRegisters.CAP) & NvmRegisters.CAP_MQES_MASK) + 1;
    }

    /// {@return smallest memory page of the controller in bytes, the unit of MDTS (CAP.MPSMIN)}
    long minimumPageBytes() {
        return 4096L << pageExponent(access.read64(NvmRegisters.CAP));
    }

    private static void requireSmallPages(long capabilities) {
        if (pageExponent(capabilities) != 0) {
            throw new InvalidValueException(
                    "CAP.MPSMIN", Integer.toString(pageExponent(capabilities)), "0, pages of 4 KiB");
        }
    }

    private static int pageExponent(long capabilities) {
        return field(capabilities, NvmRegisters.CAP_MPSMIN_SHIFT, NvmRegisters.CAP_MPS_MASK);
    }

    private static int field(long register, int shift, long mask) {
        return (int) (register >>> shift & mask);
    }

    private void await(String step, int mask, int wanted, long capabilities) {
        int timeoutUnits = field(capabilities, NvmRegisters.CAP_TO_SHIFT, NvmRegisters.CAP_TO_MASK);
        long allowed = Math.max(1, timeoutUnits) * TIMEOUT_UNIT_NANOS;
        long deadline = clock.nanoTime() + allowed;
        while (true) {
            boolean moved = clock.nanoTime() < deadline && clock.runNext();
            int status = access.read32(NvmRegisters.CSTS);
            if (status == -1 || (status & NvmRegisters.CSTS_CFS_BIT) != 0) {
                throw new TransportException(
                        FailureCategory.RESET_DEVICE,
                        "CSTS is " + Integer.toHexString(status) + " during " + step,
                        "Reset the controller", 0, null);
            }
            if ((status & mask) == wanted) {
                return;
            }
            if (!moved) {
                throw new CommandTimeoutException(step + " of the controller", Duration.ofNanos(allowed));
            }
        }
    }
}
