package io.nvmelm.benchmarks.migration;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/// Values that a benchmark records beside what JMH measures, for instance blackouts in the middle of an operation. The profiler
/// [DistributionProfiler] publishes them as secondary results. Thread-safe.
public final class Distribution {
    private static final int SIGNIFICANT_DIGITS = 3;
    private static final Map<String, Distribution> ALL = new ConcurrentHashMap<>();

    private final Recorder recorder = new Recorder(SIGNIFICANT_DIGITS);
    private final double unitsPerValue;
    private final String unit;

    private Distribution(double unitsPerValue, String unit) {
        this.unitsPerValue = unitsPerValue;
        this.unit = unit;
    }

    /// {@return the distribution of times with this name, in this virtual machine; results are in microseconds}
    ///
    /// @param name begins the labels of the results
    public static Distribution ofNanos(String name) {
        return ALL.computeIfAbsent(name, _ -> new Distribution(1e-3, "us"));
    }

    /// {@return the distribution of counts with this name, in this virtual machine}
    ///
    /// @param name begins the labels of the results
    public static Distribution ofCounts(String name) {
        return ALL.computeIfAbsent(name, _ -> new Distribution(1, "#"));
    }

    /// Takes a value.
    ///
    /// @param value 0 or more
    public void record(long value) {
        recorder.recordValue(value);
    }

    /// {@return what was recorded since this was called last}
    public Histogram take() {
        return recorder.getIntervalHistogram();
    }

    /// {@return how many of its units a value is}
    double unitsPerValue() {
        return unitsPerValue;
    }

    /// {@return the unit of the results}
    String unit() {
        return unit;
    }

    /// {@return all of this virtual machine, by name}
    static Map<String, Distribution> all() {
        return ALL;
    }
}
