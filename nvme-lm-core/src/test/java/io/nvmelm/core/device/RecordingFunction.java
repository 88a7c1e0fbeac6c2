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
    /// Which call throws.
    String failing = "";

    RecordingFunction(ScriptedTransport transport) {
        this.transport = transport;
    }

    @Override
    public void reset() {
        call("reset");
        transport.state = SampleState.withQueuePairs(0);
        if (resetEndsSuspension) {
            transport.suspended = false;
        }
    }

    @Override
    public void blockAccess() {
        call("block");
    }

    @Override
    public void restoreAccess() {
        call("restore");
    }

    private void call(String name) {
        if (name.equals(failing)) {
            throw new IllegalStateException(name + " failed");
        }
        calls.add(name);
    }
}
