package io.nvmelm.transport.vfio.linux;

import io.nvmelm.FailureCategory;
import io.nvmelm.TransportException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/// Memory that was mapped by `mmap`: fresh and zeroed, or of a file. It stays at its address until [#close()], which takes it
/// away at once: whoever uses its segment later gets an `IllegalStateException` of the JDK and touches nothing.
///
/// Thread-safe: the segment lives in a shared arena of its own.
@SuppressWarnings("restricted") // memory that the kernel maps has a size only by what was asked for
public final class MappedMemory implements AutoCloseable {
    private static final VarHandle BYTE = ValueLayout.JAVA_BYTE.varHandle();
    private static final VarHandle SHORT = ValueLayout.JAVA_SHORT.varHandle();
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    /// Rounds of waiting for calls of other threads that use the memory while it is closed.
    private static final int CLOSE_ATTEMPTS = 1_000;
    private static final long CLOSE_PAUSE_NANOS = 1_000_000;

    private final LinuxHost host;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment segment;

    private MappedMemory(LinuxHost host, long address, long byteSize) {
        this.host = host;
        this.segment = MemorySegment.ofAddress(address).reinterpret(byteSize, arena, null);
    }

    /// Maps fresh zeroed memory of this process.
    ///
    /// @param host     host
    /// @param byteSize bytes, a multiple of the page size
    /// @return the memory
    /// @throws TransportException when there is none
    public static MappedMemory anonymous(LinuxHost host, long byteSize) {
        return map(host, byteSize, SystemCalls.MAP_ANONYMOUS | SystemCalls.MAP_POPULATE, -1, 0, "memory");
    }

    /// Maps a part of a file, shared.
    ///
    /// @param host         host
    /// @param byteSize     bytes, a multiple of the page size
    /// @param fd           file descriptor
    /// @param filePosition where in the file, a multiple of the page size
    /// @param what         what this is, for messages
    /// @return the memory
    /// @throws TransportException when the kernel refuses
    public static MappedMemory ofFile(LinuxHost host, long byteSize, int fd, long filePosition, String what) {
        return map(host, byteSize, SystemCalls.MAP_SHARED, fd, filePosition, what);
    }

    private static MappedMemory map(
            LinuxHost host, long byteSize, int flags, int fd, long filePosition, String what) {
        long address = host.calls().mmap(byteSize, SystemCalls.PROTECTION_READ_WRITE, flags, fd, filePosition);
        if (address < 0) {
            throw KernelError.of(
                    "mapping " + byteSize + " bytes of " + what, (int) -address,
                    "See the limits of the process with: ulimit -a");
        }
        return new MappedMemory(host, address, byteSize);
    }

    /// {@return the bytes} Valid until [#close()].
    public MemorySegment segment() {
        return segment;
    }

    /// {@return the address in this process}
    public long address() {
        return segment.address();
    }

    /// {@return the value of 8 bits, read once and not moved before or after other accesses}
    ///
    /// @param byteOffset any
    public byte read8(long byteOffset) {
        return (byte) BYTE.getVolatile(segment, byteOffset);
    }

    /// {@return the value of 16 bits, read once and not moved before or after other accesses}
    ///
    /// @param byteOffset multiple of 2
    public short read16(long byteOffset) {
        return (short) SHORT.getVolatile(segment, byteOffset);
    }

    /// {@return the value of 32 bits, read once and not moved before or after other accesses}
    ///
    /// @param byteOffset multiple of 4
    public int read32(long byteOffset) {
        return (int) INT.getVolatile(segment, byteOffset);
    }

    /// {@return the value of 64 bits, read once and not moved before or after other accesses}
    ///
    /// @param byteOffset multiple of 8
    public long read64(long byteOffset) {
        return (long) LONG.getVolatile(segment, byteOffset);
    }

    /// Writes 8 bits in one access, after everything that was written before.
    ///
    /// @param byteOffset any
    /// @param value      value
    public void write8(long byteOffset, byte value) {
        BYTE.setVolatile(segment, byteOffset, value);
    }

    /// Writes 16 bits in one access, after everything that was written before.
    ///
    /// @param byteOffset multiple of 2
    /// @param value      value
    public void write16(long byteOffset, short value) {
        SHORT.setVolatile(segment, byteOffset, value);
    }

    /// Writes 32 bits in one access, after everything that was written before.
    ///
    /// @param byteOffset multiple of 4
    /// @param value      value
    public void write32(long byteOffset, int value) {
        INT.setVolatile(segment, byteOffset, value);
    }

    /// Writes 64 bits in one access, after everything that was written before.
    ///
    /// @param byteOffset multiple of 8
    /// @param value      value
    public void write64(long byteOffset, long value) {
        LONG.setVolatile(segment, byteOffset, value);
    }

    /// Takes the memory away. Waits while a call of another thread still uses the segment. Idempotent.
    ///
    /// @throws TransportException when a call used the segment for a second; the memory is then still mapped, and closing
    ///                            may be tried again; or when the kernel refuses
    @Override
    public void close() {
        if (!segment.scope().isAlive()) {
            return;
        }
        for (int attempt = 0;; attempt++) {
            try {
                arena.close();
                break;
            } catch (IllegalStateException inUse) {
                if (!segment.scope().isAlive()) {
                    return;
                }
                if (attempt == CLOSE_ATTEMPTS) {
                    throw new TransportException(
                            FailureCategory.RETRY,
                            "memory of " + segment.byteSize() + " bytes is still used by a call of another thread",
                            "End the calls that read or write it, and close again",
                            0,
                            inUse);
                }
                host.clock().pause(CLOSE_PAUSE_NANOS);
            }
        }
        int result = host.calls().munmap(segment.address(), segment.byteSize());
        if (result < 0) {
            throw KernelError.of("unmapping " + segment.byteSize() + " bytes", -result,
                    "Check the kernel's log: dmesg");
        }
    }
}
