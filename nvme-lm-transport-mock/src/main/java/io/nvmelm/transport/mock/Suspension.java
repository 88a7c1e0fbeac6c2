package io.nvmelm.transport.mock;

import io.nvmelm.nvme.NvmeStatus;
import java.util.ArrayList;
import java.util.List;

/// Whether one migratable controller runs, is about to stop, or is suspended (Base 2.3 clauses 5.2.17.1.1 and 8.1.13),
/// and who waits for it. Guarded by the lock of the world.
final class Suspension {
    /// An epoch that no suspension has.
    static final long NOT_SUSPENDED = -1;

    private enum Phase {
        ACTIVE, SUSPENDING, SUSPENDED
    }

    private final InMemoryController controller;
    private final List<Command> waiters = new ArrayList<>();
    private Phase phase = Phase.ACTIVE;
    private long epoch;
    private boolean deleteQueue;

    Suspension(InMemoryController controller) {
        this.controller = controller;
    }

    boolean isActive() {
        return phase == Phase.ACTIVE;
    }

    boolean isSuspending() {
        return phase == Phase.SUSPENDING;
    }

    boolean isSuspended() {
        return phase == Phase.SUSPENDED;
    }

    /// {@return a number that stays the same for as long as one suspension lasts; [#NOT_SUSPENDED] outside of one}
    long epochIfSuspended() {
        return isSuspended() ? epoch : NOT_SUSPENDED;
    }

    /// Suspends. The command is answered when the controller has finished what it had fetched; at once if it is
    /// suspended.
    void suspend(Command waiter) {
        suspend(waiter, false);
    }

    /// Suspends.
    ///
    /// @param deletesQueue whether the controller's data queue is deleted before the answer (DUDMQ)
    void suspend(Command waiter, boolean deletesQueue) {
        if (isSuspended()) {
            controller.dataQueues().suspendedAgain(controller, deletesQueue);
            waiter.succeed();
            return;
        }
        waiters.add(waiter);
        deleteQueue |= deletesQueue;
        phase = Phase.SUSPENDING;
        if (controller.engine().isDrained()) {
            drained();
        }
    }

    /// Nothing that was fetched is left.
    void drained() {
        if (!isSuspending()) {
            return;
        }
        phase = Phase.SUSPENDED;
        epoch++;
        controller.port().quiet(true);
        controller.stateChanged();
        controller.dataQueues().suspended(controller, takeDeleteQueue());
        answerWaiters(NvmeStatus.SUCCESS);
    }

    /// Lets a suspended controller run.
    void resume() {
        end();
        controller.continueWork();
    }

    /// The controller itself was reset. Whoever waited is answered: see [UncertainReadings].
    void controllerWasReset() {
        controller.dataQueues().suspensionWasReset(controller, takeDeleteQueue());
        end();
        answerWaiters(UncertainReadings.SUSPEND_ENDED_BY_RESET);
    }

    /// The controlling controller was reset: the suspension ends, and Suspend commands that waited are lost with its
    /// queues.
    void controllingControllerWasReset() {
        waiters.clear();
        deleteQueue = false;
        if (!isActive()) {
            end();
            controller.continueWork();
        }
    }

    private void end() {
        boolean wasSuspended = isSuspended();
        phase = Phase.ACTIVE;
        controller.port().quiet(false);
        controller.stateChanged();
        if (wasSuspended) {
            controller.dataQueues().resumed(controller);
        }
    }

    private boolean takeDeleteQueue() {
        boolean taken = deleteQueue;
        deleteQueue = false;
        return taken;
    }

    private void answerWaiters(NvmeStatus status) {
        var answered = List.copyOf(waiters);
        waiters.clear();
        for (var waiter : answered) {
            waiter.finish(0, status);
        }
    }
}
