package io.nvmelm.transport.vfio.fake;

import io.nvmelm.CommandTimeoutException;
import io.nvmelm.nvme.Completion;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import io.nvmelm.transport.mock.InMemorySubsystem;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// The node of a controller that the kernel's NVMe driver is bound to, `/dev/nvmeN`, or of one of its namespaces: admin
/// commands by ioctl (linux/nvme_ioctl.h, drivers/nvme/host/ioctl.c) to the controlling controller of an in-memory
/// subsystem.
///
/// When a command is not complete in time the driver resets the controller, and the ioctl ends with EINTR, as do the
/// others that are under way. An ioctl that waits moves the clock of the host. Thread-safe.
public final class FakeNvmeNode implements FakeFile {
    private static final long ADMIN_CMD = 0xC048_4E41L;
    private static final long ADMIN64_CMD = 0xC050_4E47L;
    private static final long ID = 0x4E40;
    private static final long RESET = 0x4E44;
    private static final long RESCAN = 0x4E46;
    private static final int RESULT_32 = 68;
    private static final int RESULT_64 = 72;
    private static final long DEFAULT_TIMEOUT_MILLIS = 60_000;
    private static final long DRIVER_LIMIT_BYTES = 8L << 20;
    private static final int SEGMENTS = 128;
    private static final int PAGE = 4096;
    private static final int MDTS = 77;

    private final FakeNvmeTime time;
    private final InMemorySubsystem subsystem;
    private final int namespaceId;
    private final AdminTransport transport;
    private final long maximumTransferBytes;
    private final List<String> violations = new CopyOnWriteArrayList<>();
    private final Deque<Integer> refusals = new ConcurrentLinkedDeque<>();
    private final AtomicInteger resets = new AtomicInteger();
    private volatile boolean privileged = true;
    private volatile boolean gone;

    /// The node of the controlling controller of a subsystem. Identifies the controller, as the driver does when it is
    /// bound.
    ///
    /// @param clock     the clock of the host
    /// @param subsystem the subsystem
    public FakeNvmeNode(FakeClock clock, InMemorySubsystem subsystem) {
        this(clock, subsystem, 0);
    }

    /// @param namespaceId the namespace whose node this is; 0 for the controller's own
    FakeNvmeNode(FakeClock clock, InMemorySubsystem subsystem, int namespaceId) {
        this.time = new FakeNvmeTime(clock, subsystem.clock());
        this.subsystem = subsystem;
        this.namespaceId = namespaceId;
        this.transport = subsystem.controllingTransport();
        this.maximumTransferBytes = Math.min(mdtsBytes(), Math.min(DRIVER_LIMIT_BYTES, (long) SEGMENTS * PAGE));
    }

    private long mdtsBytes() {
        try (var data = transport.allocate(PAGE)) {
            var identify = MemorySegment.ofArray(new int[16]);
            identify.set(ValueLayout.JAVA_INT, 0, 0x06);
            identify.set(ValueLayout.JAVA_INT, 40, 1);
            transport.submit(identify, data, PAGE, Duration.ofSeconds(60)).join();
            int mdts = data.segment().get(ValueLayout.JAVA_BYTE, MDTS);
            subsystem.clearAdminCommandLog();
            return mdts == 0 ? Long.MAX_VALUE : (long) PAGE << mdts;
        }
    }

    /// Sets whether the process has CAP_SYS_ADMIN. It has unless set.
    ///
    /// @return this
    public FakeNvmeNode privileged(boolean value) {
        privileged = value;
        return this;
    }

    /// Lets the next command fail in the kernel, before the controller gets it; may be called for several.
    ///
    /// @param errno EINTR, EIO, …
    /// @return this
    public FakeNvmeNode failNext(int errno) {
        refusals.add(errno);
        return this;
    }

    /// The controller is gone: everything is answered with ENODEV from now on.
    public void remove() {
        gone = true;
    }

    /// {@return resets of the controller, after timeouts or by ioctl}
    public int resets() {
        return resets.get();
    }

    /// {@return the largest data of a command}
    public long maximumTransferBytes() {
        return maximumTransferBytes;
    }

    /// {@return what nobody may do and the kernel does not notice: a controller that writes or reads past the data
    /// buffer}
    public List<String> violations() {
        return List.copyOf(violations);
    }

