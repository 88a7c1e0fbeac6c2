package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import java.lang.foreign.MemorySegment;
import java.util.function.IntSupplier;

/// What a validator says about a state: the message of its refusal, or an empty text.
///
/// @param message the message
record StateVerdict(String message) {

    /// Feeds a state in pieces of the sizes that are supplied.
    static StateVerdict of(ControllerStateValidator validator, byte[] bytes, IntSupplier pieceBytes) {
        validator.reset();
        try {
            for (int at = 0; at < bytes.length;) {
                int size = Math.min(pieceBytes.getAsInt(), bytes.length - at);
                byte[] piece = new byte[size + 2];
                System.arraycopy(bytes, at, piece, 1, size);
                validator.accept(MemorySegment.ofArray(piece), 1, size);
                at += size;
            }
            validator.finish();
            return new StateVerdict("");
        } catch (InvalidValueException e) {
            return new StateVerdict(e.getMessage());
        }
    }

    boolean accepted() {
        return message.isEmpty();
    }
}
