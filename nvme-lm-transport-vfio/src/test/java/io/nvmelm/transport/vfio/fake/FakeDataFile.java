package io.nvmelm.transport.vfio.fake;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Deque;

/// The data file of a migration session, for saving or for loading. The device keeps it until the session ends, whether
/// or not the descriptor is still open; afterwards it is dead. Guarded by the lock of the kernel.
final class FakeDataFile implements FakeFile {
    private static final int PRECOPY_INFO = 0x3B79;

    /// A piece of the stream that waits to be read.
    private static final class Piece {
        final byte[] bytes;
        boolean initial;
        int taken;

        Piece(byte[] bytes, boolean initial) {
            this.bytes = bytes;
            this.initial = initial;
        }

        int left() {
            return bytes.length - taken;
        }
    }

    private final FakeKernel kernel;
    private final FakeMigration migration;
    private final boolean saving;
    private final Deque<Piece> pieces = new ArrayDeque<>();
    private final FakeStream.Received received = new FakeStream.Received();
    private boolean nonBlocking;
    private boolean ended;
    private boolean writeFailed;
    private boolean reinit;
    private long position;

    FakeDataFile(FakeKernel kernel, FakeMigration migration, boolean saving) {
        this.kernel = kernel;
        this.migration = migration;
        this.saving = saving;
    }

    @Override
    public String kind() {
        return "data";
    }

    @Override
    public String requestName(long request, MemorySegment argument) {
        return (int) request == PRECOPY_INFO ? "GET_PRECOPY_INFO" : FakeFile.super.requestName(request, argument);
    }

    void append(int kind, byte[] payload, boolean initial) {
        pieces.add(new Piece(FakeStream.record(kind, payload), initial));
        kernel.clock.changed();
    }

    /// New initial data is there: what was dirty becomes part of it.
    void restart(byte[] payload) {
        pieces.forEach(piece -> piece.initial = true);
        append(FakeStream.EARLY, payload, true);
        reinit = true;
    }

    void end() {
        ended = true;
        kernel.clock.changed();
    }

    boolean writeFailed() {
        return writeFailed;
    }

    byte[] received() {
        return received.all();
    }

    long unread() {
        return pieces.stream().mapToLong(Piece::left).sum();
    }

    @Override
    public void nonBlocking(boolean on) {
        synchronized (kernel) {
            nonBlocking = on;
        }
    }

    @Override
    public int ioctl(long request, long value) {
        return (int) request == PRECOPY_INFO ? -FakeErrno.EFAULT : -FakeErrno.ENOTTY;
    }

    @Override
    public int ioctl(long request, MemorySegment argument) {
        if ((int) request != PRECOPY_INFO || !saving || (migration.flags() & 4) == 0) {
            return -FakeErrno.ENOTTY;
        }
        var info = new FakeStruct(argument);
        return kernel.locked(() -> {
            info.sizeOfAtLeast(24);
            FakeRefusal.when(ended || !FakeFsm.preCopy(migration.rawState()), FakeErrno.EINVAL);
            if (migration.optedIn()) {
                info.put32(4, reinit ? 1 : 0);
                reinit = false;
            }
            info.put64(8, bytes(true));
            info.put64(16, bytes(false));
            return 0;
        });
    }

    private long bytes(boolean initial) {
        return pieces.stream()
                .filter(piece -> piece.initial == initial)
                .mapToLong(Piece::left)
                .sum();
    }

    private boolean ready() {
        synchronized (kernel) {
            return ended || migration.dataReady();
        }
    }

    @Override
    public long read(MemorySegment buffer) {
        if (!saving) {
            return -FakeErrno.EINVAL;
        }
        waitUntilReady();
        synchronized (kernel) {
            FakeRefusal.when(ended, migration.goneErrno());
            if (buffer.byteSize() == 0) {
                return 0;
            }
            long most = migration.allowance(position, Math.min(buffer.byteSize(), migration.mostRead()), true);
            pieces.removeIf(piece -> piece.left() == 0);
            if (pieces.isEmpty()) {
                boolean temporary = FakeFsm.preCopy(migration.rawState());
                return temporary && !migration.temporaryEndIsZero() ? -FakeErrno.ENOMSG : 0;
            }
            long done = 0;
            while (done < most && !pieces.isEmpty()) {
                var piece = pieces.element();
                int count = (int) Math.min(most - done, piece.left());
                MemorySegment.copy(piece.bytes, piece.taken, buffer, ValueLayout.JAVA_BYTE, done, count);
                piece.taken += count;
                done += count;
                if (piece.left() == 0) {
                    pieces.remove();
                }
            }
            position += done;
            return done;
        }
    }

    private void waitUntilReady() {
        if (ready()) {
            return;
        }
        synchronized (kernel) {
            FakeRefusal.when(nonBlocking, FakeErrno.EAGAIN);
        }
        FakeRefusal.when(!kernel.await(this::ready, -1), FakeErrno.EINTR);
    }

    @Override
    public long write(MemorySegment buffer) {
        if (saving) {
            return -FakeErrno.EINVAL;
        }
        waitUntilReady();
        synchronized (kernel) {
            FakeRefusal.when(ended, migration.goneErrno());
            long most = Math.min(buffer.byteSize(), migration.mostWrite());
            try {
                most = migration.allowance(position, most, false);
            } catch (FakeRefusal refusal) {
                writeFailed = true;
                throw refusal;
            }
            received.add(buffer.asSlice(0, most).toArray(ValueLayout.JAVA_BYTE));
            position += most;
            return most;
        }
    }

    @Override
    public int poll() {
        synchronized (kernel) {
            if (ended) {
                return 8 | 16 | (saving ? 1 : 4);
            }
            if (!migration.dataReady()) {
                return 0;
            }
            boolean something = unread() > 0 || !FakeFsm.preCopy(migration.rawState());
            return saving ? something ? 1 : 0 : 4;
        }
    }
}
