package io.nvmelm.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CommandFailedException;
import io.nvmelm.ControllerIdentity;
import io.nvmelm.ControllerPart;
import io.nvmelm.DeviceStateException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.IoCommandSupport;
import io.nvmelm.MigrationCapability;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.TransferOptions;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.device.NvmeMigratableDevice;
import io.nvmelm.core.device.VendorCommandSet;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.nvme.NamespaceIdentifiers;
import io.nvmelm.nvme.OpaqueBytes;
import io.nvmelm.nvme.StateFormat;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.InMemorySubsystemBuilder;
import io.nvmelm.transport.mock.NamespaceMedium;
import io.nvmelm.transport.mock.VirtualClock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// What a device tells of itself.
class ManifestTest {
    private final VirtualClock clock = new VirtualClock();
    private final NamespaceMedium shared = new NamespaceMedium(1 << 16, 4096);
    private TransferOptions options = TransferOptions.defaults();

    private InMemorySubsystemBuilder subsystem(String name) {
        return InMemorySubsystem.builder(clock)
                .nqn("nqn.2014-08.org.example:" + name)
                .serialNumber("S-" + name)
                .modelNumber("Model")
                .firmwareRevision("7")
                .vendor(0x1234, 0x5678, 0xABCDEF)
                .nvmeVersion(0x0002_0100)
                .migratableControllers(2)
                .secondaryIdsFrom(0x12)
                .maximumQueuePairs(8)
                .maximumQueueEntries(256)
                .mdts(5)
                .namespace(shared);
    }

    private NvmeMigratableDevice open(InMemorySubsystem subsystem) {
        return NvmeMigratableDevice.open(
                ControllingController.open(subsystem.controllingTransport(), options).migratable(0x13),
                subsystem.controller(0x13).function());
    }

    @Test
    void aControllerTellsEverythingThatCommandsAndPropertiesCan() {
        options = options.withMaximumStateBytes(1 << 20);
        try (var device = open(subsystem("a").build())) {
            var manifest = device.manifest();
            assertThat(manifest.name()).isEqualTo(device.identity().name());
            assertThat(manifest.capabilities())
                    .containsExactlyInAnyOrder(MigrationCapability.STOP_COPY, MigrationCapability.P2P);
            assertThat(manifest.formats()).isEqualTo(device.stateFormats()).contains(StateFormat.ofVersion(0));
            assertThat(manifest.estimatedStateBytes()).isEqualTo(device.estimatedStateBytes());
            assertThat(manifest.maximumStateBytes()).isEqualTo(1 << 20);
            assertThat(manifest.missingFromState()).containsExactlyInAnyOrder(ControllerPart.values());
            assertThat(manifest.supplied()).isFalse();
            var controller = manifest.controller().orElseThrow();
            assertThat(controller.identity())
                    .isEqualTo(new ControllerIdentity(
                            "nqn.2014-08.org.example:a", "S-a", "Model", "7", 0x13, OptionalInt.of(2)));
            assertThat(controller.pciVendorId()).hasValue(0x1234);
            assertThat(controller.pciSubsystemVendorId()).hasValue(0x5678);
            assertThat(controller.ieeeOui()).hasValue(0xABCDEF);
            assertThat(controller.nvmeVersion()).hasValue(0x0002_0100);
            assertThat(controller.controllerCapabilities().orElseThrow() & 0xFFFF).isEqualTo(255);
            assertThat(controller.maximumTransferBytes()).isEqualTo(OptionalLong.of(128 << 10));
            assertThat(controller.ioQueuePairs()).hasValue(8);
            assertThat(controller.interruptVectors()).hasValue(9);
            assertThat(controller.ioCommands()).contains(new IoCommandSupport(0x66, 0x44, 0x10E, 0, 0));
            assertThat(controller.features()).isEmpty();
            assertThat(controller.namespaces()).singleElement().satisfies(namespace -> {
                assertThat(namespace.extent()).isEqualTo(new NamespaceExtent(1, 1 << 16, 4096));
                assertThat(namespace.metadataBytes()).isZero();
                assertThat(namespace.extendedBlocks()).isFalse();
                assertThat(namespace.protection()).isZero();
                assertThat(namespace.nguid()).isPresent();
                assertThat(namespace.eui64()).isPresent();
                assertThat(namespace.uuid()).isPresent();
            });
        }
    }

