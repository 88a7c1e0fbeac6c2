package io.nvmelm.transport.mock.guest;

import io.nvmelm.GuestControl;
import io.nvmelm.InvalidValueException;
import io.nvmelm.core.codec.IdentifyControllerCodec;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.nvme.IdentifyController;
import io.nvmelm.transport.mock.GuestMemory;
import io.nvmelm.transport.mock.InMemoryController;
import io.nvmelm.transport.mock.NamespaceMedium;
import io.nvmelm.transport.mock.VirtualClock;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// A guest's NVMe driver that runs verified I/O: each written block carries a stamp, each read is compared with what
/// was acknowledged, and every command has to complete exactly once, on its own queues.
///
/// Queues, their heads, tails and phases and all data live in guest memory and in this object; the controller below is
/// reached through its registers only. A migration therefore is [#pause()], whatever the VMM does,
/// [#rebind(InMemoryController)] and [#resume()]; the driver notices nothing but what went wrong.
///
/// Thread-safe: one lock, taken before the lock of the world, so events of the clock must not call the driver.
/// Interrupts never wait for it. While paused, [#submit(int)] and [#poll()] do nothing and admin commands are refused.
/// What waits, moves the clock.
public final class GuestDriver implements GuestControl {

    private static final int FEATURE_NUMBER_OF_QUEUES = 0x07;
    private static final int EVENTS_PER_TURN = 32;

    private final ReentrantLock lock = new ReentrantLock(true); // fair: a pause must get its turn beside a busy loop
    private final Condition mayRun = lock.newCondition();
    private final VirtualClock clock;
    private final GuestMemory memory;
    private final long patienceNanos;
    private final boolean interruptDriven;
    private final SplittableRandom pace;
    private final LoadTally tally = new LoadTally();
    private final ControllerAccess access;
    private final InterruptLines interrupts;
    private final AdminQueue admin;
    private final IoQueues queues;
    private final BlockLedger ledger;
    private final VerifiedLoad load;
    private boolean paused;

    GuestDriver(GuestDriverBuilder options, InMemoryController controller) {
        this.clock = options.clock;
        this.memory = options.memory;
        this.patienceNanos = options.patience.toNanos();
        this.interruptDriven = options.interruptDriven;
        this.pace = new SplittableRandom(options.seed ^ 0x5DEECE66DL);
        this.access = new ControllerAccess(controller);
        this.interrupts = new InterruptLines(options.interruptVectors());
        interrupts.wire(controller, memory);
        var allocator = new GuestAllocator(memory, options.memoryStart, options.memoryEnd);
        this.admin = new AdminQueue(access, clock, memory, allocator, tally, options.patience);
        this.queues = new IoQueues(options, access, allocator, tally, interrupts);

        var bringUp = new ControllerBringUp(access, clock);
        bringUp.enable(admin.submissions(), admin.completions());
        requireQueueSize(options, bringUp.maximumQueueEntries());
        var identity = identify();
        var namespace = NamespaceGeometry.decode(
                options.namespaceId, identify(IdentifyCommand.NAMESPACE, options.namespaceId));
        requestQueues(options);
        queues.create(admin);
        admin.requestEvents(Math.min(options.eventRequests, identity.asynchronousEventLimit() + 1));

        long transferBytes =
                Math.min(options.maximumTransferBytes, identity.maximumTransferBytes(bringUp.minimumPageBytes()));
        this.ledger = options.ledger(namespace);
        this.load = new VerifiedLoad(
                options, allocator, namespace,
                (int) Math.max(1, transferBytes / namespace.blockBytes()),
                options.mix.supportedBy(identity.optionalNvmCommands()),
                tally, ledger);
    }

    /// {@return choices for a driver; see [GuestDriverBuilder#start(InMemoryController)]}
    ///
    /// @param clock  clock of the controller's world
    /// @param memory memory of the guest
    public static GuestDriverBuilder builder(VirtualClock clock, GuestMemory memory) {
        return new GuestDriverBuilder(clock, memory);
    }

