package io.nvmelm.preflight;

import io.nvmelm.TransferOptions;
import io.nvmelm.nvme.NamespaceIdentifiers;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.InMemorySubsystemBuilder;
import io.nvmelm.transport.mock.NamespaceMedium;
import io.nvmelm.transport.mock.VirtualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What one side of a generated pair is like. Both sides begin alike.
final class SidePlan {
    /// Identifier of the controller that migrates.
    static final int CONTROLLER_ID = 0x21;
    /// MDTS: 32 KiB.
    static final int MDTS = 3;
    /// Entries that a guest can do without knowing that there are longer queues.
    static final int SHORT_QUEUE_ENTRIES = 32;

    /// A namespace; with the identifiers of its medium when it has none of its own.
    record Namespace(NamespaceMedium medium, @Nullable NamespaceIdentifiers identifiers) {}

    final String name;
    final List<Namespace> namespaces = new ArrayList<>();
    boolean unsupported;
    int stateVersion;
    @Nullable UUID vendorFormat = InMemorySubsystem.VENDOR_STATE_UUID;
    int queuePairs = 8;
    int queueEntries = 256;
    int mdts = MDTS;
    int vendorId = 0x1234;
    int subsystemVendorId = 0x1234;
    int ieeeOui = 0xABCDEF;
    int nvmeVersion = 0x0002_0200;
    String modelNumber = "Model";
    String firmwareRevision = "7";
    String serialNumber = "Serial";
    long maximumTransferBytes = 1 << 20;
    int pieceBytes = 4096;
    long maximumStateBytes = 64 << 20;
    /// VQ and VI resources of the controller; 0 where they are not flexible.
    int assignedQueues;
    int assignedVectors;
    boolean offline;
    boolean suspendedByOthers;
    boolean usedByAnotherGuest;
    boolean failed;
    boolean sanitizing;

    SidePlan(String name) {
        this.name = name;
    }

    InMemorySubsystem build(VirtualClock clock) {
        var builder = InMemorySubsystem.builder(clock)
                .nqn("nqn.2014-08.org.example:" + name)
                .secondaryIdsFrom(CONTROLLER_ID)
                .stateVersions(stateVersion)
                .maximumQueuePairs(queuePairs)
                .maximumQueueEntries(queueEntries)
                .mdts(mdts)
                .vendor(vendorId, subsystemVendorId, ieeeOui)
                .nvmeVersion(nvmeVersion)
                .modelNumber(modelNumber)
                .firmwareRevision(firmwareRevision)
                .serialNumber(serialNumber)
                .maximumTransferBytes(maximumTransferBytes);
        if (vendorFormat == null) {
            builder.vendorFormats();
        } else {
            builder.vendorFormats(vendorFormat);
        }
        if (offline || assignedQueues > 0) {
            builder.flexibleResources(64, 64);
        }
        if (unsupported) {
            builder.vendorCommands2022();
        }
        for (var namespace : namespaces) {
            add(builder, namespace);
        }
        return builder.build();
    }

    private static void add(InMemorySubsystemBuilder builder, Namespace namespace) {
        if (namespace.identifiers() == null) {
            builder.namespace(namespace.medium());
        } else {
            builder.namespace(namespace.medium(), namespace.identifiers());
        }
    }

    TransferOptions options() {
        return TransferOptions.defaults().withMaximumStateBytes(maximumStateBytes).withPieces(pieceBytes, 3);
    }
}
