package io.nvmelm.transport.vfio;

import io.nvmelm.transport.vfio.linux.ClosingSteps;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.linux.MappedMemory;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The parts of a region that are mapped. Accesses and closing are kept apart by the gate of the device.
final class RegionMapping {

    /// A mapped part.
    ///
    /// @param byteOffset offset in the region
    /// @param memory     the mapping
    record Mapped(long byteOffset, MappedMemory memory) {}

    private final List<Mapped> parts;

    private RegionMapping(List<Mapped> parts) {
        this.parts = parts;
    }

    /// Maps every part that can be. On failure nothing is left mapped.
    static RegionMapping map(LinuxHost host, int fd, RegionLayout layout) {
        try (var resources = new OpenResources()) {
            var mapped = new ArrayList<Mapped>();
            for (var part : layout.mappable()) {
                var memory = MappedMemory.ofFile(
                        host,
                        part.byteSize(),
                        fd,
                        layout.filePosition() + part.byteOffset(),
                        "region " + layout.index());
                resources.onFailure(memory::close);
                mapped.add(new Mapped(part.byteOffset(), memory));
            }
            resources.keep();
            return new RegionMapping(List.copyOf(mapped));
        }
    }

    /// {@return the part that holds all bytes of an access; null when there is none}
    @Nullable
    Mapped at(long byteOffset, int width) {
        for (int i = 0; i < parts.size(); i++) {
            var part = parts.get(i);
            long at = byteOffset - part.byteOffset();
            if (at >= 0 && at <= part.memory().segment().byteSize() - width) {
                return part;
            }
        }
        return null;
    }

    boolean coversAll(long byteSize) {
        return parts.size() == 1 && parts.get(0).memory().segment().byteSize() == byteSize;
    }

    void close(ClosingSteps steps) {
        parts.forEach(part -> steps.run(part.memory()::close));
    }
}
