package io.nvmelm.core.stream;

import org.jspecify.annotations.Nullable;

/// Which states have been moved how far: what the totals at their ends are compared with. Counts only; its user says what is wrong.
final class StateTally {
    private final long[] bytes;
    private final boolean[] ended;
    private int endedDevices;
    private long total;
    private boolean complete;

    StateTally(int devices) {
        bytes = new long[devices];
        ended = new boolean[devices];
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
            return ended[device] && type != RecordType.PROPERTIES
                    ? type + " behind STATE_END of device " + device
                    : null;
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
        bytes[device] += count;
        total += count;
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
