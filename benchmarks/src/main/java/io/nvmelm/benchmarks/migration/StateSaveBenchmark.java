package io.nvmelm.benchmarks.migration;

import io.nvmelm.DeviceState;
import io.nvmelm.benchmarks.report.ComparedWith;
import io.nvmelm.core.codec.AdminCommandCodec;
import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.device.NvmeMigratableDevice;
import io.nvmelm.nvme.AdminCommand;
import io.nvmelm.nvme.GetControllerStateCommand;
import io.nvmelm.nvme.ResumeCommand;
import io.nvmelm.nvme.SuspendCommand;
import io.nvmelm.nvme.SuspendType;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import io.nvmelm.transport.mock.GuestMemory;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.NamespaceMedium;
import io.nvmelm.transport.mock.VirtualClock;
import io.nvmelm.transport.mock.guest.GuestDriver;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What the library does at the source during a blackout, without the network and without the time that a device takes:
/// the state of a controller in memory is saved, and the controller runs on. By the migratable device, and by the three
/// commands alone: Suspend, Get Controller State and Resume. The difference is what state machine, sessions and checks
/// cost.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class StateSaveBenchmark {
    private static final int CONTROLLER_ID = 1;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /// I/O queues of each kind.
    @Param({"1", "64"}) public int queuePairs;

    private NvmeMigratableDevice device;
    private ByteBuffer state;
    private AdminTransport transport;
    private TransferMemory memory;
    private MemorySegment entry;
    private int stateBytes;

    /// Makes a controller with queues, and both ways to it.
    @Setup
    public void prepare() {
        var clock = new VirtualClock();
        var subsystem = InMemorySubsystem.builder(clock)
                .maximumQueuePairs(queuePairs)
                .vendorState(false)
                .namespace(new NamespaceMedium(1 << 10, 512))
                .build();
        var controller = subsystem.controller(CONTROLLER_ID);
        GuestDriver.builder(clock, new GuestMemory(1 << 28))
                .queuePairs(queuePairs)
                .queueEntries(16)
                .start(controller);
        device = NvmeMigratableDevice.open(
                ControllingController.open(subsystem.controllingTransport()).migratable(CONTROLLER_ID),
                controller.function());
        stateBytes = Math.toIntExact(device.estimatedStateBytes());
        state = ByteBuffer.allocateDirect(stateBytes);
        transport = subsystem.controllingTransport();
        memory = transport.allocate(stateBytes);
        entry = Arena.ofAuto().allocate(SubmissionEntryView.BYTES, 64);
    }

    /// Closes device and transport.
    @TearDown
    public void close() {
        device.close();
        memory.close();
        transport.close();
    }

    /// By the device.
    @Benchmark
    @ComparedWith("commands")
    public ByteBuffer device() {
        var saving = device.setState(DeviceState.STOP_COPY).orElseThrow();
        state.clear();
        while (saving.read(state) > 0) {}
        device.setState(DeviceState.RUNNING);
        return state;
    }

    /// The baseline: by the commands, and one copy.
    @Benchmark
    public ByteBuffer commands() {
        submit(new SuspendCommand(CONTROLLER_ID, SuspendType.SUSPEND, false), 0);
        submit(new GetControllerStateCommand(CONTROLLER_ID, 1, 0, 0, 0, 0, stateBytes / 4), stateBytes);
        MemorySegment.copy(memory.segment(), 0, MemorySegment.ofBuffer(state.clear()), 0, stateBytes);
        submit(new ResumeCommand(CONTROLLER_ID), 0);
        return state;
    }

    private void submit(AdminCommand command, int dataBytes) {
        AdminCommandCodec.encode(command, entry);
        var completion = transport.submit(entry, dataBytes == 0 ? null : memory, dataBytes, TIMEOUT).join();
        if (!completion.isSuccess()) {
            throw new AssertionError(command + ": " + completion.status());
        }
    }
}
