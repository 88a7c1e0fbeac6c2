package io.nvmelm.faults;

import io.nvmelm.MigrationChannel;
import io.nvmelm.MigrationRole;
import java.io.IOException;
import java.nio.ByteBuffer;

/// A channel each of whose calls is a step.
final class FaultyChannel implements MigrationChannel {
    private final MigrationChannel channel;
    private final MigrationRole side;
    private final Steps steps;

    FaultyChannel(MigrationChannel channel, MigrationRole side, Steps steps) {
        this.channel = channel;
        this.side = side;
        this.steps = steps;
    }

    @Override
    public int read(ByteBuffer target, long nanos) throws IOException {
        step("read");
        return channel.read(target, nanos);
    }

    @Override
    public int write(ByteBuffer source, long nanos) throws IOException {
        step("write");
        return channel.write(source, nanos);
    }

    private void step(String what) throws IOException {
        if (steps.at(side, Step.Kind.CHANNEL, what) != null) {
            throw new IOException("The fault of the test");
        }
    }

    @Override
    public void wakeUp() {
        channel.wakeUp();
    }

    @Override
    public void close() {
        steps.requireAlive(side);
        channel.close();
    }
}
