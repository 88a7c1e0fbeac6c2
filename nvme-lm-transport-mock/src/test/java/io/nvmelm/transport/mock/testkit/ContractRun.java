package io.nvmelm.transport.mock.testkit;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.opentest4j.TestAbortedException;

/// Runs every test of a contract outside of JUnit, each on a new object, to see which of them fail.
final class ContractRun {
    private ContractRun() {}

    /// {@return what failed, by name of the test: the first failure of each}
    static TreeMap<String, Throwable> failures(Supplier<?> contract) throws ReflectiveOperationException {
        var failures = new TreeMap<String, Throwable>();
        var methods = Arrays.stream(contract.get().getClass().getMethods())
                .sorted(Comparator.comparing(Method::getName))
                .toList();
        for (var method : methods) {
            if (method.isAnnotationPresent(Test.class) || method.isAnnotationPresent(TestFactory.class)) {
                var object = contract.get();
                run(() -> invoke(method, object), method.getName(), failures);
                for (var after : methods) {
                    if (after.isAnnotationPresent(AfterEach.class)) {
                        run(() -> invoke(after, object), method.getName(), failures);
                    }
                }
            }
        }
        return failures;
    }

    private interface Call {
        void run() throws Throwable;
    }

    private static void run(Call call, String name, TreeMap<String, Throwable> failures) {
        try {
            call.run();
        } catch (TestAbortedException _) {
            // a test that does not apply
        } catch (Throwable e) {
            failures.putIfAbsent(name, e);
        }
    }

    private static void invoke(Method method, Object object) throws Throwable {
        try {
            if (method.invoke(object) instanceof Stream<?> tests) {
                for (var test : tests.map(DynamicTest.class::cast).toList()) {
                    test.getExecutable().execute();
                }
            }
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
