package io.nvmelm.transport.vfio.passthrough;

import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.DataDirection;
import io.nvmelm.nvme.NvmeStatus;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.linux.OpenFile;
import io.nvmelm.transport.vfio.uapi.NvmeIoctl;
import io.nvmelm.transport.vfio.uapi.NvmeIoctl.PassthruCmd64;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/// One `struct nvme_passthru_cmd64` (`linux/nvme_ioctl.h`), 80 bytes in the byte order of the host, used for one command after
/// the other.
///
/// ```
///        0        1       2        4      8      12      16         24     32             36
///   0  | opcode | flags | 0      | nsid | cdw2 | cdw3  | metadata | addr | metadata_len | data_len |
///        40       44      48      52      56      60      64           68  72
///   40 | cdw10  | cdw11 | cdw12 | cdw13 | cdw14 | cdw15 | timeout_ms | 0 | result          |
/// ```
///
/// Its memory is freed when it is no longer reachable, so a call that is under way cannot lose it. Not thread-safe: it belongs to
/// one command at a time.
final class CommandBlock {
    private static final long NANOS_PER_MILLI = 1_000_000;

    /// Bits of CDW0 that say what the data pointer is (PSDT): the kernel's business.
    private static final int PSDT_BITS = 0xC0;

    private static final ValueLayout.OfInt DWORD = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// Place of this block among those of its transport.
    final int place;

    private final MemorySegment memory = Arena.ofAuto().allocate(PassthruCmd64.BYTE_SIZE, Long.BYTES);

    CommandBlock(int place) {
        this.place = place;
    }

    /// Takes over what a submission entry says. Command identifier, pointers and what says of which kind they are are left out.
    ///
    /// @param entry    entry of 64 bytes, read before this returns
    /// @param address  address of the data; 0 for none
    /// @param byteSize bytes of data
    void fill(MemorySegment entry, long address, long byteSize) {
        byte opcode = entry.get(ValueLayout.JAVA_BYTE, SubmissionEntryView.OPCODE_OFFSET);
        int flags = entry.get(ValueLayout.JAVA_BYTE, SubmissionEntryView.FLAGS_OFFSET) & ~PSDT_BITS;
        boolean moves = byteSize != 0 && DataDirection.ofOpcode(opcode) != DataDirection.NONE;
        memory.fill((byte) 0);
        memory.set(ValueLayout.JAVA_BYTE, PassthruCmd64.OPCODE, opcode);
        memory.set(ValueLayout.JAVA_BYTE, PassthruCmd64.FLAGS, (byte) flags);
        put(PassthruCmd64.NSID, entry, SubmissionEntryView.NSID_OFFSET);
        put(PassthruCmd64.CDW2, entry, SubmissionEntryView.CDW2_OFFSET);
        put(PassthruCmd64.CDW3, entry, SubmissionEntryView.CDW3_OFFSET);
        memory.set(ValueLayout.JAVA_LONG, PassthruCmd64.ADDR, moves ? address : 0);
        memory.set(ValueLayout.JAVA_INT, PassthruCmd64.DATA_LEN, moves ? (int) byteSize : 0);
        put(PassthruCmd64.CDW10, entry, SubmissionEntryView.CDW10_OFFSET);
        put(PassthruCmd64.CDW11, entry, SubmissionEntryView.CDW11_OFFSET);
        put(PassthruCmd64.CDW12, entry, SubmissionEntryView.CDW12_OFFSET);
        put(PassthruCmd64.CDW13, entry, SubmissionEntryView.CDW13_OFFSET);
        put(PassthruCmd64.CDW14, entry, SubmissionEntryView.CDW14_OFFSET);
        put(PassthruCmd64.CDW15, entry, SubmissionEntryView.CDW15_OFFSET);
    }

    private void put(int offset, MemorySegment entry, int entryOffset) {
        memory.set(ValueLayout.JAVA_INT, offset, entry.get(DWORD, entryOffset));
    }

    /// Has the kernel execute the command. Blocks until it is complete or the kernel has given it up; after that nothing accesses
    /// its data any more.
    ///
    /// @param timeout time that the kernel gives the command, counted from now
    /// @return the completion, whatever its status
    /// @throws io.nvmelm.LiveMigrationException when the kernel answers with an errno, or the node is closed
    Completion execute(LinuxHost host, OpenFile node, Duration timeout) {
        memory.set(ValueLayout.JAVA_INT, PassthruCmd64.TIMEOUT_MS, toMillis(timeout));
        long start = host.clock().nanoTime();
        int answer;
        int fd = node.acquire();
        try {
            answer = host.calls().ioctl(fd, NvmeIoctl.ADMIN64_CMD, memory);
        } finally {
            node.release();
        }
        if (answer < 0) {
            long elapsed = host.clock().nanoTime() - start;
            throw KernelRefusal.of(describe(), node.name(), -answer, timeout, elapsed);
        }
        long result = memory.get(ValueLayout.JAVA_LONG, PassthruCmd64.RESULT);
        return answer == 0 && result == 0
                ? Completion.success()
                : new Completion((int) result, (int) (result >>> 32), NvmeStatus.fromBits(answer));
    }

    /// Time as the kernel takes it: whole milliseconds, rounded up, for 0 would be the driver's own time; not more than the kernel
    /// can add to its clock.
    static int toMillis(Duration timeout) {
        long nanos = TimeUnit.NANOSECONDS.convert(timeout);
        long millis = nanos / NANOS_PER_MILLI + (nanos % NANOS_PER_MILLI == 0 ? 0 : 1);
        return Math.clamp(millis, 1, Integer.MAX_VALUE);
    }

    /// {@return the command in words}
    String describe() {
        int opcode = Byte.toUnsignedInt(memory.get(ValueLayout.JAVA_BYTE, PassthruCmd64.OPCODE));
        return String.format(
                Locale.ROOT,
                "%s (opcode %02Xh, CDW10 %08Xh, CDW11 %08Xh, %d bytes)",
                AdminOpcode.fromValue(opcode).map(AdminOpcode::name).orElse("Command"),
                opcode,
                memory.get(ValueLayout.JAVA_INT, PassthruCmd64.CDW10),
                memory.get(ValueLayout.JAVA_INT, PassthruCmd64.CDW11),
                memory.get(ValueLayout.JAVA_INT, PassthruCmd64.DATA_LEN));
    }
}
