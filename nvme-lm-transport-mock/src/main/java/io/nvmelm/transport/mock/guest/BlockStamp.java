package io.nvmelm.transport.mock.guest;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Content of one written block: who wrote it, as which write, when and where, then a pattern that depends on all of
/// that, and a checksum over the whole. A block that was torn, moved, mixed up or is out of date shows it.
///
/// ```
///   0       8         16      20      24     32         40     48           52      56          64
///   | magic | driver  | queue | NSID  | LBA  | sequence | when | block size | CRC32C | reserved | pattern ...
/// ```
/// Little endian. Not thread-safe: one instance keeps one checksum.
final class BlockStamp {

    /// Bytes before the pattern; no block is smaller.
    static final int HEADER_BYTES = 64;

    private static final int MAGIC_OFFSET = 0;
    private static final int DRIVER_OFFSET = 8;
    private static final int QUEUE_OFFSET = 16;
    private static final int NAMESPACE_OFFSET = 20;
    private static final int BLOCK_OFFSET = 24;
    private static final int SEQUENCE_OFFSET = 32;
    private static final int WHEN_OFFSET = 40;
    private static final int BYTES_OFFSET = 48;
    private static final int CHECKSUM_OFFSET = 52;
    private static final int RESERVED_OFFSET = 56;

    private static final long MAGIC = 0x4B434F4C42_4D4C4EL; // "NLMBLOCK"
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final CRC32C crc = new CRC32C();
    private final long driverId;
    private final long namespaceId;
    private final int blockBytes;

    /// Stamps of one driver on one namespace.
    BlockStamp(long driverId, long namespaceId, int blockBytes) {
        this.driverId = driverId;
        this.namespaceId = namespaceId;
        this.blockBytes = blockBytes;
    }

    /// Fills the block at `offset`.
    void write(byte[] bytes, int offset, int queueId, long block, long sequence, long when) {
        LONG.set(bytes, offset + MAGIC_OFFSET, MAGIC);
        LONG.set(bytes, offset + DRIVER_OFFSET, driverId);
        INT.set(bytes, offset + QUEUE_OFFSET, queueId);
        INT.set(bytes, offset + NAMESPACE_OFFSET, (int) namespaceId);
        LONG.set(bytes, offset + BLOCK_OFFSET, block);
        LONG.set(bytes, offset + SEQUENCE_OFFSET, sequence);
        LONG.set(bytes, offset + WHEN_OFFSET, when);
        INT.set(bytes, offset + BYTES_OFFSET, blockBytes);
        INT.set(bytes, offset + CHECKSUM_OFFSET, 0);
        LONG.set(bytes, offset + RESERVED_OFFSET, 0L);
        long state = driverId * 31 + block * GOLDEN_GAMMA ^ sequence;
        for (int at = HEADER_BYTES; at < blockBytes; at += Long.BYTES) {
            state += GOLDEN_GAMMA;
            LONG.set(bytes, offset + at, mix(state));
        }
        INT.set(bytes, offset + CHECKSUM_OFFSET, checksum(bytes, offset));
    }

    /// {@return what is wrong with the block at `offset`, which should hold the write with this sequence number; null
    /// when it does}
    @Nullable
    String mismatch(byte[] bytes, int offset, long block, long sequence) {
        if ((long) LONG.get(bytes, offset + MAGIC_OFFSET) != MAGIC) {
            return isZero(bytes, offset)
                    ? "holds zeroes instead of write " + sequence
                    : "holds no stamp instead of write " + sequence;
        }
        int expected = (int) INT.get(bytes, offset + CHECKSUM_OFFSET);
        INT.set(bytes, offset + CHECKSUM_OFFSET, 0);
        int found = checksum(bytes, offset);
        INT.set(bytes, offset + CHECKSUM_OFFSET, expected);
        if (found != expected) {
            return "is damaged: CRC32C " + Integer.toHexString(found) + " instead of " + Integer.toHexString(expected)
                    + "; " + describe(bytes, offset) + " instead of write " + sequence;
        }
        boolean right = (long) LONG.get(bytes, offset + DRIVER_OFFSET) == driverId
                && (int) INT.get(bytes, offset + NAMESPACE_OFFSET) == (int) namespaceId
                && (long) LONG.get(bytes, offset + BLOCK_OFFSET) == block
                && (long) LONG.get(bytes, offset + SEQUENCE_OFFSET) == sequence;
        return right ? null : describe(bytes, offset) + " instead of write " + sequence;
    }

    /// {@return whether the block at `offset` is all zeroes}
    boolean isZero(byte[] bytes, int offset) {
        long all = 0;
        for (int at = 0; at < blockBytes; at += Long.BYTES) {
            all |= (long) LONG.get(bytes, offset + at);
        }
        return all == 0;
    }

    /// {@return what the stamp at `offset` says of itself}
    String describe(byte[] bytes, int offset) {
        return "holds write " + LONG.get(bytes, offset + SEQUENCE_OFFSET) + " of driver "
                + Long.toHexString((long) LONG.get(bytes, offset + DRIVER_OFFSET)) + ", queue "
                + INT.get(bytes, offset + QUEUE_OFFSET) + ", to block " + LONG.get(bytes, offset + BLOCK_OFFSET)
                + " of namespace " + INT.get(bytes, offset + NAMESPACE_OFFSET) + " at time "
                + LONG.get(bytes, offset + WHEN_OFFSET);
    }

    private int checksum(byte[] bytes, int offset) {
        crc.reset();
        crc.update(bytes, offset, blockBytes);
        return (int) crc.getValue();
    }

    /// The finalizer of splitmix64.
    private static long mix(long value) {
        long mixed = (value ^ value >>> 30) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
        return mixed ^ mixed >>> 31;
    }
}
