package io.nvmelm.transport.vfio;

import io.nvmelm.InvalidValueException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The native memory that the kernel reads and writes for one session: a caller's direct buffer itself, whose view is
/// kept as long as the same buffer comes again, or for buffers on the heap a bounce piece of bounded size.
///
/// The bounce piece is made when it is needed first, and zeroed and freed by [#close()], since it held guest state. Not
/// thread-safe: the lock of the session guards it.
final class VfioMigrationDataMemory {
    private static final long ALIGNMENT = 4096;

    private final int bounceBytes;
    private @Nullable ByteBuffer viewed;
    private MemorySegment view = MemorySegment.NULL;
    private @Nullable Bounce bounce;

    private record Bounce(Arena arena, MemorySegment memory, ByteBuffer buffer) {}

    VfioMigrationDataMemory(int bounceBytes) {
        this.bounceBytes = bounceBytes;
    }

    /// {@return all of a direct buffer, from its byte 0 to its capacity}
    @SuppressWarnings("ReferenceEquality") // an equal buffer lies elsewhere
    MemorySegment of(ByteBuffer direct) {
        if (viewed != direct) {
            view = MemorySegment.ofBuffer(direct.duplicate().clear());
            viewed = direct;
        }
        return view;
    }

    /// {@return how much of so many bytes the bounce piece holds}
    int bounced(int byteCount) {
        return Math.min(byteCount, bounceBytes);
    }

    /// {@return the bounce piece}
    MemorySegment bounceMemory() {
        return bounce().memory;
    }

    /// Copies the first bytes of the bounce piece to a buffer with room for them.
    void copyOut(ByteBuffer destination, int byteCount) {
        destination.put(bounce().buffer.clear().limit(byteCount));
    }

    /// Copies bytes from a buffer's position to the bounce piece; the position stays.
    void copyIn(ByteBuffer source, int byteCount) {
        bounce().buffer.clear().put(0, source, source.position(), byteCount);
    }

    private Bounce bounce() {
        var piece = bounce;
        if (piece == null) {
            var arena = Arena.ofShared();
            var memory = arena.allocate(bounceBytes, ALIGNMENT);
            piece = new Bounce(arena, memory, memory.asByteBuffer());
            bounce = piece;
        }
        return piece;
    }

    /// {@return the refusal of a buffer whose memory is gone or belongs to another thread}
    static InvalidValueException unusable(RuntimeException cause) {
        return new InvalidValueException(
                "buffer",
                "memory that cannot be accessed (" + cause.getMessage() + ")",
                "memory that is alive and that this thread may access");
    }

    /// Zeroes and frees the bounce piece and forgets the caller's buffer. Idempotent; what is used later is made anew.
    void close() {
        viewed = null;
        view = MemorySegment.NULL;
        var piece = bounce;
        bounce = null;
        if (piece != null) {
            piece.memory.fill((byte) 0);
            piece.arena.close();
        }
    }
}
