package io.nvmelm.transport.mock;

import io.nvmelm.InvalidValueException;
import io.nvmelm.spi.AdminTransport;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// An NVM subsystem in memory: one controlling controller, any number of migratable controllers, and namespaces that
/// are attached to all of them. The migratable controllers are secondary controllers of the controlling one, with
/// virtual function numbers from 1 in the order of their identifiers. They are always online unless the subsystem was
/// built with Virtualization Management ([InMemorySubsystemBuilder#flexibleResources(int, int)]).
///
/// Several subsystems over one [VirtualClock] are one world, as a migration from one to another needs. Thread-safe.
///
/// ```java
/// var clock = new VirtualClock();
/// var source = InMemorySubsystem.builder(clock).nqn("nqn.2014-08.org.example:source").build();
/// source.controller(1).attach(new GuestMemory(1 << 30), InterruptHandler.NONE);
/// AdminTransport transport = source.controllingTransport();
/// ```
public final class InMemorySubsystem {
    /// Names the format of vendor specific data that controllers of this model read and write: what version 0 of the
    /// NVMe Controller State leaves out, so that a controller can be continued as it was.
    public static final UUID VENDOR_STATE_UUID = UUID.fromString("5d1f6c0e-7b0a-4c55-9a6e-3e2f8c14d9b7");

    private final SubsystemConfiguration configuration;
    private final VirtualClock clock;
    private final CommandLog log;
    private final FaultScript faults;
    private final List<String> violations = new ArrayList<>();
    private final ControllingCommands commands;
    private final MediaErasure erasure;
    private final ControllerResources resources;
    private final InMemoryController controlling;
    private final InMemoryController[] migratable;
    private final List<InMemoryAdminTransport> transports = new ArrayList<>();

    InMemorySubsystem(VirtualClock clock, SubsystemConfiguration configuration) {
        this.clock = clock;
        this.configuration = configuration;
        this.log = new CommandLog(configuration.commandLogCapacity());
        this.faults = new FaultScript(clock);
        this.resources = new ControllerResources(configuration);
        this.erasure = new MediaErasure(this, configuration);
        this.commands = new ControllingCommands(this, configuration);
        var random = new SplittableRandom(configuration.seed());
        this.controlling =
                new InMemoryController(this, configuration, configuration.controllingId(), random.split(), commands);
        this.migratable = new InMemoryController[configuration.migratableCount()];
        for (int place = 0; place < migratable.length; place++) {
            int id = configuration.firstMigratableId() + place;
            migratable[place] = new InMemoryController(this, configuration, id, random.split(), null);
        }
    }

    /// {@return a builder of a subsystem in the world of this clock}
    ///
    /// @param clock clock of the world
    public static InMemorySubsystemBuilder builder(VirtualClock clock) {
        return new InMemorySubsystemBuilder(clock);
    }

    /// Opens a transport to the controlling controller, which needs no attached memory for it and need not be enabled.
    /// Transports are independent of each other. Waiting for a future of one moves the clock; waiting for an
    /// asynchronous stage made from it (`thenApplyAsync`), or for `allOf` and `anyOf` over several, does not: wait for
    /// the futures themselves.
    ///
    /// @return the transport; the caller closes it
    public AdminTransport controllingTransport() {
        clock.enter();
        try {
            var transport = new InMemoryAdminTransport(this, configuration);
            transports.add(transport);
            return transport;
        } finally {
            clock.exit();
        }
    }

    /// {@return the controlling controller}
    public InMemoryController controllingController() {
        return controlling;
    }

    /// {@return a controller of this subsystem}
    ///
    /// @param controllerId controller identifier (CNTLID)
    /// @throws InvalidValueException when there is no such controller
    public InMemoryController controller(int controllerId) {
        var found = controllerId == controlling.controllerId() ? controlling : migratable(controllerId);
        if (found == null) {
            throw new InvalidValueException("controllerId", Integer.toString(controllerId),
                    "a controller of the subsystem");
        }
        return found;
    }

