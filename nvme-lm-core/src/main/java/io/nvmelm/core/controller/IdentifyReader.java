package io.nvmelm.core.controller;

import io.nvmelm.CommandFailedException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransferOptions;
import io.nvmelm.nvme.IdentifyCommand;
import java.lang.foreign.MemorySegment;
import java.util.function.Function;

/// Asks the controlling controller by Identify commands (Base 2.3 clause 5.2.13) and reads what they answer. The page that takes an answer
/// is kept for the next command until [#close()], since to lend memory and take it back may cost more than the command: what learns of a
/// controller and its namespaces asks several times. Thread-safe; blocks for the command, within its deadline.
final class IdentifyReader implements AutoCloseable {
    private final CommandPort port;
    private final TransferOptions options;
    private final PiecePool pages;

    IdentifyReader(CommandPort port, TransferOptions options) {
        this.port = port;
        this.options = options;
        this.pages = new PiecePool(port.transport(), IdentifyCommand.DATA_BYTES);
    }

    /// Executes a command and decodes its data; bytes that the controller did not write are 0.
    ///
    /// @throws LiveMigrationException when the command failed
    /// @throws InvalidValueException  when the decoder refuses the data
    <T> T read(IdentifyCommand command, Function<MemorySegment, T> decoder) {
        try {
            var page = pages.take();
            try {
                page.memory.segment().fill((byte) 0);
                port.execute(command, page.memory, options.commandTimeout());
                T answer = decoder.apply(page.memory.segment());
                pages.giveBack(page);
                return answer;
            } catch (InvalidValueException | CommandFailedException e) {
                pages.giveBack(page);
                throw e;
            } catch (Throwable e) {
                PiecePool.discard(page);
                throw e;
            }
        } catch (LiveMigrationException e) {
            throw e.at("controlling controller", "Identify, CNS " + Integer.toHexString(command.structure()) + "h");
        }
    }

    /// Gives the page back. A command after this lends and gives back its own.
    @Override
    public void close() {
        pages.close();
    }
}
