package io.nvmelm.transport.vfio;

import io.nvmelm.CommandTimeoutException;
import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigrationData;
import io.nvmelm.PreCopyInfo;
import io.nvmelm.SessionEndedException;
import io.nvmelm.TransferOptions;
import io.nvmelm.transport.vfio.linux.Errno;
import io.nvmelm.transport.vfio.linux.KernelError;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.linux.OpenFile;
import io.nvmelm.transport.vfio.linux.SystemCalls;
import io.nvmelm.transport.vfio.uapi.Vfio;
import io.nvmelm.transport.vfio.uapi.VfioFeature.PrecopyInfo;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One session of a device that the kernel migrates: the data file descriptor that the arc returned (`linux/vfio.h`,
/// `data_fd`).
///
/// Direct buffers go to the kernel as they are. The file does not block: while the driver has nothing or no room, this
/// waits in slices, so that an end of the session is noticed, and for no longer than the deadline of a command. A
/// session owns its file alone, so an old one never touches the file of a newer one. Ending it never waits for a read
/// or write under way: that one keeps the file and the bounce piece until it returns, and gives both back then.
final class VfioMigrationData implements MigrationData {
    private final LinuxHost host;
    private final VfioMigratableDeviceStates device;
    private final OpenFile file;
    private final Direction direction;
    private final VfioMigrationDataWaiting waiting;
    private final VfioMigrationDataMemory memory;
    private final IoctlBuffer argument;
    /// Guards reads and writes.
    private final ReentrantLock lock = new ReentrantLock();
    /// Guards the argument, so that a question does not wait for a read that waits for the driver.
    private final ReentrantLock argumentLock = new ReentrantLock();
    private volatile @Nullable String endReason;
    private volatile boolean failed;
    private volatile boolean writing;

    /// Takes over the file descriptor.
    VfioMigrationData(
            LinuxHost host,
            VfioMigratableDeviceStates device,
            OpenFile file,
            Direction direction,
            TransferOptions options) {
        this.host = host;
        this.device = device;
        this.file = file;
        this.direction = direction;
        this.waiting = new VfioMigrationDataWaiting(host, options.commandTimeout());
        this.memory = new VfioMigrationDataMemory(options.pieceBytes());
        this.argument = new IoctlBuffer(host, PrecopyInfo.BYTE_SIZE);
    }

    /// Makes reads and writes of the file return instead of block.
    ///
    /// @return 0 or negative errno
    int setNonBlocking() {
        return argument.start(1).call(file, SystemCalls.SET_NON_BLOCKING);
    }

    @Override
    public Direction direction() {
        return direction;
    }

    @Override
    public int read(ByteBuffer destination) {
        lock.lock();
        try {
            requirePresent();
            if (direction != Direction.SAVING) {
                throw new DeviceStateException(
                        DeviceState.RESUMING, "read from a session that loads", "Open a session by STOP_COPY");
            }
            if (destination.isReadOnly()) {
                throw new InvalidValueException("destination", "a read-only buffer", "a buffer that can be written");
            }
            return destination.hasRemaining() ? readSome(destination) : 0;
        } catch (LiveMigrationException e) {
            throw e.at(device.name(), "reading the state");
        } finally {
            unlock();
        }
    }

    /// Judges a read by the state that the device was in before it: no data from a device that ran means that there is
    /// none now, in whichever of two ways its driver says so, and none from a stopped device is the end.
    private int readSome(ByteBuffer destination) {
        boolean early = isPreCopy(device.known());
        int count = destination.remaining();
        long result;
        if (destination.isDirect()) {
            int position = destination.position();
            result = transfer(memory.of(destination), position, count);
            if (result > 0) {
                destination.position(position + requireAtMost(count, result));
            }
        } else {
            count = memory.bounced(count);
            result = transfer(memory.bounceMemory(), 0, count);
            if (result > 0) {
                memory.copyOut(destination, requireAtMost(count, result));
            }
        }
        if (result > 0) {
            return (int) result;
        }
        if (early && (result == 0 || result == -Errno.ENOMSG)) {
            return 0;
        }
        if (result == 0) {
            requireStateOf(DeviceState.STOP_COPY, askForState());
            return -1;
        }
        throw failure("a read of " + count + " bytes", (int) -result);
    }

    @Override
    public int write(ByteBuffer source) {
        lock.lock();
        try {
            requirePresent();
            if (direction != Direction.LOADING) {
                throw new DeviceStateException(
                        device.known(), "write to a session that saves", "Open a session by RESUMING");
            }
            if (failed) {
                throw new DeviceStateException(
                        DeviceState.RESUMING,
                        "an earlier write of this session failed, so the state that was loaded has a gap",
                        "Reset the device and load the state again from its start")
                        .category(FailureCategory.RESET_DEVICE);
            }
            return source.hasRemaining() ? writeAll(source) : 0;
        } catch (LiveMigrationException e) {
            throw e.at(device.name(), "writing the state");
        } finally {
            unlock();
        }
    }

    /// Writes all, or marks the load as one with a gap: so does an end that comes meanwhile. A buffer that cannot be
    /// accessed at all makes none.
    private int writeAll(ByteBuffer source) {
        int first = source.position();
        writing = true;
        try {
            requirePresent();
            while (source.hasRemaining()) {
                source.position(source.position() + writeSome(source));
            }
            return source.position() - first;
        } catch (InvalidValueException e) {
            failed |= source.position() > first;
            throw e;
        } catch (RuntimeException | Error e) {
            failed |= source.hasRemaining();
            throw e;
        } finally {
            writing = false;
        }
    }

    private int writeSome(ByteBuffer source) {
        int count = source.remaining();
        long result;
        if (source.isDirect()) {
            result = transfer(memory.of(source), source.position(), count);
        } else {
            count = memory.bounced(count);
            memory.copyIn(source, count);
            result = transfer(memory.bounceMemory(), 0, count);
        }
        if (result <= 0) {
            throw failure("a write of " + count + " bytes", result == 0 ? Errno.EIO : (int) -result);
        }
        return requireAtMost(count, result);
    }

    /// Reads or writes once with something to show for it, as the direction says.
    ///
    /// @return bytes, 0, or negative errno other than EAGAIN and EINTR
    private long transfer(MemorySegment piece, long byteOffset, int byteCount) {
        boolean reading = direction == Direction.SAVING;
        int fd = acquire();
        KernelRetryEvent retries = null;
        long result = -Errno.EAGAIN;
        try {
            waiting.start();
            while (true) {
                result = reading
                        ? host.calls().read(fd, piece, byteOffset, byteCount)
                        : host.calls().write(fd, piece, byteOffset, byteCount);
                if (result != -Errno.EAGAIN && result != -Errno.EINTR) {
                    return result;
                }
                retries = KernelRetryEvent.again(retries, reading ? "read of the state" : "write of the state", result);
                requirePresent();
                if (!waiting.await(fd, reading ? SystemCalls.POLL_READABLE : SystemCalls.POLL_WRITABLE)) {
                    failed = true;
                    throw new CommandTimeoutException(
                            (reading ? "a read of " : "a write of ") + byteCount + " bytes", waiting.timeout());
                }
                requirePresent();
            }
        } catch (IllegalStateException | WrongThreadException e) {
            throw VfioMigrationDataMemory.unusable(e);
        } finally {
            KernelRetryEvent.end(retries, result);
            file.release();
        }
    }

    private int acquire() {
        try {
            return file.acquire();
        } catch (LiveMigrationException closed) {
            requirePresent();
            throw closed;
        }
    }

    private static int requireAtMost(int count, long result) {
        if (result > count) {
            throw new InvalidValueException("bytes moved", Long.toString(result), "at most the " + count
                    + " asked for");
        }
        return (int) result;
    }

    /// {@return the failure that an errno stands for} Drivers answer an ended session with different numbers, so the
    /// device is asked where it is; that may wait for an arc.
    private LiveMigrationException failure(String what, int errno) {
        requirePresent();
        var state = askForState();
        if (!belongsTo(state)) {
            endIn(state);
        }
        boolean loading = direction == Direction.LOADING;
        failed = true;
        return KernelError.of(
                what + " in " + state,
                errno,
                loading
                        ? "Reset the device; check that the state comes from a compatible device and is complete"
                        : "Take the device back to RUNNING, and reset it should that fail")
                .category(loading ? FailureCategory.RESET_DEVICE : FailureCategory.ABORT_MIGRATION);
    }

    /// {@return the state that the device is in while this has not ended}
    private DeviceState askForState() {
        try {
            return device.ask();
        } finally {
            requirePresent();
        }
    }

    private void requireStateOf(DeviceState wanted, DeviceState state) {
        if (state != wanted) {
            endIn(state);
        }
    }

    private void endIn(DeviceState state) {
        end("the device is in " + state + ", where a reset or somebody else has brought it");
        requirePresent();
    }

    /// {@return whether a device in this state has a session of this direction}
    boolean belongsTo(DeviceState state) {
        return direction == Direction.SAVING ? state.isSaving() : state == DeviceState.RESUMING;
    }

    private static boolean isPreCopy(DeviceState state) {
        return state == DeviceState.PRE_COPY || state == DeviceState.PRE_COPY_P2P;
    }

    /// The kernel has an estimate alone, see [VfioMigratableDevice#estimatedStateBytes()].
    @Override
    public OptionalLong totalBytes() {
        return OptionalLong.empty();
    }

    @Override
    public Optional<PreCopyInfo> preCopyInfo() {
        argumentLock.lock();
        try {
            requirePresent();
            return isPreCopy(device.known()) ? askPreCopyInfo() : Optional.empty();
        } catch (LiveMigrationException e) {
            throw e.at(device.name(), "asking for the pre-copy data");
        } finally {
            argumentLock.unlock();
        }
    }

    private Optional<PreCopyInfo> askPreCopyInfo() {
        int fd = acquire();
        try {
            argument.start(PrecopyInfo.BYTE_SIZE);
            int result = host.calls().ioctl(fd, Vfio.MIG_GET_PRECOPY_INFO, argument.memory());
            if (result == -Errno.ENOTTY || (result == -Errno.EINVAL && !isPreCopy(askForState()))) {
                requirePresent();
                return Optional.empty();
            }
            if (result < 0) {
                throw failure("VFIO_MIG_GET_PRECOPY_INFO", -result);
            }
            boolean reinitialized = device.tellsReinitialization()
                    && (argument.get32(PrecopyInfo.FLAGS) & PrecopyInfo.FLAG_REINIT) != 0;
            return Optional.of(new PreCopyInfo(
                    atMostLong(argument.get64(PrecopyInfo.INITIAL_BYTES)),
                    atMostLong(argument.get64(PrecopyInfo.DIRTY_BYTES)),
                    reinitialized));
        } finally {
            file.release();
        }
    }

    private static long atMostLong(long unsigned) {
        return unsigned < 0 ? Long.MAX_VALUE : unsigned;
    }

    private void requirePresent() {
        var reason = endReason;
        if (reason != null) {
            throw new SessionEndedException(reason);
        }
    }

    /// Whether a write of this session failed, so that the device must not be told that its data is complete.
    boolean hasFailedToLoad() {
        return failed && direction == Direction.LOADING;
    }

    /// Whether a write has begun and not returned.
    boolean isWriting() {
        return writing;
    }

    /// Ends this for a reason; the first one counts. Never blocks. A write under way is cut by it, which is marked here,
    /// for nobody knows when that write notices.
    void end(String reason) {
        if (endReason == null) {
            endReason = reason;
        }
        if (writing) {
            failed = true;
        }
        file.close();
        freeMemory();
    }

    /// Whoever ends the session and whoever uses the memory look at each other's mark last, so that one of them frees
    /// it.
    private void freeMemory() {
        if (lock.tryLock()) {
            try {
                memory.close();
            } finally {
                lock.unlock();
            }
        }
    }

    private void unlock() {
        lock.unlock();
        if (endReason != null) {
            freeMemory();
        }
    }

    @Override
    public boolean isOpen() {
        return endReason == null;
    }

    @Override
    public void close() {
        end("it was closed");
    }
}
