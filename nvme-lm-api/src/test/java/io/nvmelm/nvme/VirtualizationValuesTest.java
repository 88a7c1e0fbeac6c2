package io.nvmelm.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nvmelm.InvalidValueException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Values of Virtualization Management and of the Primary Controller Capabilities.
class VirtualizationValuesTest {
    private static final FlexibleResources QUEUES = new FlexibleResources(20, 9, 4, 17, 8, 1);
    private static final FlexibleResources INTERRUPTS = new FlexibleResources(30, 11, 5, 16, 9, 2);

    @ParameterizedTest
    @CsvSource({"1, ALLOCATE_PRIMARY", "7, OFFLINE", "8, ASSIGN", "9, ONLINE"})
    void actionsAreTheStandards(int value, VirtualizationAction action) {
        assertThat(action.value()).isEqualTo(value);
        assertThat(VirtualizationAction.fromValue(value)).contains(action);
        assertThat(VirtualizationAction.fromValue(value | 0xFFF0)).contains(action);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14, 15})
    void aReservedActionIsNone(int value) {
        assertThat(VirtualizationAction.fromValue(value)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0, QUEUE", "1, INTERRUPT"})
    void resourceTypesAreTheStandards(int value, ControllerResourceType type) {
        assertThat(type.value()).isEqualTo(value);
        assertThat(ControllerResourceType.fromValue(value)).contains(type);
        assertThat(ControllerResourceType.fromValue(value | 0xF8)).contains(type);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 6, 7})
    void aReservedResourceTypeIsNone(int value) {
        assertThat(ControllerResourceType.fromValue(value)).isEmpty();
    }

    @Test
    void factoriesNameActionControllerAndCount() {
        assertThat(VirtualizationManagementCommand.offline(7))
                .isEqualTo(new VirtualizationManagementCommand(
                        VirtualizationAction.OFFLINE, ControllerResourceType.QUEUE, 7, 0));
        assertThat(VirtualizationManagementCommand.online(7))
                .isEqualTo(new VirtualizationManagementCommand(
                        VirtualizationAction.ONLINE, ControllerResourceType.QUEUE, 7, 0));
        assertThat(VirtualizationManagementCommand.assign(7, ControllerResourceType.INTERRUPT, 3))
                .isEqualTo(new VirtualizationManagementCommand(
                        VirtualizationAction.ASSIGN, ControllerResourceType.INTERRUPT, 7, 3));
    }

    @Test
    void freeResourcesAreThoseThatNobodyHas() {
        assertThat(QUEUES.free()).isEqualTo(7);
        assertThat(FlexibleResources.NONE.free()).isZero();
        assertThat(new FlexibleResources(0xFFFF_FFFFL, 1, 1, 0, 0, 0).free()).isEqualTo(0xFFFF_FFFDL);
        assertThat(new FlexibleResources(3, 2, 2, 0, 0, 0).free()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"0, false, false", "1, true, false", "2, false, true", "3, true, true", "252, false, false"})
    void supportedTypesAreTheLowBits(int resourceTypes, boolean queues, boolean interrupts) {
        var capabilities = new PrimaryControllerCapabilities(0, 0, resourceTypes, QUEUES, INTERRUPTS);

        assertThat(capabilities.supports(ControllerResourceType.QUEUE)).isEqualTo(queues);
        assertThat(capabilities.supports(ControllerResourceType.INTERRUPT)).isEqualTo(interrupts);
        assertThat(capabilities.resources(ControllerResourceType.QUEUE)).isEqualTo(QUEUES);
        assertThat(capabilities.resources(ControllerResourceType.INTERRUPT)).isEqualTo(INTERRUPTS);
    }

    @Test
    void valuesThatDoNotFitAreRefused() {
        List.<Runnable>of(
                () -> new FlexibleResources(1L << 32, 0, 0, 0, 0, 0),
                () -> new FlexibleResources(0, -1, 0, 0, 0, 0),
                () -> new FlexibleResources(0, 0, 0x1_0000, 0, 0, 0),
                () -> new FlexibleResources(0, 0, 0, 0x1_0000, 0, 0),
                () -> new FlexibleResources(0, 0, 0, 0, 0x1_0000, 0),
                () -> new FlexibleResources(0, 0, 0, 0, 0, 0x1_0000),
                () -> new PrimaryControllerCapabilities(0x1_0000, 0, 0, QUEUES, INTERRUPTS),
                () -> new PrimaryControllerCapabilities(0, 0x1_0000, 0, QUEUES, INTERRUPTS),
                () -> new PrimaryControllerCapabilities(0, 0, 0x100, QUEUES, INTERRUPTS))
                .forEach(making -> assertThatExceptionOfType(InvalidValueException.class).isThrownBy(making::run));
    }
}
