package io.nvmelm.transport.vfio.fake;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The migration part of a device's driver: version 2 of the protocol, over a guest state that is a byte array of the
/// test. The state of the guest survives resets and closing: only the test and a finished load change it. Setters
/// return this.
public final class FakeMigration {
    private static final int KEEP = -1;

    /// Something that happens before an arc is executed, without any lock held.
    public interface ArcHook {
        /// @param from state now
        /// @param to   state that the arc leads to
        void beforeArc(int from, int to);
    }

    private record ArcFailure(int from, int to, int errno, int left) {}

    private final int flags;
    private final List<ArcFailure> failures = new ArrayList<>();
    private final List<String> arcs = new ArrayList<>();
    private FakeKernel kernel = new FakeKernel(new FakeClock());
    private ArcHook hook = (from, to) -> {};
    private int state = FakeFsm.RUNNING;
    private FakeDataFile session;
    private byte[] guest = new byte[0];
    private int initialBytes = 24;
    private int mostRead = Integer.MAX_VALUE;
    private int mostWrite = Integer.MAX_VALUE;
    private boolean temporaryEndIsZero;
    private boolean forgetsFailedWrites;
    private boolean keepsStateOverClose;
    private boolean knowsReinit;
    private boolean optedIn;
    private int goneErrno = FakeErrno.ENODEV;
    private long readyAt;
    private long sizeAnswer = -1;
    private int stateAnswer = -1;
    private boolean refuseDescriptor;
    private long failAtByte = -1;
    private int failAtErrno;
    private boolean failReading;
    private boolean busy;
    private boolean resetWaits;
    private int resets;

    /// A driver.
    ///
    /// @param flags 1 STOP_COPY, 2 P2P, 4 PRE_COPY added up
    public FakeMigration(int flags) {
        this.flags = flags;
    }

    void attach(FakeKernel shared) {
        kernel = shared;
    }

    /// Sets the state that the device has, and that a save makes a stream of.
    public FakeMigration setGuestState(byte[] bytes) {
        guest = bytes.clone();
        return this;
    }

    /// {@return the state of the device, after a load the loaded one}
    public byte[] guestState() {
        synchronized (kernel) {
            return guest.clone();
        }
    }

    /// {@return a whole stream of a state, as saving without PRE_COPY makes it}
    public static byte[] streamOf(byte[] guestState) {
        return FakeStream.record(FakeStream.FINAL, guestState);
    }

    /// {@return the migration state now}
    public int state() {
        return rawState();
    }

    /// {@return the arcs executed, as `2>6`, in order}
    public List<String> arcs() {
        synchronized (kernel) {
            return List.copyOf(arcs);
        }
    }

    /// {@return resets that the driver has seen}
    public int resets() {
        synchronized (kernel) {
            return resets;
        }
    }

    /// The next execution of an arc fails, and the state stays.
    public FakeMigration failArc(int from, int to, int errno) {
        return failArc(from, to, errno, KEEP);
    }

    /// The next execution of an arc fails and leaves the device in another state: 0 ERROR, or any number.
    public FakeMigration failArc(int from, int to, int errno, int stateAfterwards) {
        failures.add(new ArcFailure(from, to, errno, stateAfterwards));
        return this;
    }

    /// Sets what happens before each arc.
    public FakeMigration beforeArc(ArcHook what) {
        hook = what;
        return this;
    }

    /// Payload bytes of the first record of PRE_COPY.
    public FakeMigration initialBytes(int count) {
        initialBytes = count;
        return this;
    }

    /// A read returns no more bytes than these.
    public FakeMigration mostRead(int count) {
        mostRead = count;
        return this;
    }

    /// A write takes no more bytes than these.
    public FakeMigration mostWrite(int count) {
        mostWrite = count;
        return this;
    }

    /// The temporary end of PRE_COPY is shown as 0 and not as ENOMSG.
    public FakeMigration temporaryEndIsZero(boolean zero) {
        temporaryEndIsZero = zero;
        return this;
    }

