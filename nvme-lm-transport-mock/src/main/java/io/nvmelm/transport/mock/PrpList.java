package io.nvmelm.transport.mock;

import io.nvmelm.nvme.StatusCode;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/// The guest memory that PRP1 and PRP2 of a command name (Base 2.3 clause 4.3.1): one page, two pages, or a page and a
/// chain of lists. Resolved and checked as a whole before a byte is moved.
final class PrpList {
    private static final ValueLayout.OfLong QUADWORD =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final HostPort port;
    private final int pageBytes;
    private long[] pages = new long[4];
    private int pageCount;
    private int firstOffset;

    /// @param pageBytes memory page of the controller (CC.MPS)
    PrpList(HostPort port, int pageBytes) {
        this.port = port;
        this.pageBytes = pageBytes;
    }

    /// Reads the pointers.
    ///
    /// @return success; PRP Offset Invalid; or Data Transfer Error where memory is not there
    StatusCode resolve(long prp1, long prp2, long byteSize) {
        pageCount = 0;
        firstOffset = (int) (prp1 & pageBytes - 1);
        if ((prp1 & 3) != 0) {
            return StatusCode.PRP_OFFSET_INVALID;
        }
        long inFirst = Math.min(byteSize, pageBytes - firstOffset);
        if (!addPage(prp1 - firstOffset)) {
            return StatusCode.DATA_TRANSFER_ERROR;
        }
        long rest = byteSize - inFirst;
        if (rest == 0) {
            return StatusCode.SUCCESSFUL_COMPLETION;
        }
        if (rest <= pageBytes) {
            if ((prp2 & pageBytes - 1) != 0) {
                return StatusCode.PRP_OFFSET_INVALID;
            }
            return addPage(prp2) ? StatusCode.SUCCESSFUL_COMPLETION : StatusCode.DATA_TRANSFER_ERROR;
        }
        return resolveLists(prp2, (rest + pageBytes - 1) / pageBytes);
    }

    private StatusCode resolveLists(long firstList, long pagesLeft) {
        if ((firstList & 7) != 0) {
            return StatusCode.PRP_OFFSET_INVALID;
        }
        long list = firstList;
        long left = pagesLeft;
        while (true) {
            int capacity = (int) ((pageBytes - (list & pageBytes - 1)) / Long.BYTES);
            boolean lastList = left <= capacity;
            int entries = lastList ? (int) left : capacity;
            if (!port.reaches(list, (long) entries * Long.BYTES)) {
                return StatusCode.DATA_TRANSFER_ERROR;
            }
            var bytes = MemorySegment.ofArray(new byte[entries * Long.BYTES]);
            port.read(list, bytes, 0, bytes.byteSize());
            int pagesHere = lastList ? entries : entries - 1;
            for (int i = 0; i < pagesHere; i++) {
                long page = bytes.get(QUADWORD, (long) i * Long.BYTES);
                if ((page & pageBytes - 1) != 0) {
                    return StatusCode.PRP_OFFSET_INVALID;
                }
                if (!addPage(page)) {
                    return StatusCode.DATA_TRANSFER_ERROR;
                }
            }
            if (lastList) {
                return StatusCode.SUCCESSFUL_COMPLETION;
            }
            left -= pagesHere;
            list = bytes.get(QUADWORD, (long) pagesHere * Long.BYTES);
            if ((list & pageBytes - 1) != 0) {
                return StatusCode.PRP_OFFSET_INVALID;
            }
        }
    }

    private boolean addPage(long page) {
        if (!port.reaches(page, pageBytes)) {
            return false;
        }
        if (pageCount == pages.length) {
            pages = Arrays.copyOf(pages, pageCount * 2);
        }
        pages[pageCount++] = page;
        return true;
    }

    void read(long offset, MemorySegment target, long targetOffset, long byteSize) {
        long done = 0;
        while (done < byteSize) {
            long at = firstOffset + offset + done;
            long part = Math.min(byteSize - done, pageBytes - (at & pageBytes - 1));
            port.read(address(at), target, targetOffset + done, part);
            done += part;
        }
    }

    void write(long offset, MemorySegment source, long sourceOffset, long byteSize) {
        long done = 0;
        while (done < byteSize) {
            long at = firstOffset + offset + done;
            long part = Math.min(byteSize - done, pageBytes - (at & pageBytes - 1));
            port.write(address(at), source, sourceOffset + done, part);
            done += part;
        }
    }

    private long address(long at) {
        return pages[(int) (at / pageBytes)] + (at & pageBytes - 1);
    }
}
