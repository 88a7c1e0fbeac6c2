package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.SupportedStateFormats;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.UUID;

/// Supported Controller State Formats (CNS 20h, Base 2.3 fig. 345) to and from records.
public final class SupportedStateFormatsCodec {
    private SupportedStateFormatsCodec() {}

    /// {@return the formats of the data}
    ///
    /// @param data at least 4096 bytes that start with the data
    /// @throws InvalidValueException when there are fewer, or NUUID counts entries outside them
    public static SupportedStateFormats decode(MemorySegment data) {
        var view = new SupportedStateFormatsView().wrap(data, 0).validate();
        var versions = new ArrayList<Integer>(view.versionCount());
        for (int i = 1; i <= view.versionCount(); i++) {
            versions.add(view.version(i));
        }
        var uuids = new ArrayList<UUID>(view.uuidCount());
        for (int i = 1; i <= view.uuidCount(); i++) {
            uuids.add(view.uuid(i));
        }
        return new SupportedStateFormats(versions, uuids);
    }

    /// Writes the data; bytes behind the last entry become 0.
    ///
    /// @param formats the formats
    /// @param data    at least 4096 bytes, of which the first 4096 are written
    /// @throws InvalidValueException when there are fewer, or the formats do not fit into 4096 bytes
    public static void encode(SupportedStateFormats formats, MemorySegment data) {
        SupportedStateFormatsView.requireFit(formats.versions().size(), formats.uuids().size());
        var view = new SupportedStateFormatsView().wrap(data, 0);
        view.fill(0, SupportedStateFormatsView.BYTES, (byte) 0);
        view.versionCount(formats.versions().size()).uuidCount(formats.uuids().size());
        for (int i = 1; i <= view.versionCount(); i++) {
            view.version(i, formats.versions().get(i - 1));
        }
        for (int i = 1; i <= view.uuidCount(); i++) {
            view.uuid(i, formats.uuids().get(i - 1));
        }
    }
}
