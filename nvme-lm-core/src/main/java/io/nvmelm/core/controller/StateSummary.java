package io.nvmelm.core.controller;

import java.util.OptionalInt;

/// What the start of a controller's state tells. Certain only for a controller that is suspended and stays so.
///
/// @param suspended    whether the controller was suspended while it answered
/// @param totalBytes   bytes of the whole state, header included, 48 or more
/// @param ioQueueCount I/O submission and completion queues together; empty when the state's version is not known here
public record StateSummary(boolean suspended, long totalBytes, OptionalInt ioQueueCount) {}
