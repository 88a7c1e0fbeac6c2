package io.nvmelm.rules;

import io.nvmelm.nvme.StatusCode;
import io.nvmelm.transport.mock.DeviceVariant;
import io.nvmelm.transport.mock.InMemorySubsystemBuilder;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/// One row of a status table: how it is provoked, and what it is answered with.
///
/// @param rule      rule that it is of
/// @param situation what provokes it
/// @param device    in what the device differs from the plain one
/// @param provoke   arranges, and sends the command that fails; whatever else fails is an assertion
/// @param expected  status
/// @param onHost    whether the library gets the answer, else only the device is looked at
record StatusRow(
        String rule,
        String situation,
        UnaryOperator<InMemorySubsystemBuilder> device,
        Consumer<RuleWorld> provoke,
        StatusCode expected,
        boolean onHost) {

    static StatusRow row(String rule, String situation, StatusCode expected, Consumer<RuleWorld> provoke) {
        return new StatusRow(rule, situation, UnaryOperator.identity(), provoke, expected, true);
    }

    /// {@return the same row on another device}
    StatusRow on(UnaryOperator<InMemorySubsystemBuilder> other) {
        return new StatusRow(rule, situation, other, provoke, expected, onHost);
    }

    /// {@return the same row on a device that differs}
    StatusRow on(DeviceVariant... variants) {
        return on(device -> device.variants(variants));
    }

    /// {@return a row without the library, which never sends such a command to such a device; it is to be sent by
    /// [RawCommand#answer()]}
    static StatusRow deviceRow(String rule, String situation, StatusCode expected, Consumer<RuleWorld> provoke) {
        return new StatusRow(rule, situation, UnaryOperator.identity(), provoke, expected, false);
    }

    @Override
    public String toString() {
        return rule + ": " + situation + " is " + expected;
    }
}