    /// {@return identifiers of the migratable controllers, ascending}
    public List<Integer> migratableControllerIds() {
        var ids = new ArrayList<Integer>(migratable.length);
        for (var controller : migratable) {
            ids.add(controller.controllerId());
        }
        return List.copyOf(ids);
    }

    /// {@return the last admin commands that arrived at the controlling controller, in the order of arrival}
    public List<CommandRecord> adminCommandLog() {
        clock.enter();
        try {
            return log.records();
        } finally {
            clock.exit();
        }
    }

    /// Empties the log of admin commands.
    public void clearAdminCommandLog() {
        clock.enter();
        try {
            log.clear();
        } finally {
            clock.exit();
        }
    }

    /// {@return faults that are to happen to commands of the controlling controller}
    public FaultScript faults() {
        return faults;
    }

    /// {@return what no controller may ever do and one did, in words: memory accesses and interrupts of suspended
    /// controllers} Empty unless the model itself is wrong.
    public List<String> violations() {
        clock.enter();
        try {
            return List.copyOf(violations);
        } finally {
            clock.exit();
        }
    }

    /// Puts a namespace into the condition of being sanitized, or ends it. Meanwhile I/O commands for it, and Migration
    /// Send and Migration Receive for controllers that it is attached to, are Sanitize Namespace In Progress (Base 2.3
    /// fig. 144). The medium does not change. There is no command for it in this model.
    ///
    /// @param namespaceId identifier of the namespace
    /// @param inProgress  whether it is being sanitized from now on
    /// @throws InvalidValueException when there is no such namespace
    public void sanitizeNamespace(long namespaceId, boolean inProgress) {
        if (configuration.namespace(namespaceId) == null) {
            throw new InvalidValueException(
                    "namespaceId", Long.toString(namespaceId), "1 to " + configuration.namespaces().size());
        }
        clock.enter();
        try {
            erasure.setInProgress(namespaceId, inProgress);
        } finally {
            clock.exit();
        }
    }

    /// Puts a controller into the condition of a fatal status (CSTS.CFS), which a reset ends: it fetches nothing any
    /// more, and of admin commands that are under way or arrive none is executed or answered.
    ///
    /// @param controllerId controller identifier (CNTLID), also that of the controlling controller
    /// @throws InvalidValueException when there is no such controller
    public void failFatally(int controllerId) {
        var failed = controller(controllerId);
        clock.enter();
        try {
            failed.registers().fatal();
        } finally {
            clock.exit();
        }
    }

    /// {@return the clock of the world}
    public VirtualClock clock() {
        return clock;
    }

    // What follows is called by the parts of the model, under the lock.

    List<String> violationList() {
        return violations;
    }

    CommandLog log() {
        return log;
    }

    ControllerResources resources() {
        return resources;
    }

    DataQueueCommands dataQueues() {
        return commands.dataQueues();
    }

    MediaErasure erasure() {
        return erasure;
    }

    /// {@return whether a controller is suspended or just being suspended}
    boolean hasSuspendedController() {
        for (var controller : migratable) {
            if (!controller.suspension().isActive()) {
                return true;
            }
        }
        return false;
    }

    /// {@return the migratable controller with this identifier; null where there is none}
    @Nullable
    InMemoryController migratable(int controllerId) {
        int place = controllerId - configuration.firstMigratableId();
        return place >= 0 && place < migratable.length ? migratable[place] : null;
    }

    /// Its suspensions end, what it had received in part is lost, and so are commands under way. With Virtualization
    /// Management the migratable controllers go offline.
    ///
    /// @param ofFunction whether it was more than a Controller Reset
    void controllingControllerWasReset(boolean ofFunction) {
        commands.reset();
        boolean goOffline = configuration.virtualizationManagement();
        for (var controller : migratable) {
            if (goOffline) {
                resources.takeOffline(controller.place());
            }
            controller.suspension().controllingControllerWasReset();
            if (goOffline) {
                controller.controllerLevelReset(true);
            }
        }
        if (ofFunction) {
            resources.allocatePrimary();
        }
        for (var transport : transports) {
            transport.controllerWasReset();
        }
    }

    void transportClosed(InMemoryAdminTransport transport) {
        transports.remove(transport);
    }
}
