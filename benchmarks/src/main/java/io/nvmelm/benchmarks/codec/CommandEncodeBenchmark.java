package io.nvmelm.benchmarks.codec;

import io.nvmelm.benchmarks.codec.sbe.SubmissionEntryEncoder;
import io.nvmelm.benchmarks.report.ComparedWith;
import io.nvmelm.core.codec.AdminCommandCodec;
import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.AdminCommand;
import io.nvmelm.nvme.CreateControllerDataQueueCommand;
import io.nvmelm.nvme.GetControllerStateCommand;
import io.nvmelm.nvme.LogUserDataChangesCommand;
import io.nvmelm.nvme.SequenceIndicator;
import io.nvmelm.nvme.SetControllerStateCommand;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
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
import org.openjdk.jmh.annotations.Warmup;

/// What does it cost to write a command as a submission entry? One operation is one entry of 64 bytes, of the next of
/// four commands.
///
/// The baseline is written by hand for these commands: it is told which one comes, clears a direct ByteBuffer and
/// stores the fields, and so do agrona's UnsafeBuffer and, with a store for every field, SBE. The codec is given any
/// command and finds out which. All check the bounds of the memory (agrona as it is set up by default) and none the
/// fields: the command did that.
///
/// A second version by hand, [#byHandQuadwords()], does what the codec does: it reckons the entry's eight quadwords and stores
/// each once. That is the least that there is to do, and says what the codec's search for the kind of the command and its
/// checks cost; the first is what people write.
///
/// MIXED has commands of all kinds in an order by chance that repeats itself after 65 536, more than a branch predictor learns:
/// what is measured is the search for the kind of a command that nobody can guess. All kinds read their order from an array.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 6, jvmArgsAppend = "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED")
public class CommandEncodeBenchmark {
    /// Commands of one kind that are encoded in turn.
    private static final int TURNS = 4;
    private static final int MIXED_COMMANDS = 64;
    private static final int MIXED_TURNS = 1 << 16;
    private static final long SEED = 42;

    /// Which command.
    @Param public Kind kind;

    /// Place in the order of the command that is next.
    int turn;

    /// Numbers of commands.
    private char[] order;

    private AdminCommand[] commands;
    private Kind[] kinds;
    private int[] opcodes;
    private MemorySegment entry;
    private ByteBuffer buffer;
    private UnsafeBuffer unsafeBuffer;
    private SubmissionEntryEncoder encoder;

    /// A command of each layout that a migration sends again and again.
    public enum Kind {
        /// Migration Send, Set Controller State.
        MIGRATION_SEND,
        /// Migration Receive, Get Controller State.
        MIGRATION_RECEIVE,
        /// Controller Data Queue, Create.
        CREATE_QUEUE,
        /// Track Send, Log User Data Changes.
        TRACK_SEND,
        /// One of the others by chance.
        MIXED
    }

