package io.nvmelm;

import io.nvmelm.nvme.OpaqueBytes;

/// The present value of one feature of a controller, as Get Features returns it (Base 2.3, clause 5.2.11).
///
/// @param featureId   feature identifier (FID), 0 to FFh
/// @param namespaceId namespace that it is about, 0 where it is about the controller, at most FFFFFFFFh
/// @param value       dword 0 of the completion, which is dword 11 of Set Features
/// @param data        data of the feature; empty where it has none; at most 4096 bytes
public record FeatureSetting(int featureId, long namespaceId, int value, OpaqueBytes data) {
    private static final int MAXIMUM_DATA_BYTES = 4096;

    /// Checks every bound.
    ///
    /// @throws InvalidValueException when one is broken
    public FeatureSetting {
        if (featureId < 0 || featureId > 0xFF) {
            throw new InvalidValueException("featureId", Integer.toString(featureId), "0 to 255");
        }
        if (namespaceId < 0 || namespaceId > 0xFFFF_FFFFL) {
            throw new InvalidValueException("namespaceId", Long.toString(namespaceId), "0 to 4294967295");
        }
        if (data.byteSize() > MAXIMUM_DATA_BYTES) {
            throw new InvalidValueException("data", data.byteSize() + " bytes", "0 to " + MAXIMUM_DATA_BYTES
                    + " bytes");
        }
    }
}
