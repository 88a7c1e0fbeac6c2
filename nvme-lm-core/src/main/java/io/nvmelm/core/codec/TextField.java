package io.nvmelm.core.codec;

import static io.nvmelm.core.codec.IdentifyControllerOffsets.*;

import io.nvmelm.InvalidValueException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/// A text field of Identify Controller data.
///
/// Reading believes nothing: any byte gives some character. Writing keeps to what the standard allows (Base 2.3 clause
/// 1.4.2 for ASCII strings, clause 4.7 for qualified names).
enum TextField {
    /// Serial number.
    SN(SN_OFFSET, SN_BYTES, SN_BYTES, ' '),
    /// Model number.
    MN(MN_OFFSET, MN_BYTES, MN_BYTES, ' '),
    /// Firmware revision.
    FR(FR_OFFSET, FR_BYTES, FR_BYTES, ' '),
    /// NVM subsystem NVMe qualified name, a UTF-8 string with a terminating 0, of which 223 bytes may be used.
    SUBNQN(SUBNQN_OFFSET, SUBNQN_BYTES, 223, '\0');

    private final int offset;
    private final int byteSize;
    private final int usableBytes;
    private final char padding;

    TextField(int offset, int byteSize, int usableBytes, char padding) {
        this.offset = offset;
        this.byteSize = byteSize;
        this.usableBytes = usableBytes;
        this.padding = padding;
    }

    /// The text without its padding.
    String read(StructureView view) {
        int length = padding == 0 ? lengthToTerminator(view) : byteSize;
        while (length > 0 && isPadding(view.unsigned8(offset + length - 1))) {
            length--;
        }
        var charset = padding == 0 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
        return new String(view.bytes(offset, length), charset);
    }

    /// Writes a text and its padding.
    void write(StructureView view, String value) {
        var charset = padding == 0 ? StandardCharsets.UTF_8 : StandardCharsets.US_ASCII;
        byte[] encoded = encode(value, charset);
        view.fill(offset, byteSize, (byte) padding);
        view.bytes(offset, encoded);
    }

    private byte[] encode(String value, Charset charset) {
        boolean allowed = padding == 0
                ? value.indexOf('\0') < 0
                : value.chars().allMatch(character -> character >= ' ' && character <= '~');
        byte[] encoded = value.getBytes(charset);
        if (!allowed || encoded.length > usableBytes) {
            var bound = padding == 0 ? " bytes of UTF-8 without a 0" : " printable ASCII characters";
            throw new InvalidValueException(
                    name(), "a text of " + encoded.length + " bytes", "at most " + usableBytes + bound, offset);
        }
        return encoded;
    }

    private int lengthToTerminator(StructureView view) {
        int length = 0;
        while (length < byteSize && view.unsigned8(offset + length) != 0) {
            length++;
        }
        return length;
    }

    private static boolean isPadding(int character) {
        return character == ' ' || character == 0;
    }
}