    private static void requireQueueSize(GuestDriverBuilder options, int maximum) {
        int entries = Math.max(options.submissionQueueEntries, options.completionQueueEntries());
        if (entries > maximum) {
            throw new InvalidValueException(
                    "queueEntries", Integer.toString(entries), "2 to " + maximum + " (CAP.MQES)");
        }
    }

    private void requestQueues(GuestDriverBuilder options) {
        int submission = options.submissionQueueCount - 1;
        int completion = options.completionQueueCount() - 1;
        int granted = admin.execute(AdminOpcode.SET_FEATURES,
                entry -> entry.cdw10(FEATURE_NUMBER_OF_QUEUES).cdw11(completion << 16 | submission));
        if ((granted & 0xFFFF) < submission || granted >>> 16 < completion) {
            throw new InvalidValueException(
                    "queuePairs", Integer.toString(submission + 1),
                    "1 to " + (Math.min(granted & 0xFFFF, granted >>> 16) + 1) + " (Number of Queues)");
        }
    }

    /// Submits commands on all queues in turn, then rings each doorbell once. Does not wait.
    ///
    /// @param commands most commands to submit
    /// @return commands submitted: fewer when queues or blocks are taken, 0 while paused
    public int submit(int commands) {
        return locked(() -> paused ? 0 : queues.submit(commands, load::submit));
    }

    /// Consumes the completions of all queues, checks them, and rings doorbells. Does not wait and does not move the
    /// clock.
    ///
    /// @return completions consumed, admin queue included; 0 while paused
    public int poll() {
        return locked(() -> paused ? 0 : queues.poll(interruptDriven, load::settle) + admin.poll());
    }

    /// Submits, polls and moves the clock until so many commands were submitted, then drains.
    ///
    /// @param commands commands to submit
    /// @return whether all were submitted and completed
    public boolean run(long commands) {
        long submitted = 0;
        long lastProgress = clock.nanoTime();
        while (submitted < commands && !isPaused()) {
            int now = submit((int) Math.min(commands - submitted, 1 + pace(EVENTS_PER_TURN)));
            submitted += now;
            boolean moved = moveClock(1 + pace(EVENTS_PER_TURN)) > 0;
            if (now + poll() > 0) {
                lastProgress = clock.nanoTime();
            } else if (!moved || clock.nanoTime() - lastProgress > patienceNanos) {
                break;
            }
        }
        return drain() && submitted == commands;
    }

    /// Waits until everything in flight has completed, then checks that nothing stands where no completion is due.
    /// Gives up, and counts what is left as lost, when nothing was completed for the
    /// [patience][GuestDriverBuilder#patience] of virtual time or the world has come to rest. What completes later
    /// after all is not lost any more.
    ///
    /// @return whether all has completed; false also when somebody paused the driver meanwhile
    public boolean drain() {
        long lastProgress = clock.nanoTime();
        while (!isPaused()) {
            int consumed = poll();
            if (locked(this::isIdle)) {
                return true;
            }
            if (consumed > 0) {
                lastProgress = clock.nanoTime();
            }
            boolean moved = moveClock(EVENTS_PER_TURN) > 0;
            if ((!moved || clock.nanoTime() - lastProgress > patienceNanos) && poll() == 0) {
                return locked(this::giveUp);
            }
        }
        return false;
    }

    private boolean isIdle() {
        if (queues.inFlight() > 0) {
            return false;
        }
        queues.checkRings();
        return true;
    }

    private boolean giveUp() {
        if (paused) {
            return false;
        }
        queues.giveUp();
        return queues.inFlight() == 0;
    }