    /// The state outlives the last close, as with the kernel's sample driver; the session does not.
    public FakeMigration keepsStateOverClose(boolean keeps) {
        keepsStateOverClose = keeps;
        return this;
    }

    boolean keepsStateOverClose() {
        return keepsStateOverClose;
    }

    /// A write that failed leaves no trace: a load can end well although bytes are missing, and then changes nothing.
    public FakeMigration forgetsFailedWrites(boolean forgets) {
        forgetsFailedWrites = forgets;
        return this;
    }

    /// The driver knows feature 12, and can tell of new initial data.
    public FakeMigration knowsReinit(boolean knows) {
        knowsReinit = knows;
        return this;
    }

    /// The errno of a session that has ended: ENODEV or EINVAL.
    public FakeMigration goneErrno(int errno) {
        goneErrno = errno;
        return this;
    }

    /// Data can be neither read nor written for a time from now on.
    public FakeMigration notReadyFor(Duration time) {
        readyAt = kernel.clock.nanoTime() + time.toNanos();
        return this;
    }

    /// Sets what MIG_DATA_SIZE answers; -1 for the truth.
    public FakeMigration sizeAnswer(long bytes) {
        sizeAnswer = bytes;
        return this;
    }

    /// Sets what asking for the state answers, for instance a number of the future; -1 for the truth. A reset ends it.
    public FakeMigration stateAnswer(int number) {
        stateAnswer = number;
        return this;
    }

    /// The next arc that starts a session succeeds, but its descriptor cannot be given: EMFILE.
    public FakeMigration refuseNextDescriptor() {
        refuseDescriptor = true;
        return this;
    }

    /// Reading fails once so many bytes of a session were read.
    public FakeMigration failReadAt(long bytes, int errno) {
        return failAt(bytes, errno, true);
    }

    /// Writing fails once so many bytes of a session were written.
    public FakeMigration failWriteAt(long bytes, int errno) {
        return failAt(bytes, errno, false);
    }

    private FakeMigration failAt(long bytes, int errno, boolean reading) {
        failAtByte = bytes;
        failAtErrno = errno;
        failReading = reading;
        return this;
    }

    /// The device dirties state while in PRE_COPY: one more record with so many payload bytes. Nothing in other states.
    public void dirty(int payloadBytes) {
        synchronized (kernel) {
            if (session != null && FakeFsm.preCopy(state)) {
                session.append(FakeStream.EARLY, new byte[payloadBytes], false);
            }
        }
    }

    /// The device has new initial data while in PRE_COPY, which it tells whoever opted in; to others it is dirty data.
    public void newInitialData(int payloadBytes) {
        synchronized (kernel) {
            if (session != null && FakeFsm.preCopy(state) && optedIn) {
                session.restart(new byte[payloadBytes]);
            } else {
                dirty(payloadBytes);
            }
        }
    }

    int flags() {
        return flags;
    }

    int rawState() {
        synchronized (kernel) {
            return state;
        }
    }

    boolean stopped() {
        return state == FakeFsm.STOP || state == FakeFsm.STOP_COPY || state == FakeFsm.RESUMING;
    }

    boolean knowsReinit() {
        return knowsReinit;
    }

    void optIn() {
        synchronized (kernel) {
            optedIn = true;
        }
    }

    boolean optedIn() {
        return optedIn;
    }

    int goneErrno() {
        return goneErrno;
    }

    int mostRead() {
        return mostRead;
    }

    int mostWrite() {
        return mostWrite;
    }

    boolean temporaryEndIsZero() {
        return temporaryEndIsZero;
    }

    boolean dataReady() {
        return kernel.clock.nanoTime() >= readyAt;
    }

    boolean takeDescriptorRefusal() {
        boolean refused = refuseDescriptor;
        refuseDescriptor = false;
        return refused;
    }

    /// {@return how many of the wished bytes may pass before a planned failure}
    long allowance(long position, long wished, boolean reading) {
        if (failAtByte < 0 || reading != failReading) {
            return wished;
        }
        if (position >= failAtByte) {
            failAtByte = -1;
            throw new FakeRefusal(failAtErrno);
        }
        return Math.min(wished, failAtByte - position);
    }

