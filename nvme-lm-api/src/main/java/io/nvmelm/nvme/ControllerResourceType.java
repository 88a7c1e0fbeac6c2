package io.nvmelm.nvme;

import java.util.Optional;

/// Resource Type (RT) of Virtualization Management (opcode 1Ch, Base 2.3 clause 8.2.6): what a primary controller can
/// give its secondary controllers.
public enum ControllerResourceType {
    /// 0h, VQ Resources: pairs of a submission and a completion queue, the admin queues included.
    QUEUE(0),
    /// 1h, VI Resources: interrupt vectors.
    INTERRUPT(1);

    private final int value;

    ControllerResourceType(int value) {
        this.value = value;
    }

    /// {@return the value of the field, 0 or 1; its bit in CRT of [PrimaryControllerCapabilities] has this number too}
    public int value() {
        return value;
    }

    /// {@return the type with this value; empty where the value is reserved}
    ///
    /// @param value value of the field, 0 to 7; bits above are ignored
    public static Optional<ControllerResourceType> fromValue(int value) {
        return switch (value & 7) {
            case 0 -> Optional.of(QUEUE);
            case 1 -> Optional.of(INTERRUPT);
            default -> Optional.empty();
        };
    }
}
