import org.jspecify.annotations.NullMarked;

/// Values, interfaces and the transport SPI of nvme-lm. Depends on nothing at run time.
///
/// An embedder works with `io.nvmelm`; protocol values are in `io.nvmelm.nvme`; a transport implements `io.nvmelm.spi`.
@NullMarked
module io.nvmelm.api {
    requires static org.jspecify;

    exports io.nvmelm;
    exports io.nvmelm.nvme;
    exports io.nvmelm.spi;
}
