package io.nvmelm.transport.mock;

import io.nvmelm.core.codec.CompletionQueueStateView;
import io.nvmelm.core.codec.ControllerStateView;
import io.nvmelm.core.codec.NvmeControllerStateView;
import io.nvmelm.core.codec.SubmissionQueueStateView;
import io.nvmelm.nvme.StatusCode;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A complete state that was received for a controller: verified as a whole, then made effective. Everything is made
/// anew from the bytes; nothing is shared with the controller that they came from. Until [#apply()] the target does not
/// change.
final class ControllerStateCommit {
    private final SubsystemConfiguration configuration;
    private final InMemoryController target;
    private final MemorySegment bytes;
    private final int versionIndex;
    private final int vendorIndex;
    private final TreeMap<Integer, CompletionQueue> completions = new TreeMap<>();
    private final List<SubmissionQueue> submissions = new ArrayList<>();
    private boolean tooManyQueues;
    private @Nullable VendorState vendor;

    /// @param bytes        the state from its start on, as far as it was received without a gap
    /// @param versionIndex CSVI, checked
    /// @param vendorIndex  CSUUIDI, checked
    ControllerStateCommit(
            SubsystemConfiguration configuration,
            InMemoryController target,
            MemorySegment bytes,
            int versionIndex,
            int vendorIndex) {
        this.configuration = configuration;
        this.target = target;
        this.bytes = bytes;
        this.versionIndex = versionIndex;
        this.vendorIndex = vendorIndex;
    }

    /// {@return success, or why the state cannot become effective}
    StatusCode verify() {
        if (bytes.byteSize() < ControllerStateView.HEADER_BYTES) {
            return StatusCode.INVALID_FIELD_IN_COMMAND;
        }
        var header = new ControllerStateView().wrap(bytes, 0);
        if (header.version() != 0 || !StateReception.fits(header, bytes.byteSize())) {
            return StatusCode.INVALID_FIELD_IN_COMMAND;
        }
        long nvmeDwords = header.nvmeStateDwords();
        long vendorDwords = header.vendorDwords();
        boolean valid = (versionIndex != 0 || nvmeDwords == 0)
                && (vendorIndex != 0 || vendorDwords == 0)
                && (nvmeDwords == 0 || !target.engine().hasIoQueues())
                && (vendorDwords == 0 || verifyVendorState(header.vendorDataOffset(), (int) (vendorDwords * 4)))
                && (nvmeDwords == 0 || verifyNvmeState(header.nvmeStateOffset(), nvmeDwords * 4));
        if (!valid) {
            return StatusCode.INVALID_FIELD_IN_COMMAND;
        }
        return tooManyQueues ? UncertainReadings.TOO_MANY_QUEUES : StatusCode.SUCCESSFUL_COMPLETION;
    }

    private boolean verifyNvmeState(long offset, long byteSize) {
        if (byteSize < NvmeControllerStateView.HEADER_BYTES) {
            return false;
        }
        var state = new NvmeControllerStateView().wrap(bytes, offset);
        if (state.version() != configuration.stateVersions().get(versionIndex - 1) || byteSize < state.byteSize()) {
            return false;
        }
        tooManyQueues |= state.submissionQueueCount() > target.queuePairs()
                || state.completionQueueCount() > target.queuePairs();
        var completionView = new CompletionQueueStateView();
        int lastId = 0;
        for (int j = 0; j < state.completionQueueCount(); j++) {
            state.completionQueue(j, completionView);
            if (completionView.queueId() <= lastId || !verifyQueue(completionView)) {
                return false;
            }
            lastId = completionView.queueId();
        }
        tooManyQueues |= lastId > target.queuePairs();
        var submissionView = new SubmissionQueueStateView();
        lastId = 0;
        for (int i = 0; i < state.submissionQueueCount(); i++) {
            state.submissionQueue(i, submissionView);
            if (submissionView.queueId() <= lastId || !verifyQueue(submissionView)) {
                return false;
            }
            lastId = submissionView.queueId();
        }
        tooManyQueues |= lastId > target.queuePairs();
        return true;
    }

