package io.nvmelm.nvme;

/// Identify (Base 2.3 clause 5.2.13): 4096 bytes about the controller, a namespace or a list.
///
/// @param structure            Controller or Namespace Structure (CNS), CDW10 7:0, 0 to 255
/// @param controllerId         Controller Identifier (CNTID), CDW10 31:16; 0 where the structure does not use it
/// @param namespaceId          NSID, 0 to FFFFFFFFh; 0 where the structure does not use it
/// @param specificIdentifier   CNS Specific Identifier, CDW11 15:0
/// @param commandSetIdentifier Command Set Identifier (CSI), CDW11 31:24
/// @param uuidIndex            UUID Index, CDW14 6:0
public record IdentifyCommand(
        int structure,
        int controllerId,
        long namespaceId,
        int specificIdentifier,
        int commandSetIdentifier,
        int uuidIndex) implements AdminCommand {

    /// Bytes that every Identify moves.
    public static final int DATA_BYTES = 4096;
    /// CNS 00h, Identify Namespace.
    public static final int NAMESPACE = 0x00;
    /// CNS 01h, Identify Controller.
    public static final int CONTROLLER = 0x01;
    /// CNS 02h, Active Namespace ID list.
    public static final int ACTIVE_NAMESPACE_LIST = 0x02;
    /// CNS 03h, Namespace Identification Descriptor list.
    public static final int NAMESPACE_DESCRIPTORS = 0x03;
    /// CNS 14h, Primary Controller Capabilities.
    public static final int PRIMARY_CONTROLLER_CAPABILITIES = 0x14;
    /// CNS 15h, Secondary Controller List.
    public static final int SECONDARY_CONTROLLER_LIST = 0x15;
    /// CNS 20h, Supported Controller State Formats. Base 2.1 and 2.2 print 21h in one list; the table and 2.3 say 20h.
    public static final int SUPPORTED_CONTROLLER_STATE_FORMATS = 0x20;

    /// Checks every field.
    public IdentifyCommand {
        FieldBounds.requireUnsigned8("CNS", structure);
        FieldBounds.requireUnsigned16("CNTID", controllerId);
        FieldBounds.requireUnsigned32("NSID", namespaceId);
        FieldBounds.requireUnsigned16("CNS specific identifier", specificIdentifier);
        FieldBounds.requireUnsigned8("CSI", commandSetIdentifier);
        FieldBounds.require("UIDX", uuidIndex, 0x7F);
    }

    /// {@return the Identify command of a structure that needs no further parameter}
    ///
    /// @param structure Controller or Namespace Structure (CNS), 0 to 255
    public static IdentifyCommand of(int structure) {
        return new IdentifyCommand(structure, 0, 0, 0, 0, 0);
    }

    /// {@return the Identify command that reads the Secondary Controller List}
    ///
    /// @param fromControllerId first controller identifier that may be listed, 0 to 65 535
    public static IdentifyCommand secondaryControllers(int fromControllerId) {
        return new IdentifyCommand(SECONDARY_CONTROLLER_LIST, fromControllerId, 0, 0, 0, 0);
    }

    @Override
    public AdminOpcode opcode() {
        return AdminOpcode.IDENTIFY;
    }

    @Override
    public long dataByteSize() {
        return DATA_BYTES;
    }
}