    /// Makes the commands and the memory that they are written to.
    @Setup
    public void prepare() {
        int count = kind == Kind.MIXED ? MIXED_COMMANDS : TURNS;
        commands = new AdminCommand[count];
        kinds = new Kind[count];
        opcodes = new int[count];
        order = new char[kind == Kind.MIXED ? MIXED_TURNS : TURNS];
        var random = new Random(SEED);
        for (int i = 0; i < order.length; i++) {
            order[i] = (char) (kind == Kind.MIXED ? random.nextInt(count) : i);
        }
        for (int i = 0; i < count; i++) {
            kinds[i] = kind == Kind.MIXED ? Kind.values()[random.nextInt(Kind.MIXED.ordinal())] : kind;
            commands[i] = command(kinds[i], i);
            opcodes[i] = commands[i].opcode().value();
        }
        entry = Arena.ofAuto().allocate(SubmissionEntryView.BYTES, 64);
        buffer = ByteBuffer.allocateDirect(SubmissionEntryView.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        unsafeBuffer = new UnsafeBuffer(ByteBuffer.allocateDirect(SubmissionEntryView.BYTES));
        encoder = new SubmissionEntryEncoder();
    }

    private static AdminCommand command(Kind kind, int number) {
        long byteOffset = (5L << 30) + number * 131_072L;
        return switch (kind) {
            case MIGRATION_SEND ->
                new SetControllerStateCommand(7, SequenceIndicator.MIDDLE, 1, 0, byteOffset, 0, 32_768);
            case MIGRATION_RECEIVE -> new GetControllerStateCommand(7, 1, 0, 0, byteOffset, 0, 32_768);
            case CREATE_QUEUE -> new CreateControllerDataQueueCommand(7, true, 65_536 + 1024 * number);
            case TRACK_SEND -> new LogUserDataChangesCommand(7 + number, true);
            case MIXED -> throw new IllegalArgumentException("MIXED is no command");
        };
    }

    private int next() {
        int place = turn;
        turn = place + 1 & order.length - 1;
        return order[place];
    }

    /// {@return how many different commands there are}
    int commands() {
        return commands.length;
    }

    /// {@return after how many commands they begin anew}
    int turns() {
        return order.length;
    }

    /// By the codec.
    @Benchmark
    @ComparedWith("byHand")
    public MemorySegment codec() {
        AdminCommandCodec.encode(commands[next()], entry);
        return entry;
    }

    /// The baseline: by hand, into a direct buffer.
    @Benchmark
    public ByteBuffer byHand() {
        int number = next();
        var command = commands[number];
        for (int i = 0; i < SubmissionEntryView.BYTES; i += Long.BYTES) {
            buffer.putLong(i, 0);
        }
        buffer.put(0, (byte) opcodes[number]);
        switch (kinds[number]) {
            case MIGRATION_SEND -> {
                var set = (SetControllerStateCommand) command;
                buffer.putInt(40, cdw10(set));
                buffer.putInt(44, cdw11(set));
                buffer.putLong(48, set.byteOffset());
                buffer.putInt(56, set.uuidIndex());
                buffer.putInt(60, (int) set.dwordCount());
            }
            case MIGRATION_RECEIVE -> {
                var get = (GetControllerStateCommand) command;
                buffer.putInt(40, get.versionIndex() << 16);
                buffer.putInt(44, cdw11(get));
                buffer.putLong(48, get.byteOffset());
                buffer.putInt(56, get.uuidIndex());
                buffer.putInt(60, (int) (get.dwordCount() - 1));
            }
            case CREATE_QUEUE -> {
                var create = (CreateControllerDataQueueCommand) command;
                buffer.putInt(44, cdw11(create));
                buffer.putInt(48, (int) create.dwordCount());
            }
            case TRACK_SEND -> {
                var log = (LogUserDataChangesCommand) command;
                buffer.putInt(40, log.start() ? 1 << 16 : 0);
                buffer.putInt(44, log.queueId());
            }
            case MIXED -> throw new IllegalStateException();
        }
        return buffer;
    }

    /// The strongest baseline: by hand, each of the entry's quadwords stored once.
    @Benchmark
    @ComparedWith("byHand")
    public ByteBuffer byHandQuadwords() {
        int number = next();
        var command = commands[number];
        switch (kinds[number]) {
            case MIGRATION_SEND -> {
                var set = (SetControllerStateCommand) command;
                store(number, cdw10(set), cdw11(set), set.byteOffset(), set.uuidIndex(), (int) set.dwordCount());
            }
            case MIGRATION_RECEIVE -> {
                var get = (GetControllerStateCommand) command;
                store(
                        number,
                        get.versionIndex() << 16,
                        cdw11(get),
                        get.byteOffset(),
                        get.uuidIndex(),
                        (int) (get.dwordCount() - 1));
            }
            case CREATE_QUEUE -> {
                var create = (CreateControllerDataQueueCommand) command;
                store(number, 0, cdw11(create), create.dwordCount(), 0, 0);
            }
            case TRACK_SEND -> {
                var log = (LogUserDataChangesCommand) command;
                store(number, log.start() ? 1 << 16 : 0, log.queueId(), 0, 0, 0);
            }
            case MIXED -> throw new IllegalStateException();
        }
        return buffer;
    }

    private void store(int number, int cdw10, int cdw11, long cdw12, int cdw14, int cdw15) {
        buffer.putLong(0, opcodes[number]);
        buffer.putLong(8, 0);
        buffer.putLong(16, 0);
        buffer.putLong(24, 0);
        buffer.putLong(32, 0);
        buffer.putLong(40, quadword(cdw10, cdw11));
        buffer.putLong(48, cdw12);
        buffer.putLong(56, quadword(cdw14, cdw15));
    }

    private static long quadword(int low, int high) {
        return Integer.toUnsignedLong(low) | (long) high << 32;
    }

    /// By agrona's UnsafeBuffer.
    @Benchmark
    @ComparedWith("byHand")
    public UnsafeBuffer unsafeBuffer() {
        int number = next();
        var command = commands[number];
        unsafeBuffer.setMemory(0, SubmissionEntryView.BYTES, (byte) 0);
        unsafeBuffer.putByte(0, (byte) opcodes[number]);
        switch (kinds[number]) {
            case MIGRATION_SEND -> {
                var set = (SetControllerStateCommand) command;
                unsafeBuffer.putInt(40, cdw10(set), ByteOrder.LITTLE_ENDIAN);
                unsafeBuffer.putInt(44, cdw11(set), ByteOrder.LITTLE_ENDIAN);
                unsafeBuffer.putLong(48, set.byteOffset(), ByteOrder.LITTLE_ENDIAN);
                unsafeBuffer.putInt(56, set.uuidIndex(), ByteOrder.LITTLE_ENDIAN);
                unsafeBuffer.putInt(60, (int) set.dwordCount(), ByteOrder.LITTLE_ENDIAN);
            }
            case MIGRATION_RECEIVE -> {
                var get = (GetControllerStateCommand) command;
                unsafeBuffer.putInt(40, get.versionIndex() << 16, ByteOrder.LITTLE_ENDIAN);
                unsafeBuffer.putInt(44, cdw11(get), ByteOrder.LITTLE_ENDIAN);
                unsafeBuffer.putLong(48, get.byteOffset(), ByteOrder.LITTLE_ENDIAN);
                unsafeBuffer.putInt(56, get.uuidIndex(), ByteOrder.LITTLE_ENDIAN);
                unsafeBuffer.putInt(60, (int) (get.dwordCount() - 1), ByteOrder.LITTLE_ENDIAN);
            }
            case CREATE_QUEUE -> {
                var create = (CreateControllerDataQueueCommand) command;
                unsafeBuffer.putInt(44, cdw11(create), ByteOrder.LITTLE_ENDIAN);
                unsafeBuffer.putInt(48, (int) create.dwordCount(), ByteOrder.LITTLE_ENDIAN);
            }
            case TRACK_SEND -> {
                var log = (LogUserDataChangesCommand) command;
                unsafeBuffer.putInt(40, log.start() ? 1 << 16 : 0, ByteOrder.LITTLE_ENDIAN);
                unsafeBuffer.putInt(44, log.queueId(), ByteOrder.LITTLE_ENDIAN);
            }
            case MIXED -> throw new IllegalStateException();
        }
        return unsafeBuffer;
    }

    /// By the encoder that SBE generates.
    @Benchmark
    @ComparedWith("byHand")
    public UnsafeBuffer sbe() {
        int number = next();
        var command = commands[number];
        encoder.wrap(unsafeBuffer, 0)
                .opcode((short) opcodes[number])
                .flags((short) 0)
                .commandId(0)
                .namespaceId(0)
                .cdw2(0)
                .cdw3(0)
                .metadataPointer(0)
                .prp1(0)
                .prp2(0);
        switch (kinds[number]) {
            case MIGRATION_SEND -> {
                var set = (SetControllerStateCommand) command;
                encoder.cdw10(cdw10(set))
                        .cdw11(cdw11(set))
                        .cdw12((int) set.byteOffset())
                        .cdw13((int) (set.byteOffset() >>> 32))
                        .cdw14(set.uuidIndex())
                        .cdw15((int) set.dwordCount());
            }
            case MIGRATION_RECEIVE -> {
                var get = (GetControllerStateCommand) command;
                encoder.cdw10(get.versionIndex() << 16)
                        .cdw11(cdw11(get))
                        .cdw12((int) get.byteOffset())
                        .cdw13((int) (get.byteOffset() >>> 32))
                        .cdw14(get.uuidIndex())
                        .cdw15((int) (get.dwordCount() - 1));
            }
            case CREATE_QUEUE -> {
                var create = (CreateControllerDataQueueCommand) command;
                encoder.cdw10(0).cdw11(cdw11(create)).cdw12((int) create.dwordCount()).cdw13(0).cdw14(0).cdw15(0);
            }
            case TRACK_SEND -> {
                var log = (LogUserDataChangesCommand) command;
                encoder.cdw10(log.start() ? 1 << 16 : 0).cdw11(log.queueId()).cdw12(0).cdw13(0).cdw14(0).cdw15(0);
            }
            case MIXED -> throw new IllegalStateException();
        }
        return unsafeBuffer;
    }

    private static int cdw10(SetControllerStateCommand command) {
        return command.sequence().value() << 16 | SetControllerStateCommand.SELECT;
    }

    private static int cdw11(SetControllerStateCommand command) {
        return command.vendorUuidIndex() << 24 | command.versionIndex() << 16 | command.controllerId();
    }

    private static int cdw11(GetControllerStateCommand command) {
        return command.vendorParameter() << 24 | command.vendorUuidIndex() << 16 | command.controllerId();
    }

    private static int cdw11(CreateControllerDataQueueCommand command) {
        return command.controllerId() << 16 | (command.physicallyContiguous() ? 1 : 0);
    }
}
