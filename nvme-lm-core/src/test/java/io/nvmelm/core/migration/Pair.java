package io.nvmelm.core.migration;

import io.nvmelm.GuestControl;
import io.nvmelm.MigrationChannel;
import io.nvmelm.MigrationOptions;
import io.nvmelm.MigrationReport;
import io.nvmelm.MigrationRole;
import io.nvmelm.core.stream.DuplexStream;
import io.nvmelm.core.stream.StreamSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/// A source and a destination with a pipe each way, and a device each or several.
final class Pair implements AutoCloseable {
    final List<String> log = Collections.synchronizedList(new ArrayList<>());
    final ArrayDevice source;
    final ArrayDevice destination;
    final List<ArrayDevice> sources = new ArrayList<>();
    final List<ArrayDevice> destinations = new ArrayList<>();
    private final Pipe there;
    private final Pipe back;
    UnaryOperator<WritableByteChannel> sourceOut = channel -> channel;
    UnaryOperator<ReadableByteChannel> sourceIn = channel -> channel;

    Pair(byte[] content, byte[]... more) {
        source = new ArrayDevice("source", content, log);
        destination = new ArrayDevice("destination", new byte[0], log);
        sources.add(source);
        destinations.add(destination);
        for (var another : more) {
            sources.add(new ArrayDevice("source " + (sources.size() + 1), another, log));
            destinations.add(new ArrayDevice("destination " + (destinations.size() + 1), new byte[0], log));
        }
        try {
            there = Pipe.open();
            back = Pipe.open();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// What each side reported.
    record Reports(MigrationReport source, MigrationReport destination) {}

    GuestControl guest(String side) {
        return new GuestControl() {
            @Override
            public void pause() {
                log.add(side + " guest paused");
            }

            @Override
            public void resume() {
                log.add(side + " guest resumed");
            }
        };
    }

    Reports migrate() {
        return migrate(sender().guest(guest("source")), receiver().guest(guest("destination")));
    }

    Reports migrate(MigrationSender sender, MigrationReceiver receiver) {
        var received = CompletableFuture.supplyAsync(() -> {
            try {
                return receiver.run();
            } finally {
                close(back.sink());
            }
        });
        MigrationReport sent;
        try {
            sent = sender.run();
        } finally {
            close(there.sink());
        }
        return new Reports(sent, received.join());
    }

    MigrationSender sender() {
        return new MigrationSender(
                sources, MigrationChannels.blocking(sourceIn.apply(back.source()), sourceOut.apply(there.sink())));
    }

    MigrationReceiver receiver() {
        return new MigrationReceiver(destinations, destinationChannel());
    }

    MigrationChannel destinationChannel() {
        return MigrationChannels.blocking(there.source(), back.sink());
    }

    /// {@return a stream by hand in the place of a side}
    ///
    /// @param side whose
    DuplexStream byHand(MigrationRole side) {
        var in = side == MigrationRole.SOURCE ? back.source() : there.source();
        var out = side == MigrationRole.SOURCE ? there.sink() : back.sink();
        return new DuplexStream(
                side,
                target -> unchecked(() -> in.read(target)),
                bytes -> {
                    while (bytes.hasRemaining()) {
                        unchecked(() -> out.write(bytes));
                    }
                },
                new StreamSettings(MigrationOptions.MINIMUM_PIECE_BYTES, true, Optional.empty()));
    }

    /// Sends bytes to the destination that no writer of the library would.
    void sayByHand(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            unchecked(() -> there.sink().write(bytes));
        }
    }

    /// What a channel does.
    private interface Transfer {
        int bytes() throws IOException;
    }

    private static int unchecked(Transfer transfer) {
        try {
            return transfer.bytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void close(AutoCloseable channel) {
        try {
            channel.close();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        close(there.sink());
        close(there.source());
        close(back.sink());
        close(back.source());
    }
}
