package io.nvmelm;

import java.util.Optional;

/// State of a migratable device, as `enum vfio_device_mig_state` of the kernel's `linux/vfio.h` numbers it.
///
/// [#ERROR] is never a target: a device that is in it leaves it by a reset alone.
public enum DeviceState {
    /// The device failed and could not be brought back; only a reset helps.
    ERROR(0),
    /// No DMA, no interrupts, nothing changes.
    STOP(1),
    /// Normal operation; every device is in it when it is opened and after a reset.
    RUNNING(2),
    /// Stopped, and the final part of its state can be read.
    STOP_COPY(3),
    /// Stopped, and taking a new state.
    RESUMING(4),
    /// Runs, but starts no peer-to-peer DMA. A device that cannot tell peers apart starts no DMA at all.
    RUNNING_P2P(5),
    /// Runs, and the early part of its state can be read.
    PRE_COPY(6),
    /// [#PRE_COPY] with the restriction of [#RUNNING_P2P].
    PRE_COPY_P2P(7);

    private static final DeviceState[] BY_VALUE = values();

    private final int value;

    DeviceState(int value) {
        this.value = value;
    }

    /// {@return the number of this state in the kernel's interface, 0 to 7}
    public int value() {
        return value;
    }

    /// {@return whether a session for saving is open in this state}
    public boolean isSaving() {
        return this == STOP_COPY || this == PRE_COPY || this == PRE_COPY_P2P;
    }

    /// {@return whether the device may execute guest commands or change guest memory in this state}
    public boolean mayChangeGuest() {
        return this == RUNNING || this == RUNNING_P2P || this == PRE_COPY || this == PRE_COPY_P2P;
    }

    /// {@return the state with this number, or empty where no state has it: later kernels may know more}
    ///
    /// @param value number of a state, any `int`
    public static Optional<DeviceState> fromValue(int value) {
        return value >= 0 && value < BY_VALUE.length ? Optional.of(BY_VALUE[value]) : Optional.empty();
    }
}
