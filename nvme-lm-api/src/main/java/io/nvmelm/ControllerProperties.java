package io.nvmelm;

import io.nvmelm.nvme.OpaqueBytes;
import java.util.List;

/// The parts of a controller that version 0 of the NVMe Controller State leaves out, carried by the embedder: the properties of Base
/// 2.3, clause 3.1.4, feature settings and interrupt vectors. Travels in an optional record of the migration stream.
///
/// @param configuration         Controller Configuration (CC)
/// @param adminQueueAttributes  Admin Queue Attributes (AQA)
/// @param adminSubmissionQueue  Admin Submission Queue Base Address (ASQ)
/// @param adminCompletionQueue  Admin Completion Queue Base Address (ACQ)
/// @param interruptMask         Interrupt Mask Set (INTMS)
/// @param features              settings of features; at most [#MAXIMUM_FEATURES]
/// @param interruptVectors      entries of the MSI-X table, 16 bytes each as in memory; empty where the embedder moves interrupts itself
/// @param embedderData          whatever else the embedder needs at the other end; opaque; at most [#MAXIMUM_EMBEDDER_BYTES]
public record ControllerProperties(
        int configuration,
        int adminQueueAttributes,
        long adminSubmissionQueue,
        long adminCompletionQueue,
        int interruptMask,
        List<FeatureSetting> features,
        OpaqueBytes interruptVectors,
        OpaqueBytes embedderData) {

    /// Most settings of features.
    public static final int MAXIMUM_FEATURES = 1024;
    /// Most bytes of the MSI-X table: 2048 vectors (PCI Express Base, MSI-X Table Size).
    public static final int MAXIMUM_VECTOR_BYTES = 2048 * 16;
    /// Most bytes of the embedder's own data.
    public static final int MAXIMUM_EMBEDDER_BYTES = 1 << 20;

    /// Checks every bound and copies the list.
    ///
    /// @throws InvalidValueException when a bound is broken
    public ControllerProperties {
        features = List.copyOf(features);
        if (features.size() > MAXIMUM_FEATURES) {
            throw new InvalidValueException("features", features.size() + " settings", "0 to " + MAXIMUM_FEATURES);
        }
        if (interruptVectors.byteSize() > MAXIMUM_VECTOR_BYTES || interruptVectors.byteSize() % 16 != 0) {
            throw new InvalidValueException(
                    "interruptVectors",
                    interruptVectors.byteSize() + " bytes",
                    "a multiple of 16, at most " + MAXIMUM_VECTOR_BYTES);
        }
        if (embedderData.byteSize() > MAXIMUM_EMBEDDER_BYTES) {
            throw new InvalidValueException(
                    "embedderData", embedderData.byteSize() + " bytes", "0 to " + MAXIMUM_EMBEDDER_BYTES);
        }
    }
}
