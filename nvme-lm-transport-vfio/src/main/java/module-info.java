/// The transport of nvme-lm that drives a device through Linux VFIO.
module io.nvmelm.transport.vfio {
    requires transitive io.nvmelm.api;
    requires io.nvmelm.core;

    requires static org.jspecify;
}
