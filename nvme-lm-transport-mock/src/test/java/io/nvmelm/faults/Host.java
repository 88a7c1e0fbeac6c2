package io.nvmelm.faults;

import io.nvmelm.ControllerProperties;
import io.nvmelm.ControllerSupplement;
import io.nvmelm.MigratableDevice;
import io.nvmelm.MigrationRole;
import io.nvmelm.TransferOptions;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.device.NvmeMigratableDevice;
import io.nvmelm.nvme.OpaqueBytes;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.transport.mock.InMemoryController;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.NamespaceMedium;
import io.nvmelm.transport.mock.NvmRegisters;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// One side: its subsystem, and the process that drives it.
final class Host {
    private static final TransferOptions OPTIONS = TransferOptions.defaults().withPieces(256, 2);
    private static final int VECTOR_BYTES = 16;

    final MigrationRole home;
    final InMemorySubsystem subsystem;
    final NamespaceMedium medium;
    private final Steps steps;
    private final int deviceCount;
    /// The step at which somebody last did something to the functions.
    private int failedAt;
    private boolean failedWhileSuspended;
    /// Whether somebody reset the controlling controller when the guest had left, which ends suspensions: no library prevents that.
    private boolean letGoFromOutside;
    private final List<FaultyTransport> transports = new ArrayList<>();
    private final List<FaultyDevice> devices = new ArrayList<>();

    Host(MigrationRole home, InMemorySubsystem subsystem, NamespaceMedium medium, int deviceCount, Steps steps) {
        this.home = home;
        this.subsystem = subsystem;
        this.medium = medium;
        this.deviceCount = deviceCount;
        this.steps = steps;
    }

    /// A process begins: everything is opened.
    void start() {
        var transport = new FaultyTransport(subsystem.controllingTransport(), this, steps);
        transports.add(transport);
        var controlling = ControllingController.open(transport, OPTIONS);
        devices.clear();
        for (int i = 0; i < deviceCount; i++) {
            devices.add(new FaultyDevice(
                    NvmeMigratableDevice.open(controlling.migratableByVirtualFunction(i + 1), controller(i).function()),
                    home,
                    steps));
        }
    }

    /// A new process takes the place of one that ended, of which the kernel closed what it had open.
    void restart() {
        transports.forEach(AdminTransport::close);
        transports.clear();
        steps.restarted(home);
        start();
    }

    /// {@return the transport of the present process}
    AdminTransport transport() {
        return transports.getLast();
    }

    List<MigratableDevice> devices() {
        return List.copyOf(devices);
    }

    /// Every device was reset for a guest to come.
    void wasReset() {
        letGoFromOutside = false;
    }

    /// Rules out a queue whose creation was not answered, as the refusal of the next one says.
    void deleteUnnamedQueues() {
        if (transports.stream().anyMatch(FaultyTransport::mayHaveUnnamedQueue)) {
            subsystem.controllingController().functionLevelReset();
        }
    }

    /// Ends the process in order.
    ///
    /// @return what it did not give back
    List<String> stop() {
        var leaks = new ArrayList<String>();
        for (var device : devices) {
            if (device.openSessions() > 0) {
                leaks.add(device.openSessions() + " sessions were not closed");
            }
            device.close();
        }
        transports.forEach(transport -> leaks.addAll(transport.leaks(false)));
        subsystem.controllingController().functionLevelReset();
        transports.forEach(transport -> leaks.addAll(transport.leaks(true)));
        transports.forEach(AdminTransport::close);
        return leaks.stream().map(leak -> home + ": " + leak).toList();
    }

    InMemoryController controller(int place) {
        return subsystem.controller(subsystem.migratableControllerIds().get(place));
    }

    /// {@return whether a controller works on the guest's queues}
    boolean isActive() {
        for (int i = 0; i < deviceCount; i++) {
            if (isActive(i)) {
                return true;
            }
        }
        return false;
    }

    /// {@return whether one controller works on the guest's queues}
    boolean isActive(int place) {
        return !letGoFromOutside && controller(place).isReady() && !controller(place).isSuspended();
    }

    /// {@return whether a controller has a fatal status} Only where the guest has access.
    boolean isFatal() {
        for (int i = 0; i < deviceCount; i++) {
            if ((controller(i).readRegister32(NvmRegisters.CSTS) & NvmRegisters.CSTS_CFS_BIT) != 0) {
                return true;
            }
        }
        return false;
    }

