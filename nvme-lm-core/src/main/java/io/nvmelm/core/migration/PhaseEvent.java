package io.nvmelm.core.migration;

import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigrationPhase;
import io.nvmelm.MigrationRole;
import java.util.List;
import java.util.UUID;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// JFR event of one phase of a migration, as one side sees it. Nothing is allocated while no recording wants it.
@Name("io.nvmelm.Migration")
@Label("Migration Phase")
@Description("One phase of a migration, as one side sees it")
@Category({"NVMe Live Migration"})
@StackTrace(false)
final class PhaseEvent extends Event {
    /// Is asked whether anybody wants events.
    private static final PhaseEvent SAMPLE = new PhaseEvent();

    @Label("Migration")
    @Description("The same on both sides; all zero before they spoke")
    @Nullable String migrationId;

    @Label("Role")
    @Nullable String role;

    @Label("Phase")
    @Nullable String phase;

    @Label("Devices")
    @Nullable String devices;

    @Label("Failure")
    @Description("What ended the migration in this phase; empty when nothing did")
    @Nullable String failure;

    /// Begins an event; null while nobody wants it.
    ///
    /// @param role    which side
    /// @param phase   the phase that begins
    /// @param devices names of the devices on this side
    static @Nullable PhaseEvent start(MigrationRole role, MigrationPhase phase, List<String> devices) {
        if (!SAMPLE.isEnabled()) {
            return null;
        }
        var event = new PhaseEvent();
        event.role = role.name();
        event.phase = phase.name();
        event.devices = String.join(", ", devices);
        event.begin();
        return event;
    }

    /// Ends an event.
    ///
    /// @param event       what [#start(MigrationRole, MigrationPhase, List)] returned
    /// @param migrationId as it is known by now
    /// @param failure     what ended the migration in this phase, or null
    static void end(@Nullable PhaseEvent event, UUID migrationId, @Nullable LiveMigrationException failure) {
        if (event != null) {
            event.end();
            event.migrationId = migrationId.toString();
            event.failure = failure == null ? "" : failure.toString();
            event.commit();
        }
    }
}