    private boolean verifyQueue(CompletionQueueStateView view) {
        if (!isValidRing(view.prp1(), view.slots(), view.head(), view.tail(), view.physicallyContiguous())
                || view.interruptVector() >= target.vectors()) {
            return false;
        }
        var queue = new CompletionQueue(
                view.queueId(), view.prp1(), view.slots(), view.interruptsEnabled(), view.interruptVector());
        queue.head = view.head();
        queue.tail = view.tail();
        queue.phase = view.nextPhase();
        completions.put(queue.id, queue);
        return true;
    }

    private boolean verifyQueue(SubmissionQueueStateView view) {
        var completionQueue = completions.get(view.completionQueueId());
        if (completionQueue == null
                || !isValidRing(view.prp1(), view.slots(), view.head(), view.tail(), view.physicallyContiguous())) {
            return false;
        }
        var queue = new SubmissionQueue(view.queueId(), view.prp1(), view.slots(), completionQueue, view.priority());
        queue.head = view.head();
        queue.tail = view.tail();
        submissions.add(queue);
        return true;
    }

    private boolean isValidRing(long base, int slots, int head, int tail, boolean contiguous) {
        return contiguous
                && slots >= 2
                && slots <= configuration.maximumQueueEntries()
                && head < slots
                && tail < slots
                && (base & pageBytes() - 1) == 0;
    }

    /// {@return memory page that the controller will have}
    private int pageBytes() {
        return vendor == null
                ? target.registers().pageBytes()
                : RegisterFile.pageBytes(vendor.properties().configuration());
    }

    private boolean verifyVendorState(long offset, int byteSize) {
        byte[] copy = new byte[byteSize];
        MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, offset, copy, 0, byteSize);
        var decoded = VendorState.decode(copy);
        if (decoded == null || !target.suspension().isSuspended()) {
            return false;
        }
        vendor = decoded;
        var features = decoded.features();
        tooManyQueues |= features.submissionQueues() > target.queuePairs()
                || features.completionQueues() > target.queuePairs();
        return features.submissionQueues() >= 1
                && features.completionQueues() >= 1
                && features.coalescingDisabled().length <= target.vectors()
                && decoded.events().outstanding().length <= SubsystemConfiguration.ASYNCHRONOUS_EVENT_REQUESTS
                && (decoded.properties().isReady() ? isValidAdminQueues(decoded) : hasNoRequests(decoded));
    }

    private static boolean hasNoRequests(VendorState state) {
        return state.events().outstanding().length == 0;
    }

    private static boolean isValidAdminQueues(VendorState state) {
        var properties = state.properties();
        var indices = state.adminQueues();
        int submissionSlots = RegisterFile.adminSubmissionSlots(properties.adminQueueAttributes());
        int completionSlots = RegisterFile.adminCompletionSlots(properties.adminQueueAttributes());
        return RegisterFile.isValidToEnable(properties)
                && indices.submissionHead() < submissionSlots
                && indices.submissionTail() < submissionSlots
                && indices.completionHead() < completionSlots
                && indices.completionTail() < completionSlots;
    }

    /// Makes a verified state effective.
    void apply() {
        var engine = target.engine();
        if (vendor != null) {
            restore(vendor);
        }
        for (Map.Entry<Integer, CompletionQueue> queue : completions.entrySet()) {
            engine.add(queue.getValue());
        }
        for (var queue : submissions) {
            engine.add(queue);
        }
        target.stateChanged();
        target.continueWork();
    }

    private void restore(VendorState state) {
        var properties = state.properties();
        var indices = state.adminQueues();
        target.registers().restore(properties);
        target.features().restore(state.features());
        target.events().reset();
        if (properties.isReady()) {
            var completion = new CompletionQueue(
                    0,
                    properties.adminCompletionBase(),
                    RegisterFile.adminCompletionSlots(properties.adminQueueAttributes()),
                    true,
                    0);
            completion.head = indices.completionHead();
            completion.tail = indices.completionTail();
            completion.phase = indices.nextPhase();
            var submission = new SubmissionQueue(
                    0,
                    properties.adminSubmissionBase(),
                    RegisterFile.adminSubmissionSlots(properties.adminQueueAttributes()),
                    completion,
                    0);
            submission.head = indices.submissionHead();
            submission.tail = indices.submissionTail();
            target.engine().installAdminQueues(submission, completion);
            target.events().restore(state.events(), submission);
        } else {
            target.engine().removeAdminQueues();
        }
    }
}
