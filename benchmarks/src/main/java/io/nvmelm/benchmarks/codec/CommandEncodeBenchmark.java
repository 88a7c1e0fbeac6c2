package io.nvmelm.benchmarks;

import io.nvmelm.core.codec.AdminCommandCodec;
import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.GetControllerStateCommand;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// Writing a Get Controller State command as a submission entry: by the codec, by the view alone, and by hand into a
/// buffer.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CommandEncodeBenchmark {
    private GetControllerStateCommand command;
    private MemorySegment entry;
    private SubmissionEntryView view;
    private ByteBuffer buffer;

    /// Makes the command and the memory that it is written to.
    @Setup
    public void prepare() {
        command = new GetControllerStateCommand(7, 1, 0, 0, 1 << 20, 0, 32_768);
        entry = Arena.ofAuto().allocate(SubmissionEntryView.BYTES, 64);
        view = new SubmissionEntryView();
        buffer = ByteBuffer.allocateDirect(SubmissionEntryView.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// By the codec, which finds out what command it is.
    @Benchmark
    public MemorySegment codec() {
        AdminCommandCodec.encode(command, entry);
        return entry;
    }

    /// By a view that is used again and again.
    @Benchmark
    public SubmissionEntryView view() {
        return view.wrap(entry, 0)
                .clear()
                .opcode(AdminOpcode.MIGRATION_RECEIVE.value())
                .cdw10(command.versionIndex() << 16)
                .cdw11(command.vendorParameter() << 24 | command.vendorUuidIndex() << 16 | command.controllerId())
                .cdw12((int) command.byteOffset())
                .cdw13((int) (command.byteOffset() >>> 32))
                .cdw14(command.uuidIndex())
                .cdw15((int) (command.dwordCount() - 1));
    }

    /// The baseline: by hand.
    @Benchmark
    public ByteBuffer byHand() {
        for (int i = 0; i < 64; i += 8) {
            buffer.putLong(i, 0);
        }
        buffer.put(0, (byte) 0x42);
        buffer.putInt(40, command.versionIndex() << 16);
        buffer.putInt(44, command.vendorParameter() << 24 | command.vendorUuidIndex() << 16 | command.controllerId());
        buffer.putInt(48, (int) command.byteOffset());
        buffer.putInt(52, (int) (command.byteOffset() >>> 32));
        buffer.putInt(56, command.uuidIndex());
        buffer.putInt(60, (int) (command.dwordCount() - 1));
        return buffer;
    }
}