    /// Reads every block with known content back through the controller and compares. Blocks that commands in flight or
    /// lost commands work on are left out. Moves the clock.
    ///
    /// @return blocks found wrong, which the report has too
    public long verifyMedium() {
        drain();
        long before = locked(() -> tally.wrongBlocks);
        var next = new long[] {ledger.firstBlock()};
        long lastProgress = clock.nanoTime();
        while (next[0] >= 0 && !isPaused()) {
            int submitted =
                    locked(() -> paused ? 0 : queues.submit(EVENTS_PER_TURN, queue -> submitCheck(queue, next)));
            boolean moved = moveClock(EVENTS_PER_TURN) > 0;
            if (poll() + submitted > 0) {
                lastProgress = clock.nanoTime();
            } else if (!moved || clock.nanoTime() - lastProgress > patienceNanos) {
                break;
            }
        }
        drain();
        return locked(() -> tally.wrongBlocks) - before;
    }

    /// Compares every block with known content with a medium, whatever became of the controller. Blocks that commands in flight or lost
    /// commands work on are left out.
    ///
    /// @param medium that of the namespace
    /// @return blocks found wrong, which the report has too
    public long verifyMedium(NamespaceMedium medium) {
        return locked(() -> load.verify(medium));
    }

    private boolean submitCheck(SubmissionRing queue, long[] next) {
        if (next[0] < 0) {
            return false;
        }
        long behind = load.submitCheck(queue, next[0]);
        boolean submitted = behind > next[0];
        next[0] = behind;
        return submitted;
    }

    /// Stops the guest's processors: returns when no call is touching the device any more, and none will until
    /// [#resume()]. Controllers go on with what they have. Blocks for the time of one call. Idempotent.
    @Override
    public void pause() {
        setPaused(true);
    }

    /// Lets the guest's processors run. Idempotent.
    @Override
    public void resume() {
        setPaused(false);
    }

    private void setPaused(boolean newPaused) {
        locked(() -> {
            paused = newPaused;
            mayRun.signalAll();
            return newPaused;
        });
    }

    /// {@return whether the guest is paused}
    public boolean isPaused() {
        return locked(() -> paused);
    }

    /// Lets a controller reach the guest's memory and interrupts without using it yet: what a VMM does with a device
    /// that is about to be loaded.
    ///
    /// @param controller the controller
    public void attach(InMemoryController controller) {
        locked(() -> {
            interrupts.wire(controller, memory);
            return controller;
        });
    }

    /// Continues on another controller, with the same guest memory and queues. Interrupts that the former one raises
    /// from now on are violations; a later rebind to it takes that back.
    ///
    /// @param target controller that has taken over the queues
    public void rebind(InMemoryController target) {
        locked(() -> {
            interrupts.wire(target, memory);
            if (access.controller() != target) {
                interrupts.retire(access.controller());
            }
            access.rebind(target);
            return target;
        });
    }

    /// {@return Identify Controller of the present controller} Moves the clock.
    ///
    /// @throws InvalidValueException             while the guest is paused
    /// @throws io.nvmelm.CommandFailedException  when the controller refuses
    /// @throws io.nvmelm.CommandTimeoutException when it does not answer
    public IdentifyController identify() {
        return IdentifyControllerCodec.decode(identify(IdentifyCommand.CONTROLLER, 0));
    }

    /// {@return the 4096 bytes of an Identify structure, as the present controller has it} Moves the clock.
    ///
    /// @param structure   which one (CNS), 0 to 255
    /// @param namespaceId NSID; 0 where the structure is of no namespace
    /// @throws InvalidValueException             while the guest is paused
    /// @throws io.nvmelm.CommandFailedException  when the controller refuses
    /// @throws io.nvmelm.CommandTimeoutException when it does not answer
    public MemorySegment identify(int structure, long namespaceId) {
        return executing(() -> admin.executeForPage(
                AdminOpcode.IDENTIFY, entry -> entry.namespaceId(namespaceId).cdw10(structure)));
    }

