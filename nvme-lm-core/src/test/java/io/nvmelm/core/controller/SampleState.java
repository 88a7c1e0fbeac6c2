package io.nvmelm.core.controller;

import io.nvmelm.core.codec.ControllerStateCodec;
import io.nvmelm.nvme.CompletionQueueState;
import io.nvmelm.nvme.ControllerState;
import io.nvmelm.nvme.NvmeControllerState;
import io.nvmelm.nvme.OpaqueBytes;
import io.nvmelm.nvme.SubmissionQueueState;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;

/// Valid states of suspended controllers, of any size.
public final class SampleState {
    private SampleState() {}

    /// State with queues 1 to n of either kind.
    public static byte[] withQueuePairs(int queuePairs) {
        var submission = IntStream.rangeClosed(1, queuePairs)
                .mapToObj(id -> new SubmissionQueueState(0x1000L * id, 63, id, id, 1, id % 64, (id + 7) % 64, 0))
                .toList();
        var completion = IntStream.rangeClosed(1, queuePairs)
                .mapToObj(id -> new CompletionQueueState(
                        0x1000L * id,
                        63,
                        id,
                        id % 64,
                        (id + 3) % 64,
                        CompletionQueueState.attributes(true, true, id % 2 == 0, id),
                        0))
                .toList();
        var state = ControllerState.of(
                true, NvmeControllerState.Version0.of(submission, completion), OpaqueBytes.EMPTY);
        byte[] bytes = new byte[(int) state.byteSize()];
        ControllerStateCodec.encode(state, MemorySegment.ofArray(bytes), 0);
        return bytes;
    }
}