    @Test
    void withoutItsFunctionTheCapabilitiesAreNotGuessed() {
        var subsystem = subsystem("a").mdts(0).build();
        try (var device = NvmeMigratableDevice.open(
                ControllingController.open(subsystem.controllingTransport()).migratable(0x13), null)) {
            var controller = device.manifest().controller().orElseThrow();
            assertThat(controller.controllerCapabilities()).isEmpty();
            assertThat(controller.nvmeVersion()).hasValue(0x0002_0100);
            assertThat(controller.maximumTransferBytes()).isEqualTo(OptionalLong.of(0));
        }
    }

    @Test
    void theSameMediumHasTheSameIdentifiersEverywhereAndAnotherHasOthers() {
        var other = new NamespaceMedium(1 << 16, 4096);
        var a = subsystem("a").namespace(other).build();
        var b = InMemorySubsystem.builder(clock).secondaryIdsFrom(0x13).namespace(other).namespace(shared).build();
        // Two media of one name in one world, which the default would be called after
        var c = subsystem("a").build();
        var d = InMemorySubsystem.builder(clock).nqn("nqn.2014-08.org.example:a").secondaryIdsFrom(0x13).build();
        try (var first = open(a);
                var second = open(b);
                var third = open(c);
                var fourth = open(d)) {
            var inA = first.manifest().controller().orElseThrow().namespaces();
            var inB = second.manifest().controller().orElseThrow().namespaces();
            assertThat(inA).extracting(found -> found.extent().namespaceId()).containsExactly(1L, 2L);
            assertThat(inA.get(0).nguid()).isEqualTo(inB.get(1).nguid()).isNotEqualTo(inA.get(1).nguid());
            assertThat(inA.get(0).eui64()).isEqualTo(inB.get(1).eui64()).isNotEqualTo(inA.get(1).eui64());
            assertThat(inA.get(0).uuid()).isEqualTo(inB.get(1).uuid()).isNotEqualTo(inA.get(1).uuid());
            assertThat(inA.get(1).uuid()).isEqualTo(inB.get(0).uuid());
            assertThat(third.manifest().controller().orElseThrow().namespaces().getFirst()).isEqualTo(inA.getFirst());
            assertThat(fourth.manifest().controller().orElseThrow().namespaces().getFirst().nguid())
                    .isNotEqualTo(inA.getFirst().nguid());
        }
    }

    @Test
    void identifiersCanBeChosen() {
        var chosen = new NamespaceIdentifiers(
                Optional.empty(),
                Optional.of(OpaqueBytes.copyOf(new byte[] {1, 2, 3, 4, 5, 6, 7, 8})),
                Optional.of(new UUID(3, 4)));
        try (var device = open(subsystem("a").namespace(shared, chosen).build())) {
            assertThat(device.manifest().controller().orElseThrow().namespaces().get(1)).satisfies(namespace -> {
                assertThat(namespace.nguid()).isEmpty();
                assertThat(namespace.eui64()).isEqualTo(chosen.eui64());
                assertThat(namespace.uuid()).contains(new UUID(3, 4));
            });
        }
    }

    /// The Identify commands of a manifest come in this order: CNS 15h, 10h, 12h, 03h, 11h.
    @Test
    void whatTheControllingControllerDoesNotTellIsEmptyAndNoError() {
        var subsystem = subsystem("a").build();
        try (var device = open(subsystem)) {
            var whole = device.manifest().controller().orElseThrow();
            subsystem.faults().on(AdminOpcode.IDENTIFY).nth(1).failsWith(StatusCode.INVALID_FIELD_IN_COMMAND);
            var withoutList = device.manifest().controller().orElseThrow();
            assertThat(withoutList.identity().vfNumber()).isEmpty();
            assertThat(withoutList.ioQueuePairs()).isEmpty();
            assertThat(withoutList.interruptVectors()).isEmpty();
            assertThat(withoutList.namespaces()).isEqualTo(whole.namespaces());
            for (var status : List.of(
                    StatusCode.INVALID_FIELD_IN_COMMAND, StatusCode.INVALID_NAMESPACE_OR_FORMAT)) {
                subsystem.faults().on(AdminOpcode.IDENTIFY).nth(4).failsWith(status);
                var namespace = device.manifest().controller().orElseThrow().namespaces().getFirst();
                assertThat(namespace.nguid()).isEqualTo(whole.namespaces().getFirst().nguid());
                assertThat(namespace.eui64()).isEqualTo(whole.namespaces().getFirst().eui64());
                assertThat(namespace.uuid()).as("Identify Namespace has none").isEmpty();
            }
        }
    }

