package io.nvmelm.core.stream;

import io.nvmelm.MigrationRole;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

/// Both directions of one authenticated migration, whose keys are made of the two preambles: files below `golden`, as of [GoldenStream].
final class GoldenPair {
    private GoldenPair() {}

    private static String fileName(MigrationRole sender) {
        return sender == MigrationRole.SOURCE
                ? "authenticated-source-direction.bin"
                : "authenticated-destination-direction.bin";
    }

    /// The file of what one side sent.
    static byte[] read(MigrationRole sender) {
        try (var in = GoldenPair.class.getResourceAsStream("golden/" + fileName(sender))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What both sides of the present version send.
    static Map<MigrationRole, byte[]> write() {
        var toDestination = new Conduit();
        var toSource = new Conduit();
        var ofSource = new ByteArrayOutputStream();
        var ofDestination = new ByteArrayOutputStream();
        var source = side(MigrationRole.SOURCE, toSource, recorded(ofSource, toDestination));
        var destination = side(MigrationRole.DESTINATION, toDestination, recorded(ofDestination, toSource));
        var opening = CompletableFuture.runAsync(() -> destination.open(List.of(Samples.kernelDevice())));
        source.open(List.of(Samples.fullDevice()));
        opening.join();
        speak(destination.writer());
        var writer = source.writer();
        writer.write(RecordType.PROPERTIES, 0, Records.properties(Samples.properties()));
        writer.writeState(0, ArrayState.of(Samples.bytes(20, 5000)), StateProgress.SILENT);
        writer.writeEnd();
        writer.write(RecordType.COMMIT, RecordType.WHOLE_STREAM, Records.empty());
        var sent = new EnumMap<MigrationRole, byte[]>(MigrationRole.class);
        sent.put(MigrationRole.SOURCE, ofSource.toByteArray());
        sent.put(MigrationRole.DESTINATION, ofDestination.toByteArray());
        return sent;
    }

    private static void speak(RecordWriter destination) {
        destination.write(RecordType.ACCEPT, RecordType.WHOLE_STREAM, Records.accept(List.of(OptionalInt.of(2))));
        destination.write(RecordType.READY, RecordType.WHOLE_STREAM, Records.ready(Duration.ofMillis(3)));
        destination.write(RecordType.LOADED, RecordType.WHOLE_STREAM, Records.empty());
        destination.write(RecordType.RUNNING, RecordType.WHOLE_STREAM, Records.empty());
    }

    /// A side with the identifier and the key of the files.
    static DuplexStream side(MigrationRole role, ByteSource in, ByteSink out) {
        return new DuplexStream(role, in, out, Samples.AUTHENTICATED, origin(role));
    }

    static Origin origin(MigrationRole role) {
        return role == MigrationRole.SOURCE ? Samples.ORIGIN : Samples.OTHER_ORIGIN;
    }

    private static ByteSink recorded(ByteArrayOutputStream record, ByteSink to) {
        return bytes -> {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(bytes.position(), copy);
            record.writeBytes(copy);
            to.write(bytes);
        };
    }

    /// Writes the files anew: never after they were released.
    ///
    /// @param arguments the folder
    public static void main(String[] arguments) throws IOException {
        for (var sent : write().entrySet()) {
            Files.write(Path.of(arguments[0], fileName(sent.getKey())), sent.getValue());
        }
    }
}
