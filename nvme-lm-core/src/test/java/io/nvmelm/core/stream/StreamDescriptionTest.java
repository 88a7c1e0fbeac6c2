package io.nvmelm.core.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.ControllerManifest;
import io.nvmelm.DeviceManifest;
import io.nvmelm.FeatureSetting;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.NamespaceManifest;
import io.nvmelm.StreamFormatException;
import io.nvmelm.core.preflight.ForeignText;
import io.nvmelm.nvme.OpaqueBytes;
import io.nvmelm.nvme.StateFormat;
import java.io.ByteArrayInputStream;
import java.nio.channels.Channels;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a stream is, in text.
class StreamDescriptionTest {
    private static String describe(byte[] bytes) {
        return StreamDescription.describe(Channels.newChannel(new ByteArrayInputStream(bytes)));
    }

    @ParameterizedTest
    @EnumSource
    void theFrontOfEveryStreamIsEnough(GoldenStream stream) {
        byte[] bytes = stream.read();
        int header = bytes[12] & 0xFF | (bytes[13] & 0xFF) << 8;
        assertThat(describe(Arrays.copyOf(bytes, header)))
                .contains("stream id: ")
                .contains("first record behind the manifest: at byte " + header)
                .contains("device 0: ");
        assertThatThrownBy(() -> describe(Arrays.copyOf(bytes, header - 40)))
                .isInstanceOf(StreamFormatException.class);
    }

    @Test
    void everythingAboutADeviceIsSaid() {
        assertThat(describe(GoldenStream.ONE_DEVICE.read()))
                .contains("written by: nvme-lm 0.1.0")
                .contains("authenticated: no, state with checksums: yes")
                .contains("capabilities: [STOP_COPY, P2P]")
                .contains("format of the state: NVMe Controller State version 0, vendor data " + Samples.VENDOR)
                .contains("not in the state: [ADMIN_QUEUES, INTERRUPTS], moved by the embedder")
                .contains("controller: 0012h of nqn.2014-08.org.example:a")
                .contains("NVMe version: 2.3.0")
                .contains("CAP: 002000280F0103FFh")
                .contains(
                        "namespace 4294967294: 1099511627776 blocks of 4096 bytes, 64 bytes of metadata behind the data,")
                .contains("feature 03h: 00000000h of namespace 1 and 64 bytes");
        assertThat(describe(GoldenStream.AUTHENTICATED.read())).contains("authenticated: yes, not verified here");
    }

    @Test
    void whatIsUnknownIsShown() {
        assertThat(describe(GoldenStream.LATER_VERSION.read()))
                .contains("stream version 2, readable from version 1 on")
                .contains("unknown in manifest: field 32767, 3 bytes")
                .contains("unknown in device 0: field 77, 4 bytes")
                .contains("unknown in controller: field 300, 8 bytes");
    }

    @Test
    void ofManyTheFirstAreShownAndTheRestIsCounted() {
        var namespaces = IntStream.rangeClosed(1, 33)
                .mapToObj(id -> new NamespaceManifest(
                        new NamespaceExtent(id, 1, 512), 0, false, 0, Optional.empty(), Optional.empty(),
                        Optional.empty()))
                .toList();
        var features = Collections.nCopies(60_000, new FeatureSetting(7, 0, 1, OpaqueBytes.EMPTY));
        var formats = IntStream.range(0, 40).mapToObj(StateFormat::ofVersion).toList();
        var bare = ControllerManifest.of(Samples.fullDevice().controller().orElseThrow().identity());
        var device = new DeviceManifest(
                "d", Set.of(), formats, 1, 1,
                Optional.of(new ControllerManifest(
                        bare.identity(), bare.pciVendorId(), bare.pciSubsystemVendorId(), bare.ieeeOui(),
                        bare.nvmeVersion(), bare.controllerCapabilities(), bare.maximumTransferBytes(),
                        bare.ioQueuePairs(), bare.interruptVectors(), bare.ioCommands(), namespaces, features)),
                Set.of(), false);
        var text = describe(DeviceManifests.encode(List.of(device), Samples.PLAIN));
        assertThat(text.lines())
                .hasSizeLessThan(120)
                .contains("    and 1 more namespaces", "  and 59968 more features", "  and 8 more formats")
                .anyMatch(line -> line.startsWith("    namespace 32:"))
                .noneMatch(line -> line.startsWith("    namespace 33:"));
        assertThat(describe(GoldenStream.ONE_DEVICE.read())).doesNotContain(" more ");
    }

    @Test
    void noCharacterCommandsATerminal() {
        assertThat(ForeignText.shown("a\u001B[2J\n\u202E")).isEqualTo("a\\u{1b}[2J\\u{a}\\u{202e}");
        assertThat(ForeignText.shown("a\u2028device 9: b\u2029 \u0085\u00DC"))
                .isEqualTo("a\\u{2028}device 9: b\\u{2029} \\u{85}\u00DC");
    }
}
