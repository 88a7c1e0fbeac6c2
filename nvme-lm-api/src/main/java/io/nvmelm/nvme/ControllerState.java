package io.nvmelm.nvme;

/// Controller State, the structure that Get Controller State returns and Set Controller State takes
/// (Base 2.3 fig. 374), with all that it carried: what this library does not know is kept as bytes.
///
/// @param version    version of this structure (VER), 0 in every published revision
/// @param attributes Controller State Attributes (CSATTR), 8 bits; see [#suspended()]
/// @param reserved   the 13 reserved bytes 3 to 15
/// @param nvmeState  NVMe Controller State (NVMECS)
/// @param vendorData Vendor Specific Data (VSD), a multiple of 4 bytes
public record ControllerState(
        int version, int attributes, OpaqueBytes reserved, NvmeControllerState nvmeState, OpaqueBytes vendorData) {

    /// Bytes of the header in front of the NVMe Controller State.
    public static final int HEADER_BYTES = 48;
    /// Number of reserved bytes in the header.
    public static final int RESERVED_BYTES = 13;

    /// Checks every bound.
    public ControllerState {
        FieldBounds.requireUnsigned16("VER", version);
        FieldBounds.requireUnsigned8("CSATTR", attributes);
        FieldBounds.require("reserved.byteSize", RESERVED_BYTES - (long) reserved.byteSize(), 0);
        FieldBounds.require("vendorData.byteSize modulo 4", vendorData.byteSize() & 3, 0);
    }

    /// {@return a state of the present version with nothing in reserved fields}
    ///
    /// @param suspended  whether the controller was suspended while the state was read
    /// @param nvmeState  NVMe Controller State
    /// @param vendorData vendor specific data, a multiple of 4 bytes; empty for none
    public static ControllerState of(boolean suspended, NvmeControllerState nvmeState, OpaqueBytes vendorData) {
        return new ControllerState(
                0, suspended ? 1 : 0, OpaqueBytes.zeros(RESERVED_BYTES), nvmeState, vendorData);
    }

    /// {@return whether the controller was suspended during the whole command that read this: Controller Paused, CSATTR
    /// bit 0}
    public boolean suspended() {
        return (attributes & 1) != 0;
    }

    /// {@return the number of bytes of the whole structure}
    public long byteSize() {
        return HEADER_BYTES + nvmeState.byteSize() + vendorData.byteSize();
    }
}
