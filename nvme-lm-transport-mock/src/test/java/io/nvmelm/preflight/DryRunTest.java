package io.nvmelm.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.ControlledFunction;
import io.nvmelm.ControllerRegisters;
import io.nvmelm.DeviceManifest;
import io.nvmelm.MigrationOptions;
import io.nvmelm.MigrationRole;
import io.nvmelm.MigrationUnsupportedException;
import io.nvmelm.PreflightFinding;
import io.nvmelm.PreflightFinding.Severity;
import io.nvmelm.PreflightReason;
import io.nvmelm.TransferOptions;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.device.NvmeMigratableDevice;
import io.nvmelm.core.device.VendorCommandSet;
import io.nvmelm.core.migration.Preflight;
import io.nvmelm.nvme.TrackingLimits;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.VirtualClock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What a dry run says of one pair, and that it changes nothing.
class DryRunTest {
    private static final Set<Mismatch> TEN_AT_THE_TARGET = EnumSet.of(
            Mismatch.OTHER_VENDOR_DATA,
            Mismatch.FEWER_QUEUES_AND_VECTORS,
            Mismatch.SHORTER_QUEUES,
            Mismatch.SMALLER_TRANSFERS,
            Mismatch.NAMESPACE_MISSING,
            Mismatch.OTHER_BLOCK_SIZE,
            Mismatch.TARGET_LIMITS_STATES,
            Mismatch.TARGET_SUSPENDED,
            Mismatch.TARGET_IN_USE,
            Mismatch.OTHER_MODEL,
            Mismatch.EARLIER_VERSION);

    private static long seedOfAFullState() {
        for (long seed = 1;; seed++) {
            var pair = GeneratedPair.of(seed, Set.of());
            if (!pair.standardStateOnly && !pair.supplied) {
                return seed;
            }
        }
    }

    @Test
    void allReasonsOfATargetThatIsWrongInTenWaysAreListedAtOnce() {
        var run = new DryRunAndMove(GeneratedPair.of(seedOfAFullState(), TEN_AT_THE_TARGET))
                .dryRun(MigrationOptions.defaults());
        assertThat(run.findings)
                .filteredOn(finding -> finding.severity() == Severity.BLOCKER)
                .extracting(PreflightFinding::field)
                .contains(
                        "parts of the controller",
                        "I/O queue pairs (NVQ)",
                        "interrupt vectors (NVI)",
                        "CAP.MQES",
                        "MDTS",
                        "NSID of namespace 2",
                        "LBADS of namespace 1",
                        "controller state",
                        "CSATTR",
                        "device state",
                        "NIOSQ and NIOCQ");
        assertThat(run.findings)
                .filteredOn(finding -> finding.severity() == Severity.WARNING)
                .extracting(PreflightFinding::field)
                .contains("MN", "VER");
        assertThat(run.findings).allSatisfy(finding -> {
            assertThat(finding.device()).isNotBlank();
            assertThat(finding.found()).isNotBlank();
            assertThat(finding.required()).isNotBlank();
            assertThat(finding.remedy()).isNotBlank().doesNotEndWith(".");
            assertThat(finding.text()).contains(finding.field(), finding.found(), finding.required());
        });
        assertThatThrownBy(() -> new io.nvmelm.PreflightReport(run.findings).throwIfImpossible())
                .isInstanceOf(MigrationUnsupportedException.class)
                .hasMessageContaining("CAP.MQES")
                .hasMessageContaining("LBADS");
    }

    @Test
    void aWaivedReasonIsAWarning() {
        var pair = GeneratedPair.of(seedOfAFullState(), EnumSet.of(Mismatch.SHORTER_QUEUES,
                Mismatch.SMALLER_TRANSFERS));
        var run = new DryRunAndMove(pair).dryRun(MigrationOptions.defaults().waiving(PreflightReason.QUEUE_LIMIT));
        assertThat(run.blockers()).containsExactly(PreflightReason.TRANSFER_LIMIT);
        assertThat(run.findings)
                .anySatisfy(finding -> {
                    assertThat(finding.reason()).isEqualTo(PreflightReason.QUEUE_LIMIT);
                    assertThat(finding.severity()).isEqualTo(Severity.WARNING);
                });
        run.dryRun(MigrationOptions.defaults().waiving(PreflightReason.QUEUE_LIMIT, PreflightReason.TRANSFER_LIMIT));
        assertThat(run.blockers()).isEmpty();
    }

