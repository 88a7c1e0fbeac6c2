package io.nvmelm.transport.mock;

import io.nvmelm.nvme.StatusCode;
import java.util.Arrays;

/// Set Features and Get Features of one controller: the few features that drivers use (Base 2.3 clause 5.2.26). None
/// can be saved. Guarded by the lock of the world.
final class Features {
    /// Arbitration.
    static final int ARBITRATION = 0x01;
    /// Number of Queues.
    static final int NUMBER_OF_QUEUES = 0x07;
    /// Interrupt Coalescing: kept, without effect.
    static final int INTERRUPT_COALESCING = 0x08;
    /// Interrupt Vector Configuration: kept, without effect.
    static final int INTERRUPT_VECTOR_CONFIGURATION = 0x09;
    /// Asynchronous Event Configuration: kept, without effect.
    static final int ASYNCHRONOUS_EVENT_CONFIGURATION = 0x0B;
    /// Controller Data Queue; only of the controlling controller, see [DataQueueCommands].
    static final int CONTROLLER_DATA_QUEUE = 0x21;

    private static final int SAVE_BIT = 1 << 31;
    private static final int SELECT_CURRENT = 0;
    private static final int SELECT_CAPABILITIES = 3;
    private static final int CHANGEABLE = 1 << 2;
    private static final int NO_BURST_LIMIT = 7;
    private static final int DEFAULT_ARBITRATION = 2;
    private static final int COALESCING_DISABLE_BIT = 1 << 16;

    private static final int ALL_QUEUES = 0xFFFF;

    private final InMemoryController controller;
    private final boolean[] coalescingDisabled;
    private int arbitration;
    private int submissionQueues;
    private int completionQueues;
    private int interruptCoalescing;
    private int eventConfiguration;

    Features(InMemoryController controller, SubsystemConfiguration configuration) {
        this.controller = controller;
        this.coalescingDisabled = new boolean[configuration.vectorCapacity(controller.isControlling())];
        reset();
    }

    /// {@return commands that are fetched from one queue before the next has its turn}
    int arbitrationBurst() {
        int exponent = arbitration & 7;
        return exponent == NO_BURST_LIMIT ? Integer.MAX_VALUE : 1 << exponent;
    }

    /// {@return largest identifier of an I/O submission queue}
    int allocatedSubmissionQueues() {
        return Math.min(submissionQueues, controller.queuePairs());
    }

    /// {@return largest identifier of an I/O completion queue}
    int allocatedCompletionQueues() {
        return Math.min(completionQueues, controller.queuePairs());
    }

    void set(Command command) {
        int cdw10 = command.entry.cdw10();
        int value = command.entry.cdw11();
        int feature = cdw10 & 0xFF;
        if (feature == CONTROLLER_DATA_QUEUE && controller.isControlling()) {
            controller.dataQueues().setHead(command);
            return;
        }
        if (!exists(feature)) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
            return;
        }
        if ((cdw10 & SAVE_BIT) != 0) {
            command.fail(StatusCode.FEATURE_IDENTIFIER_NOT_SAVEABLE);
            return;
        }
        controller.stateChanged();
        switch (feature) {
            case ARBITRATION -> arbitration = value;
            case NUMBER_OF_QUEUES -> {
                setNumberOfQueues(command, value);
                return;
            }
            case INTERRUPT_COALESCING -> interruptCoalescing = value & 0xFFFF;
            case INTERRUPT_VECTOR_CONFIGURATION -> {
                if ((value & 0xFFFF) >= controller.vectors()) {
                    command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
                    return;
                }
                coalescingDisabled[value & 0xFFFF] = (value & COALESCING_DISABLE_BIT) != 0;
            }
            default -> eventConfiguration = value;
        }
        command.succeed();
    }

    private void setNumberOfQueues(Command command, int value) {
        int wishedSubmission = value & 0xFFFF;
        int wishedCompletion = value >>> 16;
        if (controller.engine().hasIoQueues()) {
            command.fail(StatusCode.COMMAND_SEQUENCE_ERROR);
        } else if (wishedSubmission == 0xFFFF || wishedCompletion == 0xFFFF) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
        } else {
            submissionQueues = wishedSubmission + 1;
            completionQueues = wishedCompletion + 1;
            command.succeed(numberOfQueues());
        }
    }

    void get(Command command) {
        int cdw10 = command.entry.cdw10();
        int feature = cdw10 & 0xFF;
        int select = cdw10 >>> 8 & 7;
        int vector = command.entry.cdw11() & 0xFFFF;
        if (feature == CONTROLLER_DATA_QUEUE && controller.isControlling()) {
            controller.dataQueues().getHead(command);
            return;
        }
        if (!exists(feature)
                || select > SELECT_CAPABILITIES
                || (feature == INTERRUPT_VECTOR_CONFIGURATION && vector >= controller.vectors())) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
        } else if (select == SELECT_CAPABILITIES) {
            command.succeed(CHANGEABLE);
        } else {
            command.succeed(select == SELECT_CURRENT ? current(feature, vector) : initial(feature, vector));
        }
    }

    private int current(int feature, int vector) {
        return switch (feature) {
            case ARBITRATION -> arbitration;
            case NUMBER_OF_QUEUES -> numberOfQueues();
            case INTERRUPT_COALESCING -> interruptCoalescing;
            case INTERRUPT_VECTOR_CONFIGURATION -> vector | (coalescingDisabled[vector] ? COALESCING_DISABLE_BIT : 0);
            default -> eventConfiguration;
        };
    }

    private int initial(int feature, int vector) {
        return switch (feature) {
            case ARBITRATION -> DEFAULT_ARBITRATION;
            case NUMBER_OF_QUEUES -> (controller.queuePairs() - 1) << 16 | controller.queuePairs() - 1;
            case INTERRUPT_VECTOR_CONFIGURATION -> vector;
            default -> 0;
        };
    }

    private int numberOfQueues() {
        return (allocatedCompletionQueues() - 1) << 16 | allocatedSubmissionQueues() - 1;
    }

    private static boolean exists(int feature) {
        return feature == ARBITRATION
                || (feature >= NUMBER_OF_QUEUES && feature <= INTERRUPT_VECTOR_CONFIGURATION)
                || feature == ASYNCHRONOUS_EVENT_CONFIGURATION;
    }

    /// Values after a reset of the controller.
    void reset() {
        arbitration = DEFAULT_ARBITRATION;
        submissionQueues = ALL_QUEUES;
        completionQueues = ALL_QUEUES;
        interruptCoalescing = 0;
        eventConfiguration = 0;
        Arrays.fill(coalescingDisabled, false);
    }

    /// {@return what the vendor specific state carries of the features}
    VendorState.FeatureValues save() {
        return new VendorState.FeatureValues(
                arbitration,
                allocatedSubmissionQueues(),
                allocatedCompletionQueues(),
                interruptCoalescing,
                eventConfiguration,
                Arrays.copyOf(coalescingDisabled, controller.vectors()));
    }

    /// Takes over values that were checked against this controller's limits.
    void restore(VendorState.FeatureValues saved) {
        arbitration = saved.arbitration();
        submissionQueues = saved.submissionQueues();
        completionQueues = saved.completionQueues();
        interruptCoalescing = saved.interruptCoalescing();
        eventConfiguration = saved.eventConfiguration();
        Arrays.fill(coalescingDisabled, false);
        System.arraycopy(saved.coalescingDisabled(), 0, coalescingDisabled, 0, saved.coalescingDisabled().length);
    }
}
