package io.nvmelm.preflight;

import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.transport.mock.CommandRecord;
import java.util.Set;

/// Which admin commands change nothing.
final class ReadingCommands {
    private static final Set<AdminOpcode> READING = Set.of(
            AdminOpcode.IDENTIFY, AdminOpcode.MIGRATION_RECEIVE, AdminOpcode.VENDOR_QUERY_STATE_SIZE);

    private ReadingCommands() {}

    static boolean isReading(CommandRecord command) {
        return command.adminOpcode().filter(READING::contains).isPresent();
    }
}