    /// {@return the current value of a feature, dword 0 of Get Features} Moves the clock.
    ///
    /// @param featureId FID, 0 to 255
    /// @throws InvalidValueException             while the guest is paused
    /// @throws io.nvmelm.CommandFailedException  when the controller refuses
    /// @throws io.nvmelm.CommandTimeoutException when it does not answer
    public int feature(int featureId) {
        return executing(() -> admin.execute(AdminOpcode.GET_FEATURES, entry -> entry.cdw10(featureId)));
    }

    /// Sets a feature that needs no data. Moves the clock.
    ///
    /// @param featureId FID, 0 to 255
    /// @param value     command dword 11
    /// @throws InvalidValueException             while the guest is paused
    /// @throws io.nvmelm.CommandFailedException  when the controller refuses
    /// @throws io.nvmelm.CommandTimeoutException when it does not answer
    public void setFeature(int featureId, int value) {
        executing(() -> admin.execute(AdminOpcode.SET_FEATURES, entry -> entry.cdw10(featureId).cdw11(value)));
    }

    /// Shuts the controller down normally and disables it; the driver is of no use afterwards. Moves the clock.
    ///
    /// @throws InvalidValueException             while the guest is paused
    /// @throws io.nvmelm.CommandTimeoutException when the controller does not do it in time
    public void shutdown() {
        executing(() -> {
            new ControllerBringUp(access, clock).shutdown();
            return access;
        });
    }

    /// {@return dword 0 of every asynchronous event so far}
    public List<Integer> asynchronousEvents() {
        return locked(admin::events);
    }

    /// Reads the log page of each new asynchronous event, after which the controller may report further ones of its
    /// type. Moves the clock.
    ///
    /// @return events acknowledged
    /// @throws InvalidValueException             while the guest is paused
    /// @throws io.nvmelm.CommandFailedException  when the controller refuses
    /// @throws io.nvmelm.CommandTimeoutException when it does not answer
    public int acknowledgeEvents() {
        return executing(admin::acknowledgeEvents);
    }

    /// {@return Asynchronous Event Requests outstanding}
    public int outstandingEventRequests() {
        return locked(admin::eventRequests);
    }

    /// {@return I/O commands submitted and not completed}
    public int inFlight() {
        return locked(queues::inFlight);
    }

    /// {@return interrupts of a vector so far, from whichever controller}
    ///
    /// @param vector 0 for the admin queue, n for completion queue n; see [GuestDriverBuilder#interruptVectors(int)]
    public long interruptCount(int vector) {
        return interrupts.count(vector);
    }

    /// {@return the controller that the guest uses at present}
    public InMemoryController controller() {
        return locked(access::controller);
    }

    /// {@return what became of the I/O so far} Commands in flight are lost only once a [#drain()] gave them up.
    public LoadReport report() {
        return locked(() -> tally.report(queues.lostCommands(), interrupts.violations()));
    }

    /// {@return the queues, for tests}
    IoQueues queues() {
        return queues;
    }

    /// Runs events of the clock, unless the guest is paused.
    ///
    /// @return events run, at most `most`
    int moveClock(int most) {
        return locked(() -> {
            int moved = 0;
            while (!paused && moved < most && clock.runNext()) {
                moved++;
            }
            return moved;
        });
    }

    /// Waits while the driver is paused.
    ///
    /// @param giveUp asked before each wait; [#wake()] has it asked again
    /// @return false when it gave up
    boolean awaitRunning(BooleanSupplier giveUp) {
        return locked(() -> {
            while (paused && !giveUp.getAsBoolean()) {
                mayRun.awaitUninterruptibly();
            }
            return !paused;
        });
    }

    /// Lets waiting threads ask again whether to give up.
    void wake() {
        locked(() -> {
            mayRun.signalAll();
            return true;
        });
    }

    private int pace(int bound) {
        return locked(() -> pace.nextInt(bound));
    }

    private <T> T executing(Supplier<T> command) {
        return locked(() -> {
            if (paused) {
                throw new InvalidValueException("guest", "paused", "running");
            }
            return command.get();
        });
    }

    private <T> T locked(Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }
}
