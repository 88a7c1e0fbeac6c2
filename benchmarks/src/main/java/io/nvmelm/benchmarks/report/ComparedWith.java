package io.nvmelm.benchmarks.report;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Names the baseline of a benchmark for the report of a full run. A baseline may have one itself.
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface ComparedWith {
    /// {@return the method of the same class that is measured with the same parameters}
    String value();
}
