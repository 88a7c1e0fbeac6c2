package io.nvmelm.benchmarks.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.InvalidValueException;
import io.nvmelm.benchmarks.CCompiler;
import io.nvmelm.core.codec.AdminCommandCodec;
import io.nvmelm.core.codec.ControllerStateCodec;
import io.nvmelm.core.codec.ControllerStateValidator;
import io.nvmelm.nvme.GetControllerStateCommand;
import io.nvmelm.nvme.StateFormat;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CodecBaselinesTest {
    @ParameterizedTest
    @EnumSource
    void everyBaselineEncodesTheCodecsBytes(CommandEncodeBenchmark.Kind kind) {
        var benchmark = new CommandEncodeBenchmark();
        benchmark.kind = kind;
        benchmark.prepare();
        var seen = new ArrayList<String>();
        for (int turn = 0; turn < benchmark.turns(); turn++) {
            benchmark.turn = turn;
            byte[] expected = benchmark.codec().toArray(ValueLayout.JAVA_BYTE);
            seen.add(HexFormat.of().formatHex(expected));

            assertThat(expected).isNotEqualTo(new byte[64]);
            benchmark.turn = turn;
            assertThat(bytes(benchmark.byHand())).isEqualTo(expected);
            benchmark.turn = turn;
            assertThat(bytes(benchmark.byHandQuadwords())).isEqualTo(expected);
            benchmark.turn = turn;
            var unsafeBuffer = benchmark.unsafeBuffer();
            assertThat(bytes(unsafeBuffer)).isEqualTo(expected);
            unsafeBuffer.setMemory(0, 64, (byte) 0xA5);
            benchmark.turn = turn;
            assertThat(bytes(benchmark.sbe())).isEqualTo(expected);
        }
        assertThat(Set.copyOf(seen)).hasSize(benchmark.commands());
    }

    @Test
    void theMixHasEveryOtherKind() {
        var opcodes = new ArrayList<Byte>();
        for (var kind : CommandEncodeBenchmark.Kind.values()) {
            var benchmark = new CommandEncodeBenchmark();
            benchmark.kind = kind;
            benchmark.prepare();
            if (kind == CommandEncodeBenchmark.Kind.MIXED) {
                var mixed = new ArrayList<Byte>();
                for (int turn = 0; turn < benchmark.turns(); turn++) {
                    mixed.add(benchmark.codec().get(ValueLayout.JAVA_BYTE, 0));
                }
                assertThat(Set.copyOf(mixed)).containsExactlyInAnyOrderElementsOf(opcodes);
            } else {
                opcodes.add(benchmark.codec().get(ValueLayout.JAVA_BYTE, 0));
            }
        }
    }

    /// By hand it is only said whether a state is right; of every field that the validator refuses it is said that it is not.
    @Test
    void theCheckByHandRefusesWhatTheValidatorRefuses() {
        var wanted = new long[1024];
        var existing = new long[1024];
        var records = SampleQueues.of(70).records();
        int refused = 0;
        for (int at = 0; at < records.byteSize(); at++) {
            for (int value : new int[] {0, 1, 0x40, 0xFF}) {
                var state = MemorySegment.ofArray(new byte[(int) records.byteSize()]);
                ControllerStateCodec.encode(records, state, 0);
                state.set(ValueLayout.JAVA_BYTE, at, (byte) value);
                var validator = new ControllerStateValidator(StateFormat.ofVersion(0), state.byteSize());
                boolean right = true;
                try {
                    validator.accept(state, 0, state.byteSize());
                    validator.finish();
                } catch (InvalidValueException e) {
                    right = false;
                    refused++;
                }
                assertThat(BareWalk.isRight(state, wanted, existing)).as("byte %d is %d", at, value).isEqualTo(right);
                assertThat(wanted).containsOnly(0);
                assertThat(existing).containsOnly(0);
            }
        }
        assertThat(refused).isGreaterThan(1000);
    }

    @Test
    void whatIsSubmittedIsTheEncodedCommand() {
        var benchmark = new CommandSubmitBenchmark();
        benchmark.prepare();
        var queue = benchmark.encodeOnly();
        byte[] expected = queue.toArray(ValueLayout.JAVA_BYTE);

        queue.fill((byte) 0xA5);
        assertThat(benchmark.submit().toString()).contains("Completed normally");
        assertThat(queue.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
        queue.fill((byte) 0xA5);
        assertThat(benchmark.execute().isSuccess()).isTrue();
        assertThat(queue.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 314, 0x7FFF})
    void everyBaselineReadsTheSameCompletion(int statusBits) {
        var benchmark = new CompletionDecodeBenchmark();
        benchmark.statusBits = statusBits;
        benchmark.prepare();

        assertThat(benchmark.byHand()).isEqualTo(77 + statusBits);
        assertThat(benchmark.byHandQuadwords()).isEqualTo(77 + statusBits);
        assertThat(benchmark.polled()).isEqualTo(77 + statusBits);
        assertThat(benchmark.view()).isEqualTo(77 + statusBits);
        assertThat(benchmark.unsafeBuffer()).isEqualTo(77 + statusBits);
        assertThat(benchmark.sbe()).isEqualTo(77 + statusBits);
        assertThat(benchmark.codec().status().toBits()).isEqualTo(statusBits);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 64, 65_535})
    void everyWayThroughAStateAddsUpTheSame(int queuePairs) {
        var benchmark = new ControllerStateIterateBenchmark();
        benchmark.queuePairs = queuePairs;
        benchmark.prepare();
        long expected = SampleQueues.sum(SampleQueues.of(queuePairs).records());

        assertThat(benchmark.views()).isEqualTo(expected);
        assertThat(benchmark.queueViews()).isEqualTo(expected);
        assertThat(benchmark.byHand()).isEqualTo(expected);
        assertThat(benchmark.byHandChecked()).isEqualTo(expected);
        assertThat(benchmark.sbe()).isEqualTo(expected);
        assertThat(benchmark.protobuf()).isEqualTo(expected);
        assertThat(benchmark.javaSerialization()).isEqualTo(expected);
        assertThat(benchmark.records()).isEqualTo(SampleQueues.of(queuePairs).records());
        assertThat(benchmark.viewsOfAllFields())
                .isEqualTo(SampleQueues.sumOfAllFields(SampleQueues.of(queuePairs).records()))
                .isNotEqualTo(expected);
        assertThat(benchmark.allocateOnly().byteSize())
                .isEqualTo(SampleQueues.of(queuePairs).records().byteSize());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 64, 65_535})
    void everyWayToBuildAStateBuildsTheSame(int queuePairs) {
        var build = new ControllerStateBuildBenchmark();
        build.queuePairs = queuePairs;
        build.prepare();
        var iterate = new ControllerStateIterateBenchmark();
        iterate.queuePairs = queuePairs;
        iterate.prepare();
        byte[] expected = bytesOf(iterate);

        assertThat(build.views().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
        build.views().fill((byte) 0xA5);
        assertThat(build.byHand().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
        build.byHand().fill((byte) 0xA5);
        assertThat(build.views().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
        var records = SampleQueues.of(queuePairs).records();
        assertThat(new SbeStates().decode(build.sbe())).isEqualTo(records);
        assertThat(ProtobufStates.decode(build.protobuf())).isEqualTo(records);
        assertThat(SerializedStates.decode(build.javaSerialization())).isEqualTo(records);
    }

    private static byte[] bytesOf(ControllerStateIterateBenchmark benchmark) {
        var records = benchmark.records();
        var segment = MemorySegment.ofArray(new byte[(int) records.byteSize()]);
        ControllerStateCodec.encode(records, segment, 0);
        return segment.toArray(ValueLayout.JAVA_BYTE);
    }

    @Test
    void everyRoundTripGivesTheRecordsAgain() {
        var benchmark = new ControllerStateRoundTripBenchmark();
        benchmark.queuePairs = 64;
        benchmark.prepare();
        var records = SampleQueues.of(64).records();

        assertThat(benchmark.codec()).isEqualTo(records);
        assertThat(benchmark.bareWalk()).isEqualTo(SampleQueues.sum(records));
        assertThat(benchmark.sbe()).isEqualTo(records);
        assertThat(benchmark.protobuf()).isEqualTo(records);
        assertThat(benchmark.javaSerialization()).isEqualTo(records);
    }

    @Test
    void theLoopsInCWriteAndReadTheSame() throws Throwable {
        var benchmark = new NativeLoopBenchmark();
        benchmark.prepare();
        byte[] expected = new byte[64 * NativeLoopBenchmark.ENTRIES];
        for (int i = 0; i < NativeLoopBenchmark.ENTRIES; i++) {
            AdminCommandCodec.encode(
                    new GetControllerStateCommand(
                            7, 1, 0, 0, i * NativeLoopBenchmark.PIECE_BYTES, 0, NativeLoopBenchmark.PIECE_BYTES / 4),
                    MemorySegment.ofArray(expected).asSlice(64L * i, 64));
        }

        assertThat(benchmark.encodeByCodec().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
        assertThat(benchmark.decodePolled()).isNotZero();
        var loops = new NativeLoopBenchmark.LoopsInC();
        if (!CCompiler.isPresent()) {
            assertThatThrownBy(loops::compile).hasMessageContaining("No C compiler");
            return;
        }
        loops.compile();
        benchmark.encodeByCodec().fill((byte) 0xA5);
        assertThat(benchmark.encodeInC(loops).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
        assertThat(benchmark.decodeInC(loops)).isEqualTo(benchmark.decodePolled());
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.capacity()];
        buffer.get(0, bytes);
        return bytes;
    }

    private static byte[] bytes(UnsafeBuffer buffer) {
        byte[] bytes = new byte[buffer.capacity()];
        buffer.getBytes(0, bytes);
        return bytes;
    }
}
