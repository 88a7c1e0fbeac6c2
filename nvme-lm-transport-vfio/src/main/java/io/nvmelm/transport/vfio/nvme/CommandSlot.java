package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.CommandTimeoutException;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.Completion;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A place for one command under way; used again and again. Guarded by the lock of its queue.
///
/// The command identifier is the index of the slot and, in the bits above, a count of its uses, so that a completion that comes
/// twice is told from one of the next command. FFFFh is never used: it means no command (Base 2.3 fig. 91).
final class CommandSlot {
    private static final int NO_COMMAND = 0xFFFF;

    final int index;
    final SlotPool pool;
    int commandId;
    boolean used;
    /// Nobody waits for it any more, but the controller may still write into its memory.
    boolean late;
    boolean abortWanted;
    boolean hasDeadline;
    long deadline;
    Duration timeout = Duration.ZERO;
    @Nullable CommandFuture<Completion> future;
    @Nullable DmaTransferMemory data;
    private int opcode;
    private int cdw10;
    private int cdw11;

    CommandSlot(int index, SlotPool pool) {
        this.index = index;
        this.pool = pool;
        this.commandId = index;
    }

    /// Takes the slot, with a command identifier that its last command did not have.
    void take(int indexBits) {
        used = true;
        late = false;
        abortWanted = false;
        hasDeadline = false;
        commandId = commandId + (1 << indexBits) & 0xFFFF;
        if (commandId == NO_COMMAND) {
            commandId = index;
        }
    }

    /// Notes what the command is, for messages.
    void note(int newOpcode, int newCdw10, int newCdw11) {
        opcode = newOpcode;
        cdw10 = newCdw10;
        cdw11 = newCdw11;
    }

    /// {@return the failure of a command that was not completed in time}
    ///
    /// @param queueId 0 for the admin queue
    CommandTimeoutException timeout(String device, int queueId) {
        var name = queueId == 0
                ? AdminOpcode.fromValue(opcode).map(AdminOpcode::name).orElse("Command")
                : "Command of queue " + queueId;
        var command = String.format(
                Locale.ROOT, "%s (opcode %02Xh, CDW10 %08Xh, CDW11 %08Xh)", name, opcode, cdw10, cdw11);
        return (CommandTimeoutException) new CommandTimeoutException(command, timeout).at(device, null);
    }
}
