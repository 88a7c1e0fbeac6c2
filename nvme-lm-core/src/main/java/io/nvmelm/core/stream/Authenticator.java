package io.nvmelm.core.stream;

import io.nvmelm.InvalidValueException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;

/// HMAC-SHA256 (RFC 2104, FIPS 180-4) over the records of one direction of a stream.
///
/// The key of a direction is `HMAC(key, "nvme-lm stream 1" || kind || preambles)`: kind as 16 bits little endian; the preamble of a file,
/// or those of both directions of a migration, the source's first. So a record of one stream or direction is none of another.
final class Authenticator {
    static final int TAG_BYTES = 32;
    private static final String ALGORITHM = "HmacSHA256";
    private static final String LABEL = "nvme-lm stream 1";
    private static final int CHUNK_BYTES = 8192;

    private final Mac mac;
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private final byte[] tag = new byte[TAG_BYTES];
    private final byte[] expected = new byte[TAG_BYTES];

    private Authenticator(Mac mac) {
        this.mac = mac;
    }

    /// The authentication of one direction.
    ///
    /// @param key       key that both sides have
    /// @param kind      the direction
    /// @param preambles whole preambles as they were sent, the source's first
    static Authenticator of(SecretKey key, StreamKind kind, List<byte[]> preambles) {
        var mac = macOf(key);
        mac.update(LABEL.getBytes(StandardCharsets.US_ASCII));
        mac.update((byte) kind.number());
        mac.update((byte) 0);
        preambles.forEach(mac::update);
        return new Authenticator(macOf(new SecretKeySpec(mac.doFinal(), ALGORITHM)));
    }

    private static Mac macOf(SecretKey key) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac;
        } catch (NoSuchAlgorithmException e) {
            throw new LinkageError("every Java platform has " + ALGORITHM, e);
        } catch (InvalidKeyException e) {
            var refusal = new InvalidValueException("key", "one that " + ALGORITHM + " does not take", "a secret key");
            refusal.addSuppressed(e);
            throw refusal;
        }
    }

    /// Adds a part of a buffer to the present record; position and limit stay.
    void update(ByteBuffer bytes, int offset, int length) {
        int done = 0;
        while (done < length) {
            int count = Math.min(length - done, CHUNK_BYTES);
            bytes.get(offset + done, chunk, 0, count);
            mac.update(chunk, 0, count);
            done += count;
        }
    }

    /// Ends the record and puts its tag.
    void putTag(ByteBuffer bytes, int offset) {
        finish();
        bytes.put(offset, tag);
    }

    /// Ends the record and compares its tag, in a time that does not depend on where they differ.
    boolean isTag(ByteBuffer bytes, int offset) {
        finish();
        bytes.get(offset, expected);
        return MessageDigest.isEqual(tag, expected);
    }

    private void finish() {
        try {
            mac.doFinal(tag, 0);
        } catch (ShortBufferException e) {
            throw new AssertionError("a tag has " + TAG_BYTES + " bytes", e);
        }
    }
}