    /// {@return whether all controllers work on the guest's queues}
    boolean isWhollyActive() {
        for (int i = 0; i < deviceCount; i++) {
            if (!isActive(i)) {
                return false;
            }
        }
        return true;
    }

    /// {@return whether the library went on with the devices, and so had to see it, after somebody did something to the functions}
    boolean wasUsedSinceItFailed() {
        return !steps.isArmed() || steps.log().stream()
                .anyMatch(step -> step.side() == home && step.number() >= failedAt
                        && (step.kind() == Step.Kind.ARC || step.kind() == Step.Kind.SESSION));
    }

    /// {@return whether that was as the devices stood still, or were being suspended}
    boolean failedWhileSuspended() {
        return failedWhileSuspended;
    }

    void happens(Fault.Kind kind, Vm vm) {
        failedAt = steps.count(home) - 1;
        failedWhileSuspended = vm.runsAt() == null && steps.log().getLast().kind() == Step.Kind.COMMAND
                || controller(deviceCount - 1).isSuspended();
        if (kind == Fault.Kind.CONTROLLING_FATAL) {
            subsystem.failFatally(subsystem.controllingController().controllerId());
            return;
        }
        if (kind == Fault.Kind.GUEST_RESET && vm.runsAt() != this) {
            return;
        }
        if (kind == Fault.Kind.CONTROLLING_RESET) {
            subsystem.controllingController().functionLevelReset();
            letGoFromOutside |= vm.ranAt(this) && vm.runsAt() != null && vm.runsAt() != this;
        } else {
            for (int i = 0; i < deviceCount; i++) {
                var controller = controller(i);
                switch (kind) {
                    case CONTROLLER_FATAL -> subsystem.failFatally(controller.controllerId());
                    case FUNCTION_RESET -> controller.functionLevelReset();
                    case GUEST_RESET -> controller.writeRegister32(NvmRegisters.CC, 0);
                    default -> throw new AssertionError(kind);
                }
            }
        }
        vm.isHurt(this);
    }

    /// An operator brings back what has a fatal status. What is suspended here is reset, not let go.
    void repair(Vm vm) {
        for (int i = 0; i < deviceCount; i++) {
            if (controller(i).isSuspended()) {
                controller(i).functionLevelReset();
                vm.isHurt(this);
            }
        }
        subsystem.controllingController().functionLevelReset();
    }

    /// {@return what moves the parts of a controller that the standard's state leaves out}
    ControllerSupplement supplement(int place) {
        var controller = controller(place);
        return new ControllerSupplement() {
            @Override
            public ControllerProperties capture() {
                steps.mayThrow(home, Step.Kind.SUPPLEMENT, "capture");
                return reaching(controller, () -> new ControllerProperties(
                        controller.readRegister32(NvmRegisters.CC),
                        controller.readRegister32(NvmRegisters.AQA),
                        controller.readRegister64(NvmRegisters.ASQ),
                        controller.readRegister64(NvmRegisters.ACQ),
                        controller.readRegister32(NvmRegisters.INTMS),
                        List.of(),
                        OpaqueBytes.copyOf(new byte[VECTOR_BYTES]),
                        OpaqueBytes.copyOf(new byte[0])));
            }

            @Override
            public void apply(ControllerProperties properties) {
                steps.mayThrow(home, Step.Kind.SUPPLEMENT, "apply");
                reaching(controller, () -> {
                    controller.writeRegister32(NvmRegisters.AQA, properties.adminQueueAttributes());
                    controller.writeRegister64(NvmRegisters.ASQ, properties.adminSubmissionQueue());
                    controller.writeRegister64(NvmRegisters.ACQ, properties.adminCompletionQueue());
                    controller.writeRegister32(NvmRegisters.CC, properties.configuration());
                    controller.writeRegister32(NvmRegisters.INTMS, properties.interruptMask());
                    return properties;
                });
            }
        };
    }

    /// The VMM reaches registers that the guest does not.
    private static <T> T reaching(InMemoryController controller, Supplier<T> access) {
        controller.function().restoreAccess();
        try {
            return access.get();
        } finally {
            controller.function().blockAccess();
        }
    }
}
