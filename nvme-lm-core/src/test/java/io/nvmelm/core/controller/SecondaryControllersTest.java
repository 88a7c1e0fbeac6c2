package io.nvmelm.core.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CapabilityMissingException;
import io.nvmelm.CommandFailedException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.TransferOptions;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.ControllerResourceType;
import io.nvmelm.nvme.FlexibleResources;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.nvme.PrimaryControllerCapabilities;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.nvme.VirtualizationAction;
import io.nvmelm.nvme.VirtualizationManagementCommand;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Virtualization Management of a controlling controller.
class SecondaryControllersTest {
    private final ScriptedTransport transport = new ScriptedTransport(new byte[0], 4096, 1);

    SecondaryControllersTest() {
        transport.oacs = 1 << 7;
    }

    private ControllingController open() {
        var controlling = ControllingController.open(transport);
        transport.commands.clear();
        return controlling;
    }

    static List<Consumer<ControllingController>> operations() {
        return List.of(
                ControllingController::primaryCapabilities,
                controlling -> controlling.secondaries().takeOffline(5),
                controlling -> controlling.secondaries().bringOnline(5),
                controlling -> controlling.secondaries().assignQueues(5, 2),
                controlling -> controlling.secondaries().assignInterrupts(5, 1),
                controlling -> controlling.secondaries().allocateToPrimary(ControllerResourceType.QUEUE, 1));
    }

    @ParameterizedTest
    @MethodSource("operations")
    void withoutTheCapabilityTheRefusalSaysSo(Consumer<ControllingController> operation) {
        transport.oacs = 0xFFFF & ~(1 << 7);
        var controlling = open();
        transport.override = command -> Completion.failure(StatusCode.INVALID_COMMAND_OPCODE);

        assertThatThrownBy(() -> operation.accept(controlling))
                .isInstanceOfSatisfying(CapabilityMissingException.class, e -> {
                    assertThat(e.capability()).contains("OACS bit 7");
                    assertThat(e.device()).isEqualTo("controller 0000h of nqn.2014-08.org.example:s");
                });
        assertThat(transport.commands).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("operations")
    void aControllerThatKnowsTheCommandWithoutAnnouncingItIsUsed(Consumer<ControllingController> operation) {
        transport.oacs = 0xFFFF & ~(1 << 7);
        operation.accept(open());

        assertThat(transport.commands).hasSize(1);
    }

    @Test
    void liveMigrationIsNotNeeded() {
        open().secondaries().takeOffline(5);

        assertThat(transport.commands).containsExactly(VirtualizationManagementCommand.offline(5));
    }

    @Test
    void eachOperationIsOneCommand() {
        var controlling = open();
        var secondaries = controlling.secondaries();

        secondaries.takeOffline(5);
        assertThat(secondaries.assignQueues(5, 9)).isEqualTo(9);
        assertThat(secondaries.assignInterrupts(5, 8)).isEqualTo(8);
        secondaries.bringOnline(5);
        assertThat(secondaries.allocateToPrimary(ControllerResourceType.INTERRUPT, 3)).isEqualTo(3);

        assertThat(transport.commands)
                .containsExactly(
                        VirtualizationManagementCommand.offline(5),
                        VirtualizationManagementCommand.assign(5, ControllerResourceType.QUEUE, 9),
                        VirtualizationManagementCommand.assign(5, ControllerResourceType.INTERRUPT, 8),
                        VirtualizationManagementCommand.online(5),
                        new VirtualizationManagementCommand(
                                VirtualizationAction.ALLOCATE_PRIMARY, ControllerResourceType.INTERRUPT, 0, 3));
        assertThat(transport.timeouts)
                .containsEntry("VirtualizationManagementCommand", TransferOptions.defaults().commandTimeout());
    }

    @Test
    void whatWasReallyAssignedIsReturned() {
        transport.override = command -> command instanceof VirtualizationManagementCommand
                ? Completion.success(0xABCD_0004)
                : null;

        assertThat(open().secondaries().assignQueues(5, 3)).isEqualTo(4);
        assertThat(open().secondaries().assignInterrupts(5, 3)).isEqualTo(4);
        assertThat(open().secondaries().allocateToPrimary(ControllerResourceType.QUEUE, 3)).isEqualTo(4);
    }

    @Test
    void capabilitiesAreRead() {
        transport.capabilities = new PrimaryControllerCapabilities(
                0, 1, 3, new FlexibleResources(20, 9, 4, 17, 8, 1), new FlexibleResources(30, 8, 3, 16, 7, 2));

        assertThat(open().primaryCapabilities()).isEqualTo(transport.capabilities);
        assertThat(transport.commands).containsExactly(IdentifyCommand.of(0x14));
        assertThat(transport.open).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 0xFFF0, 0x1_0000})
    void anIdentifierThatNamesNoOtherControllerIsRefused(int controllerId) {
        var secondaries = open().secondaries();

        List.<Runnable>of(
                () -> secondaries.takeOffline(controllerId),
                () -> secondaries.bringOnline(controllerId),
                () -> secondaries.assignQueues(controllerId, 2),
                () -> secondaries.assignInterrupts(controllerId, 2))
                .forEach(operation -> assertThatThrownBy(operation::run)
                        .isInstanceOfSatisfying(InvalidValueException.class, e -> assertThat(e.field())
                                .isEqualTo("controllerId")));
        assertThat(transport.commands).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0x1_0000})
    void aNumberOfMoreThan16BitsIsRefused(int count) {
        var secondaries = open().secondaries();

        assertThatThrownBy(() -> secondaries.assignQueues(5, count))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("queuePairs is " + count);
        assertThatThrownBy(() -> secondaries.assignInterrupts(5, count))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("vectors is " + count);
        assertThatThrownBy(() -> secondaries.allocateToPrimary(ControllerResourceType.QUEUE, count))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("count is " + count);
        assertThat(transport.commands).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "INVALID_CONTROLLER_IDENTIFIER, 1/1Fh, unknown",
        "INVALID_SECONDARY_CONTROLLER_STATE, 1/20h, take it offline first",
        "INVALID_NUMBER_OF_CONTROLLER_RESOURCES, 1/21h, VQFRSM",
        "INVALID_RESOURCE_IDENTIFIER, 1/22h, free",
    })
    void aRefusalOfTheDeviceKeepsItsStatusAndSaysWhatToDo(StatusCode code, String status, String remedy) {
        transport.override = command -> command instanceof VirtualizationManagementCommand
                ? Completion.failure(code)
                : null;

        assertThatThrownBy(() -> open().secondaries().assignQueues(5, 2))
                .isInstanceOfSatisfying(CommandFailedException.class, e -> {
                    assertThat(e.status().is(code)).isTrue();
                    assertThat(e.device()).isEqualTo("controller 0005h of nqn.2014-08.org.example:s");
                    assertThat(e.remedy()).contains(remedy);
                })
                .hasMessageContaining(status);
    }
}
