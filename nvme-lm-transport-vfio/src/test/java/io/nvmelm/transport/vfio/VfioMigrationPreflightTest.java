package io.nvmelm.transport.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.DeviceState;
import io.nvmelm.MigrationRole;
import io.nvmelm.PreflightFinding;
import io.nvmelm.PreflightFinding.Severity;
import io.nvmelm.PreflightReason;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.fake.FakeErrno;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class VfioMigrationPreflightTest {
    private final VfioMigratableDeviceFixture fixture = new VfioMigratableDeviceFixture(7);

    private static List<PreflightFinding> of(List<PreflightFinding> findings, Severity severity) {
        return findings.stream().filter(finding -> finding.severity() == severity).toList();
    }

    @Test
    void aDeviceThatRunsHasNothingAgainstItAndIsNotTouched() {
        try (var device = fixture.open()) {
            var arcs = fixture.migration.arcs();
            int resets = fixture.migration.resets();
            assertThat(of(device.preflight(MigrationRole.SOURCE), Severity.BLOCKER)).isEmpty();
            assertThat(of(device.preflight(MigrationRole.DESTINATION), Severity.BLOCKER)).isEmpty();
            assertThat(of(device.preflight(MigrationRole.DESTINATION), Severity.WARNING)).isEmpty();
            assertThat(fixture.migration.arcs()).isEqualTo(arcs);
            assertThat(fixture.migration.resets()).isEqualTo(resets);
            assertThat(device.state()).isEqualTo(DeviceState.RUNNING);
            var manifest = device.manifest();
            assertThat(manifest.capabilities()).isEqualTo(device.capabilities());
            assertThat(manifest.formats()).isEmpty();
            assertThat(manifest.controller()).isEmpty();
            assertThat(manifest.missingFromState()).isEmpty();
            assertThat(manifest.estimatedStateBytes()).isEqualTo(device.estimatedStateBytes());
            assertThat(manifest.maximumStateBytes()).isEqualTo(Long.MAX_VALUE);
        }
        fixture.kernel.assertNothingLeft();
    }

    @ParameterizedTest
    @EnumSource(names = {"STOP", "STOP_COPY", "RESUMING", "RUNNING_P2P", "PRE_COPY"})
    void aDeviceThatDoesNotRunBlocksAndStaysAsItIs(DeviceState state) {
        try (var device = fixture.open()) {
            device.setState(state);
            assertThat(of(device.preflight(MigrationRole.DESTINATION), Severity.BLOCKER))
                    .singleElement()
                    .satisfies(finding -> {
                        assertThat(finding.reason()).isEqualTo(PreflightReason.DEVICE_CONDITION);
                        assertThat(finding.found()).isEqualTo(state.toString());
                        assertThat(finding.side()).isEqualTo(MigrationRole.DESTINATION);
                    });
            assertThat(device.state()).isEqualTo(state);
        }
    }

    @Test
    void aStateThatNobodyKnowsBlocks() {
        try (var device = fixture.open()) {
            fixture.migration.stateAnswer(77);
            assertThat(of(device.preflight(MigrationRole.SOURCE), Severity.BLOCKER))
                    .singleElement()
                    .satisfies(finding -> assertThat(finding.found()).startsWith("77, which"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5})
    void whatTheDriverCannotDoIsANote(int flags) {
        try (var device = new VfioMigratableDeviceFixture(flags).open()) {
            assertThat(of(device.preflight(MigrationRole.SOURCE), Severity.NOTE))
                    .anySatisfy(finding -> {
                        assertThat(finding.reason()).isEqualTo(PreflightReason.MIGRATION_UNSUPPORTED);
                        assertThat(finding.found())
                                .isEqualTo(device.capabilities().stream().sorted().toList().toString());
                    });
        }
    }

    @Test
    void questionsThatTheKernelRefusesAreFindingsAndNoErrors() {
        try (var device = fixture.open()) {
            fixture.kernel.fail(call -> call.request() != 0, FakeErrno.EACCES, 0, 100);
            var findings = device.preflight(MigrationRole.SOURCE);
            fixture.kernel.forgetFailures();
            assertThat(findings)
                    .extracting(finding -> finding.severity() + " " + finding.reason() + " " + finding.field())
                    .contains(
                            "BLOCKER PERMISSION VFIO_DEVICE_FEATURE_MIGRATION",
                            "BLOCKER PERMISSION VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE",
                            "WARNING PERMISSION VFIO_DEVICE_FEATURE_MIG_DATA_SIZE");
        }
    }

    @Test
    void aDriverWithoutAnEstimateIsANote() {
        try (var device = fixture.open()) {
            fixture.migration.sizeAnswer(0);
            assertThat(of(device.preflight(MigrationRole.SOURCE), Severity.NOTE))
                    .anySatisfy(finding -> assertThat(finding.field()).isEqualTo("VFIO_DEVICE_FEATURE_MIG_DATA_SIZE"));
        }
    }

    @Test
    void tooFewFileDescriptorsBlock() {
        fixture.kernel.putFile("/proc/self/limits", """
                Limit                     Soft Limit           Hard Limit           Units
                Max processes             1                    1                    processes
                Max open files            3                    4096                 files
                """);
        fixture.kernel.putFile("/proc/self/fd/0", "");
        fixture.kernel.putFile("/proc/self/fd/1", "");
        try (var device = fixture.open()) {
            assertThat(of(device.preflight(MigrationRole.SOURCE), Severity.BLOCKER))
                    .singleElement()
                    .satisfies(finding -> {
                        assertThat(finding.reason()).isEqualTo(PreflightReason.RESOURCES);
                        assertThat(finding.found()).isEqualTo("2 of 3 are open");
                    });
        }
    }

    @Test
    void aClosedDeviceBlocks() {
        var device = fixture.open();
        device.close();
        assertThat(device.preflight(MigrationRole.SOURCE)).singleElement().satisfies(finding -> {
            assertThat(finding.severity()).isEqualTo(Severity.BLOCKER);
            assertThat(finding.found()).isEqualTo("closed");
        });
    }

    @Test
    void theFunctionShowsItsPropertiesAlsoWhileTheGuestsAccessIsBlocked() {
        try (var device = fixture.openPlain()) {
            var function = VfioControlledFunction.of(device);
            var region = device.region(0);
            device.enableBusMaster();
            var registers = function.registers().orElseThrow();
            assertThat(registers.capabilities()).isEqualTo(region.read64(0));
            assertThat(registers.version()).isEqualTo(region.read32(8));
            assertThat(registers.configuration()).isEqualTo(region.read32(0x14));
            assertThat(registers.status()).isEqualTo(region.read32(0x1C));
            function.blockAccess();
            assertThatThrownBy(() -> region.read32(8)).isInstanceOf(TransportException.class);
            assertThat(function.registers()).contains(registers);
            device.gate().stop("a test");
            assertThat(function.registers()).isEmpty();
            device.gate().stop(null);
            assertThat(function.registers()).contains(registers);
        }
    }
}
