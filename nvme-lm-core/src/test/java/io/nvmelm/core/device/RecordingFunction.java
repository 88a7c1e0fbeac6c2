package io.nvmelm.core.device;

import io.nvmelm.ControlledFunction;
import io.nvmelm.ControllerRegisters;
import io.nvmelm.core.controller.SampleState;
import io.nvmelm.core.controller.ScriptedTransport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A function that remembers what was done to it and whose reset leaves the controller as after power on.
final class RecordingFunction implements ControlledFunction {
    private static final int VERSION = 0x20300;
    static final ControllerRegisters DISABLED = new ControllerRegisters(0, VERSION, 0, 0);
    static final ControllerRegisters ENABLED = new ControllerRegisters(0, VERSION, 1, 1);
    static final ControllerRegisters FATAL = new ControllerRegisters(0, VERSION, 1, 3);
    static final ControllerRegisters GONE = new ControllerRegisters(-1, -1, -1, -1);

    final List<String> calls = new ArrayList<>();
    private final ScriptedTransport transport;
    boolean resetEndsSuspension = true;
    /// What the function shows of CC and CSTS; empty where nobody can read it.
    Optional<ControllerRegisters> registers = Optional.empty();
    /// Which call throws.
    String failing = "";

    RecordingFunction(ScriptedTransport transport) {
        this.transport = transport;
    }

    @Override
    public void reset() {
        call("reset");
        transport.state = SampleState.withQueuePairs(0);
        registers = registers.map(before -> DISABLED);
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

    @Override
    public Optional<ControllerRegisters> registers() {
        return registers;
    }

    private void call(String name) {
        if (name.equals(failing)) {
            throw new IllegalStateException(name + " failed");
        }
        calls.add(name);
    }
}
