import org.jspecify.annotations.NullMarked;

/// The migration engine of nvme-lm: what the API promises, over any transport.
@NullMarked
module io.nvmelm.core {
    requires transitive io.nvmelm.api;
    requires jdk.jfr;
    requires static org.jspecify;

    exports io.nvmelm.core.codec;
    exports io.nvmelm.core.controller;
    exports io.nvmelm.core.device;
    exports io.nvmelm.core.fsm;
    exports io.nvmelm.core.migration;
    exports io.nvmelm.core.stream;
}
