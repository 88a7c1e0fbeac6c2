package io.nvmelm.nvme;

import io.nvmelm.InvalidValueException;
import java.util.List;

/// NVMe Controller State, the part of a [ControllerState] that the standard lays out by version.
public sealed interface NvmeControllerState {

    /// {@return the number of bytes it occupies, a multiple of 4}
    long byteSize();

    /// No NVMe Controller State: size 0.
    record Absent() implements NvmeControllerState {
        @Override
        public long byteSize() {
            return 0;
        }
    }

    /// NVMe Controller State, version 0 (Base 2.3 fig. 375).
    ///
    /// ```
    ///   0     2       4       6      8
    ///   | VER | NIOSQ | NIOCQ | rsvd | submission queues | completion queues | (trailing)
    /// ```
    ///
    /// @param reserved         reserved bytes 6 to 7, as a 16-bit value
    /// @param submissionQueues I/O submission queues, ascending by identifier, at most 65 535
    /// @param completionQueues I/O completion queues, ascending by identifier, at most 65 535
    /// @param trailing         bytes behind the queues that the size claims: none are defined; they are carried. A
    ///                         multiple of 4
    record Version0(
            int reserved,
            List<SubmissionQueueState> submissionQueues,
            List<CompletionQueueState> completionQueues,
            OpaqueBytes trailing) implements NvmeControllerState {

        /// Bytes in front of the first queue.
        public static final int HEADER_BYTES = 8;
        /// Bytes of the state of one queue of either kind.
        public static final int QUEUE_BYTES = 24;

        /// Copies the lists and checks every bound but the order, which is a matter of validation.
        public Version0 {
            FieldBounds.requireUnsigned16("reserved", reserved);
            submissionQueues = List.copyOf(submissionQueues);
            completionQueues = List.copyOf(completionQueues);
            FieldBounds.requireUnsigned16("NIOSQ", submissionQueues.size());
            FieldBounds.requireUnsigned16("NIOCQ", completionQueues.size());
            FieldBounds.require("trailing.byteSize modulo 4", trailing.byteSize() & 3, 0);
        }

        /// {@return a state with these queues and nothing in reserved fields}
        ///
        /// @param submissionQueues I/O submission queues, ascending by identifier, at most 65 535
        /// @param completionQueues I/O completion queues, ascending by identifier, at most 65 535
        public static Version0 of(
                List<SubmissionQueueState> submissionQueues, List<CompletionQueueState> completionQueues) {
            return new Version0(0, submissionQueues, completionQueues, OpaqueBytes.EMPTY);
        }

        @Override
        public long byteSize() {
            return HEADER_BYTES
                    + (long) QUEUE_BYTES * (submissionQueues.size() + completionQueues.size())
                    + trailing.byteSize();
        }
    }

    /// NVMe Controller State of a version that this library does not know, carried as it is.
    ///
    /// @param version its VER, not 0
    /// @param content all its bytes, VER included; a multiple of 4 of 4 or more
    record Unknown(int version, OpaqueBytes content) implements NvmeControllerState {

        /// Checks every bound.
        public Unknown {
            FieldBounds.requireUnsigned16("VER", version);
            if (version == 0) {
                throw new InvalidValueException("VER", "0", "1 to 65535 in a state of unknown version");
            }
            if (content.byteSize() < 4 || (content.byteSize() & 3) != 0) {
                throw new InvalidValueException(
                        "content.byteSize", Integer.toString(content.byteSize()), "a multiple of 4 of 4 or more");
            }
        }

        @Override
        public long byteSize() {
            return content.byteSize();
        }
    }
}
