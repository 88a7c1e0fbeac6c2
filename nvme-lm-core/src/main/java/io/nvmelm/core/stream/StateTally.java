package io.nvmelm.core.stream;

import org.jspecify.annotations.Nullable;

/// Which states have been moved how far: what the totals at their ends are compared with. Counts only; its user says what is wrong.
final class StateTally {
    private final long[] bytes;
    private final boolean[] described;
    /// Devices of which something was moved after they had been stopped.
    private final boolean[] begun;
    private final boolean[] ended;
    private boolean stopped;
    private int endedDevices;
    private long total;
    private boolean complete;

    StateTally(int devices) {
        bytes = new long[devices];
        described = new boolean[devices];
        begun = new boolean[devices];
        ended = new boolean[devices];
    }

    /// From here on every device is stopped, so that what is said of it stays true.
    void stop() {
        stopped = true;
    }

    int devices() {
        return bytes.length;
    }

    /// Why a record cannot follow here; null when it can.
    @Nullable
    String obstacle(RecordType type, int device) {
        if (type.isOfDevice()) {
            if (device >= bytes.length) {
                return "device " + device + ", allowed: 0 to " + (bytes.length - 1);
            }
            if (complete) {
                return type + " behind END";
            }
            if (ended[device]) {
                return type + " behind STATE_END of device " + device;
            }
            if (type != RecordType.PROPERTIES) {
                return null;
            }
            return described[device]
                    ? "a second PROPERTIES of device " + device
                    : begun[device] ? "PROPERTIES behind STATE of device " + device : null;
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

    void addState(int device, int count) {
        begun[device] |= stopped;
        bytes[device] += count;
        total += count;
    }

    void addProperties(int device) {
        described[device] = true;
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
