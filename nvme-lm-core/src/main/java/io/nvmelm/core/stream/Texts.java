package io.nvmelm.core.stream;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// Texts for people, which are cut or mended rather than refused.
final class Texts {
    private Texts() {}

    /// The beginning of a text in UTF-8: as many whole characters as fit. Half a character becomes a question mark.
    static byte[] cut(String text, int mostBytes) {
        var encoded = ByteBuffer.allocate((int) Math.min(mostBytes, 3L * text.length()));
        StandardCharsets.UTF_8
                .newEncoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE)
                .encode(CharBuffer.wrap(text), encoded, true);
        byte[] bytes = new byte[encoded.position()];
        encoded.get(0, bytes);
        return bytes;
    }
}
