package io.nvmelm.faults;

import io.nvmelm.GuestControl;
import io.nvmelm.transport.mock.GuestMemory;
import io.nvmelm.transport.mock.NamespaceMedium;
import io.nvmelm.transport.mock.guest.GuestDriver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The guest that is migrated, with a load on each of its devices, and where it runs.
final class Vm {
    private static final int BLOCKS = 96;
    private static final int BLOCK_STRIDE = 1024;
    private static final int MEMORY_STRIDE_SHIFT = 26;

    private final List<GuestDriver> drivers = new ArrayList<>();
    private final List<String> violations;
    private final Set<Host> ranAt = new HashSet<>();
    private @Nullable Host runsAt;
    /// Where it ran last: there is what it needs to go on.
    private Host belongsTo;
    private boolean dead;
    private boolean hurt;

    /// Starts a guest.
    ///
    /// @param used whether its medium was written before
    Vm(Host host, FaultCase.Shape shape, boolean used, List<String> violations) {
        this.violations = violations;
        var memory = new GuestMemory((long) shape.devices() << MEMORY_STRIDE_SHIFT);
        for (int i = 0; i < shape.devices(); i++) {
            var builder = GuestDriver.builder(host.subsystem.clock(), memory)
                    .queuePairs(2)
                    .queueEntries(8)
                    .asynchronousEventRequests(shape.supplement() ? 0 : 1)
                    .maximumTransferBytes(2048)
                    .blocks((long) i * BLOCK_STRIDE, BLOCKS)
                    .memoryRange((long) i << MEMORY_STRIDE_SHIFT, i + 1L << MEMORY_STRIDE_SHIFT)
                    .driverId(i + 1L)
                    .seed(shape.seed() + i);
            drivers.add((used ? builder.usedMedium() : builder).start(host.controller(i)));
        }
        runsAt = host;
        belongsTo = host;
        ranAt.add(host);
    }

    @Nullable
    Host runsAt() {
        return runsAt;
    }

    boolean ranAt(Host host) {
        return ranAt.contains(host);
    }

    /// The guest is lost with the process that had it.
    void dies() {
        dead = true;
        runsAt = null;
        drivers.forEach(GuestDriver::pause);
    }

    boolean isDead() {
        return dead;
    }

    /// The controllers of a host are no longer as somebody left them. When it was this guest, what it says proves nothing any more.
    void isHurt(Host host) {
        hurt |= belongsTo == host;
    }

    boolean wasHurt() {
        return hurt;
    }

    /// A process ended, and the guest with it if it was there.
    void processEnds(Host host) {
        if (runsAt == host) {
            dies();
        }
    }

    /// Lets the host reach the guest's memory.
    void attach(Host host) {
        for (int i = 0; i < drivers.size(); i++) {
            drivers.get(i).attach(host.controller(i));
        }
    }

    /// The guest does something, if it runs.
    void work() {
        if (runsAt != null) {
            for (var driver : drivers) {
                driver.submit(2);
                driver.poll();
            }
        }
    }

    GuestControl control(Host host, Steps steps) {
        return new GuestControl() {
            @Override
            public void pause() {
                steps.mayThrow(host.home, Step.Kind.GUEST, "pause");
                if (runsAt != null && runsAt != host) {
                    violations.add("The guest was paused by the " + host.home + " and runs elsewhere");
                }
                work();
                drivers.forEach(GuestDriver::pause);
                runsAt = null;
            }

            @Override
            public void resume() {
                steps.mayThrow(host.home, Step.Kind.GUEST, "resume");
                resumeAt(host);
            }

            @Override
            public void deviceWasReset(String device) {
                isHurt(host);
                steps.mayThrow(host.home, Step.Kind.GUEST, "deviceWasReset");
            }
        };
    }

    private void resumeAt(Host host) {
        if (runsAt != null && runsAt != host) {
            violations.add("The guest was resumed at the " + host.home + " and runs at the " + runsAt.home);
        }
        if (dead) {
            violations.add("The guest was resumed at the " + host.home + " after it had been lost elsewhere");
            return;
        }
        if (belongsTo != host && !(host.isWhollyActive() && !host.isFatal()) && (!hurt || belongsTo
                .failedWhileSuspended())
                && (hurt ? belongsTo : host).wasUsedSinceItFailed()) {
            violations.add("The guest came to the " + host.home + " over a device that had failed or lost its state");
        }
        if (!hurt && !host.isWhollyActive()) {
            violations.add("The guest was resumed at the " + host.home + " over a device that does not run");
        }
        for (int i = 0; i < drivers.size(); i++) {
            drivers.get(i).rebind(host.controller(i));
            drivers.get(i).resume();
        }
        runsAt = host;
        belongsTo = host;
        ranAt.add(host);
        hurt |= host.isFatal();
    }

    /// Runs on for a while and sees whether everything is there. A guest whose controller was reset does not run on: what it had
    /// outstanding may be lost, and nothing else.
    void check() {
        if (dead) {
            return;
        }
        var medium = belongsTo.medium;
        if (hurt) {
            drivers.forEach(driver -> checkWhatIsLeft(driver, medium));
            return;
        }
        var clock = drivers.getFirst().controller().clock();
        work();
        clock.advance(Duration.ofMinutes(3)); // whatever was late has happened by then
        work();
        for (var driver : drivers) {
            boolean drained = driver.drain();
            long wrong = drained ? driver.verifyMedium() + driver.verifyMedium(medium) : 0;
            var report = driver.report();
            if (!drained || wrong > 0 || !report.isClean()) {
                violations.add("The guest lost something: " + report.toString().replace("\n", " /"));
            }
        }
    }

    /// Every command was answered once or is lost, and what was acknowledged is there.
    private void checkWhatIsLeft(GuestDriver driver, NamespaceMedium medium) {
        driver.drain();
        driver.verifyMedium(medium);
        var report = driver.report();
        if (report.completed() + report.lost() != report.commands() || report.violationCount() != report.lost()) {
            violations.add("The guest of a reset controller got something wrong: "
                    + report.toString().replace("\n", " /"));
        }
    }

    void stop() {
        drivers.forEach(GuestDriver::pause);
        runsAt = null;
    }
}
