package io.nvmelm.core.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.InvalidValueException;
import io.nvmelm.MigrationUnsupportedException;
import io.nvmelm.TransferOptions;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.nvme.SecondaryController;
import io.nvmelm.nvme.StateFormat;
import io.nvmelm.nvme.StatusCode;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Discovery of the controlling controller.
class ControllingControllerTest {

    @Test
    void aControllerWithoutLiveMigrationOpensAndSaysWhy() {
        var transport = new ScriptedTransport(new byte[0], 4096, 1);
        transport.oacs = 0;
        var controlling = ControllingController.open(transport);
        assertThat(controlling.unsupportedReasons())
                .containsExactly("it does not announce host managed live migration (OACS bit 11 is 0)");
        assertThat(transport.commands).containsExactly(IdentifyCommand.of(IdentifyCommand.CONTROLLER));
        assertThatThrownBy(() -> controlling.migratable(5))
                .isInstanceOfSatisfying(MigrationUnsupportedException.class, e -> assertThat(e.reasons()).hasSize(1))
                .hasMessageContaining("controller 0000h of nqn.2014-08.org.example:s");
    }

    @Test
    void aControllerWithoutFormatsSaysSo() {
        var transport = new ScriptedTransport(new byte[0], 4096, 1);
        transport.versions = new int[0];
        assertThat(ControllingController.open(transport).unsupportedReasons())
                .containsExactly("it lists no controller state format (Identify CNS 20h)");
    }

    @Test
    void aListOfFormatsThatCannotBeReadIsAReason() {
        var transport = new ScriptedTransport(new byte[0], 4096, 1);
        transport.override = command -> command instanceof IdentifyCommand identify && identify.structure() == 0x20
                ? Completion.failure(StatusCode.INVALID_FIELD_IN_COMMAND)
                : null;
        assertThat(ControllingController.open(transport).unsupportedReasons())
                .singleElement()
                .asString()
                .contains("Identify CNS 20h", "0/02h Invalid Field in Command");
    }

    @Test
    void theControllingControllersOwnIdentifierIsNeverATarget() {
        var controlling = ControllingController.open(new ScriptedTransport(new byte[0], 4096, 1));
        for (int bad : new int[] {0, -1, 0xFFF0, 0x10000}) {
            assertThatThrownBy(() -> controlling.migratable(bad)).isInstanceOf(InvalidValueException.class);
        }
    }

    @Test
    void aPieceIsTheSmallestOfTransportMdtsAndOption() {
        var transport = new ScriptedTransport(new byte[0], 1 << 20, 1);
        assertThat(ControllingController.open(transport).pieceBytes()).isEqualTo(256 << 10);
        transport.mdts = 5;
        assertThat(ControllingController.open(transport).pieceBytes()).isEqualTo(128 << 10);
        var options = TransferOptions.defaults().withPieces(64, 1);
        assertThat(ControllingController.open(transport, options).pieceBytes()).isEqualTo(64);
        assertThat(ControllingController.open(new ScriptedTransport(new byte[0], 4096, 1)).pieceBytes())
                .isEqualTo(4096);
    }

    @Test
    void versionsAreMappedByContentToTheIndexOfThisController() {
        var transport = new ScriptedTransport(new byte[0], 4096, 1);
        transport.versions = new int[] {3, 7, 0};
        var controlling = ControllingController.open(transport);
        assertThat(controlling.stateFormats())
                .containsExactly(StateFormat.ofVersion(7), StateFormat.ofVersion(3), StateFormat.ofVersion(0));
        assertThat(FormatIndices.of(StateFormat.ofVersion(0), controlling.formats()).versionIndex())
                .isEqualTo(3);
        assertThatThrownBy(() -> FormatIndices.of(StateFormat.ofVersion(1), controlling.formats()))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("[3, 7, 0]");
        assertThatThrownBy(() -> FormatIndices.of(StateFormat.of(0, new UUID(1, 2)), controlling.formats()))
                .isInstanceOf(InvalidValueException.class);
    }

    @Test
    void aListOfSecondaryControllersThatGoesBackwardsIsRefused() {
        var transport = new ScriptedTransport(new byte[0], 4096, 1);
        transport.secondaries = List.of(
                new SecondaryController(9, 0, true, 1, 2, 2), new SecondaryController(8, 0, true, 2, 2, 2));
        assertThatThrownBy(() -> ControllingController.open(transport).secondaryControllers())
                .isInstanceOf(InvalidValueException.class);
    }
}
