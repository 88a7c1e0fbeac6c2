package io.nvmelm.core.controller;

import io.nvmelm.InvalidValueException;
import io.nvmelm.core.codec.ControllerStateView;
import io.nvmelm.nvme.ControllerState;
import io.nvmelm.nvme.GetControllerStateCommand;
import io.nvmelm.nvme.SequenceIndicator;
import io.nvmelm.nvme.SetControllerStateCommand;
import io.nvmelm.nvme.StateFormat;
import io.nvmelm.nvme.SupportedStateFormats;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// A state format as one controlling controller numbers it. Indices count from 1 and belong to that controller alone; 0 means that
/// the part is absent (Base 2.3 fig. 345).
///
/// @param format       the format by content
/// @param versionIndex CSVI, 0 when the format has no NVMe Controller State
/// @param uuidIndex    CSUUIDI, 0 when the format has no vendor specific data
record FormatIndices(StateFormat format, int versionIndex, int uuidIndex) {
    private static final ValueLayout.OfShort UNSIGNED_16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// Finds a format in the list of a controller.
    static FormatIndices of(StateFormat format, SupportedStateFormats supported) {
        int versionIndex = 0;
        if (format.version().isPresent()) {
            int version = format.version().getAsInt();
            versionIndex = supported
                    .versionIndex(version)
                    .orElseThrow(() -> new InvalidValueException(
                            "state version", Integer.toString(version), "one of " + supported.versions()));
        }
        int uuidIndex = format.vendorUuid()
                .map(uuid -> supported
                        .uuidIndex(uuid)
                        .orElseThrow(() -> new InvalidValueException(
                                "vendor state UUID", uuid.toString(), "one of " + supported.uuids())))
                .orElse(0);
        return new FormatIndices(format, versionIndex, uuidIndex);
    }

    GetControllerStateCommand get(int controllerId, long byteOffset, long bytes) {
        return new GetControllerStateCommand(controllerId, versionIndex, uuidIndex, 0, byteOffset, 0, bytes / 4);
    }

    SetControllerStateCommand set(int controllerId, SequenceIndicator sequence, long byteOffset, long bytes) {
        return new SetControllerStateCommand(
                controllerId, sequence, versionIndex, uuidIndex, byteOffset, 0, bytes / 4);
    }

    /// Refuses a state whose parts are not those of this format.
    ///
    /// @param header     header of the state
    /// @param start      memory that holds the header and, where the state has one, the first bytes of the NVMe Controller State
    /// @param totalBytes bytes of the state
    void requireMatches(ControllerStateView header, MemorySegment start, long totalBytes) {
        boolean hasNvmeState = header.nvmeStateDwords() != 0;
        if (hasNvmeState != format.version().isPresent()) {
            throw new InvalidValueException(
                    "NVMECSS",
                    Long.toUnsignedString(header.nvmeStateDwords()),
                    hasNvmeState
                            ? "0: no version was asked for"
                            : "1 or more: version " + format.version().getAsInt()
                                    + " was asked for",
                    16);
        }
        if (header.vendorDwords() != 0 && format.vendorUuid().isEmpty()) {
            throw new InvalidValueException(
                    "VSS", Long.toUnsignedString(header.vendorDwords()), "0: no vendor specific data was asked for",
                    32);
        }
        if (hasNvmeState && totalBytes > ControllerState.HEADER_BYTES) {
            int version = Short.toUnsignedInt(start.get(UNSIGNED_16, ControllerState.HEADER_BYTES));
            if (version != format.version().orElse(-1)) {
                throw new InvalidValueException(
                        "VER of the NVMe Controller State",
                        Integer.toString(version),
                        Integer.toString(format.version().orElse(-1)),
                        ControllerState.HEADER_BYTES);
            }
        }
    }
}
