package io.nvmelm.benchmarks.report;

import java.util.Map;

/// Methods that are compared and so measured one after the other: those of one class with the same parameters.
///
/// @param className  the class with its package
/// @param parameters a value for each parameter
record Group(String className, Map<String, String> parameters) {

    /// {@return the class without its package}
    String simpleClassName() {
        return className.substring(className.lastIndexOf('.') + 1);
    }
}
