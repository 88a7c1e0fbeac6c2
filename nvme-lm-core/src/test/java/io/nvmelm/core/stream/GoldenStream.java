package io.nvmelm.core.stream;

import static io.nvmelm.core.stream.RawStream.concat;
import static io.nvmelm.core.stream.RawStream.field;
import static io.nvmelm.core.stream.RawStream.number;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.nvmelm.ControllerIdentity;
import io.nvmelm.ControllerManifest;
import io.nvmelm.ControllerProperties;
import io.nvmelm.DeviceManifest;
import io.nvmelm.FailureCategory;
import io.nvmelm.MigrationCapability;
import io.nvmelm.MigrationRole;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.NamespaceManifest;
import io.nvmelm.PreflightFinding;
import io.nvmelm.PreflightReason;
import io.nvmelm.nvme.OpaqueBytes;
import io.nvmelm.nvme.StateFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/// The streams below `golden`, which every version reads and writes to the byte: how each was written, and what it says.
enum GoldenStream {
    /// One NVMe controller with a value in every field.
    ONE_DEVICE(Samples.PLAIN, List.of(new Saved(Samples.fullDevice(), 300, Optional.of(Samples.properties())))),
    /// Several devices, a state of two pieces and an empty one.
    SEVERAL_DEVICES(
            Samples.PLAIN,
            List.of(
                    new Saved(Samples.fullDevice(), 4100, Optional.empty()),
                    new Saved(Samples.kernelDevice(), 0, Optional.empty()),
                    new Saved(Samples.kernelDevice(), 7, Optional.of(Samples.properties())))),
    /// An HMAC behind every record.
    AUTHENTICATED(
            Samples.AUTHENTICATED,
            List.of(new Saved(Samples.kernelDevice(), 50, Optional.of(Samples.properties())))),
    /// State that nothing protects.
    STATE_WITHOUT_CHECKSUM(
            Samples.UNCHECKED,
            List.of(new Saved(Samples.kernelDevice(), 60, Optional.empty()))),
    /// A device of which nothing is known: the smallest stream, and the example of the page.
    KERNEL_DEVICE(Samples.PLAIN, List.of(new Saved(Samples.kernelDevice(), 8, Optional.empty()))),
    /// What the source of a migration sent.
    SOURCE_DIRECTION {
        @Override
        byte[] write() {
            var sent = new ByteArrayOutputStream();
            var duplex = open(MigrationRole.SOURCE, sent);
            var writer = duplex.writer();
            writer.write(RecordType.ALIVE, RecordType.WHOLE_STREAM, Records.alive(Duration.ofSeconds(10)));
            writer.write(RecordType.SUSPENDING, RecordType.WHOLE_STREAM, Records.alive(Duration.ofMillis(500)));
            writer.write(RecordType.PROPERTIES, 0, Records.properties(Samples.properties()));
            writer.writeState(0, ArrayState.of(Samples.bytes(10, 40)), StateProgress.SILENT);
            writer.writeEnd();
            writer.write(RecordType.COMMIT, RecordType.WHOLE_STREAM, Records.empty());
            return sent.toByteArray();
        }

        @Override
        List<Object> content() {
            return said(
                    StreamKind.SOURCE_TO_DESTINATION,
                    Samples.STREAM_ID,
                    RecordType.ALIVE, RecordType.WHOLE_STREAM, Duration.ofSeconds(10),
                    RecordType.SUSPENDING, RecordType.WHOLE_STREAM, Duration.ofMillis(500),
                    RecordType.PROPERTIES, 0, Samples.properties(),
                    RecordType.STATE, 0, OpaqueBytes.copyOf(Samples.bytes(10, 40)),
                    RecordType.STATE_END, 0, 40L,
                    RecordType.END, RecordType.WHOLE_STREAM, new StreamTotals(6, 40, 1),
                    RecordType.COMMIT, RecordType.WHOLE_STREAM, 0);
        }
    },
    /// What its destination sent.
    DESTINATION_DIRECTION {
        @Override
        byte[] write() {
            var sent = new ByteArrayOutputStream();
            var writer = open(MigrationRole.DESTINATION, sent).writer();
            writer.write(RecordType.ACCEPT, RecordType.WHOLE_STREAM, Records.accept(List.of(OptionalInt.of(2))));
            writer.write(RecordType.READY, RecordType.WHOLE_STREAM, Records.ready(Duration.ofNanos(1_234_567)));
            writer.write(RecordType.LOADED, RecordType.WHOLE_STREAM, Records.empty());
            writer.write(RecordType.RUNNING, RecordType.WHOLE_STREAM, Records.empty());
            return sent.toByteArray();
        }

        @Override
        List<Object> content() {
            return said(
                    StreamKind.DESTINATION_TO_SOURCE,
                    Samples.OTHER_ID,
                    RecordType.ACCEPT, RecordType.WHOLE_STREAM, List.of(OptionalInt.of(2)),
                    RecordType.READY, RecordType.WHOLE_STREAM, Duration.ofNanos(1_234_567),
                    RecordType.LOADED, RecordType.WHOLE_STREAM, 0,
                    RecordType.RUNNING, RecordType.WHOLE_STREAM, 0);
        }
    },
    /// What a destination sent that refused and failed.
    REFUSING_DESTINATION {
        @Override
        byte[] write() {
            var sent = new ByteArrayOutputStream();
            var writer = open(MigrationRole.DESTINATION, sent).writer();
            writer.write(RecordType.REFUSE, RecordType.WHOLE_STREAM, Records.refuse(FINDINGS));
            writer.write(
                    RecordType.FAILED,
                    RecordType.WHOLE_STREAM,
                    Records.failed(FailureCategory.FATAL, "Gerät weg"));
            return sent.toByteArray();
        }

        @Override
        List<Object> content() {
            return said(
                    StreamKind.DESTINATION_TO_SOURCE,
                    Samples.OTHER_ID,
                    RecordType.REFUSE, RecordType.WHOLE_STREAM, FINDINGS,
                    RecordType.FAILED, RecordType.WHOLE_STREAM, new PeerFailure(FailureCategory.FATAL, "Gerät weg"));
        }
    },
    /// What a device says, by itself.
    MANIFEST_ALONE {
        @Override
        byte[] write() {
            return DeviceManifests.encode(
                    List.of(Samples.fullDevice(), Samples.kernelDevice()), Samples.PLAIN, Samples.ORIGIN);
        }

        @Override
        List<Object> content() {
            return List.of(
                    StreamKind.MANIFEST,
                    new StreamManifest(
                            Samples.STREAM_ID,
                            "nvme-lm",
                            "0.1.0",
                            List.of(Samples.fullDevice(), Samples.kernelDevice()),
                            List.of()));
        }
    },
    /// What a later version might write: a longer preamble, fields, elements and a record that version 1 does not know.
    LATER_VERSION {
        @Override
        byte[] write() {
            return laterVersion();
        }

        @Override
        List<Object> content() {
            var device = new DeviceManifest(
                    "d",
                    Set.of(MigrationCapability.STOP_COPY),
                    List.of(StateFormat.ofVersion(0)),
                    9,
                    10,
                    Optional.of(new ControllerManifest(
                            new ControllerIdentity("q", "s", "m", "f", 1, OptionalInt.empty()),
                            OptionalInt.empty(),
                            OptionalInt.empty(),
                            OptionalInt.empty(),
                            OptionalInt.empty(),
                            OptionalLong.empty(),
                            OptionalLong.empty(),
                            OptionalInt.empty(),
                            OptionalInt.empty(),
                            Optional.empty(),
                            List.of(new NamespaceManifest(
                                    new NamespaceExtent(5, 6, 512),
                                    7,
                                    true,
                                    3,
                                    Optional.empty(),
                                    Optional.empty(),
                                    Optional.empty())),
                            List.of())),
                    Set.of(),
                    false);
            return List.of(
                    StreamKind.FILE,
                    new StreamManifest(
                            Samples.STREAM_ID,
                            "later",
                            "9",
                            List.of(device),
                            List.of(Optional.of(StateFormat.ofVersion(0)))),
                    RecordType.STATE, 0, OpaqueBytes.copyOf(new byte[] {1, 2, 3}),
                    RecordType.STATE_END, 0, 3L,
                    RecordType.END, RecordType.WHOLE_STREAM, new StreamTotals(4, 3, 1));
        }
    };

