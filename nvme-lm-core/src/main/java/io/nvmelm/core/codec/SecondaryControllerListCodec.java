package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.SecondaryController;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Secondary Controller Lists (CNS 15h, Base 2.3 fig. 341 and 342) to and from records.
public final class SecondaryControllerListCodec {
    private SecondaryControllerListCodec() {}

    /// {@return the entries of a list, in its order; unmodifiable} A list of 127 entries may go on behind the last one.
    ///
    /// @param data at least 4096 bytes that start with the list
    /// @throws InvalidValueException when there are fewer, or NUMID counts more than 127 entries
    public static List<SecondaryController> decode(MemorySegment data) {
        var view = new SecondaryControllerListView().wrap(data, 0).validate();
        var entries = new ArrayList<SecondaryController>(view.entryCount());
        for (int i = 0; i < view.entryCount(); i++) {
            entries.add(new SecondaryController(
                    view.controllerId(i),
                    view.primaryControllerId(i),
                    view.online(i),
                    view.vfNumber(i),
                    view.queueResources(i),
                    view.interruptResources(i)));
        }
        return List.copyOf(entries);
    }

    /// Writes a list; everything that is no field of an entry becomes 0.
    ///
    /// @param entries at most 127 entries
    /// @param data    at least 4096 bytes, of which the first 4096 are written
    /// @throws InvalidValueException when there are fewer bytes or more entries
    public static void encode(List<SecondaryController> entries, MemorySegment data) {
        if (entries.size() > SecondaryControllerListView.MAXIMUM_ENTRIES) {
            throw new InvalidValueException(
                    "NUMID", Integer.toString(entries.size()), "0 to " + SecondaryControllerListView.MAXIMUM_ENTRIES);
        }
        var view = new SecondaryControllerListView().wrap(data, 0);
        view.fill(0, SecondaryControllerListView.BYTES, (byte) 0);
        view.entryCount(entries.size());
        for (int i = 0; i < entries.size(); i++) {
            var entry = entries.get(i);
            view.controllerId(i, entry.controllerId())
                    .primaryControllerId(i, entry.primaryControllerId())
                    .online(i, entry.online())
                    .vfNumber(i, entry.vfNumber())
                    .queueResources(i, entry.queueResources())
                    .interruptResources(i, entry.interruptResources());
        }
    }
}
