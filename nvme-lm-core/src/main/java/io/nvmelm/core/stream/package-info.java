/// The migration stream: preamble, manifest, records with checksums, end; the same framing in files and in both directions of a
/// migration. Its format is frozen from the first release and described, bit by bit and with an example, in `nvme-lm-core/STREAM.md`.
/// [io.nvmelm.core.stream.StreamSaver] and [io.nvmelm.core.stream.StreamLoader] are for files,
/// [io.nvmelm.core.stream.DuplexStream] for two sides that talk. Knows no sockets and no files: bytes come from and go to the caller.
package io.nvmelm.core.stream;