    @Test
    void anAnswerThatMustBeKnownAndIsNotIsAnError() {
        var subsystem = subsystem("a").build();
        try (var device = open(subsystem)) {
            for (int command = 1; command <= 5; command++) {
                subsystem.faults().on(AdminOpcode.IDENTIFY).nth(command).failsWith(StatusCode.INTERNAL_ERROR);
                assertThatThrownBy(device::manifest)
                        .as("command %s", command)
                        .isInstanceOf(CommandFailedException.class)
                        .hasMessageContaining("controlling controller: Identify");
            }
            assertThat(device.manifest().controller()).isPresent();
        }
    }

    @Test
    void aControllerThatRefusesToTellItsSizeHasTheLastOneKnown() {
        var subsystem = subsystem("a").build();
        try (var device = open(subsystem)) {
            subsystem.sanitizeNamespace(1, true);
            assertThat(device.manifest().estimatedStateBytes()).isEqualTo(1);
            subsystem.sanitizeNamespace(1, false);
            long bytes = device.estimatedStateBytes();
            subsystem.sanitizeNamespace(1, true);
            assertThat(device.manifest().estimatedStateBytes()).isEqualTo(bytes);
        }
    }

    @Test
    void aFunctionOfTheVendorCommandsTellsTheSame() {
        var subsystem = subsystem("a").vendorCommands2022().build();
        try (var device = NvmeMigratableDevice.open(
                VendorCommandSet.open(ControllingController.open(subsystem.controllingTransport(), options), 2),
                subsystem.controller(0x13).function())) {
            var manifest = device.manifest();
            assertThat(manifest.formats()).isEmpty();
            assertThat(manifest.missingFromState()).isEmpty();
            assertThat(manifest.maximumStateBytes()).isEqualTo(128 << 10);
            var controller = manifest.controller().orElseThrow();
            assertThat(controller.identity().controllerId()).isEqualTo(0x13);
            assertThat(controller.identity().vfNumber()).hasValue(2);
            assertThat(controller.ioQueuePairs()).hasValue(8);
            assertThat(controller.controllerCapabilities()).isPresent();
            assertThat(controller.namespaces()).hasSize(1);
        }
    }

    @Test
    void theSecondaryControllerListIsReadOnceForAManifest() {
        var standard = subsystem("a").build();
        try (var device = open(standard)) {
            standard.clearAdminCommandLog();
            device.manifest();
            assertThat(readsOfSecondaryControllers(standard)).isOne();
        }
        var vendor = subsystem("b").vendorCommands2022().build();
        try (var device = NvmeMigratableDevice.open(
                VendorCommandSet.open(ControllingController.open(vendor.controllingTransport(), options), 2),
                vendor.controller(0x13).function())) {
            vendor.clearAdminCommandLog();
            device.manifest();
            assertThat(readsOfSecondaryControllers(vendor)).isOne();
        }
    }

    private static long readsOfSecondaryControllers(InMemorySubsystem subsystem) {
        return subsystem.adminCommandLog().stream()
                .filter(command -> command.opcode() == AdminOpcode.IDENTIFY.value()
                        && command.select() == IdentifyCommand.SECONDARY_CONTROLLER_LIST)
                .count();
    }

    @Test
    void aManifestOnlyReads() {
        var subsystem = subsystem("a").build();
        try (var device = open(subsystem)) {
            subsystem.clearAdminCommandLog();
            var first = device.manifest();
            assertThat(subsystem.adminCommandLog()).isNotEmpty().allMatch(ReadingCommands::isReading);
            assertThat(device.manifest()).isEqualTo(first);
        }
    }

    @Test
    void aStateThatIsTooLargeIsToldAndAClosedDeviceIsAnError() {
        options = options.withMaximumStateBytes(64);
        var device = open(subsystem("a").build());
        assertThat(device.manifest().estimatedStateBytes()).isGreaterThan(64);
        assertThatThrownBy(device::estimatedStateBytes).isInstanceOf(InvalidValueException.class);
        device.close();
        assertThatThrownBy(device::manifest)
                .isInstanceOf(DeviceStateException.class)
                .hasMessageContaining("controller 0013h")
                .hasMessageContaining("closed");
    }
}