    long sizeAnswer() {
        synchronized (kernel) {
            if (sizeAnswer >= 0) {
                return sizeAnswer;
            }
            long unread = session == null ? 0 : session.unread();
            return state == FakeFsm.STOP_COPY && unread > 0 ? unread : unread + FakeStream.HEADER + guest.length;
        }
    }

    int stateAnswer() {
        takeTurn();
        try {
            synchronized (kernel) {
                return stateAnswer >= 0 ? stateAnswer : state;
            }
        } finally {
            endTurn();
        }
    }

    /// Waits for the state lock of the driver.
    private void takeTurn() {
        boolean mine = kernel.await(
                () -> {
                    synchronized (kernel) {
                        boolean free = !busy;
                        busy = true;
                        return free;
                    }
                },
                -1);
        FakeRefusal.when(!mine, FakeErrno.EINTR);
    }

    private void endTurn() {
        synchronized (kernel) {
            busy = false;
            if (resetWaits) {
                resetWaits = false;
                reset();
            }
        }
        kernel.clock.changed();
    }

    /// Goes to a state, arc by arc.
    ///
    /// @return the file of a session that began, or null
    FakeDataFile moveTo(int target) {
        FakeRefusal.when(target < 0 || target > FakeFsm.PRE_COPY_P2P, FakeErrno.EINVAL);
        takeTurn();
        try {
            FakeDataFile began = null;
            while (rawState() != target) {
                int from = rawState();
                int next = FakeFsm.next(flags, from, target);
                FakeRefusal.when(next == FakeFsm.REFUSED, FakeErrno.EINVAL);
                hook.beforeArc(from, next);
                synchronized (kernel) {
                    began = arc(from, next);
                    state = next;
                    arcs.add(from + ">" + next);
                }
            }
            return began;
        } finally {
            endTurn();
        }
    }

    private FakeDataFile arc(int from, int to) {
        failPlanned(from, to);
        boolean wasPreCopy = FakeFsm.preCopy(from);
        if (FakeFsm.preCopy(to)) {
            return wasPreCopy ? null : begin(true, FakeStream.EARLY, new byte[initialBytes]);
        }
        if (to == FakeFsm.STOP_COPY) {
            if (!wasPreCopy) {
                return begin(true, FakeStream.FINAL, guest);
            }
            session.append(FakeStream.FINAL, guest, false);
            return null;
        }
        if (to == FakeFsm.RESUMING) {
            return begin(false, 0, null);
        }
        if (from == FakeFsm.RESUMING) {
            load();
        }
        if (wasPreCopy || from == FakeFsm.STOP_COPY || from == FakeFsm.RESUMING) {
            endSession();
        }
        return null;
    }

    private void failPlanned(int from, int to) {
        for (var failure : failures) {
            if (failure.from() == from && failure.to() == to) {
                failures.remove(failure);
                if (failure.left() != KEEP) {
                    state = failure.left();
                    endSession();
                }
                throw new FakeRefusal(failure.errno());
            }
        }
    }

    private FakeDataFile begin(boolean saving, int kind, byte[] payload) {
        session = new FakeDataFile(kernel, this, saving);
        if (saving) {
            session.append(kind, payload, kind == FakeStream.EARLY);
        }
        return session;
    }

    /// Data that is not a whole stream is refused, and the state stays.
    private void load() {
        if (session.writeFailed() && forgetsFailedWrites) {
            return;
        }
        byte[] loaded = session.writeFailed() ? null : FakeStream.parse(session.received());
        FakeRefusal.when(loaded == null, FakeErrno.EINVAL);
        guest = loaded;
    }

    void endSession() {
        if (session != null) {
            session.end();
            session = null;
        }
    }

    /// The function was reset. While an arc is executed, the driver does it afterwards.
    void reset() {
        if (busy) {
            resetWaits = true;
            if (session != null) {
                session.end();
            }
            return;
        }
        resets++;
        state = FakeFsm.RUNNING;
        stateAnswer = -1;
        endSession();
    }

    void lastClose() {
        optedIn = false;
    }
}
