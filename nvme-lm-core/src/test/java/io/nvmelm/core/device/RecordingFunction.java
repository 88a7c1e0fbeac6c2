package io.nvmelm.core.device;

import io.nvmelm.ControlledFunction;
import io.nvmelm.core.controller.SampleState;
import io.nvmelm.core.controller.ScriptedTransport;
import java.util.ArrayList;
import java.util.List;

/// A function that remembers what was done to it and whose reset leaves the controller as after power on.
final class RecordingFunction implements ControlledFunction {
    final List<String> calls = new ArrayList<>();
    private final ScriptedTransport transport;
    boolean resetEndsSuspension = true;

    RecordingFunction(ScriptedTransport transport) {
        this.transport = transport;
    }

    @Override
    public void reset() {
        calls.add("reset");
        transport.state = SampleState.withQueuePairs(0);
        if (resetEndsSuspension) {
            transport.suspended = false;
        }
    }

    @Override
    public void blockAccess() {
        calls.add("block");
    }

    @Override
    public void restoreAccess() {
        calls.add("restore");
    }
}
