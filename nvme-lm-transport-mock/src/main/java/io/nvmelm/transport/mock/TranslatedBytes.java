package io.nvmelm.transport.mock;

import io.nvmelm.InvalidValueException;
import io.nvmelm.transport.mock.AddressTranslation.Access;
import java.lang.foreign.MemorySegment;

/// Bytes behind an [AddressTranslation], moved piece by piece.
final class TranslatedBytes implements MemoryBytes {
    private final AddressTranslation translation;

    TranslatedBytes(AddressTranslation translation) {
        this.translation = translation;
    }

    @Override
    public long byteSize() {
        return Long.MAX_VALUE;
    }

    @Override
    public boolean contains(long address, long size) {
        if (!isAddressable(address, size)) {
            return false;
        }
        long done = 0;
        while (done < size) {
            var piece = translation.piece(address + done, size - done, Access.PROBE);
            if (piece == null) {
                return false;
            }
            done += piece.byteSize();
        }
        return true;
    }

    @Override
    public boolean isAddressable(long address, long size) {
        return address >= 0 && address <= Long.MAX_VALUE - size;
    }

    @Override
    public void read(long address, MemorySegment target, long targetOffset, long size) {
        long done = 0;
        while (done < size) {
            var piece = piece(address + done, size - done, Access.READ);
            MemorySegment.copy(piece, 0, target, targetOffset + done, piece.byteSize());
            done += piece.byteSize();
        }
    }

    @Override
    public void write(long address, MemorySegment source, long sourceOffset, long size) {
        long done = 0;
        while (done < size) {
            var piece = piece(address + done, size - done, Access.WRITE);
            MemorySegment.copy(source, sourceOffset + done, piece, 0, piece.byteSize());
            done += piece.byteSize();
        }
    }

    @Override
    public void zero(long address, long size) {
        long done = 0;
        while (done < size) {
            done += piece(address + done, size - done, Access.WRITE).fill((byte) 0).byteSize();
        }
    }

    @Override
    public MemorySegment chunkOrNull(long address, int wordBytes) {
        return piece(address, wordBytes, Access.READ);
    }

    @Override
    public MemorySegment chunk(long address, int wordBytes) {
        return piece(address, wordBytes, Access.WRITE);
    }

    @Override
    public long offsetInChunk(long address) {
        return 0;
    }

    private MemorySegment piece(long address, long byteSize, Access access) {
        var piece = translation.piece(address, byteSize, access);
        if (piece == null) {
            throw new InvalidValueException(
                    "address", Long.toHexString(address) + "h with " + byteSize + " bytes", "memory that is mapped");
        }
        return piece;
    }
}
