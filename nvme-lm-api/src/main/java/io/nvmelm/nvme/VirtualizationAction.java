package io.nvmelm.nvme;

import java.util.Optional;

/// Action (ACT) of Virtualization Management (opcode 1Ch, Base 2.3 clause 8.2.6): what is done to which controller.
public enum VirtualizationAction {
    /// 1h, Primary Controller Flexible Allocation: how many flexible resources the primary controller itself shall have
    /// after its next reset that is more than a Controller Reset.
    ALLOCATE_PRIMARY(0x1),
    /// 7h, Secondary Controller Offline: no host can use the controller, and it has no flexible resources any more.
    OFFLINE(0x7),
    /// 8h, Secondary Controller Assign: the controller, which is offline, has this many flexible resources from now on.
    ASSIGN(0x8),
    /// 9h, Secondary Controller Online: a host can use the controller.
    ONLINE(0x9);

    private static final VirtualizationAction[] BY_VALUE = new VirtualizationAction[16];

    static {
        for (var action : values()) {
            BY_VALUE[action.value] = action;
        }
    }

    private final int value;

    VirtualizationAction(int value) {
        this.value = value;
    }

    /// {@return the value of the field, 1, 7, 8 or 9}
    public int value() {
        return value;
    }

    /// {@return the action with this value; empty where the value is reserved}
    ///
    /// @param value value of the field, 0 to 15; bits above are ignored
    public static Optional<VirtualizationAction> fromValue(int value) {
        return Optional.ofNullable(BY_VALUE[value & 0xF]);
    }
}
