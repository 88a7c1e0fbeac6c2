package io.nvmelm.benchmarks.report;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.Locale;
import java.util.Set;

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

    /// {@return a number as it stands at an axis: without needless decimals}
    static String plain(double number) {
        return BigDecimal.valueOf(number).round(new MathContext(6)).stripTrailingZeros().toPlainString();
    }

    /// {@return the same at a logarithmic axis, where only 1, 2 and 5 and their tenfolds have room; else nothing}
    static String logarithmic(double number) {
        var digits = BigDecimal.valueOf(number).round(new MathContext(6)).stripTrailingZeros().unscaledValue();
        return Set.of(BigInteger.ONE, BigInteger.TWO, BigInteger.valueOf(5)).contains(digits) ? plain(number) : "";
    }
}
