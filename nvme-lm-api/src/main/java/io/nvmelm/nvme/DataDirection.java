package io.nvmelm.nvme;

/// Which way the data of a command goes: bits 1:0 of the opcode (Base 2.3 fig. 142).
public enum DataDirection {
    /// 00b, no data.
    NONE,
    /// 01b, the controller reads host memory.
    HOST_TO_CONTROLLER,
    /// 10b, the controller writes host memory.
    CONTROLLER_TO_HOST,
    /// 11b, both.
    BIDIRECTIONAL;

    private static final DataDirection[] BY_VALUE = values();

    /// {@return the direction that an opcode announces}
    ///
    /// @param opcode opcode of an admin command, 0 to 255; only bits 1:0 count
    public static DataDirection ofOpcode(int opcode) {
        return BY_VALUE[opcode & 3];
    }
}
