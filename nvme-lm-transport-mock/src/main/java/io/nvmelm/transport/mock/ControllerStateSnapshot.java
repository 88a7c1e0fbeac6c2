package io.nvmelm.transport.mock;

import io.nvmelm.core.codec.CompletionQueueStateView;
import io.nvmelm.core.codec.ControllerStateView;
import io.nvmelm.core.codec.NvmeControllerStateView;
import io.nvmelm.core.codec.SubmissionQueueStateView;
import io.nvmelm.nvme.CompletionQueueState;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// Controller state of one migratable controller as Get Controller State returns it (Base 2.3 fig. 374 to 377), made
/// from its live queues. While the controller is suspended and nothing touches it, the bytes of the last call are used
/// again, so that reading a long state in pieces costs no more than its length.
final class ControllerStateSnapshot {
    /// A part that is left out.
    static final int NONE = -1;

    private static final int CONTIGUOUS = 1;

    private final InMemoryController controller;
    private final SubsystemConfiguration configuration;
    private @Nullable MemorySegment cached;
    private long cachedGeneration;
    private int cachedVersion;
    private boolean cachedVendor;

    ControllerStateSnapshot(InMemoryController controller, SubsystemConfiguration configuration) {
        this.controller = controller;
        this.configuration = configuration;
    }

    /// {@return the bytes of the state}
    ///
    /// @param version   version of the NVMe Controller State, or [#NONE]
    /// @param vendor    whether vendor specific data follow
    /// @param suspended whether the controller was suspended all the while
    MemorySegment take(int version, boolean vendor, boolean suspended) {
        var last = cached;
        if (last != null
                && suspended
                && cachedGeneration == controller.stateGeneration()
                && cachedVersion == version
                && cachedVendor == vendor) {
            return last;
        }
        var state = build(version, vendor, suspended);
        cached = suspended ? state : null;
        cachedGeneration = controller.stateGeneration();
        cachedVersion = version;
        cachedVendor = vendor;
        return state;
    }

    private MemorySegment build(int version, boolean vendor, boolean suspended) {
        var engine = controller.engine();
        var submissions = engine.ioSubmissionQueues();
        var completions = engine.ioCompletionQueues();
        byte[] vendorBytes = vendor ? vendorState().encode() : new byte[0];
        int nvmeBytes = version == NONE
                ? 0
                : NvmeControllerStateView.HEADER_BYTES
                        + NvmeControllerStateView.QUEUE_BYTES * (submissions.size() + completions.size());
        var state =
                MemorySegment.ofArray(new byte[ControllerStateView.HEADER_BYTES + nvmeBytes + vendorBytes.length]);
        var header = new ControllerStateView()
                .wrap(state, 0)
                .suspended(suspended)
                .nvmeStateDwords(nvmeBytes / 4)
                .vendorDwords(vendorBytes.length / 4);
        if (version != NONE) {
            var nvme = new NvmeControllerStateView()
                    .wrap(state, header.nvmeStateOffset())
                    .version(version)
                    .submissionQueueCount(submissions.size())
                    .completionQueueCount(completions.size());
            var submissionView = new SubmissionQueueStateView();
            for (int i = 0; i < submissions.size(); i++) {
                put(submissions.get(i), nvme.submissionQueue(i, submissionView));
            }
            var completionView = new CompletionQueueStateView();
            for (int j = 0; j < completions.size(); j++) {
                put(completions.get(j), nvme.completionQueue(j, completionView));
            }
        }
        MemorySegment.copy(
                vendorBytes, 0, state, ValueLayout.JAVA_BYTE, header.vendorDataOffset(), vendorBytes.length);
        return state;
    }

    private static void put(SubmissionQueue queue, SubmissionQueueStateView view) {
        view.prp1(queue.base)
                .zeroBasedSize(queue.slots - 1)
                .queueId(queue.id)
                .completionQueueId(queue.completionQueue.id)
                .attributes(CONTIGUOUS | queue.priority << 1)
                .head(queue.head)
                .tail(queue.tail);
    }

    private static void put(CompletionQueue queue, CompletionQueueStateView view) {
        view.prp1(queue.base)
                .zeroBasedSize(queue.slots - 1)
                .queueId(queue.id)
                .head(queue.head)
                .tail(queue.tail)
                .attributes(CompletionQueueState.attributes(
                        true,
                        queue.interruptsEnabled,
                        CompletionQueueState.slotZeroPhase(queue.tail, queue.phase),
                        queue.vector));
    }

    private VendorState vendorState() {
        var submission = controller.engine().submissionQueue(0);
        var adminQueues = new VendorState.AdminQueues(0, 0, 0, 0, false);
        if (submission != null) {
            var completion = submission.completionQueue;
            adminQueues = new VendorState.AdminQueues(
                    submission.head, submission.tail, completion.head, completion.tail, completion.phase);
        }
        return new VendorState(
                controller.registers().save(),
                adminQueues,
                controller.features().save(),
                controller.events().save(),
                configuration.vendorStatePadding());
    }
}
