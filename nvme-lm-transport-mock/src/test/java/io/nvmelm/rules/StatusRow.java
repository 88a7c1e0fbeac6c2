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
record StatusRow(
        String rule,
        String situation,
        UnaryOperator<InMemorySubsystemBuilder> device,
        Consumer<RuleWorld> provoke,
        StatusCode expected) {

    static StatusRow row(String rule, String situation, StatusCode expected, Consumer<RuleWorld> provoke) {
        return new StatusRow(rule, situation, UnaryOperator.identity(), provoke, expected);
    }

    /// {@return the same row on another device}
    StatusRow on(UnaryOperator<InMemorySubsystemBuilder> other) {
        return new StatusRow(rule, situation, other, provoke, expected);
    }

    /// {@return the same row on a device that differs}
    StatusRow on(DeviceVariant... variants) {
        return on(device -> device.variants(variants));
    }

    @Override
    public String toString() {
        return rule + ": " + situation + " is " + expected;
    }
}