    /// However often it is repeated, whatever is wrong, and while the guest works on.
    @Test
    void aDryRunChangesNothing() {
        for (long seed = 1; seed <= 40; seed++) {
            var run = new DryRunAndMove(GeneratedPair.generate(seed));
            var before = run.registers();
            run.dryRun(MigrationOptions.defaults());
            assertThat(run.onlyRead()).as("seed %s", seed).isTrue();
            assertThat(run.registers()).as("seed %s", seed).isEqualTo(before);
            var first = run.text();
            assertThat(run.dryRun(MigrationOptions.defaults()).text()).as("seed %s", seed).isEqualTo(first);
        }
    }

    @Test
    void theGuestGoesOnAtTheSource() {
        for (long seed = 1; seed <= 40; seed++) {
            var pair = GeneratedPair.generate(seed);
            if (!pair.source.suspendedByOthers && !pair.source.sanitizing) {
                var run = new DryRunAndMove(pair).dryRun(MigrationOptions.defaults());
                assertThat(run.guestIsFine()).as("seed %s: %s", seed, pair).isTrue();
            }
        }
    }

    private final VirtualClock clock = new VirtualClock();

    private NvmeMigratableDevice device(ControlledFunction function) {
        var subsystem = InMemorySubsystem.builder(clock).build();
        return NvmeMigratableDevice.open(ControllingController.open(subsystem.controllingTransport()).migratable(1),
                function);
    }

    private static ControlledFunction function(Optional<ControllerRegisters> registers) {
        return new ControlledFunction() {
            @Override
            public void reset() {}

            @Override
            public void blockAccess() {}

            @Override
            public void restoreAccess() {}

            @Override
            public Optional<ControllerRegisters> registers() {
                return registers;
            }
        };
    }

    @Test
    void propertiesThatCannotBeReadAreANote() {
        try (var without = device(null);
                var unreadable = device(function(Optional.empty()))) {
            for (var device : List.of(without, unreadable)) {
                assertThat(device.preflight(MigrationRole.DESTINATION)).singleElement().satisfies(finding -> {
                    assertThat(finding.severity()).isEqualTo(Severity.NOTE);
                    assertThat(finding.reason()).isEqualTo(PreflightReason.UNKNOWN);
                    assertThat(finding.field()).contains("CAP");
                });
            }
        }
    }

    @Test
    void aFunctionThatIsGoneOrFailedBlocks() {
        try (var gone = device(function(Optional.of(new ControllerRegisters(-1, -1, -1, -1))));
                var failed = device(function(Optional.of(new ControllerRegisters(0, 0x20300, 0, 2))))) {
            assertThat(gone.preflight(MigrationRole.SOURCE)).singleElement().satisfies(finding -> {
                assertThat(finding.severity()).isEqualTo(Severity.BLOCKER);
                assertThat(finding.reason()).isEqualTo(PreflightReason.DEVICE_CONDITION);
                assertThat(finding.found()).contains("does not answer");
            });
            assertThat(failed.preflight(MigrationRole.SOURCE)).singleElement().satisfies(finding -> {
                assertThat(finding.severity()).isEqualTo(Severity.BLOCKER);
                assertThat(finding.field()).isEqualTo("CSTS.CFS");
            });
        }
    }

    @Test
    void aFunctionThatThrowsIsAFindingAndNoError() {
        var throwing = new ControlledFunction() {
            @Override
            public void reset() {}

            @Override
            public void blockAccess() {}

            @Override
            public void restoreAccess() {}

            @Override
            public Optional<ControllerRegisters> registers() {
                throw new IllegalStateException("no bar");
            }
        };
        try (var device = device(throwing)) {
            assertThat(device.preflight(MigrationRole.SOURCE)).singleElement().satisfies(finding -> {
                assertThat(finding.severity()).isEqualTo(Severity.WARNING);
                assertThat(finding.reason()).isEqualTo(PreflightReason.UNKNOWN);
                assertThat(finding.found()).contains("no bar");
            });
        }
    }

    @Test
    void aClosedDeviceBlocks() {
        var device = device(null);
        device.close();
        assertThat(device.preflight(MigrationRole.SOURCE)).singleElement().satisfies(finding -> {
            assertThat(finding.severity()).isEqualTo(Severity.BLOCKER);
            assertThat(finding.found()).isEqualTo("closed");
        });
    }

