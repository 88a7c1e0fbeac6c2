package io.nvmelm.nvme;

import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;

/// Supported Controller State Formats (Identify CNS 20h, Base 2.3 fig. 345): what one controlling controller can read
/// and write.
///
/// Commands name a format by its place from 1 in these lists, and the same format may have another place at another
/// controller: map by content, never by index.
///
/// @param versions versions of the NVMe Controller State, in the controller's order, at most 255
/// @param uuids    UUIDs that name vendor specific formats, in the controller's order, at most 255
public record SupportedStateFormats(List<Integer> versions, List<UUID> uuids) {

    /// Copies the lists and checks every bound.
    public SupportedStateFormats {
        versions = List.copyOf(versions);
        uuids = List.copyOf(uuids);
        FieldBounds.requireUnsigned8("NV", versions.size());
        FieldBounds.requireUnsigned8("NUUID", uuids.size());
        for (int version : versions) {
            FieldBounds.requireUnsigned16("version", version);
        }
    }

    /// {@return the index (CSVI) of a version, 1 to 255; empty when the controller does not support it}
    ///
    /// @param version version of the NVMe Controller State
    public OptionalInt versionIndex(int version) {
        int place = versions.indexOf(version);
        return place < 0 ? OptionalInt.empty() : OptionalInt.of(place + 1);
    }

    /// {@return the index (CSUUIDI) of a vendor specific format, 1 to 255; empty when the controller does not support
    /// it}
    ///
    /// @param uuid UUID of the vendor specific format
    public OptionalInt uuidIndex(UUID uuid) {
        int place = uuids.indexOf(uuid);
        return place < 0 ? OptionalInt.empty() : OptionalInt.of(place + 1);
    }
}
