package io.nvmelm.transport.mock;

import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.StatusCode;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Set;

/// Sanitize and Format NVM of a subsystem (Base 2.3 clauses 5.2.23 and 5.2.11): what they do to the media, and what is
/// refused meanwhile. Guarded by the lock of the world.
///
/// The media of all namespaces are deallocated when a sanitize operation is over; until then no command can read them.
/// While a namespace is sanitized, it is not formatted, and the subsystem is not sanitized.
/// The change is logged for the controller that processed the command, like every change.
final class MediaErasure {
    /// Bytes of the Sanitize Status log page that are not 0.
    static final int STATUS_LOG_BYTES = 4;

    private static final int COMPLETE = 0xFFFF;
    private static final int NEVER_SANITIZED = 0;
    private static final int SANITIZED = 1;
    private static final int IN_PROGRESS = 2;
    private static final int EXIT_FAILURE_MODE = 1;
    private static final int BLOCK_ERASE = 2;
    private static final int CRYPTO_ERASE = 4;
    private static final long ALL_NAMESPACES = 0xFFFF_FFFFL;
    /// LBAF of Format NVM, low and high part.
    private static final int FORMAT_INDEX_MASK = 0x300F;

    private static final ValueLayout.OfShort WORD =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final InMemorySubsystem subsystem;
    private final SubsystemConfiguration configuration;
    private final Set<Long> namespacesInProgress = new HashSet<>();
    private int state = NEVER_SANITIZED;

    MediaErasure(InMemorySubsystem subsystem, SubsystemConfiguration configuration) {
        this.subsystem = subsystem;
        this.configuration = configuration;
    }

    /// {@return whether a sanitize operation of the subsystem is in progress}
    boolean isInProgress() {
        return state == IN_PROGRESS;
    }

    /// {@return the start of the Sanitize Status log page: progress, as all or nothing, and state}
    MemorySegment statusLog() {
        var log = MemorySegment.ofArray(new byte[STATUS_LOG_BYTES]);
        log.set(WORD, 0, (short) (isInProgress() ? 0 : COMPLETE));
        log.set(WORD, 2, (short) state);
        return log;
    }

    void setInProgress(long namespaceId, boolean inProgress) {
        if (inProgress) {
            namespacesInProgress.add(namespaceId);
        } else {
            namespacesInProgress.remove(namespaceId);
        }
    }

    /// {@return success, or why an admin command that the controller has cannot be processed while media are sanitized}
    /// Commands that neither touch media nor migrate are processed (Base 2.3 fig. 143 and 144). Sanitize and Format NVM
    /// check their fields before the condition of namespaces.
    StatusCode admit(AdminOpcode opcode, Command command) {
        boolean refused = switch (opcode) {
            case DELETE_IO_SUBMISSION_QUEUE,
                    CREATE_IO_SUBMISSION_QUEUE,
                    GET_LOG_PAGE,
                    DELETE_IO_COMPLETION_QUEUE,
                    CREATE_IO_COMPLETION_QUEUE,
                    IDENTIFY,
                    ABORT,
                    SET_FEATURES,
                    GET_FEATURES,
                    ASYNCHRONOUS_EVENT_REQUEST,
                    VIRTUALIZATION_MANAGEMENT -> false;
            default -> true;
        };
        if (refused && isInProgress()) {
            return StatusCode.SANITIZE_IN_PROGRESS;
        }
        boolean migrates = opcode == AdminOpcode.MIGRATION_SEND || opcode == AdminOpcode.MIGRATION_RECEIVE;
        return migrates
                && !namespacesInProgress.isEmpty()
                && subsystem.migratable(command.entry.cdw11() & 0xFFFF) != null
                        ? StatusCode.SANITIZE_NAMESPACE_IN_PROGRESS
                        : StatusCode.SUCCESSFUL_COMPLETION;
    }

    /// {@return success, or why an I/O command cannot be processed while media are sanitized} Flush can: it changes
    /// nothing.
    StatusCode admitIo(Command command) {
        if (command.entry.opcode() == IoCommands.FLUSH) {
            return StatusCode.SUCCESSFUL_COMPLETION;
        }
        if (isInProgress()) {
            return StatusCode.SANITIZE_IN_PROGRESS;
        }
        return namespacesInProgress.contains(command.entry.namespaceId())
                ? StatusCode.SANITIZE_NAMESPACE_IN_PROGRESS
                : StatusCode.SUCCESSFUL_COMPLETION;
    }

    void sanitize(InMemoryController controller, Command command) {
        int action = command.entry.cdw10() & 7;
        if (action < EXIT_FAILURE_MODE || action > CRYPTO_ERASE) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
        } else if (subsystem.hasSuspendedController()) {
            command.fail(StatusCode.CONTROLLER_SUSPENDED);
        } else if (!namespacesInProgress.isEmpty()) {
            command.fail(StatusCode.SANITIZE_NAMESPACE_IN_PROGRESS);
        } else if (action < BLOCK_ERASE) {
            // there is no failure mode to exit
            command.succeed();
        } else {
            state = IN_PROGRESS;
            command.succeed();
            long nanos = configuration.options().sanitizeNanos();
            if (nanos == 0) {
                sanitized(controller);
            } else {
                subsystem.clock().schedule(nanos, () -> sanitized(controller));
            }
        }
    }

    private void sanitized(InMemoryController controller) {
        state = SANITIZED;
        for (int id = 1; id <= configuration.namespaces().size(); id++) {
            erase(controller, id);
        }
    }

    void format(InMemoryController controller, Command command) {
        long namespaceId = command.entry.namespaceId();
        var medium = configuration.namespace(namespaceId);
        if (medium == null && namespaceId != ALL_NAMESPACES) {
            command.fail(StatusCode.INVALID_NAMESPACE_OR_FORMAT);
            return;
        }
        if ((command.entry.cdw10() & FORMAT_INDEX_MASK) != 0) {
            command.fail(StatusCode.INVALID_NAMESPACE_OR_FORMAT);
            return;
        }
        if (medium == null ? !namespacesInProgress.isEmpty() : namespacesInProgress.contains(namespaceId)) {
            command.fail(StatusCode.SANITIZE_NAMESPACE_IN_PROGRESS);
            return;
        }
        long first = medium == null ? 1 : namespaceId;
        long last = medium == null ? configuration.namespaces().size() : namespaceId;
        for (long id = first; id <= last; id++) {
            erase(controller, id);
        }
        command.succeed();
    }

    private void erase(InMemoryController controller, long namespaceId) {
        var medium = configuration.namespace(namespaceId);
        if (medium != null) {
            medium.zeroBlocks(0, medium.blockCount());
            subsystem.dataQueues().changed(controller, namespaceId, 0, medium.blockCount(), true);
        }
    }
}
