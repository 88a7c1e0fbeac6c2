package io.nvmelm.transport.mock;

import io.nvmelm.nvme.NvmeStatus;
import io.nvmelm.nvme.StatusCode;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/// Status fields that the controllers of the model answer with: one per code, made once. Do Not Retry is set where the
/// same command must fail again, and clear where time or another command may change the answer.
final class DeviceStatus {
    private static final Map<StatusCode, NvmeStatus> BY_CODE = new EnumMap<>(StatusCode.class);

    static {
        for (var code : StatusCode.values()) {
            var status = NvmeStatus.of(code);
            BY_CODE.put(code, mayChange(code) ? status : status.withDoNotRetry());
        }
    }

    private DeviceStatus() {}

    static NvmeStatus of(StatusCode code) {
        return Objects.requireNonNull(BY_CODE.get(code));
    }

    /// {@return the status with which a controller answers}
    ///
    /// @param code               what happened
    /// @param alwaysDoNotRetry whether every error has Do Not Retry set, see [DeviceVariant#ALWAYS_DO_NOT_RETRY]
    static NvmeStatus of(StatusCode code, boolean alwaysDoNotRetry) {
        var status = of(code);
        return alwaysDoNotRetry && !status.isSuccess() ? status.withDoNotRetry() : status;
    }

    private static boolean mayChange(StatusCode code) {
        return switch (code) {
            case SUCCESSFUL_COMPLETION,
                    DATA_TRANSFER_ERROR,
                    INTERNAL_ERROR,
                    COMMAND_ID_CONFLICT,
                    COMMAND_ABORT_REQUESTED,
                    ABORTED_SQ_DELETION,
                    COMMAND_SEQUENCE_ERROR,
                    ABORT_COMMAND_LIMIT_EXCEEDED,
                    ASYNCHRONOUS_EVENT_REQUEST_LIMIT_EXCEEDED,
                    INVALID_SECONDARY_CONTROLLER_STATE,
                    INVALID_RESOURCE_IDENTIFIER,
                    NOT_ENOUGH_RESOURCES,
                    CONTROLLER_SUSPENDED,
                    CONTROLLER_NOT_SUSPENDED,
                    CONTROLLER_DATA_QUEUE_FULL,
                    SANITIZE_IN_PROGRESS,
                    SANITIZE_NAMESPACE_IN_PROGRESS,
                    NAMESPACE_NOT_READY,
                    COMMAND_INTERRUPTED,
                    TRANSIENT_TRANSPORT_ERROR -> true;
            default -> false;
        };
    }
}
