package io.nvmelm.core.stream;

/// What a stream says at its end about itself.
///
/// @param records    records in front of this one
/// @param stateBytes bytes of the states of all devices
/// @param devices    number of devices
public record StreamTotals(long records, long stateBytes, int devices) {}
