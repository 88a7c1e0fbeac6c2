package io.nvmelm.faults;

import java.io.Serial;

/// The error that a fault throws.
final class InjectedError extends Error {
    @Serial private static final long serialVersionUID = 1;

    InjectedError() {
        super("The fault of the test");
    }
}