    @Override
    public String kind() {
        return "nvme";
    }

    @Override
    public String requestName(long request, MemorySegment argument) {
        return request == ADMIN_CMD
                ? "ADMIN_CMD"
                : request == ADMIN64_CMD
                        ? "ADMIN64_CMD"
                        : request == ID
                                ? "ID"
                                : request == RESET ? "RESET" : FakeFile.super.requestName(request, argument);
    }

    @Override
    public int ioctl(long request, long value) {
        FakeRefusal.when(gone, FakeErrno.ENODEV);
        if (request == ID && namespaceId != 0) {
            return namespaceId;
        }
        FakeRefusal.when(namespaceId != 0 || request != RESET && request != RESCAN, FakeErrno.ENOTTY);
        FakeRefusal.when(!privileged, FakeErrno.EACCES);
        if (request == RESET) {
            reset();
        }
        return 0;
    }

    @Override
    public int ioctl(long request, MemorySegment argument) {
        FakeRefusal.when(gone, FakeErrno.ENODEV);
        if (request != ADMIN_CMD && request != ADMIN64_CMD) {
            return ioctl(request, argument.address());
        }
        var struct = new FakeStruct(argument.asSlice(0, request == ADMIN_CMD ? RESULT_32 + 4 : RESULT_64 + 8));
        var command = new FakeNvmeCommand(struct);
        FakeRefusal.when(command.flags() != 0, FakeErrno.EINVAL);
        FakeRefusal.when(namespaceId != 0 && command.nsid() != namespaceId, FakeErrno.EINVAL);
        FakeRefusal.when(!privileged && !command.allowedToAll(), FakeErrno.EACCES);
        FakeRefusal.when(command.setsDriverFeature(), FakeErrno.EACCES);
        FakeRefusal.when(command.hasMetadata(), FakeErrno.EINVAL);
        FakeRefusal.when(command.dataBytes() > maximumTransferBytes || command.pages() > SEGMENTS, FakeErrno.EINVAL);
        var refusal = refusals.poll();
        FakeRefusal.when(refusal != null, refusal == null ? 0 : refusal);
        var completion = execute(command);
        if (request == ADMIN_CMD) {
            struct.put32(RESULT_32, completion.dword0());
        } else {
            struct.put32(RESULT_64, completion.dword0());
            struct.put32(RESULT_64 + 4, completion.dword1());
        }
        return completion.status().toBits();
    }

    private Completion execute(FakeNvmeCommand command) {
        long bytes = Math.max(command.dataBytes(), command.bytesMoved());
        if (command.bytesMoved() > command.dataBytes()) {
            violations.add("command " + Integer.toHexString(command.opcode()) + "h moves " + command.bytesMoved()
                    + " bytes, and its buffer has " + command.dataBytes());
        }
        if (bytes == 0) {
            return complete(command, null, 0);
        }
        try (var data = transport.allocate(Math.min(bytes, transport.limits().maximumTransferBytes()))) {
            long copied = Math.min(command.dataBytes(), data.segment().byteSize());
            if (copied > 0) {
                MemorySegment.copy(command.data(), 0, data.segment(), 0, copied);
            }
            var completion = complete(command, data, data.segment().byteSize());
            if (copied > 0 && command.writesHost()) {
                MemorySegment.copy(data.segment(), 0, command.data(), 0, copied);
            }
            return completion;
        }
    }

    private Completion complete(FakeNvmeCommand command, TransferMemory data, long dataBytes) {
        int resetsBefore = resets.get();
        long timeout = command.timeoutMillis() == 0 ? DEFAULT_TIMEOUT_MILLIS : command.timeoutMillis();
        CompletableFuture<Completion> future =
                transport.submit(command.entry(), data, dataBytes, Duration.ofMillis(timeout));
        time.await(future::isDone);
        try {
            return future.join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof CommandTimeoutException) {
                reset();
            }
            throw new FakeRefusal(resets.get() == resetsBefore ? FakeErrno.EIO : FakeErrno.EINTR);
        }
    }

    private void reset() {
        resets.incrementAndGet();
        subsystem.controllingController().functionLevelReset();
    }
}
