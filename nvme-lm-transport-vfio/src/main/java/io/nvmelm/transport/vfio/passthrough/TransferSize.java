package io.nvmelm.transport.vfio.passthrough;

import io.nvmelm.CommandFailedException;
import io.nvmelm.TransportException;
import io.nvmelm.core.codec.AdminCommandCodec;
import io.nvmelm.core.codec.IdentifyControllerView;
import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.transport.vfio.linux.Errno;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.linux.MappedMemory;
import io.nvmelm.transport.vfio.linux.OpenFile;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/// Finds how many bytes one passthrough command can move. Three limits hold, and the kernel shows none of them:
///
/// - MDTS of the controller (Base 2.3 fig. 328), counted in pages of 4 KiB, the smallest there are;
/// - 128 segments in a request of the driver. Memory of a process is made of pages that may lie anywhere, so each may take a
///   segment of its own: 512 KiB are always possible, and nothing above is;
/// - the size up to which the IOMMU maps quickly, which the driver keeps to: 128 KiB where the host translates addresses.
///
/// The last is found by trying: Identify moves 4096 bytes whatever the size of the buffer, so it is sent with a large one, and
/// with half of that as long as the driver refuses.
final class TransferSize {
    /// 128 segments of one page.
    static final int LARGEST_BYTES = 128 * 4096;

    private static final int PAGE_BYTES = IdentifyCommand.DATA_BYTES;
    private static final int LARGEST_SHIFT = Integer.numberOfTrailingZeros(LARGEST_BYTES / PAGE_BYTES);

    private TransferSize() {}

    /// Identifies the controller and finds the limit. Blocks.
    ///
    /// @param host    host
    /// @param node    open node of the controller
    /// @param timeout time for each command
    /// @return bytes, 4096 to 524 288
    /// @throws io.nvmelm.LiveMigrationException when Identify Controller fails, by status or errno
    static int find(LinuxHost host, OpenFile node, Duration timeout) {
        try (var memory = MappedMemory.anonymous(host, LARGEST_BYTES)) {
            var identify = new CommandBlock(0);
            var completion = identify(host, node, identify, memory, PAGE_BYTES, timeout);
            if (!completion.isSuccess()) {
                throw new CommandFailedException("Identify Controller", completion.status());
            }
            int size = announced(memory.segment());
            while (size > PAGE_BYTES && !isTaken(host, node, identify, memory, size, timeout)) {
                size /= 2;
            }
            return size;
        }
    }

    private static int announced(MemorySegment identifyData) {
        int shift = new IdentifyControllerView().wrap(identifyData, 0).maximumDataTransferSize();
        return shift == 0 || shift > LARGEST_SHIFT ? LARGEST_BYTES : PAGE_BYTES << shift;
    }

    private static boolean isTaken(
            LinuxHost host, OpenFile node, CommandBlock block, MappedMemory memory, int byteSize, Duration timeout) {
        try {
            return identify(host, node, block, memory, byteSize, timeout).isSuccess();
        } catch (TransportException e) {
            if (e.errno().orElse(0) == Errno.EINVAL) {
                return false;
            }
            throw e;
        }
    }

    private static Completion identify(
            LinuxHost host, OpenFile node, CommandBlock block, MappedMemory memory, int byteSize, Duration timeout) {
        var entry = MemorySegment.ofArray(new long[SubmissionEntryView.BYTES / Long.BYTES]);
        AdminCommandCodec.encode(IdentifyCommand.of(IdentifyCommand.CONTROLLER), entry);
        block.fill(entry, memory.address(), byteSize);
        return block.execute(host, node, timeout);
    }
}
