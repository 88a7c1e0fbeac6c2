package io.nvmelm.core.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.DeviceManifest;
import io.nvmelm.StreamFormatException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Manifests go from host to host without a stream of states, and those of a file are known before it is loaded.
class DeviceManifestsTest {
    private static final List<DeviceManifest> DEVICES = List.of(Samples.fullDevice(), Samples.kernelDevice());

    @Test
    void whatIsEncodedIsDecoded() {
        for (var settings : List.of(Samples.PLAIN, Samples.AUTHENTICATED)) {
            assertThat(DeviceManifests.decode(DeviceManifests.encode(DEVICES, settings), settings)).isEqualTo(DEVICES);
            assertThat(DeviceManifests.decode(DeviceManifests.encode(List.of(), settings), settings)).isEmpty();
        }
    }

    private static void assertRefused(byte[] bytes, StreamSettings settings, String reason) {
        assertThatThrownBy(() -> DeviceManifests.decode(bytes, settings))
                .isInstanceOf(StreamFormatException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void whatIsNoEncodingIsRefused() {
        byte[] bytes = DeviceManifests.encode(DEVICES, Samples.PLAIN);
        assertRefused(Arrays.copyOf(bytes, bytes.length + 3), Samples.PLAIN, "3 bytes follow the manifest");
        assertRefused(Arrays.copyOf(bytes, bytes.length - 1), Samples.PLAIN, "the stream ends inside it");
        assertRefused(bytes, Samples.AUTHENTICATED, "not authenticated");
        assertRefused(GoldenStream.ONE_DEVICE.read(), Samples.PLAIN, "of kind FILE, here it has to be MANIFEST");
        byte[] authentic = DeviceManifests.encode(DEVICES, Samples.AUTHENTICATED);
        assertRefused(authentic, Samples.PLAIN, "no key to verify it");
        authentic[authentic.length - 1] ^= 1;
        assertRefused(authentic, Samples.AUTHENTICATED, "HMAC is not that of the key");
    }

    @Test
    void theManifestOfAFileIsReadAndNoByteBehindIt() throws IOException {
        byte[] file = GoldenStream.AUTHENTICATED.read();
        var channel = Channels.newChannel(new ByteArrayInputStream(file));
        var manifest = StreamLoader.readManifest(channel, Samples.AUTHENTICATED);
        assertThat(manifest.devices()).containsExactly(Samples.kernelDevice().withSupplied(true));
        assertThat(manifest.chosenFormats()).hasSize(1);
        assertThat(manifest.writerName()).isEqualTo("nvme-lm");
        var rest = ByteBuffer.allocate(file.length);
        assertThat(channel.read(rest)).isEqualTo(file.length - RawStream.bounds(file, 32).get(1));
    }

    @Test
    void theManifestThatWasEncodedIsReadLikeThatOfAFile() {
        var channel = Channels.newChannel(new ByteArrayInputStream(DeviceManifests.encode(DEVICES, Samples.PLAIN)));
        assertThat(StreamLoader.readManifest(channel, Samples.PLAIN).devices()).isEqualTo(DEVICES);
        var direction =
                Channels.newChannel(new ByteArrayInputStream(GoldenStream.SOURCE_DIRECTION.read()));
        assertThatThrownBy(() -> StreamLoader.readManifest(direction, Samples.PLAIN))
                .isInstanceOf(StreamFormatException.class)
                .hasMessageContaining("SOURCE_TO_DESTINATION");
    }

    @Test
    void aManifestAloneIsNotLoaded() {
        var device = new ManifestDevice(Samples.kernelDevice());
        var channel = Channels.newChannel(new ByteArrayInputStream(
                DeviceManifests.encode(List.of(Samples.kernelDevice()), Samples.PLAIN)));
        assertThatThrownBy(() -> StreamLoader.load(List.of(device), channel, Samples.PLAIN))
                .isInstanceOf(StreamFormatException.class)
                .hasMessageContaining("kind MANIFEST");
        assertThat(device.log).isEmpty();
    }
}
