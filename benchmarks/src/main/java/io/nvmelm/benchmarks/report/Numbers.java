package io.nvmelm.benchmarks.report;

import java.util.Locale;

/// Numbers as text, the same everywhere.
final class Numbers {
    private Numbers() {}

    /// {@return three digits, or all those before the point}
    static String text(double number) {
        if (Double.isNaN(number)) {
            return "none";
        }
        double size = Math.abs(number);
        int decimals = size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.1 ? 3 : 4;
        return String.format(Locale.ROOT, "%." + decimals + "f", number);
    }
}
