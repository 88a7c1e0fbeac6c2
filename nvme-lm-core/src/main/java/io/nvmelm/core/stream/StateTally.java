package io.nvmelm.core.stream;

import io.nvmelm.DeviceManifest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which states have been moved how far, and what may follow: the order of the records, what the manifest has announced, and what the
/// totals at the ends are compared with. Counts only; its user says what is wrong.
final class StateTally {
    private final List<DeviceManifest> devices;
    private final long[] bytes;
    private final boolean[] supplied;
    /// Devices of which something was moved after they had been stopped.
    private final boolean[] begun;
    private final boolean[] ended;
    /// Who takes the states; shorter than the devices where nobody has said how much they take.
    private List<DeviceManifest> takers = List.of();
    private boolean stopped;
    private int endedDevices;
    private long total;
    private boolean complete;

    /// @param devices what the manifest of the stream says
    StateTally(StreamKind kind, List<DeviceManifest> devices) {
        this.devices = devices;
        bytes = new long[devices.size()];
        begun = new boolean[devices.size()];
        stopped = kind == StreamKind.FILE;
        supplied = new boolean[devices.size()];
        ended = new boolean[devices.size()];
    }

    /// From here on every device is stopped, so that what is said of it stays true; in a file from the beginning on.
    void stop() {
        stopped = true;
    }

    int devices() {
        return bytes.length;
    }

    /// From here on no state may be larger than what these devices take, each at the place of the device that it comes from.
    void limit(List<DeviceManifest> taking) {
        takers = taking;
    }

    /// Why a record cannot follow here; null when it can.
    @Nullable
    String obstacle(RecordType type, int device) {
        if (type.isOfDevice()) {
            return obstacleOfDevice(type, device);
        }
        if (device != RecordType.WHOLE_STREAM) {
            return "device " + device + " in a record of the whole stream, allowed: 65535";
        }
        if (type != RecordType.END) {
            return null;
        }
        if (complete) {
            return "END behind END";
        }
        return endedDevices < bytes.length
                ? "END behind STATE_END of " + endedDevices + " of " + bytes.length + " devices"
                : null;
    }

    private @Nullable String obstacleOfDevice(RecordType type, int device) {
        if (device >= bytes.length) {
            return "device " + device + ", allowed: 0 to " + (bytes.length - 1);
        }
        if (complete) {
            return type + " behind END";
        }
        if (ended[device]) {
            return type + " behind STATE_END of device " + device;
        }
        if (type == RecordType.PROPERTIES) {
            return obstacleOfProperties(device);
        }
        if (devices.get(device).supplied() && !supplied[device] && (type != RecordType.STATE || stopped)) {
            return type + " of device " + device + " in front of its PROPERTIES, which the manifest announces";
        }
        return null;
    }

    /// Why a part of a state is too much for who takes it; null when it is not.
    @Nullable
    String excess(RecordType type, int device, long length) {
        if (type != RecordType.STATE || device >= takers.size()) {
            return null;
        }
        long most = takers.get(device).maximumStateBytes();
        return length > most - bytes[device]
                ? "STATE up to byte " + (bytes[device] + length) + " of the state of device " + device
                        + ", it is loaded into one that takes up to " + most
                : null;
    }

    private @Nullable String obstacleOfProperties(int device) {
        if (!devices.get(device).supplied()) {
            return "PROPERTIES of device " + device + ", which the manifest says are not supplied";
        }
        if (supplied[device]) {
            return "a second PROPERTIES of device " + device;
        }
        return begun[device] ? "PROPERTIES behind STATE of device " + device : null;
    }

    void addState(int device, int count) {
        begun[device] |= stopped;
        bytes[device] += count;
        total += count;
    }

    void addProperties(int device) {
        supplied[device] = true;
    }

    long bytesOf(int device) {
        return bytes[device];
    }

    long totalBytes() {
        return total;
    }

    void end(int device) {
        ended[device] = true;
        endedDevices++;
    }

    void complete() {
        complete = true;
    }
}