    @Test
    void aSlowTransportAndMissingTrackingAreNotes() {
        var subsystem = InMemorySubsystem.builder(clock)
                .maximumTransferBytes(4096)
                .maximumCommandsInFlight(1)
                .tracking(TrackingLimits.NONE)
                .build();
        var controlling = ControllingController.open(subsystem.controllingTransport(), TransferOptions.defaults());
        try (var device =
                NvmeMigratableDevice.open(controlling.migratable(1), subsystem.controller(1).function())) {
            assertThat(device.preflight(MigrationRole.SOURCE))
                    .allSatisfy(finding -> assertThat(finding.severity()).isEqualTo(Severity.NOTE))
                    .extracting(PreflightFinding::field)
                    .containsExactly("bytes of a command", "commands in flight", "tracking of guest memory");
            assertThat(device.preflight(MigrationRole.DESTINATION))
                    .extracting(PreflightFinding::field)
                    .containsExactly("bytes of a command", "commands in flight");
        }
    }

    @Test
    void whatAnOfflineControllerLacksIsNamedWithWhatIsFree() {
        var subsystem = InMemorySubsystem.builder(clock).flexibleResources(10, 7).build();
        try (var device = NvmeMigratableDevice.open(
                ControllingController.open(subsystem.controllingTransport()).migratable(1),
                subsystem.controller(1).function())) {
            assertThat(device.preflight(MigrationRole.DESTINATION))
                    .filteredOn(finding -> finding.reason() == PreflightReason.RESOURCES)
                    .extracting(PreflightFinding::field)
                    .containsExactly("NVQ", "NVI");
            assertThat(device.preflight(MigrationRole.DESTINATION))
                    .filteredOn(finding -> finding.reason() == PreflightReason.RESOURCES)
                    .allSatisfy(finding -> assertThat(finding.remedy()).contains("free are 10 queues and 7 vectors"));
            assertThat(device.preflight(MigrationRole.DESTINATION))
                    .extracting(PreflightFinding::field)
                    .contains("SCS");
        }
    }

    @Test
    void aFunctionOfTheVendorCommandsIsAskedForItsSize() {
        var large = InMemorySubsystem.builder(clock).vendorCommands2022().vendorStatePadding(64 << 10).mdts(3).build();
        try (var device = NvmeMigratableDevice.open(
                VendorCommandSet.open(ControllingController.open(large.controllingTransport()), 1), null)) {
            large.clearAdminCommandLog();
            assertThat(device.preflight(MigrationRole.SOURCE))
                    .filteredOn(finding -> finding.severity() == Severity.BLOCKER)
                    .singleElement()
                    .satisfies(finding -> {
                        assertThat(finding.reason()).isEqualTo(PreflightReason.STATE_SIZE);
                        assertThat(finding.found()).contains("MDTS 3");
                    });
            assertThat(large.adminCommandLog()).isNotEmpty().allMatch(ReadingCommands::isReading);
        }
    }

    @Test
    void aStateThatTheAllowedBandwidthDoesNotMoveWithinTheBudgetBlocks() {
        try (var device = device(null)) {
            long bytes = device.estimatedStateBytes();
            var options = MigrationOptions.defaults().withBlackoutBudget(Duration.ofSeconds(2));
            assertThat(Preflight.source(List.of(device), options.withBandwidth(Long.MAX_VALUE, bytes / 2 + 1))
                    .isPossible())
                    .isTrue();
            var report = Preflight.source(List.of(device), options.withBandwidth(Long.MAX_VALUE, bytes / 3));
            assertThat(report.blockers())
                    .extracting(PreflightFinding::reason)
                    .containsExactly(PreflightReason.BLACKOUT_BUDGET);
            assertThat(Preflight.destination(List.of(device), options.withBandwidth(1, 1)).isPossible()).isTrue();
        }
    }

    @Test
    void noDeviceAtAllBlocksAndTwoNeedP2p() {
        assertThat(Preflight.source(List.of(), MigrationOptions.defaults()).blockers())
                .extracting(PreflightFinding::reason)
                .containsExactly(PreflightReason.DEVICE_MISMATCH);
        try (var device = device(null);
                var other = device(null)) {
            assertThat(Preflight.source(List.of(device, other), MigrationOptions.defaults()).isPossible()).isTrue();
            DeviceManifest manifest = device.manifest();
            assertThat(Preflight.between(
                    List.of(manifest), List.of(manifest, manifest), MigrationOptions.defaults()).blockers())
                    .extracting(PreflightFinding::reason)
                    .contains(PreflightReason.DEVICE_MISMATCH);
        }
    }
}