    private static final List<PreflightFinding> FINDINGS = List.of(
            new PreflightFinding(
                    PreflightFinding.Severity.BLOCKER,
                    PreflightReason.NO_COMMON_FORMAT,
                    MigrationRole.DESTINATION,
                    "0000:3b:00.1",
                    "CSVI",
                    "none",
                    "version 0",
                    "Update the firmware"),
            new PreflightFinding(
                    PreflightFinding.Severity.NOTE,
                    PreflightReason.STREAM_VERSION,
                    MigrationRole.SOURCE,
                    "",
                    "ä",
                    "1",
                    "2",
                    "Nothing"));

    final StreamSettings settings;
    private final List<Saved> saved;

    GoldenStream(StreamSettings settings, List<Saved> saved) {
        this.settings = settings;
        this.saved = saved;
    }

    GoldenStream() {
        this(Samples.PLAIN, List.of());
    }

    /// A device of a file.
    private record Saved(DeviceManifest device, int stateBytes, Optional<ControllerProperties> properties) {
        Saved {
            device = device.withSupplied(properties.isPresent());
        }

        byte[] state(int place) {
            return Samples.bytes(100 + place, stateBytes);
        }

        Optional<StateFormat> format() {
            return device.formats().stream().findFirst();
        }
    }

    String fileName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-') + ".bin";
    }

    /// The file.
    byte[] read() {
        try (var in = GoldenStream.class.getResourceAsStream("golden/" + fileName())) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What the present version writes.
    byte[] write() {
        var sessions = new ArrayList<SavingSession>();
        for (int i = 0; i < saved.size(); i++) {
            var one = saved.get(i);
            sessions.add(new SavingSession(
                    one.device(), one.format(), ArrayState.of(one.state(i)), one.properties()));
        }
        var sent = new ByteArrayOutputStream();
        StreamSaver.saveSessions(sessions, sink(sent), settings, Samples.ORIGIN);
        return sent.toByteArray();
    }

    /// What the stream says, as [Transcript] reads it.
    List<Object> content() {
        var said = new ArrayList<Object>();
        said.add(StreamKind.FILE);
        said.add(new StreamManifest(
                Samples.STREAM_ID,
                "nvme-lm",
                "0.1.0",
                saved.stream().map(Saved::device).toList(),
                saved.stream().map(Saved::format).toList()));
        long total = 0;
        for (int i = 0; i < saved.size(); i++) {
            var one = saved.get(i);
            one.properties().ifPresent(properties -> said.addAll(List.of(RecordType.PROPERTIES, 0, properties)));
            if (one.properties().isPresent()) {
                said.set(said.size() - 2, i);
            }
            for (int at = 0; at < one.stateBytes(); at += 4096) {
                byte[] piece = Arrays.copyOfRange(one.state(i), at, Math.min(one.stateBytes(), at + 4096));
                said.addAll(List.of(RecordType.STATE, i, OpaqueBytes.copyOf(piece)));
            }
            said.addAll(List.of(RecordType.STATE_END, i, (long) one.stateBytes()));
            total += one.stateBytes();
        }
        long records = (said.size() - 2) / 3 + 1;
        said.addAll(List.of(
                RecordType.END, RecordType.WHOLE_STREAM, new StreamTotals(records, total, saved.size())));
        return said;
    }

    /// Records behind the manifest of types that version 1 knows.
    int records() {
        return (content().size() - 2) / 3;
    }

    private static ByteSink sink(ByteArrayOutputStream out) {
        return bytes -> {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            out.writeBytes(copy);
        };
    }

    /// A direction of a migration of one device, whose other side is a recording of an opening.
    private static DuplexStream open(MigrationRole role, ByteArrayOutputStream sent) {
        boolean isSource = role == MigrationRole.SOURCE;
        var manifest = ManifestCodec.encode(new StreamManifest(
                Samples.STREAM_ID, "nvme-lm", "0.1.0", List.of(Samples.fullDevice()), List.of()));
        byte[] payload = new byte[manifest.remaining()];
        manifest.get(payload);
        byte[] peer = new RawStream()
                .preamble(1, 1, isSource ? 2 : 1, 2, 4 << 20, Samples.OTHER_ID, payload.length, new byte[0])
                .record(1, 3, 0xFFFF, payload)
                .toBytes();
        var duplex = new DuplexStream(
                role,
                Transcript.source(peer),
                sink(sent),
                Samples.PLAIN,
                isSource ? Samples.ORIGIN : Samples.OTHER_ORIGIN);
        duplex.open(List.of(Samples.fullDevice()));
        return duplex;
    }

    private static List<Object> said(StreamKind kind, UUID id, Object... records) {
        var said = new ArrayList<Object>();
        said.add(kind);
        said.add(new StreamManifest(id, "nvme-lm", "0.1.0", List.of(Samples.fullDevice()), List.of()));
        said.addAll(List.of(records));
        return said;
    }

    private static byte[] laterVersion() {
        byte[] format = number(20, 1);
        byte[] namespace = concat(
                number(4, 5), number(1, 9), number(1, 0x80), number(2, 7), number(8, 6), new byte[40], number(1, 0x81),
                number(1, 3),
                number(2, -1), number(4, -1));
        byte[] controller = concat(
                field(1, "q".getBytes(US_ASCII)),
                field(2, "s".getBytes(US_ASCII)),
                field(3, "m".getBytes(US_ASCII)),
                field(4, "f".getBytes(US_ASCII)),
                field(5, number(2, 1)),
                field(300, number(8, 1)),
                field(15, number(2, 64), number(2, 0), number(4, 1), namespace));
        byte[] device = concat(
                field(1, "d".getBytes(US_ASCII)),
                field(2, number(4, 0x101)),
                field(3, format),
                field(4, number(8, 9)),
                field(5, number(8, 10)),
                field(77, "news".getBytes(US_ASCII)),
                field(6, controller),
                field(7, number(4, 0)),
                field(8, number(1, 0)),
                field(9, format));
        byte[] manifest = concat(
                field(0x7FFF, new byte[3]),
                field(1, "later".getBytes(US_ASCII)),
                field(2, "9".getBytes(US_ASCII)),
                field(3, device));
        return new RawStream()
                .preamble(2, 1, 0, 0x8000_0002, 8 << 20, Samples.STREAM_ID, manifest.length, Samples.bytes(9, 16))
                .record(1, 3, 0xFFFF, manifest)
                .record(900, 2, 0xFFFF, Samples.bytes(11, 100))
                .record(2, 0x8003, 0, new byte[] {1, 2, 3})
                .record(3, 3, 0, number(8, 3))
                .record(5, 3, 0xFFFF, concat(number(8, 4), number(8, 3), number(4, 1)))
                .toBytes();
    }

    /// Writes the files anew: for a new one, never for one that was released.
    ///
    /// @param arguments the folder
    public static void main(String[] arguments) throws IOException {
        for (var stream : values()) {
            Files.write(Path.of(arguments[0], stream.fileName()), stream.write());
        }
    }
}
