package io.nvmelm.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.PeerException;
import io.nvmelm.nvme.StateFormat;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// The framing: exact bytes, and what is refused.
class FrameChannelTest {

    private static FrameChannel reading(byte[] bytes) {
        return new FrameChannel(
                Channels.newChannel(new ByteArrayInputStream(bytes)),
                Channels.newChannel(new ByteArrayOutputStream()));
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    @Test
    void thePreambleIsSixLettersAndAVersion() {
        var out = new ByteArrayOutputStream();
        var channel = new FrameChannel(
                Channels.newChannel(new ByteArrayInputStream(new byte[0])), Channels.newChannel(out));
        channel.sendPreamble();
        assertThat(out.toByteArray()).isEqualTo(bytes("4e 56 4d 45 4c 4d 00 00"));
        reading(out.toByteArray()).receivePreamble();
    }

    @Test
    void anotherMagicOrVersionIsRefusedWithItsPlace() {
        assertThatThrownBy(() -> reading(bytes("4e 56 4d 45 4c 4e 00 00")).receivePreamble())
                .isInstanceOfSatisfying(InvalidValueException.class, e -> {
                    assertThat(e.field()).isEqualTo("magic");
                    assertThat(e.byteOffset()).hasValue(5);
                });
        assertThatThrownBy(() -> reading(bytes("4e 56 4d 45 4c 4d 01 00")).receivePreamble())
                .isInstanceOfSatisfying(InvalidValueException.class, e -> assertThat(e.field())
                        .isEqualTo("framing version"));
    }

    @Test
    void anOfferHasExactlyTheseBytes() {
        var offer = new Offer(
                "ab",
                0x68,
                List.of(
                        StateFormat.of(0x0102, new UUID(0x0011223344556677L, 0x8899AABBCCDDEEFFL)),
                        StateFormat.ofVersion(0)));
        byte[] expected = bytes("68 00 00 00 00 00 00 00 02 00 02 00"
                + "03 00 02 01 00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff"
                + "01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 61 62");
        var encoded = offer.encode();
        byte[] actual = new byte[encoded.remaining()];
        encoded.get(actual);
        assertThat(actual).isEqualTo(expected);
        assertThat(Offer.decode(ByteBuffer.wrap(expected).order(ByteOrder.LITTLE_ENDIAN)))
                .isEqualTo(offer);
    }

    @Test
    void aLengthBeyondTheBoundIsRefusedBeforeAnythingIsRead() {
        assertThatThrownBy(() -> reading(bytes("04 00 00 00 01 00 00 01")).receive())
                .isInstanceOfSatisfying(InvalidValueException.class, e -> {
                    assertThat(e.value()).isEqualTo("16777217");
                    assertThat(e.byteOffset()).hasValue(4);
                });
        assertThatThrownBy(() -> reading(bytes("01 00 00 00 ff ff ff ff")).receive())
                .isInstanceOfSatisfying(InvalidValueException.class, e -> assertThat(e.value())
                        .isEqualTo("4294967295"));
    }

    @Test
    void anUnknownFrameIsRefused() {
        for (String hex : List.of("00 00 00 00", "0a 00 00 00", "ff ff ff ff")) {
            assertThatThrownBy(() -> reading(bytes(hex + "00 00 00 00")).receive())
                    .isInstanceOf(InvalidValueException.class);
        }
    }

    @Test
    void aConnectionThatEndsIsAPeerFailureWithTheNumberOfBytes() {
        assertThatThrownBy(() -> reading(bytes("04 00 00")).receive())
                .isInstanceOf(PeerException.class)
                .hasMessageContaining("after 3 bytes");
    }

    @Test
    void whatThePeerSaysOfItsFailureIsPassedOn() {
        byte[] text = "no room".getBytes(StandardCharsets.UTF_8);
        byte[] frame = ByteBuffer.allocate(8 + text.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(9)
                .putInt(text.length)
                .put(text)
                .array();
        assertThatThrownBy(() -> reading(frame).expect(FrameType.READY))
                .isInstanceOf(PeerException.class)
                .hasMessageContaining("no room");
    }

    @Test
    void randomBytesAreRefusedByTypedErrorsAlone() {
        for (long seed = 0; seed < 500; seed++) {
            var random = new Random(seed);
            byte[] garbage = new byte[random.nextInt(200)];
            random.nextBytes(garbage);
            if (garbage.length > 8 && random.nextBoolean()) {
                garbage[0] = 1;
                garbage[1] = garbage[2] = garbage[3] = garbage[5] = garbage[6] = garbage[7] = 0;
            }
            try {
                var channel = reading(garbage);
                channel.expect(FrameType.OFFER);
                Offer.decode(channel.payload());
            } catch (LiveMigrationException e) {
                assertThat(e.getMessage()).as("seed %d", seed).isNotBlank();
            }
        }
    }

    @Test
    void aNonBlockingChannelIsRefused() throws IOException {
        var pipe = Pipe.open();
        try (var source = pipe.source();
                var sink = pipe.sink()) {
            FrameChannel.requireBlocking("out", sink);
            source.configureBlocking(false);
            assertThatThrownBy(() -> FrameChannel.requireBlocking("in", source)).isInstanceOf(
                    InvalidValueException.class);
        }
    }

    @Test
    void noByteBehindAFrameIsTaken() throws IOException {
        var in = new ByteArrayInputStream(bytes("03 00 00 00 00 00 00 00 aa bb"));
        var channel = new FrameChannel(Channels.newChannel(in), Channels.newChannel(new ByteArrayOutputStream()));
        channel.expect(FrameType.READY);
        assertThat(in.readAllBytes()).containsExactly(0xAA, 0xBB);
    }

    @Test
    void framesThatHaveNoPayloadOrMustHaveOneAreHeldToIt() {
        for (String hex : List.of("03", "06", "07", "08")) {
            assertThatThrownBy(() -> reading(bytes(hex + "00 00 00 01 00 00 00")).receive())
                    .isInstanceOf(InvalidValueException.class);
        }
        for (String hex : List.of("02", "04", "05")) {
            assertThatThrownBy(() -> reading(bytes(hex + "00 00 00 00 00 00 00")).receive())
                    .isInstanceOf(InvalidValueException.class);
        }
    }

    @Test
    void anOfferOfANegativeSizeIsRefused() {
        assertThatThrownBy(() -> Offer.decode(ByteBuffer.wrap(bytes("00 00 00 00 00 00 00 80 00 00 00 00"))
                .order(ByteOrder.LITTLE_ENDIAN)))
                .isInstanceOfSatisfying(InvalidValueException.class, e -> assertThat(e.field())
                        .isEqualTo("expected bytes"));
    }

    @Test
    void aRefusedStateIsTakenOnlyUpToABound() {
        var frame = ByteBuffer.allocate(8 + 1000).order(ByteOrder.LITTLE_ENDIAN).putInt(4).putInt(1000).array();
        var channel = reading(frame);
        assertThat(channel.receive()).isEqualTo(FrameType.DATA);
        assertThatThrownBy(() -> channel.dropState(999)).isInstanceOf(InvalidValueException.class);
    }

    @Test
    void aChannelThatNeverHasAByteIsGivenUp() {
        var silent = new ReadableByteChannel() {
            @Override
            public int read(ByteBuffer destination) {
                return 0;
            }

            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public void close() {}
        };
        var channel = new FrameChannel(silent, Channels.newChannel(new ByteArrayOutputStream()));
        assertThatThrownBy(channel::receive).isInstanceOf(PeerException.class).hasMessageContaining("blocking mode");
    }
}
