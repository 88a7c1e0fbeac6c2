package io.nvmelm.core.controller;

import io.nvmelm.nvme.AdminCommand;
import io.nvmelm.nvme.Completion;
import io.nvmelm.spi.AdminTransport;
import java.time.Duration;

/// The port that every command of the library goes through, over a transport. Thread-safe if that is.
public final class OpenCommandPort {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final CommandPort port;

    /// Opens a port.
    ///
    /// @param transport takes the commands
    public OpenCommandPort(AdminTransport transport) {
        port = new CommandPort(transport);
    }

    /// Sends a command without data.
    ///
    /// @param command what to send
    /// @return what the library keeps of a command that was sent
    public Record submit(AdminCommand command) {
        return port.submit(command, null, TIMEOUT);
    }

    /// Sends a command without data and waits for its success.
    ///
    /// @param command what to send
    /// @return its completion
    public Completion execute(AdminCommand command) {
        return port.execute(command, null, TIMEOUT);
    }
}
