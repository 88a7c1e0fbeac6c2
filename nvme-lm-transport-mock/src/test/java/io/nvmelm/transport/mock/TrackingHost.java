package io.nvmelm.transport.mock;

import io.nvmelm.nvme.Completion;
import io.nvmelm.spi.TransferMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// The host of a controlling controller that tracks memory: commands and structures by their numbers.
final class TrackingHost {
    final ManagementHost management;

    TrackingHost(InMemorySubsystem subsystem) {
        this.management = new ManagementHost(subsystem);
    }

    /// A range as a descriptor has it.
    record Range(long address, long units) {}

    /// What Track Receive answered and delivered.
    record Report(Completion completion, byte[] bytes) {
        boolean more() {
            return (bytes[1] & 1) != 0;
        }

        boolean suspended() {
            return (bytes[1] & 2) != 0;
        }

        List<Range> ranges() {
            var in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            var ranges = new ArrayList<Range>();
            for (int i = 0; i < in.getInt(4); i++) {
                ranges.add(new Range(in.getLong(16 + 16 * i), Integer.toUnsignedLong(in.getInt(24 + 16 * i))));
            }
            return ranges;
        }
    }

    static byte[] request(int version, int granularity, int count, Range... ranges) {
        var out = ByteBuffer.allocate(8 + 12 * ranges.length).order(ByteOrder.LITTLE_ENDIAN);
        out.put((byte) version).putShort((short) 0).put((byte) granularity).putInt(count);
        for (var range : ranges) {
            out.putLong(range.address()).putInt((int) range.units());
        }
        return out.array();
    }

    Completion start(int controllerId, int granularity, Range... ranges) {
        return start(controllerId, request(0, granularity, ranges.length, ranges));
    }

    Completion start(int controllerId, byte[] request) {
        try (TransferMemory memory = management.transport.allocate(request.length)) {
            memory.segment().copyFrom(MemorySegment.ofArray(request));
            return management.transport
                    .submit(
                            ManagementHost.entry(0x3D, 0x1_0001, controllerId, 0, 0, 0),
                            memory,
                            request.length,
                            ManagementHost.TIMEOUT)
                    .join();
        }
    }

    Completion stop(int controllerId) {
        return management.start(ManagementHost.entry(0x3D, 1, controllerId, 0, 0, 0)).join();
    }

    Report receive(int controllerId, int byteSize) {
        try (TransferMemory memory = management.transport.allocate(byteSize)) {
            var completion = management.transport
                    .submit(
                            ManagementHost.entry(0x3E, 0, controllerId, byteSize / 4 - 1, 0, 0),
                            memory,
                            byteSize,
                            ManagementHost.TIMEOUT)
                    .join();
            return new Report(completion, memory.segment().toArray(ValueLayout.JAVA_BYTE));
        }
    }
}
