package org.example;

import io.nvmelm.nvme.GetControllerStateCommand;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Forgets a field of the command. No service: it is found by the name of its class.
public class WrongCodec extends OwnCodec {

    @Override
    public String name() {
        return "wrong";
    }

    @Override
    public void encode(GetControllerStateCommand command, MemorySegment entry) {
        super.encode(command, entry);
        entry.set(ValueLayout.JAVA_BYTE, 56, (byte) 0);
    }
}
