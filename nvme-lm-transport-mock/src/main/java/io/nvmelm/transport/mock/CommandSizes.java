package io.nvmelm.transport.mock;

import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.nvme.SetControllerStateCommand;
import io.nvmelm.transport.mock.LatencyModel.CommandClass;

/// How many bytes a command moves by its own word, and which class of latency it has. Read before anything is checked;
/// no time passes for bytes that are more than a command may move.
final class CommandSizes {
    private static final int IDENTIFY = AdminOpcode.IDENTIFY.value();
    private static final int GET_LOG_PAGE = AdminOpcode.GET_LOG_PAGE.value();
    private static final int MIGRATION_SEND = AdminOpcode.MIGRATION_SEND.value();
    private static final int MIGRATION_RECEIVE = AdminOpcode.MIGRATION_RECEIVE.value();

    private static final int TRACK_RECEIVE = AdminOpcode.TRACK_RECEIVE.value();
    private static final int VENDOR_SAVE = AdminOpcode.VENDOR_SAVE_STATE.value();
    private static final int VENDOR_LOAD = AdminOpcode.VENDOR_LOAD_STATE.value();

    private CommandSizes() {}

    static CommandClass classOf(SubmissionEntryView entry, boolean admin) {
        int opcode = entry.opcode();
        if (admin) {
            boolean migrates = opcode == MIGRATION_SEND
                    || opcode == MIGRATION_RECEIVE
                    || opcode == VENDOR_SAVE
                    || opcode == VENDOR_LOAD;
            return migrates ? CommandClass.MIGRATION : CommandClass.ADMIN;
        }
        return switch (opcode) {
            case IoCommands.READ -> CommandClass.READ;
            case IoCommands.FLUSH -> CommandClass.FLUSH;
            default -> CommandClass.WRITE;
        };
    }

    /// {@return bytes of an admin command; 0 where its entry does not say them, as in the start of memory tracking}
    static long admin(SubmissionEntryView entry) {
        int opcode = entry.opcode();
        if (opcode == MIGRATION_RECEIVE) {
            return getState(entry);
        }
        if (opcode == MIGRATION_SEND) {
            return (entry.cdw10() & 0xFF) == SetControllerStateCommand.SELECT ? setState(entry) : 0;
        }
        if (opcode == TRACK_RECEIVE) {
            return trackedChanges(entry);
        }
        if (opcode == VENDOR_LOAD) {
            return vendorLoad(entry);
        }
        if (opcode == IDENTIFY) {
            return IdentifyCommand.DATA_BYTES;
        }
        return opcode == GET_LOG_PAGE ? logPage(entry) : 0;
    }

    /// {@return bytes of Set Controller State: NUMD is a plain count}
    static long setState(SubmissionEntryView entry) {
        return Integer.toUnsignedLong(entry.cdw15()) * 4;
    }

    /// {@return bytes of Get Controller State: NUMDL is 0's based}
    static long getState(SubmissionEntryView entry) {
        return (Integer.toUnsignedLong(entry.cdw15()) + 1) * 4;
    }

    /// {@return bytes of Track Receive: NUMDL is 0's based}
    static long trackedChanges(SubmissionEntryView entry) {
        return (Integer.toUnsignedLong(entry.cdw12()) + 1) * 4;
    }

    /// {@return bytes of a state that a vendor specific command loads}
    static long vendorLoad(SubmissionEntryView entry) {
        return Integer.toUnsignedLong(entry.cdw11());
    }

    /// {@return bytes of Get Log Page: NUMDU and NUMDL are 0's based}
    static long logPage(SubmissionEntryView entry) {
        long zeroBased = (long) (entry.cdw11() & 0xFFFF) << 16 | entry.cdw10() >>> 16;
        return (zeroBased + 1) * 4;
    }

    /// {@return bytes of an I/O command: NLB is 0's based}
    static long io(SubmissionEntryView entry, SubsystemConfiguration configuration) {
        if (entry.opcode() != IoCommands.READ && entry.opcode() != IoCommands.WRITE) {
            return 0;
        }
        var medium = configuration.namespace(entry.namespaceId());
        return medium == null ? 0 : ((entry.cdw12() & 0xFFFF) + 1L) * medium.blockByteSize();
    }
}
