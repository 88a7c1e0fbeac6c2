package io.nvmelm.core.device;

import io.nvmelm.MigrationRole;
import io.nvmelm.PreflightFinding;
import io.nvmelm.PreflightFinding.Severity;
import io.nvmelm.PreflightReason;
import io.nvmelm.core.controller.MigratableController;
import io.nvmelm.core.controller.StateSummary;
import io.nvmelm.nvme.SecondaryController;
import io.nvmelm.nvme.StateFormat;
import java.util.List;
import java.util.OptionalInt;

/// Reasons of one side why a controller could not be migrated by the command set of the standard. Asks by Identify and by the start of
/// Get Controller State, and changes nothing.
final class ControllerPreflight {
    /// Fewest VQ resources of a controller that is online (Base 2.3 clause 8.2.6): the admin queues and a pair of I/O queues.
    private static final int FEWEST_QUEUES = 2;
    /// Fewest VI resources of a controller that is online.
    private static final int FEWEST_INTERRUPTS = 1;

    private final MigratableController controller;
    private final StateFormat format;
    private final MigrationRole role;
    private final FindingList findings;

    ControllerPreflight(MigratableController controller, StateFormat format, MigrationRole role) {
        this.controller = controller;
        this.format = format;
        this.role = role;
        this.findings = new FindingList(controller.name(), role);
    }

    List<PreflightFinding> findings() {
        findings.ask(
                PreflightReason.UNKNOWN,
                "Secondary Controller List",
                Severity.WARNING,
                () -> controller.controlling().secondary(controller.controllerId()))
                .flatMap(entry -> entry)
                .ifPresent(this::resources);
        state();
        transport();
        if (role == MigrationRole.SOURCE) {
            tracking();
        }
        return findings.toList();
    }

    private void resources(SecondaryController entry) {
        var free = freeResources();
        if (entry.queueResources() < FEWEST_QUEUES) {
            tooFew("NVQ", entry.queueResources(), FEWEST_QUEUES, entry.online(), free);
        }
        if (entry.interruptResources() < FEWEST_INTERRUPTS) {
            tooFew("NVI", entry.interruptResources(), FEWEST_INTERRUPTS, entry.online(), free);
        }
        if (!entry.online()) {
            findings.add(
                    Severity.BLOCKER,
                    PreflightReason.DEVICE_CONDITION,
                    "SCS",
                    "offline",
                    "online",
                    "Bring the secondary controller online (Virtualization Management), once it has resources");
        }
    }

    /// A controller that is online with nothing assigned has resources that are not flexible.
    private void tooFew(String field, int assigned, int needed, boolean online, String free) {
        if (!online) {
            findings.add(
                    Severity.BLOCKER,
                    PreflightReason.RESOURCES,
                    field,
                    Integer.toString(assigned),
                    needed + " or more",
                    "Assign flexible resources to the secondary controller; " + free);
        }
    }

    private String freeResources() {
        if (!controller.controlling().identity().virtualizationManagement()) {
            return "how many are free is not known";
        }
        return findings.ask(
                PreflightReason.UNKNOWN,
                "Primary Controller Capabilities",
                Severity.NOTE,
                () -> controller.controlling().primaryCapabilities())
                .map(found -> {
                    var queues = found.queueResources();
                    var interrupts = found.interruptResources();
                    return "free are " + (queues.total() - queues.assigned() - queues.primaryAllocated())
                            + " queues and "
                            + (interrupts.total() - interrupts.assigned() - interrupts.primaryAllocated()) + " vectors";
                })
                .orElse("how many are free is not known");
    }

    /// Whatever Get Controller State answers now, the migration will be answered as well.
    private void state() {
        var answer = findings.ask(
                PreflightReason.UNKNOWN,
                "controller state",
                Severity.BLOCKER,
                () -> controller.summary(format, Long.MAX_VALUE));
        if (answer.isEmpty()) {
            return;
        }
        var summary = answer.get();
        long limit = controller.controlling().options().maximumStateBytes();
        if (summary.totalBytes() > limit) {
            findings.add(
                    Severity.BLOCKER,
                    PreflightReason.STATE_SIZE,
                    "controller state",
                    summary.totalBytes() + " bytes",
                    limit + " bytes or less (maximumStateBytes)",
                    "Raise maximumStateBytes of the TransferOptions");
        }
        if (summary.suspended()) {
            findings.add(
                    Severity.BLOCKER,
                    PreflightReason.DEVICE_CONDITION,
                    "CSATTR",
                    "suspended",
                    "not suspended",
                    "Find out who suspended it, then resume it, or reset it when no guest uses it");
        }
        if (role == MigrationRole.DESTINATION) {
            queues(summary);
        }
    }

    /// Only version 0 tells how many queues there are; a controller may have it beside the format that was chosen.
    private void queues(StateSummary summary) {
        var count = summary.ioQueueCount();
        if (count.isEmpty() && controller.controlling().formats().versionIndex(0).isPresent()) {
            count = findings.ask(
                    PreflightReason.UNKNOWN,
                    "NIOSQ and NIOCQ",
                    Severity.WARNING,
                    () -> controller.summary(StateFormat.ofVersion(0), Long.MAX_VALUE).ioQueueCount())
                    .orElse(OptionalInt.empty());
        }
        if (count.isEmpty()) {
            findings.add(
                    Severity.NOTE,
                    PreflightReason.UNKNOWN,
                    "NIOSQ and NIOCQ",
                    "not known: the format of the state is not known here",
                    "0",
                    "Make sure that no guest uses the controller, and reset it before");
        } else if (count.getAsInt() != 0) {
            findings.add(
                    Severity.BLOCKER,
                    PreflightReason.DEVICE_CONDITION,
                    "NIOSQ and NIOCQ",
                    count.getAsInt() + " I/O queues",
                    "0",
                    "Reset the device, when no guest uses it: a controller with I/O queues takes no state");
        }
    }

    private void transport() {
        var controlling = controller.controlling();
        var options = controlling.options();
        if (controlling.pieceBytes() < options.pieceBytes()) {
            findings.add(
                    Severity.NOTE,
                    PreflightReason.TRANSPORT_LIMIT,
                    "bytes of a command",
                    Integer.toString(controlling.pieceBytes()),
                    options.pieceBytes() + " (pieceBytes)",
                    "The state takes more commands; the limit is that of the transport or of the controlling controller, whose"
                            + " MDTS is " + controlling.identity().maximumDataTransferSize());
        }
        if (controlling.maximumCommandsInFlight() < options.commandsInFlight()) {
            findings.add(
                    Severity.NOTE,
                    PreflightReason.TRANSPORT_LIMIT,
                    "commands in flight",
                    Integer.toString(controlling.maximumCommandsInFlight()),
                    options.commandsInFlight() + " (commandsInFlight)",
                    "The state is read more slowly than it could be");
        }
        controlling.ringMemoryUnavailable().ifPresent(reason -> findings.add(
                Severity.NOTE,
                PreflightReason.TRANSPORT_LIMIT,
                "memory for a queue of user data changes",
                "not there: " + reason,
                "there, if user data are to be copied while the guest runs",
                "Use storage that both sides reach, or a transport with such memory"));
    }

    private void tracking() {
        for (var reason : controller.memoryTrackingUnavailable()) {
            findings.add(
                    Severity.NOTE,
                    PreflightReason.TRANSPORT_LIMIT,
                    "tracking of guest memory",
                    "not there: " + reason,
                    "there, if the VMM tracks what the controller writes by it",
                    "Track by the IOMMU, or copy all memory in the blackout");
        }
    }
}
