package io.nvmelm.core.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CommandFailedException;
import io.nvmelm.CommandTimeoutException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.TransferOptions;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.nvme.StatusCode;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// The page of the Identify commands is lent once, and never used while a command may still write into it.
class IdentifyReaderTest {
    private static final IdentifyCommand COMMAND = IdentifyCommand.of(0x42);

    private final ScriptedTransport transport = new ScriptedTransport(new byte[0], 4096, 4);
    private final IdentifyReader reader =
            new IdentifyReader(new CommandPort(transport), TransferOptions.defaults());

    /// {@return the byte of an answer at this place}
    private byte byteRead(long offset) {
        return reader.<Byte>read(COMMAND, data -> data.get(ValueLayout.JAVA_BYTE, offset));
    }

    private long bytesRead() {
        return reader.<Long>read(COMMAND, MemorySegment::byteSize);
    }

    @Test
    void severalCommandsUseOnePageUntilItIsClosed() {
        for (int i = 0; i < 3; i++) {
            assertThat(bytesRead()).isEqualTo(4096);
        }
        assertThat(transport.allocations).isEqualTo(1);
        assertThat(transport.open).isEqualTo(1);
        reader.close();
        reader.close();
        assertThat(transport.open).isZero();
        bytesRead();
        assertThat(transport.allocations).as("a command after that has a page of its own").isEqualTo(2);
        assertThat(transport.open).isZero();
        assertThat(transport.doubleCloses).isZero();
    }

    @Test
    void whatAControllerDoesNotWriteIsZeroAndNotOfTheAnswerBefore() {
        transport.others = (command, data) -> {
            data.fill((byte) 0x5A);
            return Completion.success();
        };
        assertThat(byteRead(4095)).isEqualTo((byte) 0x5A);
        transport.override = command -> Completion.success();
        assertThat(byteRead(0)).isZero();
        assertThat(byteRead(4095)).isZero();
    }

    @Test
    void aRefusalAndDataThatAreRefusedCostNoPage() {
        transport.others = (command, data) -> Completion.failure(StatusCode.INVALID_FIELD_IN_COMMAND);
        assertThatThrownBy(this::bytesRead)
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining("Identify, CNS 42h");
        transport.others = (command, data) -> Completion.success();
        assertThatThrownBy(() -> reader.read(COMMAND, _ -> {
            throw new InvalidValueException("field", "1", "0");
        })).isInstanceOf(InvalidValueException.class).hasMessageContaining("Identify, CNS 42h");
        bytesRead();
        assertThat(transport.allocations).isEqualTo(1);
    }

    @Test
    void aPageInWhichACommandMayStillWriteIsGivenUp() {
        transport.never = command -> true;
        assertThatThrownBy(this::bytesRead)
                .isInstanceOf(CommandTimeoutException.class);
        assertThat(transport.open).isZero();
        transport.never = command -> false;
        bytesRead();
        assertThat(transport.allocations).isEqualTo(2);
    }

    @Test
    void aControllerKeepsItsPageFromOneManifestToTheNextAndGivesItBack() {
        var controller = ControllingController.open(transport).migratable(5);
        assertThat(transport.open).as("opening keeps nothing").isZero();
        controller.manifest(Optional.empty());
        int lent = transport.allocations;
        controller.manifest(Optional.empty());
        controller.attachedNamespaces();
        assertThat(transport.allocations).isEqualTo(lent);
        controller.close();
        assertThat(transport.open).isZero();
    }
}
