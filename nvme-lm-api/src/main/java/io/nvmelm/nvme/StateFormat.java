package io.nvmelm.nvme;

import io.nvmelm.InvalidValueException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/// Format of a controller state by content: which version of the NVMe Controller State, and which vendor specific data
/// beside it. Means the same at every controller, unlike an index.
///
/// @param version    version of the NVMe Controller State; empty when the state has none
/// @param vendorUuid UUID of the vendor specific data; empty when the state has none
public record StateFormat(OptionalInt version, Optional<UUID> vendorUuid) {

    /// Checks that the format has a part at all.
    public StateFormat {
        if (version.isPresent()) {
            FieldBounds.requireUnsigned16("version", version.getAsInt());
        } else if (vendorUuid.isEmpty()) {
            throw new InvalidValueException("version and vendorUuid", "absent", "at least one of them");
        }
    }

    /// {@return the standard's format of a version, without vendor specific data}
    ///
    /// @param version version of the NVMe Controller State, 0 to 65 535
    public static StateFormat ofVersion(int version) {
        return new StateFormat(OptionalInt.of(version), Optional.empty());
    }

    /// {@return the standard's format of a version with vendor specific data beside it}
    ///
    /// @param version    version of the NVMe Controller State, 0 to 65 535
    /// @param vendorUuid UUID of the vendor specific data
    public static StateFormat of(int version, UUID vendorUuid) {
        return new StateFormat(OptionalInt.of(version), Optional.of(vendorUuid));
    }

    /// Vendor specific data alone.
    ///
    /// @param vendorUuid UUID that names its format
    /// @return the format
    public static StateFormat ofVendor(UUID vendorUuid) {
        return new StateFormat(OptionalInt.empty(), Optional.of(vendorUuid));
    }
}
