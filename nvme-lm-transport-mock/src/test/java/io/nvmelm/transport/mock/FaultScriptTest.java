package io.nvmelm.transport.mock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CommandTimeoutException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.TransportException;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.StatusCode;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FaultScriptTest {
    private final VirtualClock clock = new VirtualClock();
    private final InMemorySubsystem subsystem = InMemorySubsystem.builder(clock).build();
    private final ManagementHost management = new ManagementHost(subsystem);
    private final FaultScript faults = subsystem.faults();

    private Completion features() {
        return management.start(ManagementHost.entry(0x0A, 1, 0, 0, 0, 0)).join();
    }

    @Test
    void onlyTheNthFails() {
        faults.on(AdminOpcode.GET_FEATURES).nth(3).failsWith(StatusCode.INTERNAL_ERROR);
        assertThat(features().isSuccess()).isTrue();
        management.identify(1);
        assertThat(features().isSuccess()).isTrue();
        assertThat(features().status().is(StatusCode.INTERNAL_ERROR)).isTrue();
        assertThat(features().isSuccess()).isTrue();
    }

    @Test
    void countingStartsWithTheLine() {
        features();
        features();
        faults.on(AdminOpcode.GET_FEATURES).nth(1).failsWith(StatusCode.INTERNAL_ERROR);
        assertThat(features().isSuccess()).isFalse();
    }

    @Test
    void selectTellsOperationsApart() {
        faults.on(AdminOpcode.MIGRATION_SEND).onSelect(1).always().failsWith(StatusCode.INTERNAL_ERROR);
        assertThat(management.suspend(1).isSuccess()).isTrue();
        assertThat(management.resume(1).status().is(StatusCode.INTERNAL_ERROR)).isTrue();
        assertThat(subsystem.controller(1).isSuspended()).isTrue();
        faults.clear();
        assertThat(management.resume(1).isSuccess()).isTrue();
    }

    @Test
    void theOldestLineDecidesAndAllOfThemCount() {
        faults.on(AdminOpcode.GET_FEATURES)
                .nth(1)
                .failsWith(StatusCode.INTERNAL_ERROR)
                .on(AdminOpcode.GET_FEATURES)
                .nth(1)
                .failsWith(StatusCode.OPERATION_DENIED)
                .on(AdminOpcode.GET_FEATURES)
                .nth(2)
                .failsWith(StatusCode.NAMESPACE_NOT_READY);
        assertThat(features().status().is(StatusCode.INTERNAL_ERROR)).isTrue();
        assertThat(features().status().is(StatusCode.NAMESPACE_NOT_READY)).isTrue();
        assertThat(features().isSuccess()).isTrue();
    }

    @Test
    void aTransportErrorIsNoAnswer() {
        faults.on(AdminOpcode.GET_FEATURES).nth(1).transportError();
        assertThatThrownBy(this::features).hasCauseInstanceOf(TransportException.class);
        assertThat(features().isSuccess()).isTrue();
    }

    @Test
    void aLittleLateIsInTime() {
        faults.on(AdminOpcode.GET_FEATURES).nth(1).completesLate(Duration.ofSeconds(9));
        assertThat(features().isSuccess()).isTrue();
        assertThat(clock.nanoTime()).isEqualTo(9_000_000_000L);
    }

    @Test
    void commandsOfTheQueuesFollowTheScriptToo() {
        faults.on(AdminOpcode.GET_FEATURES).nth(1).failsWith(StatusCode.INTERNAL_ERROR);
        faults.on(AdminOpcode.GET_FEATURES).nth(2).transportError();
        var host = new TestHost(subsystem.controllingController()).bringUp();
        assertThat(host.admin(0x0A, e -> e.cdw10(1)).is(StatusCode.INTERNAL_ERROR)).isTrue();
        host.submit(0, 0x0A, e -> e.cdw10(1));
        clock.runUntilIdle();
        assertThat(host.poll(0)).isEmpty();
        assertThat(host.admin(0x0A, e -> e.cdw10(1)).status().isSuccess()).isTrue();
    }

    @Test
    void migratableControllersAreNotConcerned() {
        faults.on(AdminOpcode.GET_FEATURES).always().timesOut();
        var host = new TestHost(subsystem.controller(1)).bringUp();
        assertThat(host.admin(0x0A, e -> e.cdw10(1)).status().isSuccess()).isTrue();
        assertThatThrownBy(this::features).hasCauseInstanceOf(CommandTimeoutException.class);
    }

    @Test
    void mistakesInTheScriptAreNamed() {
        var commands = faults.on(AdminOpcode.IDENTIFY);
        assertThatThrownBy(() -> commands.nth(0)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> commands.onSelect(256)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> commands.onSelect(-1)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> commands.always().failsWith(StatusCode.SUCCESSFUL_COMPLETION))
                .isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> commands.always().completesLate(Duration.ofSeconds(-1)))
                .isInstanceOf(InvalidValueException.class);
    }
}
