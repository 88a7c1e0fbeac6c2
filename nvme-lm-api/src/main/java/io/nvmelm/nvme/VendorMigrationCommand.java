package io.nvmelm.nvme;

/// A command of the vendor specific set of 2022, sent to the admin queue of the physical function. State is one opaque block for
/// each virtual function, moved by one command.
///
/// ```
///   CDW10  15:0  index of the virtual function, from 1
///   CDW11        bytes of the state; LOAD alone
/// ```
///
/// @param operation     what to do
/// @param functionIndex virtual function, 1 to 65 535: its PCI number and one more
/// @param dataByteSize  bytes moved, 1 to 2^32 - 1; 0 where the operation moves none, and in a SAVE that was decoded from an
///                      entry, which does not carry it
public record VendorMigrationCommand(VendorMigrationOperation operation, int functionIndex,
        long dataByteSize) implements AdminCommand {

    /// Checks every field.
    public VendorMigrationCommand {
        FieldBounds.requireUnsigned16("VF index", functionIndex);
        FieldBounds.require("VF index - 1", functionIndex - 1, 0xFFFE);
        boolean moves = operation == VendorMigrationOperation.SAVE || operation == VendorMigrationOperation.LOAD;
        FieldBounds.require("dataByteSize", dataByteSize, moves ? 0xFFFF_FFFFL : 0);
    }

    @Override
    public AdminOpcode opcode() {
        return operation.opcode();
    }
}
